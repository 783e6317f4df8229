package import AccessControl
import Kernel
package import SQLite
package import Sealing
import Synchronization

/// What a key of the box itself, beside those of patients, is for.
package enum BoxKey: String, CaseIterable, Sendable {
    /// Records that belong to no patient.
    case system
    /// The HMAC of the audit chain.
    case audit
    /// The contents of audit entries.
    case auditEntry = "audit-entry"
    /// Keyed hashes by which sealed values are found.
    case index
    /// Secrets of users, settings, queues.
    case rows
}

/// The data keys: one for each patient and compartment, and the box's own.
///
/// Kept wrapped in the table `data_key`, opened on first use, remembered while the store is open.
package final class DataKeys: Sendable {
    /// Whose key it is.
    struct Slot: Hashable {
        let owner: String
        let compartment: String
    }

    /// One row of `data_key`.
    struct Row {
        let id: Int64
        let slot: Slot
        let version: Int64
        var generation: Int
        var wrapped: [UInt8]
        var isSaved: Bool
        var opened: DataKey?
    }

    private struct State {
        var rows: [Int64: Row] = [:]
        var newest: [Slot: Int64] = [:]
        var nextID: Int64 = 1
    }

    private let state = Mutex(State())
    let keyRing: OpenKeyRing
    private let wrapping = Mutex<[Int: SecretBytes]>([:])

    /// Makes an empty table over a key ring; ``load(_:)`` fills it.
    package init(keyRing: OpenKeyRing) { self.keyRing = keyRing }

    /// Reads the table; keys are opened when they are first used.
    package func load(_ connection: Connection) throws {
        let statement = try connection.statement(
            "SELECT id, owner, compartment, version, key_generation, sealed_key FROM data_key")
        defer { statement.reset() }
        var loaded = State()
        while try statement.step() {
            let slot = Slot(owner: statement.text(1), compartment: statement.text(2))
            let row = Row(
                id: statement.int(0), slot: slot, version: statement.int(3),
                generation: Int(statement.int(4)), wrapped: statement.bytes(5), isSaved: true)
            loaded.nextID = max(loaded.nextID, row.id + 1)
            if let other = loaded.newest[slot].flatMap({ loaded.rows[$0] }),
                other.version > row.version
            {
                loaded.rows[row.id] = row
                continue
            }
            loaded.rows[row.id] = row
            loaded.newest[slot] = row.id
        }
        state.withLock { [loaded] in $0 = loaded }
    }

    /// The key with an id.
    ///
    /// - Throws: ``Problem`` `.incomplete` if it is gone, as after the shredding of a chart.
    func key(id: Int64) throws -> DataKey {
        let row = state.withLock { $0.rows[id] }
        guard let row else {
            throw Problem(
                .incomplete, "The key of this record is gone; it cannot be read any more.")
        }
        if let opened = row.opened { return opened }
        let key = try open(row)
        state.withLock { $0.rows[id]?.opened = key }
        return key
    }

    /// The key that seals for a patient and compartment now, made if there is none yet.
    package func current(owner: String, compartment: Compartment) throws -> DataKey {
        try current(Slot(owner: owner, compartment: compartment.rawValue))
    }

    /// The key of the box for a purpose, made if there is none yet.
    package func current(_ purpose: BoxKey) throws -> DataKey {
        try current(Slot(owner: "", compartment: purpose.rawValue))
    }

    /// Whether there is a key of the box for a purpose already.
    func holds(_ purpose: BoxKey) -> Bool {
        state.withLock { $0.newest[Slot(owner: "", compartment: purpose.rawValue)] != nil }
    }

    /// The generation of the master key that wraps the current key of a purpose.
    func generation(_ purpose: BoxKey) -> Int {
        let slot = Slot(owner: "", compartment: purpose.rawValue)
        return state.withLock { state in
            state.newest[slot].flatMap { state.rows[$0]?.generation } ?? 0
        }
    }

    /// The version of a box key that is current.
    func version(_ purpose: BoxKey) -> Int64 {
        let slot = Slot(owner: "", compartment: purpose.rawValue)
        return state.withLock { state in
            state.newest[slot].flatMap { state.rows[$0]?.version } ?? 1
        }
    }

    /// Every version of a box key, by version.
    func all(_ purpose: BoxKey) throws -> [Int64: DataKey] {
        let slot = Slot(owner: "", compartment: purpose.rawValue)
        let rows = state.withLock { $0.rows.values.filter { $0.slot == slot } }
        var keys: [Int64: DataKey] = [:]
        for row in rows { keys[row.version] = try key(id: row.id) }
        return keys
    }

    /// Writes a key's row where that has not happened yet; belongs into every transaction that
    /// uses a key, since the one that made it may have failed.
    func save(_ id: Int64, in scope: WriteScope) throws {
        guard let row = state.withLock({ $0.rows[id] }), !row.isSaved else { return }
        try insert(row, scope.connection)
        scope.afterCommit { [self] in state.withLock { $0.rows[id]?.isSaved = true } }
    }

    /// Writes a key's row while the store is being opened, before there is a writer.
    func saveAtOpening(_ id: Int64, _ connection: Connection) throws {
        guard let row = state.withLock({ $0.rows[id] }), !row.isSaved else { return }
        try insert(row, connection)
        state.withLock { $0.rows[id]?.isSaved = true }
    }

    /// Makes the next version of a key of the box; what older versions sealed stays readable.
    func advance(_ purpose: BoxKey, in scope: WriteScope) throws -> DataKey {
        let slot = Slot(owner: "", compartment: purpose.rawValue)
        let key = try make(slot, version: version(purpose) + 1)
        try save(Int64(key.id), in: scope)
        return key
    }

    /// Up to `limit` keys that a generation before `generation` wraps.
    func wrappedBefore(_ generation: Int, limit: Int) -> [Int64] {
        state.withLock { state in
            Array(
                state.rows.values.lazy.filter { $0.generation < generation }.map(\.id).prefix(limit)
            )
        }
    }

    /// Wraps keys with the wrapping key of a generation instead.
    func rewrap(_ ids: [Int64], generation: Int, in scope: WriteScope) throws {
        let statement = try scope.connection.statement(
            "UPDATE data_key SET key_generation = ?, sealed_key = ? WHERE id = ?")
        for id in ids {
            guard let row = state.withLock({ $0.rows[id] }) else { continue }
            let key = try key(id: id)
            let wrapped = try wrap(key.secret, id: id, slot: row.slot, generation: generation)
            statement.bind(1, generation)
            statement.bind(2, wrapped)
            statement.bind(3, id)
            try statement.run()
            let take = { [self] in
                state.withLock {
                    $0.rows[id]?.generation = generation
                    $0.rows[id]?.wrapped = wrapped
                }
            }
            // A key without a row yet is saved from memory, perhaps later in this very commit.
            if row.isSaved { scope.afterCommit(take) } else { take() }
        }
    }

    /// How many keys there are.
    var count: Int { state.withLock { $0.rows.count } }

    private func insert(_ row: Row, _ connection: Connection) throws {
        try connection.run(
            """
            INSERT OR IGNORE INTO data_key
                   (id, owner, compartment, version, key_generation, sealed_key)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            .int(row.id), .text(row.slot.owner), .text(row.slot.compartment), .int(row.version),
            .int(Int64(row.generation)), .bytes(row.wrapped))
    }

    private func current(_ slot: Slot) throws -> DataKey {
        if let id = state.withLock({ $0.newest[slot] }) { return try key(id: id) }
        return try make(slot, version: 1)
    }

    private func make(_ slot: Slot, version: Int64) throws -> DataKey {
        let secret = try SecretBytes.random(32)
        let id = state.withLock { state in
            defer { state.nextID += 1 }
            return state.nextID
        }
        let key = DataKey(id: UInt32(id), secret: secret)
        while true {
            let generation = keyRing.currentGeneration
            let wrapped = try wrap(secret, id: id, slot: slot, generation: generation)
            let row = Row(
                id: id, slot: slot, version: version, generation: generation,
                wrapped: wrapped, isSaved: false, opened: key)
            let winner = state.withLock { state -> Int64? in
                if version == 1, let other = state.newest[slot] { return other }
                // A rotation that began meanwhile has counted the keys without this one.
                guard keyRing.currentGeneration == generation else { return nil }
                state.rows[id] = row
                state.newest[slot] = id
                return id
            }
            if let winner { return winner == id ? key : try self.key(id: winner) }
        }
    }

    private func open(_ row: Row) throws -> DataKey {
        do {
            let secret = try AESGCM.open(
                row.wrapped, key: wrappingKey(row.generation),
                aad: aad(row.id, row.slot, row.generation))
            return DataKey(id: UInt32(row.id), secret: SecretBytes(copying: secret))
        } catch {
            throw Problem(
                .security,
                """
                Key \(row.id) of the record does not open with this box's master key. Restore \
                keyring.json from a backup, or open the folder with its own recovery kit.
                """)
        }
    }

    private func wrap(
        _ secret: SecretBytes, id: Int64, slot: Slot, generation: Int
    ) throws -> [UInt8] {
        try secret.withBytes { bytes in
            try AESGCM.seal(
                Array(bytes), key: wrappingKey(generation), aad: aad(id, slot, generation))
        }
    }

    private func wrappingKey(_ generation: Int) throws -> SecretBytes {
        if let known = wrapping.withLock({ $0[generation] }) { return known }
        let key = try keyRing.wrappingKey(purpose: "record", generation: generation)
        wrapping.withLock { $0[generation] = key }
        return key
    }

    private func aad(_ id: Int64, _ slot: Slot, _ generation: Int) -> [UInt8] {
        Place(
            table: "data_key", column: "sealed_key", row: "\(id)", patient: slot.owner,
            compartment: slot.compartment, version: Int64(generation)
        ).aad
    }
}
