package import Kernel

/// Where a place beside the box's own disk lies, as an administrator wrote it.
package enum PlaceAddress: Hashable, Sendable {
    /// A folder on another disk of the machine.
    case folder(path: String)
    /// A share of another machine that is mounted on a folder (SMB, NFS).
    case share(path: String)
    /// A stick or disk with a label.
    case stick(label: String)

    /// The word of a kind: `folder`, `share` or `usb`.
    package var kind: String {
        switch self {
        case .folder: "folder"
        case .share: "share"
        case .stick: "usb"
        }
    }

    /// The path or the label.
    package var text: String {
        switch self {
        case .folder(let path), .share(let path): path
        case .stick(let label): label
        }
    }

    /// Reads what was written.
    ///
    /// - Parameter dataFolder: the box's own folder, which no place may lie in or above.
    /// - Throws: ``Problem`` `.value` that names the field `address` or `kind`.
    package init(kind: String, text: String, dataFolder: String) throws(Problem) {
        switch kind {
        case "folder": self = .folder(path: try Self.path(text, dataFolder))
        case "share": self = .share(path: try Self.path(text, dataFolder))
        case "usb":
            guard Mounts.isLabel(text) else {
                throw Problem(
                    .value,
                    "Write the label of the stick as its properties show it, such as BLUE.",
                    location: "address")
            }
            self = .stick(label: text)
        default:
            throw Problem(.value, "Choose a folder, a share or a stick.", location: "kind")
        }
    }

    /// The way to a place.
    package func storage(tag: String?, mounts: Mounts = .system) -> FolderStorage {
        switch self {
        case .folder(let path): FolderStorage(.folder(path), tag: tag, mounts: mounts)
        case .share(let path): FolderStorage(.mount(path), tag: tag, mounts: mounts)
        case .stick(let label): FolderStorage(.stick(label: label), tag: tag, mounts: mounts)
        }
    }

    private static func path(_ text: String, _ dataFolder: String) throws(Problem) -> String {
        let path = text.count > 1 && text.hasSuffix("/") ? String(text.dropLast()) : text
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let isPath =
            path.hasPrefix("/") && path != "/" && path.utf8.count <= 1_024
            && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
            && path.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        guard isPath else {
            throw Problem(
                .value, "Write the whole path of a folder, such as /mnt/backups.",
                location: "address")
        }
        let own = dataFolder + "/"
        guard !(path + "/").hasPrefix(own), !own.hasPrefix(path + "/") else {
            throw Problem(
                .value,
                "That folder is part of the box itself. A place must lie on another disk.",
                location: "address")
        }
        return path
    }
}
