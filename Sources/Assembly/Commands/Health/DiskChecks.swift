import Glibc
import RecordStore
import Synchronization

/// Checks of the data folder and the disk below it.
enum DiskChecks {
    private static let freeBytesMin = 1 << 30
    private static let freeBytesWanted = 10 << 30
    private static let syncTries = 15
    private static let probeCount = Atomic<Int>(0)
    private static let syncMicrosecondsMin = 20
    private static let syncMicrosecondsMax = 50_000

    /// All of them.
    static func all(_ folder: DataFolder) -> [Finding] {
        let place = existingPart(of: folder.path)
        var findings = [writable(folder, place), room(place), fileSystem(place)]
        if access(place, W_OK | X_OK) == 0 { findings.append(syncing(place)) }
        return findings
    }

    /// The folder, or the nearest one above it that is there.
    private static func existingPart(of path: String) -> String {
        var part = path
        var facts = stat()
        while stat(part, &facts) != 0, let slash = part.utf8.lastIndex(of: UInt8(ascii: "/")),
            part != "/"
        {
            part = slash == part.startIndex ? "/" : String(part[..<slash])
        }
        return part
    }

    private static func writable(_ folder: DataFolder, _ place: String) -> Finding {
        guard access(place, R_OK | W_OK | X_OK) == 0 else {
            return .failed(
                "data-folder", "\(place) cannot be written: \(SystemReason.text).",
                cure: "Run as the owner of the folder, mount the disk writable, or use --data-dir.")
        }
        guard place == folder.path else {
            return .ok("data-folder", "\(folder.path) will be made in \(place).")
        }
        var facts = stat()
        guard stat(place, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else {
            return .failed(
                "data-folder", "\(place) is not a folder.", cure: "Use another with --data-dir.")
        }
        guard facts.st_mode & 0o077 == 0 else {
            return .failed(
                "data-folder", "\(place) is open to other users of this machine.",
                cure: "chmod 700 \(place)")
        }
        return .ok("data-folder", "\(place) can be written, and by its owner only.")
    }

    private static func room(_ place: String) -> Finding {
        guard let free = freeBytes(place) else {
            return .warning(
                "disk-space", "The free space of \(place) is not known.", cure: "Check with: df")
        }
        let text = "\(free >> 20) MiB are free below \(place)."
        if free < freeBytesMin {
            return .failed("disk-space", text, cure: "Free at least 1 GiB, or use a larger disk.")
        }
        if free < freeBytesWanted {
            return .warning("disk-space", text, cure: "10 GiB leave room for years of records.")
        }
        return .ok("disk-space", text)
    }

    /// What is free for this program below a path, in bytes; nil where it is not known.
    static func freeBytes(_ place: String) -> Int? {
        var facts = statvfs()
        guard statvfs(place, &facts) == 0 else { return nil }
        return Int(facts.f_bavail) * Int(facts.f_frsize)
    }

    private static func fileSystem(_ place: String) -> Finding {
        guard let name = MountTable.kind(of: place) else {
            return .warning(
                "file-system", "The file system of \(place) is not known.",
                cure: "Check with: df -T")
        }
        switch FileSystemUse.of(name) {
        case .good:
            return .ok("file-system", "The data lies on \(name).")
        case .forgets:
            return .warning(
                "file-system", "The data lies on \(name), which loses it at power-off.",
                cure: "Use --data-dir on a disk for real patients.")
        case .unsafe:
            return .failed(
                "file-system", "The data lies on \(name), which cannot keep a database safe.",
                cure: "Use --data-dir on a local disk with ext4 or xfs.")
        case .untested:
            return .warning(
                "file-system", "The data lies on \(name).",
                cure: "ext4 and xfs are tested; use one of them where you can.")
        }
    }

    /// How long the disk takes to say that something is safe: too short means that it only says
    /// so.
    private static func syncing(_ place: String) -> Finding {
        guard let microseconds = syncMicroseconds(place) else {
            return .failed(
                "disk-sync", "Writing to \(place) failed: \(SystemReason.text).",
                cure: "Free some space, mount the disk writable, or check it with: dmesg, smartctl")
        }
        return verdict(microseconds)
    }

    /// The middle one of some writes with their sync, in microseconds; nil where one fails.
    static func syncMicroseconds(_ place: String) -> Int? {
        let id = probeCount.add(1, ordering: .relaxed).newValue
        let path = "\(place)/.sync-probe-\(getpid())-\(id)"
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { return nil }
        defer {
            close(file)
            unlink(path)
        }
        let block = [UInt8](repeating: 0x2E, count: 4_096)
        var times: [Int] = []
        for _ in 0..<syncTries {
            let start = ContinuousClock.now
            let count = block.withUnsafeBytes { pwrite(file, $0.baseAddress, block.count, 0) }
            guard count == block.count, fdatasync(file) == 0 else { return nil }
            let span = start.duration(to: .now).components
            times.append(Int(span.seconds) * 1_000_000 + Int(span.attoseconds / 1_000_000_000_000))
        }
        return times.sorted()[syncTries / 2]
    }

    private static func verdict(_ microseconds: Int) -> Finding {
        let text = "A write is safe after \(microseconds) µs."
        if microseconds < syncMicrosecondsMin {
            return .warning(
                "disk-sync", text + " No real disk is that fast: it does not wait for the disk.",
                cure: "Turn off a write cache without battery, or use a disk with power protection."
            )
        }
        if microseconds > syncMicrosecondsMax {
            return .warning(
                "disk-sync", text + " Saving will feel slow.", cure: "Use a solid-state disk.")
        }
        return .ok("disk-sync", text)
    }
}
