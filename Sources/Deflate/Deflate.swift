import Glibc

/// Raw deflate, for stored bodies.
///
/// Uses working memory that each thread keeps.
///
/// Spec: RFC 1951, https://www.rfc-editor.org/rfc/rfc1951
package enum Deflate {
    /// Compresses bytes; level 1 is fastest, 9 smallest.
    package static func compress(_ bytes: [UInt8], level: Int = 6) -> [UInt8] {
        bytes.withUnsafeBytes { compress($0, level: level) }
    }

    /// Compresses bytes; level 1 is fastest, 9 smallest.
    package static func compress(_ bytes: UnsafeRawBufferPointer, level: Int = 6) -> [UInt8] {
        ThreadStreams.current.deflater(level: level).compress(bytes)
    }

    /// Decompresses what ``compress(_:level:)-([UInt8],_)`` made.
    ///
    /// - Parameter bytesMax: the most that may come out.
    /// - Throws: ``DeflateError``: truncated, corrupt (also bytes left over), too large.
    package static func decompress(_ bytes: [UInt8], bytesMax: Int) throws(DeflateError) -> [UInt8]
    {
        try bytes.withUnsafeBytes {
            ThreadStreams.current.inflater.decompress($0, bytesMax: bytesMax)
        }.get()
    }

    /// Decompresses bytes in place of a copy.
    package static func decompress(
        _ bytes: UnsafeRawBufferPointer, bytesMax: Int
    ) throws(DeflateError) -> [UInt8] {
        try ThreadStreams.current.inflater.decompress(bytes, bytesMax: bytesMax).get()
    }
}

/// The streams of one thread, made on first use and ended with it.
private final class ThreadStreams {
    let inflater = Inflater(window: -15)
    private var deflaters: [Int: Deflater] = [:]

    func deflater(level: Int) -> Deflater {
        if let kept = deflaters[level] { return kept }
        let made = Deflater(level: level, window: -15)
        deflaters[level] = made
        return made
    }

    static var current: ThreadStreams {
        if let kept = pthread_getspecific(slot) {
            return Unmanaged<ThreadStreams>.fromOpaque(kept).takeUnretainedValue()
        }
        let made = ThreadStreams()
        pthread_setspecific(slot, Unmanaged.passRetained(made).toOpaque())
        return made
    }

    private static let slot: pthread_key_t = {
        var slot = pthread_key_t()
        let code = pthread_key_create(&slot) { kept in
            // Glibc hands the pointer over as optional or not, depending on its version.
            let kept: UnsafeMutableRawPointer? = kept
            if let kept { Unmanaged<ThreadStreams>.fromOpaque(kept).release() }
        }
        precondition(code == 0, "No thread-local slot is left for the compression streams.")
        return slot
    }()
}
