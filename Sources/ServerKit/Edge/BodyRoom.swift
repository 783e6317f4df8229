import Kernel
import Synchronization

/// How much memory the bodies of all requests under way may take together.
///
/// Small bodies are not counted: connections are, and that bounds them. Room is taken as bytes come
/// in and not as a client announces them, so that nobody can hold it by promising much and sending
/// little.
final class BodyRoom: Sendable {
    /// Bytes of one body that are not counted.
    static let freeBytes = 1_048_576
    /// One Bundle of the largest size, and a little beside it.
    static let bytesMax = 72 * 1_048_576

    /// Bytes of one body after which its memory is returned to the system at once.
    private static let returnedBytesMin = 4 * 1_048_576

    private let usedBytes = Mutex(0)

    /// What one request has taken.
    final class Claim: Sendable {
        private let room: BodyRoom
        private let bytes = Mutex(0)

        fileprivate init(_ room: BodyRoom) { self.room = room }

        /// Takes room for more bytes of the body.
        ///
        /// - Throws: ``Problem`` `.transient` where other bodies have it.
        func grow(by count: Int) throws(Problem) {
            let more = bytes.withLock { bytes in
                let before = max(0, bytes - BodyRoom.freeBytes)
                bytes += count
                return max(0, bytes - BodyRoom.freeBytes) - before
            }
            guard more > 0 else { return }
            let fits = room.usedBytes.withLock { used in
                used += more
                return used <= BodyRoom.bytesMax
            }
            guard fits else {
                throw Problem(
                    .transient,
                    "The box takes in other large requests just now. Try again in some seconds.",
                    retryAfterSeconds: 5)
            }
        }

        /// Gives back what was taken; a second call does nothing.
        func end() {
            let taken = bytes.withLock { bytes in
                defer { bytes = 0 }
                return max(0, bytes - BodyRoom.freeBytes)
            }
            room.usedBytes.withLock { $0 -= taken }
            if taken >= BodyRoom.returnedBytesMin { HeapReturn.trim() }
        }
    }

    /// Starts the claim of one request.
    func claim() -> Claim { Claim(self) }

    /// Bytes that requests under way have taken.
    var used: Int { usedBytes.withLock { $0 } }
}
