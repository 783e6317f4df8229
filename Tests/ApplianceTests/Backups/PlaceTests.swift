import BackupPlaces
import Glibc
import Kernel
import TestKit
import Testing

/// Places for copies: folders, shares and sticks.
@Suite struct `Places of backups` {
    private static let name = "2026-03-02-1.tribal-ehr-backup"

    private static func source(_ folder: TemporaryFolder, bytes: Int = 3_000_000) -> String {
        var random = SeededRandom(seed: 3)
        let path = folder.file("source")
        TemporaryFolder.write(random.bytes(bytes), to: path)
        return path
    }

    private static func place(_ path: String, _ tag: String? = nil) -> FolderStorage {
        FolderStorage(.folder(path), tag: tag)
    }

    @Test func `a copy is whole, is known again, and is made once`() throws {
        let folder = try TemporaryFolder()
        let target = try TemporaryFolder()
        let source = Self.source(folder)
        let place = Self.place(target.path)
        var parts: [Double] = []
        let seal = try place.put(source, as: Self.name) { part in
            parts.append(part)
            return true
        }
        #expect(seal.bytes == 3_000_000)
        #expect(parts.last == 1 && parts == parts.sorted())
        #expect(try place.seal(of: Self.name) == seal)
        #expect(target.files == [target.file(Self.name)])
        #expect(try place.put(source, as: Self.name) { _ in true } == seal)
        let back = folder.file("back")
        #expect(try place.fetch(Self.name, to: back) == seal)
        #expect(TemporaryFolder.bytes(of: back) == TemporaryFolder.bytes(of: source))
        try place.probe()
        #expect(target.files == [target.file(Self.name)])
        #expect(try place.remove(Self.name, seal: seal))
        #expect(try !place.remove(Self.name, seal: seal))
        #expect(target.files.isEmpty)
    }

