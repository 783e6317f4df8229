import Glibc
package import Kernel

/// What is mounted where, and which disks have which labels.
package struct Mounts: Sendable {
    /// One mounted file system.
    package struct Entry: Hashable, Sendable {
        /// The folder that it is mounted on.
        package let path: String
        /// The kind, such as `ext4` or `cifs`.
        package let kind: String
        /// The device or address, such as `/dev/sdb1`.
        package let source: String
    }

    /// The longest table that is read, in bytes.
    private static let tableBytesMax = 1_048_576
    private let table: @Sendable () -> String
    private let device: @Sendable (String) -> String?

    /// Makes it from its two questions.
    ///
    /// - Parameters:
    ///   - table: lines as proc(5) has them in `/proc/self/mountinfo`.
    ///   - device: the device with a label; nil where none is plugged in.
    package init(
        table: @escaping @Sendable () -> String, device: @escaping @Sendable (String) -> String?
    ) {
        self.table = table
        self.device = device
    }

    /// Those of this machine.
    package static let system = Mounts(
        table: { read("/proc/self/mountinfo") },
        device: { label in
            guard let real = realpath("/dev/disk/by-label/" + escaped(label), nil) else {
                return nil
            }
            defer { free(real) }
            return String(cString: real)
        })

    /// All of them, the latest last.
    ///
    /// Spec: Linux proc_pid_mountinfo(5), https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
    package var entries: [Entry] {
        table().split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard let dash = words.firstIndex(of: "-"), dash >= 6, words.count > dash + 2 else {
                return nil
            }
            return Entry(
                path: Self.plain(words[4]), kind: String(words[dash + 1]),
                source: Self.plain(words[dash + 2]))
        }
    }

    /// What is mounted on exactly this folder.
    package func mount(at path: String) -> Entry? { entries.last { $0.path == path } }

    /// Where the disk with a label is mounted.
    ///
    /// - Throws: ``Problem`` that says whether it is not plugged in or only not mounted.
    package func path(ofLabel label: String) throws(Problem) -> String {
        guard let device = device(label) else {
            throw Problem(
                .notFound,
                "No stick or disk with the label \(label) is plugged in. Plug it into the box.")
        }
        guard let entry = entries.last(where: { $0.source == device }) else {
            throw Problem(
                .notFound,
                "The disk \(label) is plugged in, but not mounted. Have the machine mount it by "
                    + "itself: the handbook says how, under Backups.")
        }
        return entry.path
    }

    /// Whether a text can be the label of a disk.
    package static func isLabel(_ text: String) -> Bool {
        1...64 ~= text.utf8.count
            && text.unicodeScalars.allSatisfy {
                $0.value >= 0x20 && $0.value != 0x7F && $0 != "/" && $0 != "\\"
            }
            && text != "." && text != ".."
    }

    /// How udev writes a label in a path: everything but letters, digits and a few signs in hex.
    private static func escaped(_ label: String) -> String {
        label.utf8.reduce(into: "") { text, byte in
            let isPlain =
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || byte >= 0x80
                || "#+-.:=@_".utf8.contains(byte)
            text +=
                isPlain
                ? String(decoding: [byte], as: UTF8.self)
                : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }

    /// A path of the table without its octal escapes.
    private static func plain(_ word: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(word.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            let isEscape =
                byte == UInt8(ascii: "\\") && digits.count == 3
                && digits.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "7") ~= $0 }
            guard isEscape else {
                bytes.append(byte)
                continue
            }
            let value = digits.reduce(0) { $0 * 8 + Int($1 & 7) }
            bytes.append(UInt8(truncatingIfNeeded: value))
            rest = rest.dropFirst(3)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func read(_ path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < tableBytesMax {
            let count = Glibc.read(file, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
