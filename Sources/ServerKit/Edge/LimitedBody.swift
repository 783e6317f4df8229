import HTTPTypes
import Hummingbird
import Kernel
import NIOCore

/// A body that fails as soon as it is longer than its route allows.
struct LimitedBody: AsyncSequence, Sendable {
    let body: RequestBody
    let bytesMax: Int
    let claim: BodyRoom.Claim

    struct Iterator: AsyncIteratorProtocol {
        var parts: RequestBody.AsyncIterator
        var bytesLeft: Int
        let bytesMax: Int
        let claim: BodyRoom.Claim

        mutating func next() async throws -> ByteBuffer? {
            guard let part = try await nextPart() else { return nil }
            bytesLeft -= part.readableBytes
            guard bytesLeft >= 0 else { throw LimitedBody.tooLong(bytesMax) }
            try claim.grow(by: part.readableBytes)
            return part
        }

        private mutating func nextPart() async throws -> ByteBuffer? {
            do {
                return try await parts.next()
            } catch let refusal as EdgeRefusal {
                throw refusal
            } catch {
                throw EdgeRefusal.malformed("The request ended before its body was complete.")
            }
        }
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(
            parts: body.makeAsyncIterator(), bytesLeft: bytesMax, bytesMax: bytesMax, claim: claim)
    }

    /// Puts the limit on a request, and refuses it at once where it states a longer body.
    ///
    /// - Throws: ``Problem`` `.tooLong` that names the limit.
    static func limit(
        _ request: inout Request, bytesMax: Int, claim: BodyRoom.Claim
    ) throws {
        if let length = request.headers[.contentLength] {
            guard let bytes = Int(length), bytes >= 0 else {
                throw Problem(.structure, "Content-Length is not one whole number.")
            }
            guard bytes <= bytesMax else { throw tooLong(bytesMax) }
            if bytes == 0 { return }
        } else if request.method == .get || request.method == .head {
            return
        }
        request.body = RequestBody(
            asyncSequence: LimitedBody(body: request.body, bytesMax: bytesMax, claim: claim))
    }

    static func tooLong(_ bytesMax: Int) -> Problem {
        Problem(.tooLong, "The body is too large: this route takes at most \(bytesMax) bytes.")
    }
}