    @Test func `a copying that was cut off leaves no backup, and is begun anew`() throws {
        let folder = try TemporaryFolder()
        let target = try TemporaryFolder()
        let source = Self.source(folder)
        let place = Self.place(target.path)
        #expect(throws: Problem(.transient, "")) {
            try place.put(source, as: Self.name) { $0 < 0.5 }
        }
        #expect(target.files.isEmpty)
        // What a power cut would leave.
        let part = target.file(StorageName.partPrefix + Self.name)
        TemporaryFolder.write([1, 2, 3], to: part)
        let seal = try place.put(source, as: Self.name) { _ in true }
        #expect(try place.seal(of: Self.name) == seal)
        #expect(target.files == [target.file(Self.name)])
        TemporaryFolder.write([1, 2, 3], to: part)
        try place.sweep([Self.name])
        #expect(target.files == [target.file(Self.name)])
    }

    @Test func `nothing is deleted or written over that the box did not write`() throws {
        let folder = try TemporaryFolder()
        let target = try TemporaryFolder()
        let source = Self.source(folder, bytes: 10_000)
        let place = Self.place(target.path)
        let seal = try place.put(source, as: Self.name) { _ in true }
        let holiday = target.file("holiday.tribal-ehr-backup")
        TemporaryFolder.write([9, 9, 9], to: holiday)
        var changed = TemporaryFolder.bytes(of: target.file(Self.name))
        changed[100] ^= 1
        TemporaryFolder.write(changed, to: target.file(Self.name))
        #expect(throws: Problem(.conflict, "")) { try place.remove(Self.name, seal: seal) }
        #expect(throws: Problem(.conflict, "")) {
            try place.put(source, as: Self.name) { _ in true }
        }
        unlink(target.file(Self.name))
        symlink(holiday, target.file(Self.name))
        #expect(throws: Problem(.conflict, "")) { try place.remove(Self.name, seal: seal) }
        #expect(TemporaryFolder.bytes(of: holiday) == [9, 9, 9])
        unlink(target.file(Self.name))
        mkdir(target.file(Self.name), 0o700)
        #expect(throws: Problem(.conflict, "")) { try place.remove(Self.name, seal: seal) }
        rmdir(target.file(Self.name))
        #expect(target.files == [holiday])
    }

    @Test(arguments: [
        "../x.tribal-ehr-backup", "/etc/x.tribal-ehr-backup", ".tribal-ehr-backup",
        ".x.tribal-ehr-backup", "-x.tribal-ehr-backup", "x", "x y.tribal-ehr-backup",
        "x\u{0}.tribal-ehr-backup", String(repeating: "x", count: 120) + ".tribal-ehr-backup",
    ])
    func `a name that leads elsewhere is refused`(_ name: String) throws {
        let folder = try TemporaryFolder()
        let source = Self.source(folder, bytes: 10)
        #expect(throws: Problem(.value, "")) {
            try Self.place(folder.path).put(source, as: name) { _ in true }
        }
    }

    @Test func `another folder than the one that was added is refused`() throws {
        let target = try TemporaryFolder()
        let place = Self.place(target.path, "place-1")
        #expect(throws: Problem(.notFound, "")) { try place.probe() }
        #expect(try place.foundTag() == .none)
        try place.adopt(id: "place-1")
        try place.probe()
        #expect(throws: Problem(.conflict, "")) {
            try Self.place(target.path, "place-2").probe()
        }
        #expect(try place.foundTag() == .of(id: "place-1"))
        // Adopted by another: the first one may not write there any more.
        try Self.place(target.path).adopt(id: "place-2")
        #expect(throws: Problem(.conflict, "")) { try place.probe() }
    }

    @Test func `a path through a link is refused, and so is one that is gone`() throws {
        let target = try TemporaryFolder()
        mkdir(target.file("real"), 0o700)
        symlink(target.file("real"), target.file("link"))
        try Self.place(target.file("real")).probe()
        #expect(throws: Problem(.security, "")) {
            try Self.place(target.file("link")).probe()
        }
        #expect(throws: Problem(.notFound, "")) {
            try Self.place(target.file("gone")).probe()
        }
        #expect(throws: Problem(.incomplete, "")) {
            TemporaryFolder.write([], to: target.file("file"))
            try Self.place(target.file("file")).probe()
        }
    }

    @Test func `a share that is not mounted is never written to`() throws {
        let target = try TemporaryFolder()
        let table = "36 35 98:0 / \(target.path) rw,noatime master:1 - cifs //nas/b rw\n"
        let mounted = Mounts(table: { table }, device: { _ in nil })
        let bare = Mounts(table: { "22 1 0:1 / / rw - ext4 /dev/sda1 rw\n" }, device: { _ in nil })
        let there = FolderStorage(.mount(target.path), tag: nil, mounts: mounted)
        try there.adopt(id: "nas")
        try FolderStorage(.mount(target.path), tag: "nas", mounts: mounted).probe()
        let away = FolderStorage(.mount(target.path), tag: "nas", mounts: bare)
        #expect(throws: Problem(.notFound, "")) { try away.probe() }
        #expect(throws: Problem(.notFound, "")) {
            try away.put(target.file(FolderStorage.tagName), as: Self.name) { _ in true }
        }
        #expect(target.files == [target.file(FolderStorage.tagName)])
    }

    @Test func `a stick is found by its label, and the wrong one is refused`() throws {
        let blue = try TemporaryFolder()
        let red = try TemporaryFolder()
        func sticks(_ path: String) -> Mounts {
            Mounts(
                table: { "36 35 98:0 / \(path) rw shared:9 - vfat /dev/sdb1 rw\n" },
                device: { $0 == "BACKUP" ? "/dev/sdb1" : nil })
        }
        func place(_ tag: String?, _ path: String) -> FolderStorage {
            FolderStorage(.stick(label: "BACKUP"), tag: tag, mounts: sticks(path))
        }
        #expect(try place(nil, blue.path).foundTag() == .none)
        try place(nil, blue.path).adopt(id: "blue")
        try place("blue", blue.path).probe()
        // The other stick of the set, which this box does not know yet.
        #expect(throws: Problem(.notFound, "")) { try place("blue", red.path).probe() }
        try place(nil, red.path).adopt(id: "red")
        #expect(throws: Problem(.conflict, "")) { try place("blue", red.path).probe() }
        #expect(throws: Problem(.conflict, "")) { try place("red", blue.path).probe() }
        let other = FolderStorage(
            .stick(label: "GREEN"), tag: "green", mounts: sticks(blue.path))
        #expect(throws: Problem(.notFound, "")) { try other.probe() }
    }

    @Test func `the table of mounts is read with its escapes and optional fields`() {
        let mounts = Mounts(
            table: {
                """
                36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue
                37 36 98:1 / /media/my\\040stick rw - vfat /dev/sdb1 rw
                short line
                38 36 98:1 / /odd\\04 rw - vfat /dev/sdc1 rw
                """
            }, device: { _ in nil })
        #expect(mounts.entries.map(\.path) == ["/mnt2", "/media/my stick", "/odd\\04"])
        #expect(mounts.mount(at: "/media/my stick")?.source == "/dev/sdb1")
        #expect(mounts.mount(at: "/media") == nil)
        #expect(Mounts.system.mount(at: "/") != nil)
    }

    @Test(arguments: [
        ("folder", "/mnt/disk"), ("share", "/mnt/nas/clinic"), ("usb", "BLUE"), ("usb", "My stick"),
    ])
    func `an address is taken as it is written`(_ kind: String, _ text: String) throws {
        let address = try PlaceAddress(kind: kind, text: text, dataFolder: "/var/lib/box")
        #expect(address.text == text && address.kind == kind)
    }

    @Test(arguments: [
        ("folder", "/"), ("folder", "mnt"), ("folder", "/mnt/../etc"), ("folder", "/mnt//x"),
        ("folder", "/var/lib/box/x"), ("folder", "/var/lib/box"), ("folder", "/var"),
        ("folder", "/mnt/\n"), ("share", ""), ("usb", "a/b"), ("usb", ".."), ("usb", ""),
        ("ftp", "/mnt/x"),
    ])
    func `an address that cannot be meant is refused`(_ kind: String, _ text: String) {
        #expect(throws: Problem(.value, "")) {
            try PlaceAddress(kind: kind, text: text, dataFolder: "/var/lib/box")
        }
    }

    @Test func `a full disk says so, and keeps what was there`() throws {
        let folder = try TemporaryFolder()
        let target = try TemporaryFolder()
        guard mount("tmpfs", target.path, "tmpfs", 0, "size=20m") == 0 else {
            print("skipped: this user may not mount a small disk")
            return
        }
        defer { umount2(target.path, Int32(MNT_DETACH)) }
        let place = Self.place(target.path)
        let first = try place.put(
            Self.source(folder, bytes: 1_000_000), as: "a.tribal-ehr-backup"
        ) { _ in true }
        #expect(throws: Problem(.noStore, "")) {
            try place.put(Self.source(folder, bytes: 8_000_000), as: Self.name) { _ in true }
        }
        // Somebody else fills the disk while the copy is written.
        TemporaryFolder.write([UInt8](repeating: 7, count: 900_000), to: target.file("other"))
        let source = Self.source(folder, bytes: 1_900_000)
        #expect(throws: Problem(.noStore, "")) {
            try place.put(source, as: Self.name) { part in
                if part < 0.6 {
                    TemporaryFolder.write(
                        [UInt8](repeating: 7, count: 19_000_000), to: target.file("other"))
                }
                return true
            }
        }
        #expect(
            TemporaryFolder.names(in: target.path).sorted() == ["a.tribal-ehr-backup", "other"])
        #expect(try place.seal(of: "a.tribal-ehr-backup") == first)
    }

    @Test func `a disk that vanishes while it is written to leaves nothing behind elsewhere`()
        throws
    {
        let folder = try TemporaryFolder()
        let target = try TemporaryFolder()
        guard mount("tmpfs", target.path, "tmpfs", 0, "size=64m") == 0 else {
            print("skipped: this user may not mount a small disk")
            return
        }
        let place = FolderStorage(.mount(target.path), tag: "usb")
        try FolderStorage(.mount(target.path), tag: nil).adopt(id: "usb")
        let source = Self.source(folder)
        _ = try? place.put(source, as: Self.name) { part in  // Either end is right; see below.
            umount2(target.path, Int32(MNT_DETACH))
            return true
        }
        // The empty folder that the disk was mounted on holds nothing, then or later.
        #expect(TemporaryFolder.names(in: target.path).isEmpty)
        #expect(throws: Problem(.notFound, "")) {
            try place.put(source, as: Self.name) { _ in true }
        }
        #expect(TemporaryFolder.names(in: target.path).isEmpty)
    }
}
