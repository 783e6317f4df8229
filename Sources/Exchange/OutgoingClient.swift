import CCurl
import Kernel
import RecordStore
import Synchronization

/// One request to another machine.
package struct OutgoingRequest: Sendable {
    package let method: String
    package let address: OutgoingAddress
    /// `Name: value` each, without line ends.
    package let headers: [String]
    package let body: [UInt8]
    /// How long it may take in all, in milliseconds.
    package var wholeMsMax = OutgoingClient.Limits.wholeMsMax
    /// Whether header and body of the answer are wanted.
    var keepsAnswer = false

    /// Makes a request.
    package init(
        method: String, address: OutgoingAddress, headers: [String] = [], body: [UInt8] = []
    ) {
        self.method = method
        self.address = address
        self.headers = headers
        self.body = body
    }
}

/// How a request to another machine ended.
package enum OutgoingAnswer: Sendable, Hashable {
    case answered(Int)
    /// No answer came, with a sentence that says why and what to do.
    case failed(Failure)

    /// Why no answer came.
    package enum Failure: Sendable, Hashable {
        case notListed, nearAddress, name, connect, certificate, timeout, tooLong, stopping, other

        /// A sentence for an administrator.
        var words: String {
            switch self {
            case .notListed:
                "The host and port are not on the list of machines that the box may send to. Put "
                    + "them there under Administration, Settings, Sending to other programs."
            case .nearAddress:
                "The name leads to an address inside of a network, which the list of machines does "
                    + "not allow for it. Add +private there if that is what you want."
            case .name: "The name of the host is not known in the network. Check the address."
            case .connect: "Nobody answers at this host and port. Check that the program runs."
            case .certificate:
                "The host showed a certificate that the box does not trust. Renew it, or name its "
                    + "authority in OUTGOING_CA_FILE."
            case .timeout: "The host did not answer in time."
            case .tooLong: "The host answered more than the box reads."
            case .stopping: "The box stopped while it waited for the answer."
            case .other: "The answer of the host could not be read."
            }
        }

        /// Whether trying again is of no use until an administrator did something.
        var isFinal: Bool { self == .notListed || self == .nearAddress }
    }
}

/// An answer with what stood in it.
package struct OutgoingReply: Sendable {
    /// How the request ended.
    package let outcome: OutgoingAnswer
    /// The fields of the header, their names in lower case.
    package fileprivate(set) var fields: [(name: String, value: String)] = []
    /// At most 64 KiB together with the header.
    package fileprivate(set) var body: [UInt8] = []

    /// The first field of a name in lower case.
    func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }
}

