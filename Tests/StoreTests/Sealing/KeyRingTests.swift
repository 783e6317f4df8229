import Glibc
import Sealing
import Testing

@Suite("Key ring")
struct KeyRingTests {
    private static let cheap = Argon2Cost(passes: 1, memoryKiB: 64, lanes: 1)

    private func made(_ folder: EdgeFolder) throws -> KeyRing.Created {
        try KeyRing.create(
            folder: folder.path, machine: MachineKey.make(folder: folder.path), nowMs: 1_000)
    }

    private func same(_ one: OpenKeyRing, _ other: OpenKeyRing) throws -> Bool {
        try one.generations == other.generations
            && one.wrappingKey(purpose: "record").equals(other.wrappingKey(purpose: "record"))
    }

    @Test func `the machine and the kit open the same keys`() throws {
        let folder = try EdgeFolder()
        let created = try made(folder)
        let ring = try KeyRing.load(folder: folder.path)
        let secret = try MachineKey.find(folder: folder.path, credentialsFolder: nil)
        #expect(try same(ring.open(with: .machine(secret)), created.ring))
        let typed = try RecoveryCode(typed: created.recoveryCode.text)
        #expect(try same(ring.open(with: .recovery(typed)), created.ring))
        #expect(ring.slots.map(\.id) == ["machine", created.kitID])
    }

    @Test func `both files are for their owner only and nothing else is left`() throws {
        let folder = try EdgeFolder()
        _ = try made(folder)
        #expect(folder.names == ["keyring.json", "machine.key"])
        for name in folder.names { #expect(folder.mode(name) == 0o600) }
    }

    @Test func `files that others can open are refused`() throws {
        let folder = try EdgeFolder()
        _ = try made(folder)
        chmod(folder.file("machine.key"), 0o640)
        let machine = #expect(throws: KeyRingError.self) {
            try MachineKey.find(folder: folder.path, credentialsFolder: nil)
        }
        #expect(machine?.description.contains("chmod 600") == true)
        chmod(folder.file("keyring.json"), 0o604)
        #expect(throws: KeyRingError.self) { try KeyRing.load(folder: folder.path) }
        #expect(KeyRing.exists(folder: folder.path))
    }

