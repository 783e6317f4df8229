import Kernel
import Sealing
import Steward
import TestKit
import Testing

/// Packages and their signatures, as somebody brings them on a stick.
@Suite("Signed packages")
struct SignedPackageTests {
    /// Keys, a package and what signs it, made with the tools that people have.
    private struct Stick {
        let folder: TemporaryFolder
        var package: String { folder.file("tribal-ehr_2.0.0_amd64.deb") }
        var signature: String { package + ".sig" }
        var keys: String { folder.path + "/keys" }

        init() throws {
            folder = try TemporaryFolder()
            TemporaryFolder.write(Array(repeating: 7, count: 3_000_000), to: package)
            try makeKeys(keys, secret: "secret")
            try sign()
        }

        func makeKeys(_ place: String, secret: String) throws {
            _ = try Program.run("/bin/mkdir", ["-p", place])
            let key = folder.file(secret)
            _ = try openssl(["genpkey", "-algorithm", "ed25519", "-out", key])
            _ = try openssl(["pkey", "-in", key, "-pubout", "-out", place + "/one.pem"])
        }

        /// Writes the signature as `appliance/sign-package` does.
        func sign(
            name: String = "tribal-ehr", version: String = "2.0.0", architecture: String? = nil,
            schema: Int = 30, secret: String = "secret"
        ) throws {
            let bytes = TemporaryFolder.bytes(of: package)
            let lines = [
                "tribal-ehr signed package 1", "package \(name)", "version \(version)",
                "architecture \(architecture ?? machine().architecture)", "schema \(schema)",
                "bytes \(bytes.count)", "sha256 \(Hex.text(SHA256.digest(bytes)))",
            ]
            let text = lines.map { $0 + "\n" }.joined()
            let plain = folder.file("lines")
            TemporaryFolder.write(Array(text.utf8), to: plain)
            _ = try openssl([
                "pkeyutl", "-sign", "-inkey", folder.file(secret), "-rawin", "-in", plain, "-out",
                folder.file("signature"),
            ])
            let coded = try openssl(["base64", "-A", "-in", folder.file("signature")])
            TemporaryFolder.write(Array((text + "ed25519 \(coded)\n").utf8), to: signature)
        }

        private func openssl(_ words: [String]) throws -> String {
            let done = try Program.run("/usr/bin/openssl", words)
            try #require(done.status == 0, "openssl \(words[0]): \(done.text)")
            return done.text
        }

        func machine(version: String = "1.9.0", step: Int? = 17) -> PackageCheck.Machine {
            PackageCheck.Machine(
                version: version, schemaStep: step, dataFolder: folder.path, recordBytes: 0,
                keyFolders: [folder.path + "/none", keys])
        }

        func refusal(_ machine: PackageCheck.Machine? = nil) -> Problem? {
            do throws(Problem) {
                _ = try PackageCheck(machine ?? self.machine()).run(package)
                return nil
            } catch {
                return error
            }
        }
    }

    @Test func `a signed later package passes, with its signature beside it or elsewhere`() throws {
        let stick = try Stick()
        let check = PackageCheck(stick.machine())
        #expect(try check.run(stick.package).version == "2.0.0")
        let elsewhere = stick.folder.file("other.sig")
        TemporaryFolder.write(TemporaryFolder.bytes(of: stick.signature), to: elsewhere)
        TemporaryFolder.write([], to: stick.signature)
        #expect(try check.run(stick.package, signature: elsewhere).schemaStep == 30)
    }

    @Test func `what is missing, cut off or changed is refused with words of its own`() throws {
        let stick = try Stick()
        let sound = TemporaryFolder.bytes(of: stick.signature)
        let package = TemporaryFolder.bytes(of: stick.package)
        TemporaryFolder.write(package.dropLast(), to: stick.package)
        #expect(stick.refusal()?.detail.contains("a part of it is missing") == true)
        TemporaryFolder.write(package.dropLast() + [8], to: stick.package)
        #expect(stick.refusal()?.detail.contains("it was changed") == true)
        TemporaryFolder.write(package + [7], to: stick.package)
        #expect(stick.refusal()?.detail.contains("it was changed") == true)
        TemporaryFolder.write(package, to: stick.package)
        TemporaryFolder.write(sound.dropLast(20), to: stick.signature)
        #expect(stick.refusal()?.detail.contains("cut off") == true)
        _ = try Program.run("/bin/rm", [stick.signature])
        #expect(stick.refusal()?.detail.contains("There is no signature") == true)
        TemporaryFolder.write(sound, to: stick.signature)
        #expect(stick.refusal() == nil)
        _ = try Program.run("/bin/rm", [stick.package])
        #expect(stick.refusal()?.code == .notFound)
    }

