import AccessControl
import Assembly
import FHIRModel
import Identity
import Kernel
import Logging
import RecordStore
import ServerKit
import Steward
import TestKit
import Testing

/// Settings that change while the box runs (FEATURES CFG-03, CFG-07, CFG-14, CFG-17).
@Suite struct `Settings routes` {
    private static let base = "/api/v1/admin/settings"

    private func asBoss(
        _ body: @escaping @Sendable (TestBox, ServedBox, Visitor) async throws -> Void
    ) async throws {
        try await TestBox.served { test, served in
            try await test.add("boss", [.systemAdmin])
            try await body(test, served, try await served.signedIn("boss"))
        }
    }

    private static func item(_ key: String, _ answer: BoxAnswer) -> JSON? {
        answer.json?["items"]?.elements.first { $0.string("key") == key }
    }

    @Test func `every declared setting is on the page with its default`() async throws {
        try await asBoss { _, _, boss in
            let answer = try await boss.get(Self.base)
            let keys = answer.json?["items"]?.elements.compactMap { $0.string("key") }
            #expect(keys == Setting.all.map(\.key))
            for setting in Setting.all {
                let item = Self.item(setting.key, answer)
                #expect(item?.string("value") == setting.defaultText)
                #expect(item?["canBeSet"]?.bool == setting.isLive)
            }
        }
    }

    @Test func `a shorter idle limit ends a session that was quiet for longer`() async throws {
        try await asBoss { test, served, boss in
            try await test.add("ana", [.nurse])
            let ana = try await served.signedIn("ana")
            test.clock.advance(ms: 6 * 60_000)
            #expect(try await boss.get(Self.base).status == 200)
            let again = try await served.signedIn("boss")
            let set = try await again.send(
                "PUT", "\(Self.base)/SESSION_IDLE_MINUTES", #"{"value":"5"}"#, ["If-Match": "\"0\""]
            )
            #expect(set.status == 200)
            #expect(try await ana.get("/api/v1/sessions").status == 401)
            #expect(try await boss.get("/api/v1/sessions").status == 200)
        }
    }

    @Test func `a longer idle limit wakes no session that has ended`() async throws {
        try await asBoss { test, served, boss in
            try await test.add("ana", [.nurse])
            let ana = try await served.signedIn("ana")
            for _ in 0..<2 {
                test.clock.advance(ms: 10 * 60_000)
                #expect(try await boss.get(Self.base).status == 200)
            }
            let again = try await served.signedIn("boss")
            let set = try await again.send(
                "PUT", "\(Self.base)/SESSION_IDLE_MINUTES", #"{"value":"60"}"#,
                ["If-Match": "\"0\""])
            #expect(set.status == 200)
            #expect(try await ana.get("/api/v1/sessions").status == 401)
        }
    }

    @Test func `a password expires only where the clinic says so`() async throws {
        try await asBoss { test, served, boss in
            try await test.add("ana", [.nurse])
            test.clock.advance(ms: 100 * 86_400_000)
            let ana = try await served.signedIn("ana")
            #expect(try await ana.get("/api/v1/patients/none/chart").status == 404)
            let again = try await served.signedIn("boss")
            let set = try await again.send(
                "PUT", "\(Self.base)/PASSWORD_DAYS_MAX", #"{"value":"90"}"#, ["If-Match": "\"0\""])
            #expect(set.status == 200)
            #expect(try await ana.get("/api/v1/patients/none/chart").status == 403)
            #expect(
                try await ana.get("/api/v1/auth/me").json?.at("user", "mustChangePassword")?.bool
                    == true)
        }
    }

    @Test(arguments: [
        ("AUDIT_RETENTION_DAYS", "2554"), ("SESSION_IDLE_MINUTES", "0"), ("LOG_LEVEL", "loud"),
        ("SESSION_IDLE_MINUTES", "61"), ("RATE_API_PER_SECOND", "-1"), ("LOG_LEVEL", "INFO"),
    ])
    func `a value out of bounds is refused with the bound`(_ key: String, _ value: String)
        async throws
    {
        try await asBoss { _, _, boss in
            let answer = try await boss.send(
                "PUT", "\(Self.base)/\(key)", #"{"value":"\#(value)"}"#, ["If-Match": "\"0\""])
            #expect(answer.status == 400)
            #expect(answer.json?.at("error", "message")?.string?.contains("takes") == true)
            let item = Self.item(key, try await boss.get(Self.base))
            #expect(item?.string("source") == "default")
        }
    }

    @Test func `a setting of the file is shown and cannot be set`() async throws {
        let folder = try TemporaryFolder()
        var reading = SettingsReading()
        reading.take(
            SettingsFile(Array("SESSION_IDLE_MINUTES = 20\n".utf8)), name: "tribal-ehr.conf")
        let settings = try reading.result()
        try await Self.opened(folder, settings) { box in
            let grant = try await box.grant(
                Ask(.update, area: .system, type: "Setting"), box.machine("command"))
            await #expect(throws: Problem(.forbidden, "")) {
                try await box.settingsRecord.set(
                    grant, key: "SESSION_IDLE_MINUTES", to: "30", ifVersion: "0")
            }
            #expect(box.identity.settings.idleMinutesMax == 20)
            try await box.settingsRecord.set(
                grant, key: "SESSION_ABSOLUTE_HOURS", to: "10", ifVersion: "0")
            #expect(box.identity.settings.sessionHoursMax == 10)
        }
        try await Self.opened(folder, settings) { box in
            #expect(box.identity.settings.idleMinutesMax == 20)
            #expect(box.identity.settings.sessionHoursMax == 10)
        }
    }

