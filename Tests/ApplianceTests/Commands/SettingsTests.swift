import Assembly
import Identity
import Logging
import RecordStore
import ServerKit
import Testing

@Suite("Settings")
struct SettingsTests {
    private func reading(
        file: String = "", environment: [String: String] = [:]
    ) -> SettingsReading {
        var reading = SettingsReading()
        reading.take(SettingsFile(Array(file.utf8)), name: "tribal-ehr.conf")
        reading.take(environment: environment, secret: { _ in nil })
        return reading
    }

    private func problems(
        file: String = "", environment: [String: String] = [:]
    ) -> [String] {
        do throws(SettingsProblems) {
            _ = try reading(file: file, environment: environment).result()
            return []
        } catch {
            return error.sentences
        }
    }

    @Test func `nothing set gives the defaults of the table`() throws {
        let settings = try SettingsReading().result()
        #expect(settings.dataFolder.path == "/var/lib/tribal-ehr")
        #expect(settings.listen == ListenAddress(host: "0.0.0.0", port: 443))
        #expect(settings.httpListen == ListenAddress(host: "0.0.0.0", port: 80))
        #expect(settings.hosts.isEmpty)
        #expect(settings.logLevel == .info)
        let identity = IdentitySettings()
        #expect(settings.identity.passwordCharactersMin == identity.passwordCharactersMin)
        #expect(settings.identity.passwordsRemembered == identity.passwordsRemembered)
        #expect(settings.identity.idleMinutesMax == identity.idleMinutesMax)
        #expect(settings.identity.sessionHoursMax == identity.sessionHoursMax)
        #expect(settings.identity.sessionsPerUserMax == identity.sessionsPerUserMax)
    }

    @Test func `the command line wins over the environment, and that over the file`() throws {
        var reading = reading(
            file: "LISTEN = 127.0.0.1:1\nHTTP_LISTEN=127.0.0.1:2\nLOG_LEVEL=debug\n",
            environment: [
                "TRIBAL_EHR_LISTEN": "127.0.0.1:3", "TRIBAL_EHR_HTTP_LISTEN": "127.0.0.1:4",
            ])
        reading.take(key: "LISTEN", option: "--listen", "127.0.0.1:5")
        reading.take(key: "HOSTS", option: "--host", nil)
        let settings = try reading.result()
        #expect(settings.listen.port == 5)
        #expect(settings.httpListen?.port == 4)
        #expect(settings.logLevel == .debug)
        let origins = reading.values.compactMap { value in value.origin.map { "\(value.key) \($0)" }
        }
        #expect(
            origins == [
                "LISTEN --listen", "HTTP_LISTEN TRIBAL_EHR_HTTP_LISTEN",
                "LOG_LEVEL tribal-ehr.conf:3",
            ])
    }

    @Test func `everything that is wrong is told at once, with its place and bound`() {
        let found = problems(
            file: """
                # a comment
                SESION_IDLE_MINUTES=5
                SESSION_IDLE_MINUTES = 61

                no equals sign
                LISTEN=0.0.0.0:70000
                LISTEN=0.0.0.0:7
                PASSWORD_CHARACTERS_MIN=7
                lower=1
                """,
            environment: [
                "TRIBAL_EHR_HOSTS": "clinic.local bad_name", "TRIBAL_EHR_NOTHING_LIKE_IT": "1",
                "TRIBAL_EHR_LOG_LEVEL": "loud", "PATH": "/bin",
            ])
        let places = found.map { $0.prefix { $0 != " " } }
        #expect(
            places.sorted() == [
                "TRIBAL_EHR_HOSTS:", "TRIBAL_EHR_LOG_LEVEL:", "TRIBAL_EHR_NOTHING_LIKE_IT:",
                "tribal-ehr.conf:2:", "tribal-ehr.conf:3:", "tribal-ehr.conf:5:",
                "tribal-ehr.conf:6:", "tribal-ehr.conf:7:", "tribal-ehr.conf:8:",
                "tribal-ehr.conf:9:",
            ])
        let text = found.joined(separator: "\n")
        #expect(text.contains("Do you mean SESSION_IDLE_MINUTES?"))
        #expect(text.contains("from 1 to 60 (minutes)"))
        #expect(text.contains("LISTEN is set in line 6 already."))
        #expect(text.contains("from 8 to 64 (characters)"))
        #expect(text.contains("trace, debug, info"))
    }

    @Test(arguments: [
        ("0.0.0.0:443", "0.0.0.0", 443), ("[::]:8443", "::", 8443), ("[::1]:0", "::1", 0),
        ("clinic.local:1", "clinic.local", 1), ("localhost:65535", "localhost", 65_535),
    ])
    func `an address is a host and a port`(text: String, host: String, port: Int) {
        #expect(Setting.address(text) == ListenAddress(host: host, port: port))
    }

    @Test(arguments: [
        "", ":", "443", "0.0.0.0", "0.0.0.0:", ":443", "0.0.0.0:0", "0.0.0.0:65536", "a:+1",
        "a: 1", "::1:443", "[zz]:1", "[]:1", "a b:1", "-a:1", "a..b:1",
        "0.0.0.0:99999999999999999999",
    ])
    func `anything else is no address`(text: String) {
        #expect(Setting.address(text) == nil)
    }

    @Test func `plain HTTP can be turned off`() throws {
        #expect(try reading(file: "HTTP_LISTEN=off").result().httpListen == nil)
        #expect(!problems(file: "LISTEN=off").isEmpty)
    }

    @Test func `names of the environment that are not settings are left alone`() {
        let names = ["SHARED", "PROJECT", "FAULT", "FAULT_RATES", "BROWSER_VENV"]
        let environment = Dictionary(
            uniqueKeysWithValues: names.map { ("TRIBAL_EHR_" + $0, "something") })
        #expect(problems(environment: environment).isEmpty)
    }

    @Test func `a secret comes from a file, is never shown, and from one place only`() throws {
        let declared = [
            Setting(
                "SECRET_HOSTS", .names(\.hosts, countMax: 1), default: "", isSecret: true, "Test.")
        ]
        var reading = SettingsReading(declared)
        reading.take(environment: ["TRIBAL_EHR_SECRET_HOSTS_FILE": "/s"]) {
            $0 == "/s" ? "hidden.local" : nil
        }
        #expect(try reading.result().hosts == ["hidden.local"])
        #expect(reading.values.map(\.text) == ["***"])

        var wrong = SettingsReading(declared)
        wrong.take(
            environment: [
                "TRIBAL_EHR_SECRET_HOSTS_FILE": "/s", "TRIBAL_EHR_SECRET_HOSTS": "wor se",
            ], secret: { _ in "x" })
        let error = #expect(throws: SettingsProblems.self) { try wrong.result() }
        #expect(error?.sentences.count == 2)
        #expect(error?.description.contains("wor se") == false)
        #expect(error?.description.contains("set twice") == true)

        var missing = SettingsReading(declared)
        missing.take(environment: ["TRIBAL_EHR_SECRET_HOSTS_FILE": "/s"], secret: { _ in nil })
        #expect(throws: SettingsProblems.self) { try missing.result() }
    }

    @Test func `only secrets come from files of their own`() {
        #expect(problems(environment: ["TRIBAL_EHR_LISTEN_FILE": "/tmp/x"]).count == 1)
    }

    @Test func `the installed file is the one that the table makes`() throws {
        let project = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let path = "/\(project)/appliance/defaults/tribal-ehr.conf"
        let bytes = try FileBytes.read(path, bytesMax: SettingsFile.bytesMax)
        #expect(String(decoding: bytes ?? [], as: UTF8.self) == SettingsText.defaults())
        #expect(SettingsText.defaults().split(separator: "\n").allSatisfy { $0.count <= 110 })
    }

    @Test func `every line of the documented file can be taken as it is`() throws {
        let lines = SettingsText.defaults().split(separator: "\n")
            .filter { $0.hasPrefix("#") && !$0.hasPrefix("# ") && $0.count > 1 }
            .map { $0.dropFirst() }
        #expect(lines.count == Setting.all.count)
        #expect(problems(file: lines.joined(separator: "\n")).isEmpty)
    }
}

