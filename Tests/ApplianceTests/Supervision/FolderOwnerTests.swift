import Assembly
import Glibc
import Kernel
import Sealing
import TestKit
import Testing

@Suite("Whose the data folder is")
struct FolderOwnerTests {
    @Test func `root leaves a folder of the service alone, its owner and a missing one pass`()
        throws
    {
        let folder = try TemporaryFolder()
        try FolderOwner.check(folder.path)
        try FolderOwner.check(folder.file("none"), user: 0)
        guard geteuid() == 0 else {
            print("skipped: only root can give a folder away")
            return
        }
        try #require(chown(folder.path, 4_242, 4_242) == 0)
        #expect(throws: Problem.self) { try FolderOwner.check(folder.path) }
        try FolderOwner.check(folder.path, user: 4_242)
    }

    @Test func `a private file that root writes belongs to the owner of its folder`() throws {
        guard geteuid() == 0 else {
            print("skipped: only root can give a folder away")
            return
        }
        let folder = try TemporaryFolder()
        try #require(chown(folder.path, 4_242, 4_243) == 0)
        let path = folder.file("machine.key")
        try PrivateFile.write([1], to: path, replacing: false)
        var facts = stat()
        try #require(stat(path, &facts) == 0)
        #expect(facts.st_uid == 4_242)
        #expect(facts.st_gid == 4_243)
        #expect(facts.st_mode & 0o777 == 0o600)
    }
}
