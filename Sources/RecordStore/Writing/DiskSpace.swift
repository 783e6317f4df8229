import Glibc
import Kernel
import Synchronization

/// Room kept free on the disk, so that a full disk still takes the audit entries of reads.
///
/// A file of zeros that is given back to the file system when a commit finds the disk full.
/// Changes are refused from then on until there is room for it again.
final class DiskSpace: Sendable {
    /// What a change is answered while the disk is full.
    static let full = Problem(
        .noStore,
        """
        The disk of the box is full; nothing was changed. Reading goes on. Free space on the \
        disk, then try again.
        """, retryAfterSeconds: 30)

    private static let ballastBytesMax = 64 * 1_048_576
    private let path: String
    private let fullFlag = Atomic<Bool>(false)

    init(path: String) {
        self.path = path
        refillIfPossible()
    }

    /// Whether changes are refused.
    var isFull: Bool { fullFlag.load(ordering: .acquiring) }

    /// Gives the room back to the file system.
    func noteFull() {
        fullFlag.store(true, ordering: .releasing)
        truncate(path, 0)
    }

    /// Takes the room again once there is twice as much; changes are then accepted again.
    func refillIfPossible() {
        var facts = statvfs()
        guard statvfs(folder, &facts) == 0 else { return }
        let blockBytes = Int(facts.f_frsize)
        let freeBytes = Int(facts.f_bavail) * blockBytes
        let wantedBytes = min(Self.ballastBytesMax, Int(facts.f_blocks) * blockBytes / 16)
        guard heldBytes < wantedBytes || isFull else { return }
        guard freeBytes > 2 * wantedBytes else { return }
        let file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
        guard file >= 0 else { return }
        let code = posix_fallocate(file, 0, off_t(wantedBytes))
        close(file)
        if code == 0 { fullFlag.store(false, ordering: .releasing) }
    }

    private var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return String(path[..<slash])
    }

    private var heldBytes: Int {
        var facts = stat()
        return stat(path, &facts) == 0 ? Int(facts.st_size) : 0
    }
}