    /// Opens a box with a configuration, hands it over, and lets go of its folder.
    private static func opened(
        _ folder: TemporaryFolder, _ settings: ServeSettings, _ body: (Box) async throws -> Void
    ) async throws {
        let box = try await Box.open(
            .init(path: folder.path), settings: settings.identity, serving: settings)
        try await body(box)
        await box.close()
    }

    @Test func `two administrators do not overwrite each other, and a value comes back`()
        async throws
    {
        try await asBoss { test, _, boss in
            let path = "\(Self.base)/SESSIONS_PER_USER"
            let first = try await boss.send("PUT", path, #"{"value":"7"}"#, ["If-Match": "\"0\""])
            #expect(Self.item("SESSIONS_PER_USER", first)?.string("source") == "page")
            let second = try await boss.send("PUT", path, #"{"value":"9"}"#, ["If-Match": "\"0\""])
            #expect(second.status == 412)
            #expect(test.box.identity.settings.sessionsPerUserMax == 7)
            let back = try await boss.send("PUT", path, #"{"value":null}"#, ["If-Match": "\"1\""])
            let item = Self.item("SESSIONS_PER_USER", back)
            #expect(item?.string("source") == "default")
            #expect(item?["versions"]?.count == 2)
            #expect(item?.at("versions", 1, "value")?.string == "7")
            #expect(test.box.identity.settings.sessionsPerUserMax == 5)
            let entries = try await test.audit().filter { $0.type == "Setting" }
            #expect(entries.contains { $0.detail == "set to 7" && $0.outcome == "ok" })
            #expect(entries.contains { $0.outcome == "refused" && $0.code == "lock-error" })
        }
    }

    @Test func `a command sets a setting too, and the page says who`() async throws {
        try await asBoss { test, _, boss in
            _ = try await test.run(
                "setting.set", #"{"key":"SESSION_IDLE_MINUTES","value":"30"}"#)
            #expect(test.box.identity.settings.idleMinutesMax == 30)
            let item = Self.item("SESSION_IDLE_MINUTES", try await boss.get(Self.base))
            #expect(item?.string("value") == "30")
            #expect(item?.at("versions", 0, "by")?.string == "command")
            _ = try await test.run("setting.set", #"{"key":"SESSION_IDLE_MINUTES"}"#)
            #expect(test.box.identity.settings.idleMinutesMax == 15)
            let listed = try await test.run("setting.list")
            #expect(listed["items"]?.count == Setting.all.count)
            await #expect(throws: Problem(.notFound, "")) {
                _ = try await test.run("setting.set", #"{"key":"COLOUR","value":"red"}"#)
            }
        }
    }

    @Test func `the level of the log changes for loggers that are in use`() {
        let lines = LogSink()
        let log = LineLog(clock: FixedClock().clock) { lines.add($0) }
        let logger = log.logger("test", level: .notice)
        var quiet = logger
        quiet.logLevel = .error
        logger.info("one")
        log.level = .info
        logger.info("two")
        quiet.info("three")
        log.level = .critical
        logger.error("four")
        quiet.error("five")
        log.flush()
        #expect(lines.words == ["two", "five"])
    }

    @Test func `a rate that is lowered holds at once, and forgives nothing`() {
        let limiter = RateLimiter(steadyMs: { 0 })
        for _ in 0..<20 { _ = limiter.take(.signIn, key: "a") }
        #expect(!limiter.take(.signIn, key: "a").isAdmitted)
        var rates = RateSettings()
        rates.signInPerMinute = 40
        limiter.use(rates.table)
        #expect(!limiter.take(.signIn, key: "a").isAdmitted)
        #expect((0..<40).allSatisfy { _ in limiter.take(.signIn, key: "b").isAdmitted })
        #expect(!limiter.take(.signIn, key: "b").isAdmitted)
        limiter.use(RateSettings().table)
        #expect((0..<20).allSatisfy { _ in limiter.take(.signIn, key: "c").isAdmitted })
        #expect(!limiter.take(.signIn, key: "c").isAdmitted)
    }
}

/// Takes the lines of a log.
private final class LogSink: Sendable {
    private let text = LockedBytes()

    func add(_ bytes: [UInt8]) { text.append(bytes) }

    /// The messages, in order.
    var words: [String] {
        String(decoding: text.all, as: UTF8.self).split(separator: "\n").compactMap {
            $0.split(separator: " ").last.map(String.init)
        }
    }
}
