import AccessControl
import Assembly
import Exchange
import FHIRModel
import Identity
import Kernel
import RecordStore
import Sealing
import ServerKit
import Steward
import TestKit

/// A whole box in a folder of its own, with passwords that are quick to hash and every route of
/// the product.
final class TestBox: Sendable {
    let folder: TemporaryFolder
    let clock: FixedClock
    let box: Box

    private init(folder: TemporaryFolder, clock: FixedClock, box: Box) {
        self.folder = folder
        self.clock = clock
        self.box = box
    }

    /// Opens a box, hands it over, and closes it.
    @discardableResult
    static func with<Value: Sendable>(
        in folder: TemporaryFolder? = nil, clock: FixedClock = FixedClock(),
        machine: SetupMachine = .good, adding: Additions = .none,
        outgoing: OutgoingRules = OutgoingRules(), _ body: (TestBox) async throws -> Value
    ) async throws -> Value {
        let test = try await open(
            try folder ?? TemporaryFolder(), clock, machine: machine, adding: adding,
            outgoing: outgoing)
        do {
            let value = try await body(test)
            await test.box.close()
            return value
        } catch {
            await test.box.close()
            throw error
        }
    }

    /// What a box adds to what is written; most tests speak of nothing but what they wrote.
    enum Additions: Sendable {
        case none, narrative, provenance
    }

    /// The same with a server in front of it.
    static func served(
        adding: Additions = .none, outgoing: OutgoingRules = OutgoingRules(),
        in folder: TemporaryFolder? = nil,
        _ body: @escaping @Sendable (TestBox, ServedBox) async throws -> Void
    ) async throws {
        try await with(in: folder, adding: adding, outgoing: outgoing) { test in
            try await ServedBox.with(test) { try await body(test, $0) }
        }
    }

    /// Opens the box of a folder.
    static func open(
        _ folder: TemporaryFolder, _ clock: FixedClock, machine: SetupMachine = .good,
        adding: Additions = .none, outgoing: OutgoingRules = OutgoingRules()
    ) async throws -> TestBox {
        let cost = IdentityFixture.cheap
        var settings = IdentitySettings()
        settings.passwordCost = cost
        settings.factorRoles = []
        var serving = ServeSettings(identity: settings)
        serving.isNarrated = adding == .narrative
        serving.isTraced = adding == .provenance
        serving.outgoing = outgoing
        let box = try await Box.open(
            DataFolder(path: folder.path), settings: settings, serving: serving,
            clock: clock.clock,
            passwords: try PasswordPool(threads: 1, waitingMax: 2_000, cost: cost),
            machine: machine)
        return TestBox(folder: folder, clock: clock, box: box)
    }

    /// The box's own command as a caller.
    var command: Caller { box.machine("command") }

    /// Adds a user as the box's own command does.
    @discardableResult
    func add(
        _ username: String, _ roles: Set<Role>, mustChangePassword: Bool = false,
        ownPatientID: String? = nil
    ) async throws -> User {
        try await box.identity.accounts.add(
            try await box.grant(.users(.create), command),
            UserDraft(
                username: username, displayName: "Person \(username)", roles: roles,
                ownPatientID: ownPatientID),
            password: Password(IdentityFixture.good), mustChangePassword: mustChangePassword)
    }

    /// A token of a user.
    func token(_ username: String, _ scopes: String) async throws -> String {
        try await box.identity.tokens.issue(
            try await box.grant(.tokens(.administer), command), username: username, scopes: scopes,
            minutes: 60
        ).text
    }

    /// Stores resources as the box itself does.
    func put(_ resources: JSON...) async throws {
        for resource in resources { try await box.store.put(resource, by: command) }
    }

    /// The entries of the audit log after a place in it, oldest first, without those of looking.
    func audit(after seq: Int64 = 0) async throws -> [AuditEntry] {
        let grant = try await box.grant(
            Ask(.export, area: .audit, type: "AuditLog"), command)
        var entries: [AuditEntry] = []
        while true {
            let page = try await box.store.auditEntries(
                grant, afterSeq: entries.last?.seq ?? seq, limit: AuditQuery.pageCountMax)
            entries += page
            guard page.count == AuditQuery.pageCountMax else { break }
        }
        return entries.filter { $0.kind != "machine" || $0.area != "audit" }
    }

    /// Carries out a command as the process that has the folder open.
    func run(_ operation: String, _ arguments: String = "{}", _ attachment: [UInt8] = [])
        async throws -> JSON
    {
        let call = OperationCall(
            arguments: try JSON.parse(Array(arguments.utf8)), attachment: attachment,
            caller: command, progress: { _ in })
        return try JSON.parse(try await Operations(box: box).run(operation, call), limits: .any)
    }
}

extension SetupMachine {
    /// A machine that has enough of everything.
    static let good = made()

    /// A machine with the given faults.
    static func made(freeDiskMiB: Int = 100_000, clockFault: String? = nil) -> SetupMachine {
        SetupMachine(
            facts: {
                MachineFacts(
                    coreCount: 2, memoryMiB: 4_096, freeDiskMiB: freeDiskMiB,
                    syncMicroseconds: 900)
            },
            clockFault: { _ in clockFault }, knowsZone: { $0 != "Mars/Olympus" },
            names: { ["\($0).local", "192.0.2.7"] }, fingerprint: { "AB:CD" })
    }
}
