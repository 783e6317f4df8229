package import AccessControl
import FHIRModel
package import RecordStore

/// Where the box leaves word for its administrators.
package struct NoticeBoard: Sendable {
    private let store: RecordStore

    /// Makes the board of a store.
    package init(store: RecordStore) { self.store = store }

    /// Turns messages of the outbox into notices, each exactly once.
    ///
    /// - Parameter grant: a grant of the box itself.
    /// - Returns: how many messages were taken.
    package func deliver(_ grant: Grant) async throws -> Int {
        let messages = try await store.outboxDue(grant, limit: 100)
        for message in messages {
            guard let text = Self.text(message) else {
                try await store.outboxFailed(grant, message)
                continue
            }
            try await store.outboxDelivered(grant, message) { rows in
                try NoticeRows.put(grant, kind: message.topic, text: text, rows)
            }
        }
        return messages.count
    }

    /// Tells administrators something, put on record.
    package func tell(_ grant: Grant, kind: String, _ text: String) async throws {
        try await store.changeRows(grant, note: AuditNote(grant.ask, detail: kind)) {
            try NoticeRows.put(grant, kind: kind, text: text, $0)
        }
    }

    /// Says once, until it is seen, that something is so; takes the notice away when it is not.
    ///
    /// - Parameter text: nil where there is nothing to say.
    package func keep(_ grant: Grant, kind: String, _ text: String?) async throws {
        try await store.changeRows(grant) { rows in
            guard let text else { return try NoticeRows.settle(grant, kind: kind, rows) }
            guard try !NoticeRows.hasUnseen(grant, kind: kind, in: rows) else { return }
            try NoticeRows.put(grant, kind: kind, text: text, rows)
            try rows.append(AuditNote(grant.ask, detail: kind), by: grant.caller)
        }
    }

    /// What a message comes to in words; nil for a topic that is nobody's notice.
    private static func text(_ message: OutboxMessage) -> String? {
        switch message.topic {
        case "account.locked": lockedText(message.payload)
        case "sign-in.flood":
            "Many sign-ins fail at present. Look into the audit log for refused sign-ins."
        case "access-review.due":
            "The quarterly review of who has which access is due. Open Administration, Access "
                + "review."
        case "emergency.began": emergencyText(message.payload)
        default: ownText(message.payload)
        }
    }

    /// The sentence that a message brings along.
    private static func ownText(_ payload: [UInt8]) -> String? {
        // A message that cannot be read is nobody's notice.
        (try? JSON.parse(payload))?.string("text")
    }

    private static func emergencyText(_ payload: [UInt8]) -> String {
        // A message that cannot be read still says that something happened.
        let json = try? JSON.parse(payload)
        let name = json?.string("name") ?? "Somebody"
        let why =
            switch json?.string("category") {
            case "emergency-treatment": "emergency treatment"
            case "danger-to-self-or-others": "danger to the patient or to others"
            case "public-health-emergency": "a public-health emergency"
            default: "an emergency"
            }
        return "\(name) opened a closed chart for \(why). It waits for your review under "
            + "Emergency access."
    }

    private static func lockedText(_ payload: [UInt8]) -> String {
        // A message of an older release that cannot be read still says that something happened.
        let json = try? JSON.parse(payload)
        let address = json?.string("address") ?? "an unknown address"
        guard let name = json?.string("username") else {
            return "Sign-in from \(address) is locked for 15 minutes: too many wrong names."
        }
        return
            "The account \(name) is locked for 15 minutes: too many wrong passwords from \(address)."
    }
}