/// Sends requests to other machines on threads of its own, to those machines alone that the rules
/// name.
///
/// The address that a name led to is looked at when the connection is opened, so that a name which
/// leads elsewhere a moment later gains nothing.
/// Spec: SECURITY S44.
package final class OutgoingClient: Sendable {
    /// Limits of the client.
    enum Limits {
        static let threadCount = 6
        static let queueCountMax = 1_000
        static let connectMsMax = 5_000
        static let wholeMsMax = 20_000
        static let answerBytesMax = 65_536
        static let idleWaitMs = 10_000
    }

    private struct Work: Sendable {
        let request: OutgoingRequest
        let finish: @Sendable (OutgoingReply) -> Void
    }

    private let rules: @Sendable () -> OutgoingRules
    /// What names lead to in place of the network's answer, by `host:port`; empty but in tests.
    private let names: [String: String]
    private let queue = BlockingQueue<Work>(countMax: Limits.queueCountMax)
    private let isClosed = Stop()
    /// Started with the first request: most commands of the program send none.
    private let threads = Mutex<[OwnedThread]>([])

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - names: addresses that names lead to, by `host:port`, in place of the network's answer.
    ///   - rules: asked for every request.
    package init(
        names: [String: String] = [:], rules: @escaping @Sendable () -> OutgoingRules
    ) {
        self.rules = rules
        self.names = names
    }

    private func start() {
        let (queue, stop, rules, names) = (queue, isClosed, rules, names)
        threads.withLock { threads in
            guard threads.isEmpty else { return }
            threads = (0..<Limits.threadCount).map { _ in
                OwnedThread {
                    let sender = Sender(stop: stop)
                    while let work = queue.take(limit: 1, waitMs: Limits.idleWaitMs) {
                        for one in work {
                            one.finish(sender.send(one.request, rules(), names))
                        }
                    }
                }
            }
        }
    }

    /// Sends a request and waits for the answer.
    package func send(_ request: OutgoingRequest) async -> OutgoingAnswer {
        await perform(request).outcome
    }

    /// Sends a request and waits for the answer with all that stands in it.
    package func fetch(_ request: OutgoingRequest) async -> OutgoingReply {
        var request = request
        request.keepsAnswer = true
        return await perform(request)
    }

    private func perform(_ request: OutgoingRequest) async -> OutgoingReply {
        start()
        return await withCheckedContinuation { continuation in
            do throws(Problem) {
                try queue.put(Work(request: request) { continuation.resume(returning: $0) })
            } catch {
                continuation.resume(returning: OutgoingReply(outcome: .failed(.stopping)))
            }
        }
    }

    /// Whether a machine is on the list, without asking it.
    func allows(_ address: OutgoingAddress) -> Bool { rules().target(of: address) != nil }

    /// The machines that may be sent to, as they are written in the settings.
    var targets: [String] { rules().targets.map(\.text) }

    /// Gives up what is under way, and refuses more.
    func stop() { isClosed.set() }

    /// Gives up what is under way and ends the threads.
    package func close() {
        stop()
        queue.close()
        for thread in threads.withLock({ $0 }) { thread.join() }
    }
}

/// Says to all threads that the box stops.
private final class Stop: Sendable {
    private let value = Atomic<Bool>(false)
    var isSet: Bool { value.load(ordering: .relaxed) }
    func set() { value.store(true, ordering: .relaxed) }
}

/// What one thread sends with; keeps its connections from request to request.
private final class Sender {
    private let stop: Stop
    private var session = ccurl_session_make()
    private var rules: OutgoingRules?

    init(stop: Stop) { self.stop = stop }

    deinit { if let session { ccurl_session_end(session) } }

    /// What the library asks while a request runs.
    private final class Run {
        let target: OutgoingTarget
        let stop: Stop
        var lines: [UInt8] = []
        var body: [UInt8] = []

        init(_ target: OutgoingTarget, _ stop: Stop) {
            self.target = target
            self.stop = stop
        }

        /// The fields that came; those of an answer before the last one do not count.
        var fields: [(name: String, value: String)] {
            let text = String(decoding: lines, as: UTF8.self)
            var found: [(name: String, value: String)] = []
            for line in text.split(whereSeparator: \.isNewline) {
                if line.hasPrefix("HTTP/") { found = [] }
                guard let colon = line.firstIndex(of: ":") else { continue }
                let value = line[line.index(after: colon)...].drop { $0 == " " }
                found.append((line[..<colon].lowercased(), String(value)))
            }
            return found
        }
    }

    func send(
        _ request: OutgoingRequest, _ rules: OutgoingRules, _ names: [String: String]
    ) -> OutgoingReply {
        if stop.isSet { return OutgoingReply(outcome: .failed(.stopping)) }
        guard let target = rules.target(of: request.address) else {
            return OutgoingReply(outcome: .failed(.notListed))
        }
        // A connection that other rules allowed is not used again.
        if self.rules != rules {
            if let session { ccurl_session_end(session) }
            session = ccurl_session_make()
            self.rules = rules
        }
        guard let session else { return OutgoingReply(outcome: .failed(.other)) }
        let run = Run(target, stop)
        let place = "\(request.address.host):\(request.address.port)"
        let resolve = names[place].map { "\(place):\($0)" }
        var status = 0
        let outcome = withExtendedLifetime(run) {
            Self.perform(session, request, rules, resolve, run, &status)
        }
        var reply = OutgoingReply(outcome: Self.answer(outcome, status))
        if request.keepsAnswer {
            reply.fields = run.fields
            reply.body = run.body
        }
        return reply
    }