    @Test func `no second key ring is made over the first`() throws {
        let folder = try EdgeFolder()
        _ = try made(folder)
        let before = folder.read("keyring.json")
        let machine = try SecretBytes.random(32)
        #expect(throws: KeyRingError.exists(folder: folder.path)) {
            try KeyRing.create(folder: folder.path, machine: machine, nowMs: 1)
        }
        #expect(throws: KeyRingError.self) { try MachineKey.make(folder: folder.path) }
        #expect(folder.read("keyring.json") == before)
    }

    @Test func `what is missing or wrong is told with the way out`() throws {
        let folder = try EdgeFolder()
        #expect(!KeyRing.exists(folder: folder.path))
        let missing = #expect(throws: KeyRingError.missing(folder: folder.path)) {
            try KeyRing.load(folder: folder.path)
        }
        #expect(missing?.description.contains("backup") == true)
        let created = try made(folder)
        unlink(folder.file("machine.key"))
        let lost = #expect(throws: KeyRingError.self) {
            try MachineKey.find(folder: folder.path, credentialsFolder: nil)
        }
        #expect(lost?.description.contains("keys open --recovery-code-file FILE") == true)
        let other = try SecretBytes.random(32)
        let ring = try KeyRing.load(folder: folder.path)
        #expect(throws: KeyRingError.wrongMachineKey) { try ring.open(with: .machine(other)) }
        let code = try RecoveryCode.random()
        let wrong = KeyRingError.wrongKit(needed: [created.kitID], entered: try code.kitID())
        #expect(throws: wrong) { try ring.open(with: .recovery(code)) }
        #expect(throws: KeyRingError.noSlot(.passphrase)) { try ring.open(with: .passphrase([1])) }
    }

    @Test func `a machine key with one bit changed is refused at once`() throws {
        let folder = try EdgeFolder()
        _ = try made(folder)
        let secret = try MachineKey.find(folder: folder.path, credentialsFolder: nil)
        var bytes = secret.withBytes { Array($0) }
        bytes[31] ^= 1
        let changed = SecretBytes(copying: bytes)
        let ring = try KeyRing.load(folder: folder.path)
        let taken = ContinuousClock().measure {
            #expect(throws: KeyRingError.wrongMachineKey) { try ring.open(with: .machine(changed)) }
        }
        #expect(taken < .seconds(1))
    }

    @Test func `every changed byte of the file is noticed`() throws {
        let folder = try EdgeFolder()
        let created = try made(folder)
        let whole = folder.read("keyring.json")
        let secret = try MachineKey.find(folder: folder.path, credentialsFolder: nil)
        for index in stride(from: 0, to: whole.count, by: 3) {
            var changed = whole
            changed[index] ^= 0x01
            folder.write(changed, to: "keyring.json")
            // A blank that became another blank, or a number 1.0: the same content, and still the
            // keys.
            guard let ring = try? KeyRing.load(folder: folder.path) else { continue }
            #expect(try same(ring.open(with: .machine(secret)), created.ring))
        }
        for count in [0, 1, whole.count / 2, whole.count - 3] {
            folder.write(Array(whole.prefix(count)), to: "keyring.json")
            #expect(throws: KeyRingError.damaged(path: folder.file("keyring.json"))) {
                try KeyRing.load(folder: folder.path)
            }
        }
    }

    @Test func `a file of a newer release is told as one`() throws {
        let folder = try EdgeFolder()
        folder.write(Array(#"{"format": 2, "more": true}"#.utf8), to: "keyring.json")
        chmod(folder.file("keyring.json"), 0o600)
        #expect(throws: KeyRingError.newer(path: folder.file("keyring.json"), format: 2)) {
            try KeyRing.load(folder: folder.path)
        }
    }

    @Test func `a credential of the service manager wins over the file`() throws {
        let folder = try EdgeFolder()
        let credentials = try EdgeFolder()
        _ = try made(folder)
        credentials.write([UInt8](repeating: 7, count: 32), to: "machine-key")
        let found = try MachineKey.find(folder: folder.path, credentialsFolder: credentials.path)
        #expect(found.equals(SecretBytes(copying: [UInt8](repeating: 7, count: 32))))
        credentials.write(Array("too short".utf8), to: "machine-key")
        #expect(throws: KeyRingError.self) {
            try MachineKey.find(folder: folder.path, credentialsFolder: credentials.path)
        }
        let none = try EdgeFolder()
        _ = try MachineKey.find(folder: folder.path, credentialsFolder: none.path)
    }

    @Test func `a passphrase opens, is replaced and is taken away`() throws {
        let folder = try EdgeFolder()
        let created = try made(folder)
        try created.ring.setPassphrase(Array("four winds".utf8), cost: Self.cheap, nowMs: 5)
        func ring() throws -> KeyRing { try KeyRing.load(folder: folder.path) }
        #expect(try same(ring().open(with: .passphrase(Array("four winds".utf8))), created.ring))
        #expect(throws: KeyRingError.wrongPassphrase) {
            try ring().open(with: .passphrase(Array("five winds".utf8)))
        }
        try created.ring.setPassphrase(Array("red mesa".utf8), cost: Self.cheap, nowMs: 6)
        #expect(throws: KeyRingError.wrongPassphrase) {
            try ring().open(with: .passphrase(Array("four winds".utf8)))
        }
        try created.ring.removePassphrase()
        #expect(throws: KeyRingError.noSlot(.passphrase)) {
            try ring().open(with: .passphrase(Array("red mesa".utf8)))
        }
    }

    @Test func `a replaced kit no longer opens`() throws {
        let folder = try EdgeFolder()
        let created = try made(folder)
        let (code, kitID) = try created.ring.replaceRecovery(nowMs: 7)
        let ring = try KeyRing.load(folder: folder.path)
        #expect(try same(ring.open(with: .recovery(code)), created.ring))
        #expect(throws: KeyRingError.wrongKit(needed: [kitID], entered: created.kitID)) {
            try ring.open(with: .recovery(created.recoveryCode))
        }
    }

    @Test func `on new hardware the kit makes a machine key again`() throws {
        let folder = try EdgeFolder()
        let created = try made(folder)
        unlink(folder.file("machine.key"))
        let open = try KeyRing.load(folder: folder.path).open(with: .recovery(created.recoveryCode))
        try open.restoreMachineSlot(MachineKey.make(folder: folder.path), nowMs: 9)
        let secret = try MachineKey.find(folder: folder.path, credentialsFolder: nil)
        #expect(
            try same(KeyRing.load(folder: folder.path).open(with: .machine(secret)), created.ring))
    }
}
