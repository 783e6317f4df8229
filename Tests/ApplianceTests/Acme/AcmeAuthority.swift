import FHIRModel
import Kernel
import NIOCore
import NIOHTTP1
import NIOPosix
import Sealing
import Synchronization
import TestKit

/// An invented authority that speaks ACME on loopback, and believes nothing that it did not check:
/// signatures, numbers used once, addresses, and what the box shows as a proof.
final class AcmeAuthority: Sendable {
    /// What it does otherwise than usual.
    struct Manner: Sendable {
        /// So many numbers are refused.
        var badNonces = 0
        var isLimited = false
        /// Answers this in place of a body, at the step of this name.
        var junk: (step: String, body: String)?
        /// Names the certificate is for, where not those of the order.
        var otherNames: [String]?
        /// The directory names an address on another machine.
        var isElsewhere = false
        /// Puts this in place of every token.
        var token: String?
        var days: Int64 = 90
    }

    private struct Order {
        var names: [String] = []
        var proven: Set<String> = []
        var failed: Set<String> = []
        var chain: String?
    }

    private struct State {
        var manner = Manner()
        var nonces: Set<String> = []
        var number = 0
        var accounts: [[UInt8]] = []
        var orders: [Order] = []
        var requests: [String] = []
        var refusals: [String] = []
    }

    private let state = Mutex(State())
    private let channel = Mutex<(any Channel)?>(nil)
    private let clock: FixedClock
    private let signer: RequestSigner
    /// Looks at the box as the internet sees it: name and token to the proof.
    private let look: @Sendable (String, String) -> String?

    private init(
        _ clock: FixedClock, _ signer: RequestSigner,
        _ look: @escaping @Sendable (String, String) -> String?
    ) {
        self.clock = clock
        self.signer = signer
        self.look = look
    }

    /// Runs an authority while `body` runs.
    static func with(
        _ clock: FixedClock, look: @escaping @Sendable (String, String) -> String?,
        _ body: (AcmeAuthority) async throws -> Void
    ) async throws {
        guard let signer = RequestSigner(nowMs: clock.wallMs) else {
            throw Problem(.incomplete, "")
        }
        let authority = AcmeAuthority(clock, signer, look)
        let made = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(Handler(authority))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        authority.channel.withLock { $0 = made }
        do {
            try await body(authority)
        } catch {
            try? await made.close()
            throw error
        }
        // Closed already is as good.
        try? await made.close()
    }

    private var port: Int { channel.withLock { $0?.localAddress?.port ?? 0 } }
    private var base: String { "http://127.0.0.1:\(port)" }
    var directory: String { base + "/directory" }

    var manner: Manner {
        get { state.withLock { $0.manner } }
        set { state.withLock { $0.manner = newValue } }
    }

    func behave(_ change: (inout Manner) -> Void) { state.withLock { change(&$0.manner) } }

    var accountCount: Int { state.withLock { $0.accounts.count } }
    var requests: [String] { state.withLock { $0.requests } }
    /// Why requests were refused.
    var refusals: [String] { state.withLock { $0.refusals } }

    /// One answer.
    struct Answer {
        var status = 200
        var headers: [(String, String)] = []
        var body = "{}"
    }

    func answer(_ method: String, _ path: String, _ body: [UInt8]) -> Answer {
        state.withLock { $0.requests.append("\(method) \(path)") }
        var found = judged(method, path, body)
        let nonce = state.withLock { state in
            state.number += 1
            let nonce = "nonce-\(state.number)"
            state.nonces.insert(nonce)
            return nonce
        }
        found.headers.append(("Replay-Nonce", nonce))
        if let junk = manner.junk, path.contains(junk.step) { found.body = junk.body }
        return found
    }

