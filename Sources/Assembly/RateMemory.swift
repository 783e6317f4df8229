import AccessControl
import FHIRModel
import Kernel
import Logging
import RecordStore
import ServerKit
import Synchronization

/// Keeps over a restart how often people tried to sign in, so that a restart does not let guessing
/// begin anew.
///
/// What is kept says when each of the slow rates is as fresh as new again, as a time of the wall
/// clock. Names and addresses in it lie sealed.
final class RateMemory: Sendable {
    private static let setting = "rates"
    /// Keys that are kept: those with the longest way to go.
    private static let keysMax = 1_000
    /// A key is kept again once it has been used for so much longer, in milliseconds.
    private static let stepMs: Int64 = 500

    private struct Key: Hashable {
        let rateClass: RateClass
        let key: String
    }

    private let box: Box
    private let limiter: RateLimiter
    private let logger: Logger
    /// When each key is free of its past, UTC milliseconds, as it was kept last.
    private let kept = Mutex<[Key: Int64]>([:])

    init(box: Box, limiter: RateLimiter, logger: Logger) {
        self.box = box
        self.limiter = limiter
        self.logger = logger
    }

    /// Takes over what was kept before the start.
    func restore() async {
        do {
            let grant = try await grant()
            let bytes = try await box.store.rows(grant) { rows in
                try SettingRows.value(grant, Self.setting, rows)
            }
            guard let bytes else { return }
            let nowMs = box.clock.wallMs()
            let spent = try JSON.parse(bytes, limits: .resource).elements.compactMap { one in
                Self.spent(one, nowMs: nowMs)
            }
            limiter.restore(spent, elapsedMs: 0)
        } catch {
            logger.error("rates.restore", metadata: ["error": "\(type(of: error))"])
        }
    }

    /// Writes down what changed since the last time; nothing where nobody tried.
    func keep() async {
        let nowMs = box.clock.wallMs()
        var fresh: [Key: Int64] = [:]
        for one in limiter.spent() {
            fresh[Key(rateClass: one.rateClass, key: one.key)] = nowMs + one.missingMs
        }
        let before = kept.withLock { $0 }
        let isNews = fresh.contains { key, untilMs in
            untilMs > (before[key] ?? 0) + Self.stepMs
        }
        guard isNews else { return }
        let bytes = Self.bytes(fresh)
        do {
            let grant = try await grant()
            try await box.store.changeRows(grant, isAccess: true) { rows in
                try SettingRows.put(grant, Self.setting, bytes, rows)
            }
            kept.withLock { $0 = fresh }
        } catch {
            logger.error("rates.keep", metadata: ["error": "\(type(of: error))"])
        }
    }

    private func grant() async throws -> Grant {
        try await box.grant(Ask(.administer, area: .system, type: "Rates"), box.machine("job"))
    }

    private static func bytes(_ fresh: [Key: Int64]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginArray()
        for (key, untilMs) in fresh.sorted(by: { $0.value > $1.value }).prefix(keysMax) {
            writer.object { one in
                one.member("class", key.rateClass.rawValue)
                one.member("key", key.key)
                one.member("until", Timestamp.text(ms: untilMs))
            }
        }
        writer.endArray()
        return writer.bytes
    }

    /// Nil for what is over, and for a class that this release does not have.
    private static func spent(_ json: JSON, nowMs: Int64) -> SpentRate? {
        guard let rateClass = json.string("class").flatMap(RateClass.init(rawValue:)),
            let key = json.string("key"), let until = json.string("until"),
            // A time that cannot be read is one of no use: the key starts fresh.
            let untilMs = try? FHIRDateTime(until, as: .instant).lowerBoundMs(), untilMs > nowMs
        else { return nil }
        return SpentRate(rateClass: rateClass, key: key, missingMs: untilMs - nowMs)
    }
}
