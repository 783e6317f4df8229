import Backups
package import FHIRModel
import Glibc
import Kernel
package import RecordStore
import Synchronization

/// Where the page puts packages, and asks root's side to do what the box itself may not.
///
/// The box writes a file that names the wish; a unit of the package sees it, checks everything anew
/// from its own copies, and writes down how it ended.
package final class UpgradeDesk: Sendable {
    /// What the page may wish for.
    package enum Request: String, CaseIterable, Sendable {
        case install
        case rollBack = "roll-back"
    }

    /// What it needs of the box.
    package struct Parts: Sendable {
        let data: DataFolder
        /// The release that runs, and what else a package is judged by.
        let machine: @Sendable () -> PackageCheck.Machine
        /// Writes how far upgrades are, as members of an object.
        let write: @Sendable (inout JSONWriter) throws -> Void
        /// Whether root's side is there.
        let isPackaged: @Sendable () -> Bool

        /// Collects the parts.
        package init(
            data: DataFolder, machine: @escaping @Sendable () -> PackageCheck.Machine,
            write: @escaping @Sendable (inout JSONWriter) throws -> Void,
            isPackaged: @escaping @Sendable () -> Bool
        ) {
            self.data = data
            self.machine = machine
            self.write = write
            self.isPackaged = isPackaged
        }
    }

    /// The most bytes of one piece of an upload.
    static let pieceBytesMax = 8 << 20
    private static let requestName = "request"
    private static let packageName = "package.deb"
    private static let requestBytesMax = 64

    private let parts: Parts
    private let isUploading = Mutex(false)

    /// Makes the desk of a box.
    package init(_ parts: Parts) { self.parts = parts }

    /// Where the package of the page lies.
    package static func packagePath(_ data: DataFolder) -> String {
        folder(data) + "/" + packageName
    }

    private static func folder(_ data: DataFolder) -> String { data.path + "/upgrade" }

    /// Takes a wish away and says what it was; nil where there is none, or nobody knows it.
    ///
    /// Follows no link, because root calls it in a folder of the service.
    package static func takeRequest(_ data: DataFolder) -> Request? {
        let place = open(folder(data), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard place >= 0 else { return nil }
        defer { close(place) }
        let file = openat(place, requestName, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        var bytes = [UInt8](repeating: 0, count: requestBytesMax)
        let count = file >= 0 ? Glibc.read(file, &bytes, bytes.count) : 0
        if file >= 0 { close(file) }
        unlinkat(place, requestName, 0)
        return Request(rawValue: String(decoding: bytes.prefix(max(0, count)), as: UTF8.self))
    }

    private var folder: String { Self.folder(parts.data) }
    private var package: String { Self.packagePath(parts.data) }
    private var signature: String { package + PackageCheck.signatureSuffix }
    private var part: String { folder + "/." + Self.packageName + ".part" }
    private var request: String { folder + "/" + Self.requestName }

    /// Takes the next piece of a package.
    ///
    /// - Parameters:
    ///   - offset: how many bytes came before; 0 begins anew.
    ///   - total: bytes of the whole file.
    /// - Returns: bytes that are there.
    /// - Throws: ``Problem`` `.conflict` for a piece that does not follow.
    func take(_ piece: [UInt8], offset: Int, total: Int) throws -> Int {
        let isFree = isUploading.withLock { isBusy in
            defer { isBusy = true }
            return !isBusy
        }
        guard isFree else {
            throw Problem(.conflict, "Another browser is at this at the moment. Try again.")
        }
        defer { isUploading.withLock { $0 = false } }
        guard 1...SignedPackage.packageBytesMax ~= total, offset >= 0,
            offset <= total, piece.count <= total - offset
        else {
            throw Problem(.value, "The piece lies outside of the file.", location: "offset")
        }
        try Folders.make(folder)
        if offset == 0 {
            for path in [part, package, signature] { unlink(path) }
            try Folders.requireRoom(total + (64 << 20), in: folder)
            try FileBytes.replace(part, with: [])
        }
        guard Folders.fileBytes(part) == offset else {
            throw Problem(
                .conflict, "The file did not arrive in order. Choose it once more.",
                location: "offset")
        }
        if !piece.isEmpty { try FileBytes.append(piece, to: part) }
        guard offset + piece.count == total else { return offset + piece.count }
        guard rename(part, package) == 0 else {
            throw Problem(.incomplete, "The file could not be kept. Send it once more.")
        }
        return total
    }

    /// Takes the signature and checks what is there; both go where they do not pass.
    func check(_ text: String) throws -> SignedPackage {
        guard Folders.exists(package) else {
            throw Problem(.notFound, "The package did not arrive. Choose both files once more.")
        }
        try FileBytes.replace(signature, with: Array(text.utf8))
        do {
            return try checked()
        } catch {
            for path in [package, signature] { unlink(path) }
            throw error
        }
    }

    /// What was sent and passes; nil where nothing was sent.
    var waiting: SignedPackage? {
        guard Folders.exists(package), Folders.exists(signature) else { return nil }
        // What does not pass any more, such as after it was installed, waits for nobody.
        return try? checked()
    }

    private func checked() throws(Problem) -> SignedPackage {
        try PackageCheck(parts.machine()).run(package, signature: signature)
    }

    /// Leaves word for root's side.
    ///
    /// - Throws: ``Problem`` `.notSupported` where there is nobody to read it.
    func wish(_ wish: Request) throws {
        guard parts.isPackaged() else {
            throw Problem(
                .notSupported,
                "This box was not installed as a package. Start another release with its own program."
            )
        }
        if wish == .install { _ = try checked() }
        try Folders.make(folder)
        try FileBytes.replace(request, with: Array(wish.rawValue.utf8))
    }

    /// Writes what the page shows.
    func write(to out: inout JSONWriter) throws {
        out.member("isPackaged", parts.isPackaged())
        out.member("isAsked", Folders.exists(request))
        if let waiting {
            out.object("waiting") { one in
                one.member("version", waiting.version)
                one.member("bytes", waiting.byteCount)
                one.member("schemaStep", waiting.schemaStep)
            }
        }
        try parts.write(&out)
    }
}
