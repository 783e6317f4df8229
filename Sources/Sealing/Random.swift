import COpenSSL

/// Random bytes for keys, salts, tokens and ids, straight from the kernel.
///
/// The kernel is asked each time because it alone notices that a virtual machine was resumed from a
/// snapshot; a generator in the process would go on with the numbers it has given out already.
package enum Random {
    /// Fresh random bytes.
    ///
    /// - Throws: ``SealingError/noRandomness``; the process must not go on then.
    package static func bytes(_ count: Int) throws(SealingError) -> [UInt8] {
        var ok: Int32 = 1
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { into, filled in
            ok = copenssl_random(into.baseAddress, count)
            filled = count
        }
        guard ok == 1 else { throw SealingError.noRandomness }
        return bytes
    }
}

/// The nonces of one context, drawn from the kernel 64 at a time.
struct NonceBlock {
    /// Bytes of one nonce.
    static let nonceBytes = 12
    private static let noncesDrawn = 64

    private var drawn: [UInt8] = []
    private var next = 0
    private var forks: UInt32 = 0

    /// Writes a nonce that was never given out before.
    mutating func take(into target: UnsafeMutableRawPointer) throws(SealingError) {
        // A forked child has the parent's unused nonces in its memory and must not use them.
        if next >= drawn.count || forks != copenssl_forks() {
            drawn = try Random.bytes(NonceBlock.noncesDrawn * NonceBlock.nonceBytes)
            forks = copenssl_forks()
            next = 0
        }
        drawn.withUnsafeBytes { drawn in
            let nonce = UnsafeRawBufferPointer(rebasing: drawn[next..<next + NonceBlock.nonceBytes])
            UnsafeMutableRawBufferPointer(start: target, count: nonce.count).copyMemory(from: nonce)
        }
        next += NonceBlock.nonceBytes
    }
}