@Suite("Settings file")
struct SettingsFileTests {
    private func lines(_ text: String) -> [String] {
        SettingsFile(Array(text.utf8)).lines.map { "\($0.number) \($0.key)=\($0.value)" }
    }

    @Test func `blanks, comments, quotes and line ends of other systems are taken as meant`() {
        #expect(
            lines("\n  A = b c \r\n#C=d\n\t# E\nF=\"  g # h \"\nI=\nJ=a=b")
                == ["2 A=b c", "5 F=  g # h ", "6 I=", "7 J=a=b"])
    }

    @Test func `a file that is too long or not text is told, not read`() {
        let long = SettingsFile([UInt8](repeating: 0x41, count: SettingsFile.bytesMax + 1))
        #expect(long.lines.isEmpty)
        #expect(long.faults.map(\.line) == [0])
        let bad = SettingsFile([0x41, 0x3D, 0xFF, 0x0A, 0x42, 0x3D, 0x00, 0x0A, 0x43, 0x3D, 0x31])
        #expect(bad.lines.map(\.key) == ["C"])
        #expect(bad.faults.map(\.line) == [1, 2])
    }

    @Test func `no bytes make it trap, and only declared keys come through`() {
        var seed: UInt64 = 0x9E37_79B9_7F4A_7C15
        func next(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % bound
        }
        let known = Set(Setting.all.map(\.key))
        let sound = Array(SettingsText.defaults().utf8.filter { $0 != 0x23 })
        for _ in 0..<2_000 {
            var bytes = sound
            for _ in 0..<(1 + next(30)) {
                let at = next(bytes.count)
                switch next(3) {
                case 0: bytes[at] = UInt8(next(256))
                case 1: bytes.remove(at: at)
                default: bytes.insert(UInt8(next(256)), at: at)
                }
            }
            let part = Array(bytes[next(bytes.count)...].prefix(next(900)))
            let file = SettingsFile(part)
            var reading = SettingsReading()
            reading.take(file, name: "fuzz")
            let taken = reading.values.filter { $0.origin != nil }
            #expect(taken.allSatisfy { known.contains($0.key) })
            #expect(file.lines.count + file.faults.count <= part.split(separator: 0x0A).count)
        }
    }
}
