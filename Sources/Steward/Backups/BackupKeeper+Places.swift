package import AccessControl
import BackupPlaces
import Kernel
import RecordStore
import Retention
import Synchronization

/// Places beside the disk of the box.
extension BackupKeeper {
    /// The longest name of a place, in characters.
    package static let placeNameCharactersMax = 40

    /// A place as somebody asks for it.
    package struct PlaceDraft: Sendable {
        package let name: String
        package let kind: String
        package let address: String
        /// 1 for a copy every hour, 24 for one every night.
        package let everyHours: Int
        /// Whether a folder or stick that belongs to another place is taken over.
        package let adopts: Bool

        /// Makes a draft.
        package init(name: String, kind: String, address: String, everyHours: Int, adopts: Bool) {
            self.name = name
            self.kind = kind
            self.address = address
            self.everyHours = everyHours
            self.adopts = adopts
        }
    }

    /// Adds a place, after writing to it, reading back and deleting.
    ///
    /// - Returns: its id.
    /// - Throws: ``Problem``: `.value` with the field at fault; `.conflict` at `adopt` where the
    ///   folder or stick belongs to another place and nobody said to take it over.
    package func add(_ grant: Grant, _ draft: PlaceDraft) async throws -> String {
        let name = draft.name.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard 1...Self.placeNameCharactersMax ~= name.count else {
            throw Problem(
                .value,
                "Give the place a name of 1 to \(Self.placeNameCharactersMax) characters, "
                    + "such as USB blue.", location: "name")
        }
        guard draft.everyHours == 1 || draft.everyHours == 24 else {
            throw Problem(.value, "Choose every hour or every night.", location: "everyHours")
        }
        let address = try PlaceAddress(
            kind: draft.kind, text: draft.address, dataFolder: parts.dataFolder)
        let known = try await catalogue(grant)
        guard known.places.count < PlaceRecord.countMax else {
            throw Problem(.tooLong, "There are \(PlaceRecord.countMax) places already.")
        }
        guard !known.places.contains(where: { $0.name.lowercased() == name.lowercased() }) else {
            throw Problem(
                .duplicate, "There is a place of this name already.", location: "name")
        }
        let id = store.parts.ids.next()
        let mounts = parts.mounts
        let placeIDs = Set(known.places.map(\.id))
        try await threads.run(id, name) { _ in
            try Self.adopt(address, id, draft.adopts, placeIDs, mounts)
            try address.storage(tag: id, mounts: mounts).probe()
        }
        try await store.changeRows(
            grant, note: AuditNote(grant.ask, id: id, detail: "place added: \(address.kind)")
        ) { rows in
            try BackupRows.add(
                grant,
                PlaceRecord(id: id, name: name, address: address, everyHours: draft.everyHours),
                rows)
        }
        state.withLock { $0.wishes.append(.copy(placeID: id)) }
        return id
    }

    /// The id of a place by its name.
    package func placeID(_ grant: Grant, named name: String) async throws -> String? {
        try await catalogue(grant).places.first { $0.name.lowercased() == name.lowercased() }?.id
    }

    /// Marks a folder as a place, unless it is another one.
    private static func adopt(
        _ address: PlaceAddress, _ id: String, _ adopts: Bool, _ known: Set<String>,
        _ mounts: Mounts
    ) throws {
        let storage = address.storage(tag: nil, mounts: mounts)
        if case .of(let other) = try storage.foundTag() {
            if known.contains(other) {
                throw Problem(
                    .duplicate, "This folder is one of the box's places already.",
                    location: "address")
            }
            guard adopts else {
                throw Problem(
                    .conflict,
                    "This folder holds backups of another place, or of another box. What is there "
                        + "stays there. Say that the box may use it as well, or choose another.",
                    location: "adopt")
            }
        }
        try storage.adopt(id: id)
    }

    /// Forgets a place; what lies there stays.
    package func removePlace(_ grant: Grant, id: String) async throws {
        guard let place = try await catalogue(grant).place(id: id) else {
            throw Problem(.notFound, "There is no such place.")
        }
        try await store.changeRows(
            grant, note: AuditNote(grant.ask, id: id, detail: "place removed: \(place.name)")
        ) { try BackupRows.removePlace(grant, id: id, $0) }
    }

    /// Writes to a place, reads back and deletes, and notes how that went.
    ///
    /// - Throws: ``Problem`` in plain words where it does not work.
    package func test(_ grant: Grant, placeID: String) async throws {
        guard let place = try await catalogue(grant).place(id: placeID) else {
            throw Problem(.notFound, "There is no such place.")
        }
        let storage = storage(of: place)
        if let problem = try await look(grant, place, with: { try storage.probe() }) {
            throw problem
        }
    }

