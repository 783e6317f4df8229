import COpenSSL

/// Key bytes: in locked memory that is left out of core dumps, wiped when no longer used, and never
/// printed.
///
/// About 130,000 keys of 32 bytes fit into the locked memory; further ones lie in ordinary memory
/// and are wiped just the same.
package final class SecretBytes: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// How many bytes there are.
    package let count: Int
    /// Written in `init` only.
    private nonisolated(unsafe) let start: UnsafeMutableRawPointer  // because only init writes

    /// Makes a secret from what a body writes into the given number of zeroed bytes.
    package init<Failure: Error>(
        count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        self.count = count
        self.start = SecretBytes.allocate(count)
        try fill(UnsafeMutableRawBufferPointer(start: start, count: count))
    }

    /// Copies bytes; the caller's copy stays as it is, so wipe it with ``wipe(_:)``.
    package convenience init(copying bytes: [UInt8]) {
        self.init(count: bytes.count) { (into) throws(Never) in into.copyBytes(from: bytes) }
    }

    deinit { CRYPTO_secure_clear_free(start, max(1, count), "", 0) }

    /// Hands out the bytes; they must not leave the body.
    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Whether two secrets have the same bytes, in a time that depends on their length only.
    package func equals(_ other: SecretBytes) -> Bool {
        count == other.count && CRYPTO_memcmp(start, other.start, count) == 0
    }

    /// Fresh random bytes of the kernel.
    package static func random(_ count: Int) throws(SealingError) -> SecretBytes {
        try SecretBytes(count: count) { (into) throws(SealingError) in
            guard copenssl_random(into.baseAddress, into.count) == 1 else {
                throw SealingError.noRandomness
            }
        }
    }

    /// Overwrites an array with zeros in a way that the compiler does not leave out.
    package static func wipe(_ bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
    }

    package var description: String { "<\(count) secret bytes>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }

    private static let arenaBytes = 4 << 20

    /// Whether the locked memory is there; without it every allocation is an ordinary one.
    private static let arena: Int32 = CRYPTO_secure_malloc_init(arenaBytes, 32)

    private static func allocate(_ count: Int) -> UnsafeMutableRawPointer {
        _ = arena
        let bytes = max(1, count)
        if let locked = CRYPTO_secure_zalloc(bytes, "", 0) { return locked }
        guard let plain = CRYPTO_zalloc(bytes, "", 0) else {
            preconditionFailure("No memory for a key of \(count) bytes.")
        }
        return plain
    }
}
