package import AccessControl
import FHIRModel
package import Kernel
package import RecordStore
import Synchronization

/// Whether the box is closed while somebody works on it: everybody but administrators is told to
/// come again.
///
/// Kept on the disk, so that a restart does not open it; asked from memory at every request.
///
/// Spec: FEATURES INS-14.
package final class Maintenance: Sendable {
    /// How the box is closed.
    package struct Closing: Hashable, Sendable {
        /// What people are told, beside that the box is closed; may be empty.
        package let reason: String
        /// UTC milliseconds.
        package let sinceMs: Int64
        /// When it is thought to be over, UTC milliseconds; nil where nobody said.
        package let untilMs: Int64?
    }

    /// The longest reason, in characters.
    package static let reasonCharactersMax = 200
    /// The longest time that may be said, in minutes: a week.
    package static let minutesMax = 10_080
    /// When to try again where nobody said how long it takes, in seconds.
    private static let retrySeconds = 300
    private static let retrySecondsMin = 30
    private static let setting = "maintenance"

    private let store: RecordStore
    private let state = Mutex<Closing?>(nil)

    /// Makes the switch of a store; open until ``load(_:)``.
    package init(store: RecordStore) { self.store = store }

    /// Reads how the box was left.
    package func load(_ grant: Grant) async throws {
        let bytes = try await store.rows(grant) { try SettingRows.value(grant, Self.setting, $0) }
        let closing = try bytes.map { try JSON.parse($0) }.map { json in
            Closing(
                reason: json.string("reason") ?? "", sinceMs: Int64(json["sinceMs"]?.int ?? 0),
                untilMs: json["untilMs"]?.int.map(Int64.init))
        }
        state.withLock { $0 = closing }
    }

    /// How the box is closed; nil while it is open.
    package var closing: Closing? { state.withLock { $0 } }

    /// Closes the box, or says another reason.
    ///
    /// - Parameters:
    ///   - reason: shown to everybody; no patient data.
    ///   - minutes: how long it is thought to take; nil where nobody knows.
    /// - Throws: ``Problem`` `.value` for a reason or a time that is too long.
    package func close(_ grant: Grant, reason: String, minutes: Int?) async throws {
        let words = reason.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard words.count <= Self.reasonCharactersMax else {
            throw Problem(
                .value, "A reason has at most \(Self.reasonCharactersMax) characters.",
                location: "reason")
        }
        if let minutes, !(1...Self.minutesMax).contains(minutes) {
            throw Problem(
                .value, "Say 1 to \(Self.minutesMax) minutes, or leave the time out.",
                location: "minutes")
        }
        try await store.changeRows(grant, note: AuditNote(grant.ask, detail: "maintenance on")) {
            rows in
            let closing = Closing(
                reason: words, sinceMs: self.closing?.sinceMs ?? rows.nowMs,
                untilMs: minutes.map { rows.nowMs + Int64($0) * 60_000 })
            try SettingRows.put(grant, Self.setting, Self.encoded(closing), rows)
            rows.afterCommit { self.state.withLock { $0 = closing } }
        }
    }

    /// Opens the box again.
    package func open(_ grant: Grant) async throws {
        try await store.changeRows(grant, note: AuditNote(grant.ask, detail: "maintenance off")) {
            rows in
            try SettingRows.remove(grant, Self.setting, rows)
            rows.afterCommit { self.state.withLock { $0 = nil } }
        }
    }

    /// Why the box is closed to a caller; nil where it is open to them.
    package func refusal(_ caller: Caller?) -> Problem? {
        guard let closing else { return nil }
        if let caller, !caller.roles.isDisjoint(with: [.systemAdmin, .admin]), caller.scopes == nil
        {
            return nil
        }
        let words = closing.reason.isEmpty ? "" : " " + closing.reason
        return Problem(
            .transient, "The box is closed for maintenance." + words,
            retryAfterSeconds: retryAfterSeconds(closing))
    }

    private func retryAfterSeconds(_ closing: Closing) -> Int {
        guard let until = closing.untilMs else { return Self.retrySeconds }
        let leftMs = until - store.parts.clock.wallMs()
        return min(max(Int(leftMs / 1_000), Self.retrySecondsMin), Self.minutesMax * 60)
    }

    private static func encoded(_ closing: Closing) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("reason", closing.reason)
        writer.member("sinceMs", Int(closing.sinceMs))
        if let until = closing.untilMs { writer.member("untilMs", Int(until)) }
        writer.endObject()
        return writer.bytes
    }
}