    func storage(of place: PlaceRecord) -> FolderStorage {
        place.address.storage(tag: place.id, mounts: parts.mounts)
    }

    /// Looks whether a place can be used, and writes down what was seen.
    ///
    /// - Returns: why it cannot; nil where it can.
    @discardableResult
    func look(
        _ grant: Grant, _ place: PlaceRecord,
        with more: @escaping @Sendable () throws -> Void = {}
    ) async throws -> Problem? {
        let storage = storage(of: place)
        let atMs = try await now(grant).time.markMs
        var seen = place
        seen.lookedAtMs = atMs
        var problem: Problem?
        do {
            seen.room = try await threads.run(place.id, place.name) { _ in
                try more()
                return try storage.room()
            }
            seen.fault = nil
        } catch {
            let found =
                error as? Problem ?? Problem(.unexpected, "The place cannot be used.")
            seen.fault = found.detail
            problem = found
        }
        try await put(grant, seen)
        return problem
    }

    func put(_ grant: Grant, _ place: PlaceRecord) async throws {
        try await store.changeRows(grant) { try BackupRows.put(grant, place, $0) }
    }

    /// Copies the newest proven backup to a place where it is not there yet.
    ///
    /// - Returns: whether a copy was made.
    @discardableResult
    package func copy(_ grant: Grant, placeID: String) async throws -> Bool {
        let known = try await catalogue(grant)
        guard var place = known.place(id: placeID) else {
            throw Problem(.notFound, "There is no such place.")
        }
        guard
            let newest = known.backups(at: PlaceRecord.own).first(where: { $0.state == .proven }),
            known.placeIDs[newest.sequence]?.contains(placeID) != true
        else { return false }
        let storage = storage(of: place)
        let source = parts.folder + "/" + newest.name
        let names = known.backups.map(\.name)
        do {
            try await alone("copy", place.name) { progress in
                try await makeRoom(grant, at: place, for: newest.seal.bytes, known)
                let seal = try await threads.run(placeID, place.name) { pulse in
                    try storage.sweep(names)
                    return try storage.put(source, as: newest.name) { part in
                        pulse.beat()
                        return progress(part)
                    }
                }
                guard seal == newest.seal else {
                    throw Problem(
                        .incomplete, "The backup on the disk of the box is not as it was made.")
                }
            }
        } catch let problem as Problem where problem.retryAfterSeconds == nil {
            place.fault = problem.detail
            try await put(grant, place)
            throw problem
        }
        let atMs = try await now(grant).time.markMs
        place.copiedAtMs = atMs
        place.readAtMs = atMs
        place.fault = nil
        let done = place
        try await store.changeRows(
            grant, note: AuditNote(grant.ask, id: newest.id, detail: "copied to \(done.name)")
        ) { rows in
            try BackupRows.putCopy(grant, of: newest.sequence, at: placeID, atMs, rows)
            try BackupRows.put(grant, done, rows)
        }
        _ = try await prune(
            grant, at: placeID, try await catalogue(grant), bytesShort: 0)
        return true
    }

    /// Reads the newest copy at a place back as a whole.
    func readBack(_ grant: Grant, _ place: PlaceRecord) async throws {
        let known = try await catalogue(grant)
        guard let newest = known.backups(at: place.id).first else { return }
        let storage = storage(of: place)
        var seen = place
        let seal = try await alone("prove", place.name) { _ in
            try await threads.run(place.id, place.name) { pulse in
                try storage.seal(of: newest.name, beat: pulse.beat)
            }
        }
        if seal == newest.seal {
            seen.readAtMs = try await now(grant).time.markMs
        } else {
            seen.fault =
                "A copy at \(place.name) reads back differently. Do not use this disk any more."
        }
        try await put(grant, seen)
    }

    private func makeRoom(
        _ grant: Grant, at place: PlaceRecord, for bytes: Int64, _ known: BackupCatalogue
    ) async throws {
        let storage = storage(of: place)
        let free = try await threads.run(place.id, place.name) { _ in
            try storage.room().freeBytes
        }
        // A copy leaves a little room; see FolderStorage.
        let short = bytes + bytes / 8 + 33_554_432 - free
        guard short > 0 else { return }
        _ = try await prune(grant, at: place.id, known, bytesShort: short)
    }
}
