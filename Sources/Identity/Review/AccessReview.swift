import AccessControl
import FHIRModel
import Kernel

/// One review of who has which access: a picture of all accounts at its start, and a decision for
/// each.
///
/// Spec: FEATURES MNT-06; 45 CFR 164.308(a)(4)(ii)(C).
struct AccessReview: Sendable {
    /// What the reviewer decides about an account.
    enum Decision: String, CaseIterable, Sendable {
        /// The access is right as it is.
        case keep
        /// The roles have to be others.
        case change
        /// The account has to be closed.
        case close
    }

    /// A decision with the reason, where there is something to say.
    struct Verdict: Sendable {
        let decision: Decision
        let note: String?
    }

    /// One account as it was at the start.
    struct Line: Sendable {
        let userID: String
        let username: String
        let displayName: String
        let roles: Set<Role>
        let isDisabled: Bool
        /// UTC milliseconds; nil for who never did anything.
        let lastActMs: Int64?
        /// Nobody used it for a long time.
        let isStale: Bool
        var decision: Decision?
        var note: String?
        var decidedBy: String?
        /// UTC milliseconds.
        var decidedMs: Int64?
        /// From 0; rises with every decision.
        var version = 0
    }

    /// An account that nobody used for this long is stale, in milliseconds.
    static let staleMs: Int64 = 90 * 86_400_000
    /// An account that was never used is stale after this long, in milliseconds.
    static let neverUsedMs: Int64 = 30 * 86_400_000
    /// How long after a review the next one is due: a quarter, in milliseconds.
    static let pauseMs: Int64 = 92 * 86_400_000
    /// The longest note, in characters.
    static let noteCharactersMax = 500

    let id: String
    /// UTC milliseconds.
    let startedMs: Int64
    let startedBy: String
    /// UTC milliseconds; nil while it is open.
    var signedMs: Int64?
    var signedBy: String?
    var statement: String?
    var lines: [Line]

    var undecided: Int { lines.count { $0.decision == nil } }

    /// Whether an account counts as stale.
    static func isStale(_ user: User, lastActMs: Int64?, nowMs: Int64) -> Bool {
        guard !user.isDisabled else { return false }
        guard let lastActMs else { return nowMs - user.createdMs >= neverUsedMs }
        return nowMs - lastActMs >= staleMs
    }
}

extension AccessReview {
    /// The form in which a review is kept.
    var encoded: [UInt8] {
        var writer = JSONWriter(reservingBytes: 300 * lines.count + 200)
        writer.object { top in
            top.member("startedBy", startedBy)
            if let signedBy { top.member("signedBy", signedBy) }
            if let statement { top.member("statement", statement) }
            top.array("lines") { list in
                for line in lines { list.object { line.write(to: &$0) } }
            }
        }
        return writer.bytes
    }

    /// Reads what was kept; nil for what is none.
    init?(id: String, startedMs: Int64, signedMs: Int64?, _ json: JSON) {
        guard let startedBy = json.string("startedBy"), let lines = json["lines"] else {
            return nil
        }
        self.id = id
        self.startedMs = startedMs
        self.signedMs = signedMs
        self.startedBy = startedBy
        signedBy = json.string("signedBy")
        statement = json.string("statement")
        self.lines = lines.elements.compactMap(Line.init)
    }
}

extension AccessReview.Line {
    fileprivate init?(_ json: JSON) {
        guard let userID = json.string("userID"), let username = json.string("username") else {
            return nil
        }
        self.userID = userID
        self.username = username
        displayName = json.string("displayName") ?? username
        roles = Set(json["roles"]?.elements.compactMap { $0.string.flatMap(Role.init) } ?? [])
        isDisabled = json["isDisabled"]?.bool ?? false
        lastActMs = json["lastActMs"]?.int.map(Int64.init)
        isStale = json["isStale"]?.bool ?? false
        decision = json.string("decision").flatMap(AccessReview.Decision.init)
        note = json.string("note")
        decidedBy = json.string("decidedBy")
        decidedMs = json["decidedMs"]?.int.map(Int64.init)
        version = json["version"]?.int ?? 0
    }

    fileprivate func write(to one: inout JSONWriter) {
        one.member("userID", userID)
        one.member("username", username)
        one.member("displayName", displayName)
        one.array("roles") { list in
            for role in roles.map(\.rawValue).sorted() { list.string(role) }
        }
        one.member("isDisabled", isDisabled)
        if let lastActMs { one.member("lastActMs", Int(lastActMs)) }
        one.member("isStale", isStale)
        if let decision { one.member("decision", decision.rawValue) }
        if let note { one.member("note", note) }
        if let decidedBy { one.member("decidedBy", decidedBy) }
        if let decidedMs { one.member("decidedMs", Int(decidedMs)) }
        one.member("version", version)
    }
}