    private static func perform(
        _ session: OpaquePointer, _ request: OutgoingRequest, _ rules: OutgoingRules,
        _ resolve: String?, _ run: Run, _ status: inout Int
    ) -> ccurl_outcome {
        var texts = ([request.address.text, request.method] + request.headers).map {
            Array($0.utf8CString)
        }
        texts.append(Array((rules.authorityFile ?? "").utf8CString))
        texts.append(Array((resolve ?? "").utf8CString))
        return withPointers(texts) { all in
            request.body.withUnsafeBufferPointer { body in
                all.withUnsafeBufferPointer { lines in
                    var made = ccurl_request()
                    made.url = lines[0]
                    made.method = lines[1]
                    made.headers = lines.baseAddress.map { $0 + 2 }
                    made.header_count = request.headers.count
                    made.body = body.baseAddress
                    made.body_count = body.count
                    made.ca_file = rules.authorityFile == nil ? nil : lines[lines.count - 2]
                    made.resolve = resolve == nil ? nil : lines[lines.count - 1]
                    made.allows_plain = request.address.isSecure ? 0 : 1
                    made.connect_ms_max = OutgoingClient.Limits.connectMsMax
                    made.whole_ms_max = request.wholeMsMax
                    made.answer_bytes_max = OutgoingClient.Limits.answerBytesMax
                    made.context = Unmanaged.passUnretained(run).toOpaque()
                    made.may_connect = { context, bytes, count in
                        Sender.mayConnect(context, bytes, count)
                    }
                    made.is_stopped = { context in
                        Sender.run(context).map { $0.stop.isSet ? 1 : 0 } ?? 1
                    }
                    if request.keepsAnswer {
                        made.on_answer = { context, isHeader, bytes, count in
                            Sender.keep(context, isHeader != 0, bytes, count)
                        }
                    }
                    return ccurl_send(session, &made, &status)
                }
            }
        }
    }

    /// Hands out pointers to texts that stay where they are meanwhile.
    private static func withPointers<Value>(
        _ texts: [[CChar]], _ body: ([UnsafePointer<CChar>?]) -> Value
    ) -> Value {
        func next(_ index: Int, _ found: [UnsafePointer<CChar>?]) -> Value {
            guard index < texts.count else { return body(found) }
            return texts[index].withUnsafeBufferPointer {
                next(index + 1, found + [$0.baseAddress])
            }
        }
        return next(0, [])
    }

    private static func run(_ context: UnsafeMutableRawPointer?) -> Run? {
        context.map { Unmanaged<Run>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func keep(
        _ context: UnsafeMutableRawPointer?, _ isHeader: Bool, _ bytes: UnsafePointer<CChar>?,
        _ count: Int
    ) {
        guard let run = run(context), let bytes else { return }
        let part = UnsafeRawBufferPointer(start: bytes, count: count)
        if isHeader { run.lines += part } else { run.body += part }
    }

    private static func mayConnect(
        _ context: UnsafeMutableRawPointer?, _ bytes: UnsafePointer<UInt8>?, _ count: Int
    ) -> Int32 {
        guard let run = run(context), let bytes else { return 0 }
        let address = NetworkAddress(Array(UnsafeBufferPointer(start: bytes, count: count)))
        return switch address.reach {
        case .everywhere: 1
        case .near: run.target.allowsPrivate ? 1 : 0
        case .never: 0
        }
    }

    private static func answer(_ outcome: ccurl_outcome, _ status: Int) -> OutgoingAnswer {
        switch outcome {
        case CCURL_ANSWERED: .answered(status)
        case CCURL_REFUSED_ADDRESS: .failed(.nearAddress)
        case CCURL_NAME: .failed(.name)
        case CCURL_CONNECT: .failed(.connect)
        case CCURL_TLS: .failed(.certificate)
        case CCURL_TIMEOUT: .failed(.timeout)
        case CCURL_TOO_LONG: .failed(.tooLong)
        case CCURL_STOPPED: .failed(.stopping)
        default: .failed(.other)
        }
    }
}
