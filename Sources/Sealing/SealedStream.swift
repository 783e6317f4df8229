/// A long run of bytes sealed in chunks, so that none can be changed, left out, doubled, moved or
/// put into another run, and the end cannot be cut off.
///
/// Each chunk is `nonce (12) | ciphertext | tag (16)` under a key that seals this one run only. The
/// nonce is `prefix (7) | place (4, big-endian) | last (1)`, as in the STREAM construction.
///
/// Spec: Hoang, Reyhanitabar, Rogaway, Vizár, https://eprint.iacr.org/2015/189
package enum SealedStream {
    /// Random bytes that begin the nonces of one run.
    package static let prefixBytes = 7
    /// Bytes that a seal adds to a chunk.
    package static let overheadBytes = AESGCM.overheadBytes
    /// Chunks of one run at most.
    package static let chunkCountMax = Int(UInt32.max)

    static func nonce(_ prefix: [UInt8], place: Int, isLast: Bool) -> [UInt8] {
        var nonce = prefix
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: place).bigEndian) {
            nonce.append(contentsOf: $0)
        }
        nonce.append(isLast ? 1 : 0)
        return nonce
    }

    /// Why a chunk does not open.
    package enum Fault: Error, Hashable, Sendable {
        /// It is too short to be one, or its last byte of the nonce is none.
        case cut
        /// It was sealed for another run.
        case foreign
        /// It belongs to another place of this run, counted from 0.
        case misplaced(Int)
        /// It comes after the chunk that was the last one.
        case afterEnd
        /// Its bytes, the key or what it is bound to are others.
        case changed
    }
}

/// Seals the chunks of one run, in order.
///
/// Not sendable: it belongs to one thread at a time.
package final class StreamSealer {
    private let context = AESGCMContext()
    private let key: SecretBytes
    private let prefix: [UInt8]
    private let binding: [UInt8]
    /// How many chunks were sealed.
    package private(set) var count = 0

    /// Starts a run.
    ///
    /// - Parameters:
    ///   - key: 32 bytes that seal nothing else.
    ///   - prefix: ``SealedStream/prefixBytes`` random bytes.
    ///   - binding: what every chunk is bound to, such as the digest of a header.
    package init(key: SecretBytes, prefix: [UInt8], binding: [UInt8]) {
        precondition(prefix.count == SealedStream.prefixBytes, "A prefix has seven bytes.")
        self.key = key
        self.prefix = prefix
        self.binding = binding
    }

    /// Seals the next chunk.
    package func seal(
        _ plain: UnsafeRawBufferPointer, isLast: Bool
    ) throws(SealingError) -> [UInt8] {
        precondition(count < SealedStream.chunkCountMax, "A run has less than 2^32 chunks.")
        let nonce = SealedStream.nonce(prefix, place: count, isLast: isLast)
        let sealed = try context.sealed(
            plain, key: key, aad: binding, header: [], nonce: nonce
        ).get()
        count += 1
        return sealed
    }
}

/// Opens the chunks of one run, in order.
///
/// Not sendable: it belongs to one thread at a time.
package final class StreamOpener {
    private let context = AESGCMContext()
    private let key: SecretBytes
    private let prefix: [UInt8]
    private let binding: [UInt8]
    /// How many chunks were opened.
    package private(set) var count = 0
    /// Whether the last chunk was opened.
    package private(set) var isAtEnd = false

    /// Starts a run with what it was sealed with.
    package init(key: SecretBytes, prefix: [UInt8], binding: [UInt8]) {
        self.key = key
        self.prefix = prefix
        self.binding = binding
    }

    /// Opens the next chunk.
    package func open(_ sealed: UnsafeRawBufferPointer) throws(SealedStream.Fault) -> [UInt8] {
        guard !isAtEnd else { throw .afterEnd }
        guard sealed.count >= SealedStream.overheadBytes, sealed[11] <= 1 else { throw .cut }
        guard sealed.prefix(prefix.count).elementsEqual(prefix) else { throw .foreign }
        let place = sealed[7..<11].reduce(0) { $0 << 8 | Int($1) }
        guard place == count else { throw .misplaced(place) }
        guard
            case .success(let plain) = context.opened(
                sealed, key: key, aad: binding, headerBytes: 0)
        else { throw .changed }
        count += 1
        isAtEnd = sealed[11] == 1
        return plain
    }
}
