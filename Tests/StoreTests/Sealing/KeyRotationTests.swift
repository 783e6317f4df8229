import Glibc
import Sealing
import Testing

@Suite("Key rotation")
struct KeyRotationTests {
    private func reopened(_ folder: EdgeFolder) throws -> OpenKeyRing {
        let secret = try MachineKey.find(folder: folder.path, credentialsFolder: nil)
        return try KeyRing.load(folder: folder.path).open(with: .machine(secret))
    }

    @Test func `after a rotation every slot opens the next key without being asked for`() throws {
        let folder = try EdgeFolder()
        let created = try KeyRing.create(
            folder: folder.path, machine: MachineKey.make(folder: folder.path), nowMs: 1)
        let cheap = Argon2Cost(passes: 1, memoryKiB: 64, lanes: 1)
        try created.ring.setPassphrase([1, 2], cost: cheap, nowMs: 2)
        for round in 2...4 {
            #expect(try created.ring.beginRotation(nowMs: Int64(round)) == round)
            try created.ring.finishRotation()
        }
        let wanted = try created.ring.wrappingKey(purpose: "record")
        let ring = try KeyRing.load(folder: folder.path)
        #expect(try reopened(folder).wrappingKey(purpose: "record").equals(wanted))
        for unlock in [KeyRing.Unlock.recovery(created.recoveryCode), .passphrase([1, 2])] {
            let open = try ring.open(with: unlock)
            #expect(open.generations == [4])
            #expect(try open.wrappingKey(purpose: "record").equals(wanted))
        }
    }

    @Test func `between the two halves both keys are there, also after a restart`() throws {
        let folder = try EdgeFolder()
        let created = try KeyRing.create(
            folder: folder.path, machine: MachineKey.make(folder: folder.path), nowMs: 1)
        let before = try created.ring.wrappingKey(purpose: "record", generation: 1)
        _ = try created.ring.beginRotation(nowMs: 2)
        let ring = try reopened(folder)
        #expect(ring.isRotating && ring.generations == [1, 2] && ring.currentGeneration == 2)
        #expect(try ring.wrappingKey(purpose: "record", generation: 1).equals(before))
        #expect(try !ring.wrappingKey(purpose: "record").equals(before))
        #expect(throws: KeyRingError.rotating) { try ring.beginRotation(nowMs: 3) }
        try ring.finishRotation()
        #expect(throws: KeyRingError.noGeneration(1)) {
            try ring.wrappingKey(purpose: "record", generation: 1)
        }
        #expect(try !reopened(folder).isRotating)
    }

    @Test func `a kit made during a rotation opens both keys`() throws {
        let folder = try EdgeFolder()
        let created = try KeyRing.create(
            folder: folder.path, machine: MachineKey.make(folder: folder.path), nowMs: 1)
        _ = try created.ring.beginRotation(nowMs: 2)
        let (code, _) = try created.ring.replaceRecovery(nowMs: 3)
        let open = try KeyRing.load(folder: folder.path).open(with: .recovery(code))
        #expect(open.generations == [1, 2])
    }

    @Test func `if the file cannot be written nothing changes`() throws {
        let folder = try EdgeFolder()
        let created = try KeyRing.create(
            folder: folder.path, machine: MachineKey.make(folder: folder.path), nowMs: 1)
        let before = folder.read("keyring.json")
        // A folder in the place of the draft stops also a process that no permission stops.
        mkdir(folder.file("keyring.json.tmp"), 0o700)
        defer { rmdir(folder.file("keyring.json.tmp")) }
        #expect(throws: KeyRingError.self) { try created.ring.beginRotation(nowMs: 2) }
        #expect(created.ring.generations == [1])
        #expect(folder.read("keyring.json") == before)
    }

    @Test func `a draft of an interrupted write is written over`() throws {
        let folder = try EdgeFolder()
        let created = try KeyRing.create(
            folder: folder.path, machine: MachineKey.make(folder: folder.path), nowMs: 1)
        folder.write(Array("half a fi".utf8), to: "keyring.json.tmp")
        _ = try created.ring.beginRotation(nowMs: 2)
        #expect(try reopened(folder).generations == [1, 2])
        #expect(
            folder.names == ["keyring.json", "machine.key"] && folder.mode("keyring.json") == 0o600)
    }

    @Test func `the copy of the file opens like the file`() throws {
        let folder = try EdgeFolder()
        let created = try KeyRing.create(
            folder: folder.path, machine: MachineKey.make(folder: folder.path), nowMs: 1)
        #expect(created.ring.fileBytes == folder.read("keyring.json"))
    }
}