    @Test func `a signature of somebody else, or over other words, opens nothing`() throws {
        let stick = try Stick()
        try stick.makeKeys(stick.folder.path + "/others", secret: "other")
        try stick.sign(secret: "other")
        #expect(stick.refusal()?.code == .forbidden)
        #expect(stick.refusal()?.detail.contains("nobody whom this box trusts") == true)
        try stick.sign()
        var text = String(decoding: TemporaryFolder.bytes(of: stick.signature), as: UTF8.self)
        text = text.split(separator: "schema 30").joined(separator: "schema 31")
        TemporaryFolder.write(Array(text.utf8), to: stick.signature)
        #expect(stick.refusal()?.code == .forbidden)
        var machine = stick.machine()
        machine.keyFolders = [stick.folder.path + "/none"]
        #expect(stick.refusal(machine)?.detail.contains("trusts nobody") == true)
    }

    @Test func `another package, another kind of machine and an older release are told apart`()
        throws
    {
        let stick = try Stick()
        try stick.sign(name: "something")
        #expect(stick.refusal()?.detail.contains("not tribal-ehr") == true)
        try stick.sign(architecture: "riscv64")
        #expect(stick.refusal()?.detail.contains("riscv64") == true)
        try stick.sign()
        #expect(stick.refusal(stick.machine(version: "2.0.0"))?.code == .conflict)
        #expect(
            stick.refusal(stick.machine(version: "2.0.1"))?.detail.contains("is older") == true)
        let newer = stick.refusal(stick.machine(version: "2.4.0", step: 31))
        #expect(newer?.code == .notSupported)
        #expect(newer?.detail.contains("Install release 2.4.0 or a later one") == true)
        var full = stick.machine()
        full.recordBytes = 1 << 50
        #expect(stick.refusal(full)?.code == .noStore)
    }

    @Test func `versions are ordered as Debian does`() {
        let rising = [
            "0.1.0~rc1", "0.1.0", "0.1.0+a", "0.2.0", "0.10.0", "1.0~~", "1.0~", "1.0",
            "1.0a", "99.0.0",
        ]
        for (index, one) in rising.enumerated() {
            for (other, two) in rising.enumerated() where one != two {
                #expect(DebianVersion.isEarlier(one, two) == (index < other), "\(one) \(two)")
            }
        }
        #expect(!DebianVersion.isEarlier("1.00", "1.0") && !DebianVersion.isEarlier("1.0", "1.00"))
    }

    @Test
    func `any change of any byte of a signature is refused, and nothing makes the check fall over`()
        throws
    {
        let stick = try Stick()
        let sound = TemporaryFolder.bytes(of: stick.signature)
        let pem = TemporaryFolder.bytes(of: stick.keys + "/one.pem")
        let text = String(decoding: pem, as: UTF8.self).split(separator: "\n")[1]
        let key = Array((Base64.bytes(String(text)) ?? []).suffix(32))
        #expect(try SignedPackage(sound).isSigned(by: [key]))
        for index in sound.indices {
            for change in [1, 0x20, 0x80] as [UInt8] {
                var bytes = sound
                bytes[index] ^= change
                // What cannot be read is refused as well.
                let read = try? SignedPackage(bytes)
                // The last letters of base64 may carry bits that mean nothing.
                if read.map({ (try? SignedPackage(sound)) == $0 }) == true { continue }
                #expect(read?.isSigned(by: [key]) != true, "byte \(index)")
            }
            #expect((try? SignedPackage(Array(sound[..<index]))) == nil)
        }
        var random = SeededRandom(seed: 12)
        for _ in 0..<2_000 {
            let bytes = (0..<Int(random.next() % 300)).map { _ in UInt8(random.next() % 128) }
            #expect((try? SignedPackage(bytes)) == nil)
        }
    }

    @Test func `the installed version is that of Debian's list`() throws {
        let folder = try TemporaryFolder()
        let list = folder.file("status")
        #expect(InstalledPackage.version(list: list) == nil)
        let text = """
            Package: tribal-ehr-other
            Version: 9

            Package: tribal-ehr
            Status: install ok installed
            Version: 1.2.3

            """
        TemporaryFolder.write(Array(text.utf8), to: list)
        #expect(InstalledPackage.version(list: list) == "1.2.3")
    }
}
