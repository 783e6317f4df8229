import AccessControl
import FHIRModel
import Kernel
import RecordStore
import Synchronization

/// Who listens to changes at present.
final class EventStreams: Sendable {
    /// Streams of all people together.
    static let countMax = 256

    private struct One {
        let number: UInt64
        let end: @Sendable () -> Void
    }

    private let byUser = Mutex<[String: [One]]>([:])

    /// Lets one more stream of a person begin, and ends the person's oldest where there are many: a
    /// page that was left may look as if it listened for half a minute.
    ///
    /// - Throws: ``Problem`` `.throttled` where all people together have too many.
    func enter(
        _ userID: String, number: UInt64, _ end: @escaping @Sendable () -> Void
    ) throws(Problem) {
        var surplus: [One] = []
        let isAdmitted = byUser.withLock { streams in
            guard streams.values.reduce(0, { $0 + $1.count }) < Self.countMax else { return false }
            streams[userID, default: []].append(One(number: number, end: end))
            let count = (streams[userID]?.count ?? 0) - EventStreamFeature.perUserMax
            if count > 0 {
                surplus = Array(streams[userID]?.prefix(count) ?? [])
                streams[userID]?.removeFirst(count)
            }
            return true
        }
        guard isAdmitted else {
            throw Problem(
                .throttled,
                "Too many pages listen for changes at once. Close those that you do not need.",
                retryAfterSeconds: 30)
        }
        for one in surplus { one.end() }
    }

    /// A stream of a person has ended.
    func leave(_ userID: String, number: UInt64) {
        byUser.withLock { streams in
            streams[userID]?.removeAll { $0.number == number }
            if streams[userID]?.isEmpty == true { streams[userID] = nil }
        }
    }
}

/// What one page is told of the changes of the records: which ones changed that its person may see,
/// never what stands in them.
///
/// Spec: HTML Living Standard, 9.2 Server-sent events,
/// https://html.spec.whatwg.org/multipage/server-sent-events.html
struct EventWriter {
    /// Events of one piece.
    private static let pieceMax = 200

    private(set) var seq: Int64
    private let sessionTag: String?

    /// - Parameter seq: the place after which the page knows nothing.
    init(after seq: Int64, sessionTag: String?) {
        self.seq = seq
        self.sessionTag = sessionTag
    }

    /// The first piece: where the page is, and that it has to read everything anew where its place
    /// is not known any more.
    mutating func hello(_ journal: Journal) -> [UInt8] {
        let isKnown = journal.facts(after: seq) != nil
        if !isKnown { seq = journal.head }
        return Self.piece(isKnown ? "hello" : "reset", seq: seq, "{}")
    }

    /// The next piece; nil where the page is up to date.
    mutating func next(_ journal: Journal, for caller: Caller) -> [UInt8]? {
        guard let facts = journal.facts(after: seq) else {
            seq = journal.head
            return Self.piece("reset", seq: seq, "{}")
        }
        guard !facts.isEmpty else { return nil }
        var grants: [String: Grant?] = [:]
        var bytes: [UInt8] = []
        for fact in facts.prefix(Self.pieceMax) {
            seq = fact.seq
            let grant: Grant?
            if let known = grants[fact.type] {
                grant = known
            } else {
                // Whoever may not read a type is told nothing of it.
                grant = try? Policy().grant(Ask(.read, fact.type), to: caller)
                grants[fact.type] = grant
            }
            guard grant?.covers(fact.compartment, ofPatient: fact.patientID) == true else {
                continue
            }
            bytes += Self.piece("change", seq: fact.seq, text(fact))
        }
        return bytes.isEmpty ? next(journal, for: caller) : bytes
    }

    private func text(_ fact: JournalFact) -> String {
        var writer = JSONWriter()
        writer.object { one in
            one.member("type", fact.type)
            one.member("id", fact.id)
            one.member("version", fact.version)
            if !fact.patientID.isEmpty { one.member("patient", fact.patientID) }
            if fact.isDeleted { one.member("isDeleted", true) }
            if fact.sessionTag != nil, fact.sessionTag == sessionTag { one.member("isOwn", true) }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static func piece(_ kind: String, seq: Int64, _ data: String) -> [UInt8] {
        Array("id: \(seq)\nevent: \(kind)\ndata: \(data)\n\n".utf8)
    }
}
