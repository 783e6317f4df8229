import FHIRModel
import Kernel
import Sealing

/// The signed conversation with one authority.
///
/// Spec: RFC 8555, 6, https://www.rfc-editor.org/rfc/rfc8555#section-6
struct AcmeSession {
    /// Limits of the conversation.
    enum Limits {
        static let nonceTriesMax = 3
        static let textBytesMax = 512
        static let waitSecondsMax = 604_800
    }

    /// What the authority answered.
    struct Answer {
        let status: Int
        let body: [UInt8]
        let location: String?
        let retryAfterSeconds: Int?

        /// The body as JSON; an object without members where it is none.
        var json: JSON? { try? JSON.parse(body) }  // nil is judged by whoever asks
    }

    private let client: OutgoingClient
    private let key: AccountKey
    private let newNonce: OutgoingAddress
    let newAccount: OutgoingAddress
    let newOrder: OutgoingAddress
    private var account: String?
    private var nonce: String?

    /// Reads the directory.
    ///
    /// Spec: RFC 8555, 7.1.1, https://www.rfc-editor.org/rfc/rfc8555#section-7.1.1
    init(
        _ client: OutgoingClient, key: AccountKey, directory: OutgoingAddress
    ) async throws(AcmeFault) {
        self.client = client
        self.key = key
        let answer = try await Self.ask(
            client, OutgoingRequest(method: "GET", address: directory, headers: Self.headers))
        guard answer.status == 200, let json = answer.json else {
            throw .odd("the directory")
        }
        newNonce = try Self.address(json.string("newNonce"), "newNonce")
        newAccount = try Self.address(json.string("newAccount"), "newAccount")
        newOrder = try Self.address(json.string("newOrder"), "newOrder")
    }

    /// The proof that goes with a token: the token and what the key is recognised by.
    ///
    /// Spec: RFC 8555, 8.1, https://www.rfc-editor.org/rfc/rfc8555#section-8.1; RFC 7638
    func authorization(of token: String) -> String {
        "\(token).\(Base64URL.text(SHA256.digest(jwk)))"
    }

    /// Registers the key, or finds the account that it has already.
    ///
    /// Spec: RFC 8555, 7.3, https://www.rfc-editor.org/rfc/rfc8555#section-7.3
    mutating func register(contact: String?) async throws(AcmeFault) {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("termsOfServiceAgreed", true)
        if let contact { writer.array("contact") { $0.string("mailto:\(contact)") } }
        writer.endObject()
        let answer = try await post(newAccount, writer.bytes)
        guard let place = answer.location, place.utf8.count <= OutgoingAddress.bytesMax else {
            throw .odd("newAccount")
        }
        account = place
    }

    /// Sends something signed; nothing reads what is there.
    ///
    /// A number that the authority does not take any more is replaced by a fresh one.
    /// Spec: RFC 8555, 6.5, https://www.rfc-editor.org/rfc/rfc8555#section-6.5
    mutating func post(
        _ address: OutgoingAddress, _ payload: [UInt8]?
    ) async throws(AcmeFault) -> Answer {
        for attempt in 1...Limits.nonceTriesMax {
            let nonce = try await takeNonce()
            let body = try signed(payload, for: address, nonce: nonce)
            let reply = await client.fetch(
                OutgoingRequest(
                    method: "POST", address: address,
                    headers: Self.headers + ["Content-Type: application/jose+json"], body: body))
            self.nonce = reply.field("replay-nonce").flatMap(Self.token)
            let answer = try Self.answer(reply)
            if (200...299).contains(answer.status) { return answer }
            let fault = Self.fault(answer)
            guard case .refused("badNonce", _, _) = fault, attempt < Limits.nonceTriesMax else {
                throw fault
            }
        }
        throw .odd("Replay-Nonce")
    }

    private mutating func takeNonce() async throws(AcmeFault) -> String {
        if let kept = nonce {
            nonce = nil
            return kept
        }
        let reply = await client.fetch(
            OutgoingRequest(method: "GET", address: newNonce, headers: Self.headers))
        _ = try Self.answer(reply)
        guard let fresh = reply.field("replay-nonce").flatMap(Self.token) else {
            throw .odd("Replay-Nonce")
        }
        return fresh
    }

    /// One request as the authority reads it.
    ///
    /// Spec: RFC 7515, 7.2.2, https://www.rfc-editor.org/rfc/rfc7515#section-7.2.2
    private func signed(
        _ payload: [UInt8]?, for address: OutgoingAddress, nonce: String
    ) throws(AcmeFault) -> [UInt8] {
        var head = JSONWriter()
        head.beginObject()
        head.member("alg", "ES256")
        if let account {
            head.member("kid", account)
        } else {
            head.member("jwk", raw: jwk)
        }
        head.member("nonce", nonce)
        head.member("url", address.written)
        head.endObject()
        let protected = Base64URL.text(head.bytes)
        let content = Base64URL.text(payload ?? [])
        let signature: [UInt8]
        do {
            signature = try key.signature(of: Array("\(protected).\(content)".utf8))
        } catch {
            throw .library
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("protected", protected)
        writer.member("payload", content)
        writer.member("signature", Base64URL.text(signature))
        writer.endObject()
        return writer.bytes
    }

    /// The public key, in the order of letters that its digest is made of.
    private var jwk: [UInt8] {
        let (x, y) = (Base64URL.text(key.x), Base64URL.text(key.y))
        return Array(#"{"crv":"P-256","kty":"EC","x":"\#(x)","y":"\#(y)"}"#.utf8)
    }

    private static let headers = [
        "User-Agent: tribal-ehr", "Accept: application/json, application/pem-certificate-chain",
    ]

    private static func ask(
        _ client: OutgoingClient, _ request: OutgoingRequest
    ) async throws(AcmeFault) -> Answer {
        try answer(await client.fetch(request))
    }

    private static func answer(_ reply: OutgoingReply) throws(AcmeFault) -> Answer {
        switch reply.outcome {
        case .failed(let failure): throw .unreachable(failure)
        case .answered(let status):
            return Answer(
                status: status, body: reply.body, location: reply.field("location"),
                retryAfterSeconds: reply.field("retry-after").flatMap { Int($0) }.map {
                    min(max($0, 0), Limits.waitSecondsMax)
                })
        }
    }

    /// What an answer that says no says.
    ///
    /// Spec: RFC 8555, 6.7, https://www.rfc-editor.org/rfc/rfc8555#section-6.7
    private static func fault(_ answer: Answer) -> AcmeFault {
        let kind = answer.json?.string("type") ?? ""
        return .refused(
            kind: AcmeFault.shown(kind.split(separator: ":").last.map(String.init) ?? ""),
            detail: AcmeFault.shown(answer.json?.string("detail") ?? "status \(answer.status)"),
            retryAfterSeconds: answer.retryAfterSeconds)
    }

    /// An address that the authority named; the client asks it on the authority's machine only.
    static func address(_ text: String?, _ place: String) throws(AcmeFault) -> OutgoingAddress {
        guard let text else { throw .odd(place) }
        do {
            return try OutgoingAddress(text)
        } catch {
            throw .odd(place)
        }
    }

    /// A text of the letters of base64url; nil for any other.
    static func token(_ text: String) -> String? {
        let isToken =
            (1...Limits.textBytesMax).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || $0 == 0x2D
                    || $0 == 0x5F
            }
        return isToken ? text : nil
    }
}
