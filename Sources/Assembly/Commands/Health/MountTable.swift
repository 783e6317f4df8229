import Glibc

/// What a kind of file system is good for.
package enum FileSystemUse: Hashable, Sendable {
    /// Keeps what it says it keeps.
    case good
    /// Forgets everything when the power goes.
    case forgets
    /// Its locks or its syncs do not hold.
    case unsafe
    /// Nobody has tried.
    case untested

    /// Judges a kind by the name that the kernel gives it.
    package static func of(_ kind: String) -> FileSystemUse {
        switch kind {
        case "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs": .good
        case "tmpfs", "ramfs", "overlay": .forgets
        case "nfs", "nfs4", "cifs", "smb3", "9p", "vfat", "exfat", "virtiofs": .unsafe
        default: kind.hasPrefix("fuse") ? .unsafe : .untested
        }
    }
}

/// What is mounted where.
package enum MountTable {
    private static let path = "/proc/self/mounts"

    /// The kind of the file system that a path lies on; nil if that is not known.
    static func kind(of place: String) -> String? {
        guard let real = realpath(place, nil), let file = fopen(path, "re") else { return nil }
        defer {
            free(real)
            fclose(file)
        }
        var table = ""
        var line = [CChar](repeating: 0, count: 4_096)
        while fgets(&line, Int32(line.count), file) != nil {
            table += String(
                decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
        return kind(of: String(cString: real), in: table)
    }

    /// The kind of the innermost mount that holds a path; of two on one place, the later one.
    ///
    /// - Parameter table: lines as proc(5) has them, `device place kind …`.
    /// Spec: Linux proc(5), /proc/mounts, https://man7.org/linux/man-pages/man5/proc_pid_mounts.5.html
    package static func kind(of place: String, in table: String) -> String? {
        var best: (length: Int, kind: String)?
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 3 else { continue }
            let mount = words[1].replacing("\\040", with: " ")
            let isAbove = mount == "/" || place == mount || place.hasPrefix(mount + "/")
            if isAbove && mount.utf8.count >= best?.length ?? 0 {
                best = (mount.utf8.count, String(words[2]))
            }
        }
        return best?.kind
    }
}
