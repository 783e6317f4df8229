import FHIRModel
import Kernel
import Sealing

/// One certificate, from the order to the chain.
///
/// Spec: RFC 8555, 7.4, https://www.rfc-editor.org/rfc/rfc8555#section-7.4
struct AcmeOrder {
    /// Limits of an order.
    enum Limits {
        static let looksMax = 60
        static let pauseSeconds = 2
        static let pauseSecondsMax = 30
    }

    var session: AcmeSession
    let names: [String]
    let desk: ChallengeDesk
    let hook: NameServerHook?
    /// Waits so many seconds; false where the box stops.
    let pause: @Sendable (Int) async -> Bool

    /// Orders a certificate, proves the names, and fetches it.
    ///
    /// - Parameter request: the signing request as DER.
    /// - Returns: the chain as PEM, the certificate of the box first.
    mutating func certificate(for request: [UInt8]) async throws(AcmeFault) -> [UInt8] {
        let begun = try await session.post(session.newOrder, orderPayload)
        let place = try AcmeSession.address(begun.location, "newOrder")
        guard let order = begun.json,
            let proofs = order["authorizations"]?.elements.compactMap(\.string),
            (1...names.count).contains(proofs.count)
        else { throw .odd("newOrder") }
        let finalize = try AcmeSession.address(order.string("finalize"), "finalize")
        for proof in proofs { try await prove(AcmeSession.address(proof, "authorization")) }
        _ = try await wait(place, until: ["ready", "valid"], "the order")
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("csr", Base64URL.text(request))
        writer.endObject()
        _ = try await session.post(finalize, writer.bytes)
        let done = try await wait(place, until: ["valid"], "the order")
        return try await session.post(
            AcmeSession.address(done.string("certificate"), "certificate"), nil
        ).body
    }

    private var orderPayload: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.array("identifiers") { list in
            for name in names {
                list.object { one in
                    one.member("type", "dns")
                    one.member("value", name)
                }
            }
        }
        writer.endObject()
        return writer.bytes
    }

    /// Proves one name, and takes the proof back whatever came of it.
    ///
    /// Spec: RFC 8555, 7.5, https://www.rfc-editor.org/rfc/rfc8555#section-7.5
    private mutating func prove(_ place: OutgoingAddress) async throws(AcmeFault) {
        guard let found = try await session.post(place, nil).json,
            let name = found["identifier"]?.string("value"), names.contains(name)
        else { throw .odd("authorization") }
        if found.string("status") == "valid" { return }
        let kind = hook == nil ? "http-01" : "dns-01"
        guard
            let challenge = found["challenges"]?.elements.first(where: {
                $0.string("type") == kind
            }), let token = challenge.string("token").flatMap(AcmeSession.token)
        else { throw .noChallenge(name: name, kind: kind) }
        let address = try AcmeSession.address(challenge.string("url"), "challenge")
        let answer = session.authorization(of: token)
        let value = Base64URL.text(SHA256.digest(Array(answer.utf8)))
        var fault: AcmeFault?
        do throws(AcmeFault) {
            if let hook {
                try await hook.run(.add, name: name, value: value)
            } else {
                desk.put(token, answer, for: name)
            }
            _ = try await session.post(address, Array("{}".utf8))
            _ = try await wait(place, until: ["valid"], name)
        } catch {
            fault = error
        }
        desk.remove(token)
        // A record that stays in the name server proves nothing any more; the next order has another.
        try? await hook?.run(.remove, name: name, value: value)
        if let fault { throw fault }
    }

    /// Looks again and again until a thing has one of some states.
    private mutating func wait(
        _ place: OutgoingAddress, until states: Set<String>, _ name: String
    ) async throws(AcmeFault) -> JSON {
        for _ in 0..<Limits.looksMax {
            let answer = try await session.post(place, nil)
            guard let json = answer.json, let status = json.string("status") else {
                throw .odd(name)
            }
            if states.contains(status) { return json }
            guard ["pending", "processing", "ready"].contains(status) else {
                throw Self.refusal(json, name)
            }
            let seconds = min(
                answer.retryAfterSeconds ?? Limits.pauseSeconds, Limits.pauseSecondsMax)
            guard await pause(max(1, seconds)) else { throw .unreachable(.stopping) }
        }
        throw .slow
    }

    private static func refusal(_ json: JSON, _ name: String) -> AcmeFault {
        let failed = json["challenges"]?.elements.compactMap { $0["error"] }.first
        if let failed {
            return .invalid(name: name, detail: AcmeFault.shown(failed.string("detail")))
        }
        return .refused(
            kind: "invalid", detail: AcmeFault.shown(json["error"]?.string("detail")),
            retryAfterSeconds: nil)
    }
}