    private func judged(_ method: String, _ path: String, _ body: [UInt8]) -> Answer {
        if path == "/directory" {
            let host = manner.isElsewhere ? "http://127.0.0.1:\(port == 1 ? 2 : 1)" : base
            return Answer(
                body: #"""
                    {"newNonce":"\#(base)/new-nonce","newAccount":"\#(base)/new-account",\#
                    "newOrder":"\#(host)/new-order"}
                    """#)
        }
        if path == "/new-nonce" { return Answer(status: 204, body: "") }
        guard method == "POST" else { return refuse(405, "malformed", "Use POST.") }
        switch read(body, path) {
        case .failure(let refusal): return refusal.answer
        case .success(let (account, payload)): return act(path, account, payload)
        }
    }

    private struct Refusal: Error { let answer: Answer }

    private func refuse(_ status: Int, _ kind: String, _ detail: String) -> Answer {
        state.withLock { $0.refusals.append(kind) }
        return Answer(
            status: status, headers: kind == "rateLimited" ? [("Retry-After", "7200")] : [],
            body: #"{"type":"urn:ietf:params:acme:error:\#(kind)","detail":"\#(detail)"}"#)
    }

    /// Checks the signature, and that the number is fresh and the address the right one.
    private func read(_ body: [UInt8], _ path: String) -> Result<(Int?, [UInt8]), Refusal> {
        func no(_ kind: String, _ detail: String) -> Result<(Int?, [UInt8]), Refusal> {
            .failure(Refusal(answer: refuse(400, kind, detail)))
        }
        guard let json = try? JSON.parse(body), let protected = json.string("protected"),
            let head = Base64URL.bytes(protected).flatMap({ try? JSON.parse($0) }),
            let payload = json.string("payload"), let content = Base64URL.bytes(payload),
            let signature = json.string("signature").flatMap(Base64URL.bytes),
            signature.count == 64, head.string("alg") == "ES256"
        else { return no("malformed", "This is no JWS.") }
        let jwk: JSON?
        var account: Int?
        if let kid = head.string("kid") {
            let found = Int(kid.split(separator: "/").last ?? "") ?? -1
            let known = state.withLock {
                $0.accounts.indices.contains(found) ? $0.accounts[found] : nil
            }
            guard let known, head["jwk"] == nil else { return no("accountDoesNotExist", "Who?") }
            account = found
            jwk = try? JSON.parse(known)
        } else {
            jwk = head["jwk"]
            guard path == "/new-account" else { return no("malformed", "Use kid.") }
        }
        guard let x = jwk?.string("x").flatMap(Base64URL.bytes),
            let y = jwk?.string("y").flatMap(Base64URL.bytes),
            SignatureCheck.p256(
                x: x, y: y, bytes: Array("\(protected).\(payload)".utf8),
                signature: Self.der(signature))
        else { return no("malformed", "The signature is wrong.") }
        guard head.string("url") == base + path else { return no("unauthorized", "Another url.") }
        let isFresh = state.withLock { state -> Bool in
            guard state.nonces.remove(head.string("nonce") ?? "") != nil else { return false }
            if state.manner.badNonces > 0 {
                state.manner.badNonces -= 1
                return false
            }
            return true
        }
        guard isFresh else { return no("badNonce", "The number is not fresh.") }
        if path == "/new-account", let jwk { account = known(Array(jwk.rawBytes)) }
        return .success((account, content))
    }

    private func known(_ jwk: [UInt8]) -> Int {
        state.withLock { state in
            if let place = state.accounts.firstIndex(of: jwk) { return place }
            state.accounts.append(jwk)
            return state.accounts.count - 1
        }
    }

    private func act(_ path: String, _ account: Int?, _ payload: [UInt8]) -> Answer {
        let steps = path.split(separator: "/").map(String.init)
        switch steps.first {
        case "new-account":
            return Answer(status: 201, headers: [("Location", "\(base)/account/\(account ?? 0)")])
        case "new-order":
            if manner.isLimited { return refuse(429, "rateLimited", "Too many certificates.") }
            return begin(payload)
        case "order": return order(number(steps, 1))
        case "proof": return proof(number(steps, 1), number(steps, 2))
        case "challenge": return check(steps, account ?? 0)
        case "finalize": return finalize(number(steps, 1), payload)
        case "certificate":
            return Answer(body: state.withLock { $0.orders[number(steps, 1)].chain } ?? "")
        default: return refuse(404, "malformed", "Nothing is here.")
        }
    }

    private func number(_ steps: [String], _ place: Int) -> Int {
        steps.indices.contains(place) ? Int(steps[place]) ?? 0 : 0
    }

    private func begin(_ payload: [UInt8]) -> Answer {
        let names =
            (try? JSON.parse(payload))?["identifiers"]?.elements.compactMap { $0.string("value") }
            ?? []
        let number = state.withLock { state in
            state.orders.append(Order(names: names))
            return state.orders.count - 1
        }
        var answer = order(number)
        answer.status = 201
        answer.headers = [("Location", "\(base)/order/\(number)")]
        return answer
    }

    private func order(_ number: Int) -> Answer {
        let order = state.withLock { $0.orders[number] }
        let status =
            order.chain != nil
            ? "valid" : order.proven.count == order.names.count ? "ready" : "pending"
        let proofs = order.names.indices.map { #""\#(base)/proof/\#(number)/\#($0)""# }
        return Answer(
            headers: [("Retry-After", "1")],
            body: #"""
                {"status":"\#(status)","authorizations":[\#(proofs.joined(separator: ","))],\#
                "finalize":"\#(base)/finalize/\#(number)",\#
                "certificate":"\#(base)/certificate/\#(number)"}
                """#)
    }

    private func token(_ number: Int, _ place: Int) -> String {
        manner.token ?? "token-\(number)-\(place)"
    }

    private func proof(_ number: Int, _ place: Int) -> Answer {
        let order = state.withLock { $0.orders[number] }
        let name = order.names[place]
        let isFailed = order.failed.contains(name)
        let status = order.proven.contains(name) ? "valid" : isFailed ? "invalid" : "pending"
        let error = isFailed ? #","error":{"detail":"Nothing\nwas seen."}"# : ""
        let ways = ["http-01", "dns-01"].map { way in
            #"""
            {"type":"\#(way)","url":"\#(base)/challenge/\#(number)/\#(place)/\#(way)",\#
            "token":"\#(token(number, place))"\#(error)}
            """#
        }
        return Answer(
            body: #"""
                {"status":"\#(status)","identifier":{"type":"dns","value":"\#(name)"},\#
                "challenges":[\#(ways.joined(separator: ","))]}
                """#)
    }

    private func check(_ steps: [String], _ account: Int) -> Answer {
        let (number, place) = (number(steps, 1), number(steps, 2))
        let (name, jwk) = state.withLock {
            ($0.orders[number].names[place], $0.accounts[account])
        }
        let token = token(number, place)
        let expected = "\(token).\(Base64URL.text(SHA256.digest(jwk)))"
        let record = Base64URL.text(SHA256.digest(Array(expected.utf8)))
        let isSeen =
            look(name, token) == (steps.last == "dns-01" ? record : expected)
        state.withLock { state in
            if isSeen {
                _ = state.orders[number].proven.insert(name)
            } else {
                _ = state.orders[number].failed.insert(name)
            }
        }
        return Answer()
    }

    private func finalize(_ number: Int, _ payload: [UInt8]) -> Answer {
        let order = state.withLock { $0.orders[number] }
        guard order.proven.count == order.names.count,
            let request = (try? JSON.parse(payload))?.string("csr").flatMap(Base64URL.bytes),
            let chain = signer.chain(
                for: request, names: manner.otherNames ?? order.names, nowMs: clock.wallMs,
                days: manner.days)
        else { return refuse(403, "orderNotReady", "The names are not proven.") }
        state.withLock { $0.orders[number].chain = chain }
        return self.order(number)
    }

    /// A signature as libcrypto takes it.
    private static func der(_ numbers: [UInt8]) -> [UInt8] {
        func integer(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
            let digits = Array(bytes.drop { $0 == 0 })
            let whole = (digits.first ?? 0x80) & 0x80 == 0 ? digits : [0] + digits
            return [0x02, UInt8(whole.count)] + whole
        }
        let content = integer(numbers[..<32]) + integer(numbers[32...])
        return [0x30, UInt8(content.count)] + content
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let authority: AcmeAuthority
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []

        init(_ authority: AcmeAuthority) { self.authority = authority }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body = []
            case .body(let part): body += part.readableBytesView
            case .end:
                guard let head else { return }
                let answer = authority.answer(head.method.rawValue, head.uri, body)
                var fields = HTTPHeaders(answer.headers)
                fields.add(name: "Content-Length", value: "\(answer.body.utf8.count)")
                let start = HTTPResponseHead(
                    version: .http1_1, status: .init(statusCode: answer.status), headers: fields)
                context.write(wrapOutboundOut(.head(start)), promise: nil)
                var buffer = context.channel.allocator.buffer(capacity: answer.body.utf8.count)
                buffer.writeString(answer.body)
                context.write(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
