import CMalloc

/// How the allocator gives memory back to the system.
package enum HeapReturn {
    /// Bytes from which a block is mapped by itself, and unmapped when it is freed.
    private static let mappedBytesMin: Int32 = 1_048_576
    /// Bytes at the end of a heap that are given back once they are free.
    private static let trimmedBytesMin: Int32 = 1_048_576
    /// Heaps beside each other; each keeps what it once needed.
    private static let heapsMax: Int32 = 4

    /// Has large blocks returned as soon as they are free.
    ///
    /// Left alone, glibc raises the size from which blocks are mapped up to 32 MiB as soon as one was
    /// freed. After one upload of 40 MiB the process then kept 130 MiB for good, on a box that has
    /// other things to do with its memory.
    ///
    /// Spec: glibc manual §3.2.3.6, https://sourceware.org/glibc/manual/latest/html_node/Malloc-Tunable-Parameters.html
    package static func setUp() {
        _ = mallopt(M_MMAP_THRESHOLD, mappedBytesMin)
        _ = mallopt(M_TRIM_THRESHOLD, trimmedBytesMin)
        _ = mallopt(M_ARENA_MAX, heapsMax)
    }

    /// Returns what large requests left free between small blocks that are still in use; some
    /// milliseconds.
    static func trim() {
        _ = malloc_trim(0)
    }
}
