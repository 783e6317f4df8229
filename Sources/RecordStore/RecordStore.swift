import AccessControl
import FHIRModel
package import Kernel
import SQLite
package import Sealing

/// The records of the clinic: owns the database file, seals what goes in, puts every act on
/// record, and answers nothing before that is on the disk.
///
/// Its functions take a ``Grant`` first, so that "forgot to check" and "forgot to audit" do not
/// compile.
package final class RecordStore: Sendable {
    /// What a store is made of that does not come from the disk.
    package struct Parts: Sendable {
        package let clock: Clock
        package let ids: IDs
        /// Called with a reason when the disk cannot be trusted any more; ends the process.
        package let onFatal: @Sendable (String) -> Void
        /// Called once with the first sign that the database is damaged; reading goes on elsewhere.
        package let onDamage: @Sendable (String) -> Void
        /// What records are found by.
        package let search: SearchRules
        /// What the box adds to what is written.
        package let writing: WritingRules
        /// What features do whenever a record of their type is written.
        package let followers: [RecordFollower]
        /// Who is told what each commit changed; nil for nobody.
        package let redo: RedoTap?

        /// Collects the parts.
        package init(
            clock: Clock, ids: IDs, onFatal: @escaping @Sendable (String) -> Void,
            onDamage: @escaping @Sendable (String) -> Void, search: SearchRules = .r4,
            writing: WritingRules = WritingRules(), followers: [RecordFollower] = [],
            redo: RedoTap? = nil
        ) {
            self.clock = clock
            self.ids = ids
            self.onFatal = onFatal
            self.onDamage = onDamage
            self.search = search
            self.writing = writing
            self.followers = followers
            self.redo = redo
        }
    }

    package let parts: Parts
    /// The patients, as far as they are needed to find them.
    package let people: PersonIndex
    let folder: DataFolder
    let keys: DataKeys
    let readers: Readers
    let writer: Writer
    let drafts: DraftRoom
    let auditSealer: AuditSealer
    let index: SearchIndex
    let cursors: SearchCursors
    let anchors: AuditAnchors
    let space: DiskSpace
    private let walIndexRoom: WALIndexRoom
    let damage = Damage()
    let turns = Turns()
    let relationMemory = RelationMemory()
    let stamps: OpenStamps
    /// What was committed last, in order.
    package let journal: Journal
    /// What the box knows of codes.
    package let terms: TermShelf

    /// Opens the records of a data folder whose lock the caller holds, and brings the schema up.
    ///
    /// Reads the extracts of all patients: about 10 µs each.
    /// - Throws: ``Problem`` that names the way out where the folder, its keys or its database
    ///   are not sound.
    package static func open(
        _ folder: DataFolder, keyRing: OpenKeyRing, steps: [SchemaStep], parts: Parts
    ) throws -> RecordStore {
        let connection = try Connection(path: folder.database, mode: .readWrite)
        try prepare(connection)
        try Schema.migrate(connection, steps: steps, nowMs: parts.clock.wallMs())
        let keys = DataKeys(keyRing: keyRing)
        try keys.load(connection)
        let box = try BoxKeys(keys, connection)
        let people = PersonIndex()
        try PersonRows.fill(people, keys, connection)
        let anchors = AuditAnchors(path: folder.anchors, key: box.anchor.secret)
        let chain = try AuditChain(
            connection: connection, key: box.audit, keyVersion: keys.version(.audit),
            anchors: anchors, clock: parts.clock)
        let space = DiskSpace(path: folder.ballast)
        let tags = TagMaker(key: box.index.secret)
        let terms = TermShelf(path: folder.database)
        let index = SearchIndex(
            maker: IndexMaker(
                keys: keys, tags: SearchTags(maker: tags), numbers: SearchNumbers(),
                rules: parts.search.asksTerms ? .r4(terms.search) : parts.search))
        try index.load(connection)
        let journal = Journal(head: try JournalRows.head(connection))
        // The schema stands; from here on rows are read and changed and nothing else.
        try connection.restrict()
        let readers = try Readers(path: folder.database, steadyMs: parts.clock.steadyMs)
        let walIndexRoom = WALIndexRoom(database: folder.database)
        let writer = try Writer(
            connection: connection, chain: chain, redo: parts.redo, space: space,
            clock: parts.clock, onFatal: parts.onFatal)
        #if FAULT_CONTROLS
        FaultControls.disturb(folder.database)
        #endif
        let sealer = AuditSealer(key: box.auditEntry, tags: tags)
        return RecordStore(
            parts: parts, people: people, folder: folder, keys: keys, readers: readers,
            writer: writer,
            drafts: DraftRoom(
                keys: keys, tags: tags, auditSealer: sealer, index: index.maker,
                writing: parts.writing),
            index: index, anchors: anchors, space: space, walIndexRoom: walIndexRoom,
            journal: journal, terms: terms)
    }

    private init(
        parts: Parts, people: PersonIndex, folder: DataFolder, keys: DataKeys, readers: Readers,
        writer: Writer, drafts: DraftRoom, index: SearchIndex, anchors: AuditAnchors,
        space: DiskSpace, walIndexRoom: WALIndexRoom, journal: Journal, terms: TermShelf
    ) {
        self.walIndexRoom = walIndexRoom
        self.parts = parts
        self.journal = journal
        self.terms = terms
        stamps = OpenStamps(wallMs: parts.clock.wallMs)
        self.people = people
        self.folder = folder
        self.keys = keys
        self.readers = readers
        self.writer = writer
        self.drafts = drafts
        auditSealer = drafts.auditSealer
        self.index = index
        cursors = SearchCursors(keys: keys, clock: parts.clock)
        self.anchors = anchors
        self.space = space
    }

    /// Commits what is queued and closes the files.
    ///
    /// Nothing may be asked of the store afterwards.
    package func close() {
        readers.close()
        terms.close()
        writer.close()
        walIndexRoom.close()
    }

    /// Whether changes are refused because the disk is full.
    package var isDiskFull: Bool { space.isFull }

    /// What was found to be damaged in the database since the start; nil where nothing was.
    package var damageFound: String? { damage.found }

    /// Pages of the database that the writer keeps in memory, in KiB.
    private static let writerCacheKiB = 32_768

    /// Makes a connection durable, and refuses to go on if it is not.
    private static func prepare(_ connection: Connection) throws {
        try connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
        // The search index is written at many places at once; they are read from memory.
        try connection.execute("PRAGMA cache_size = -\(writerCacheKiB)")
        #if FAULT_CONTROLS
        try FaultControls.weaken(connection)
        #else
        guard try connection.pragmaInt("synchronous") == 2 else {
            throw Problem(.incomplete, "SQLite does not sync its commits here; refusing to start.")
        }
        #endif
        guard try connection.pragmaText("journal_mode") == "wal" else {
            throw Problem(
                .incomplete,
                "The data folder is on a file system without a write-ahead log; move it to a "
                    + "local disk.")
        }
    }
}

/// The keys of the box that the store itself works with.
private struct BoxKeys {
    let audit: DataKey
    /// The first key of the audit chain, so that lines from before a change of keys stay sound.
    let anchor: DataKey
    let auditEntry: DataKey
    let index: DataKey

    /// Finds the keys, or makes and saves them in a store that is new.
    ///
    /// A store that holds records but not these keys is damaged: nothing new is made over it.
    init(_ keys: DataKeys, _ connection: Connection) throws {
        let hasRecords =
            try connection.int("SELECT 1 FROM audit_entry LIMIT 1") != nil
            || connection.int("SELECT 1 FROM resource_version LIMIT 1") != nil
        let isNew = keys.count == 0
        guard !(isNew && hasRecords) else {
            throw Problem(
                .security,
                "The keys of the records are gone. Restore the data folder from a backup.")
        }
        guard isNew || BoxKey.allCases.allSatisfy({ keys.holds($0) }) else {
            throw Problem(
                .security, "The table of keys is damaged. Restore the data folder from a backup.")
        }
        audit = try keys.current(.audit)
        guard let first = try keys.all(.audit).min(by: { $0.key < $1.key })?.value else {
            throw Problem(
                .security, "The table of keys is damaged. Restore the data folder from a backup.")
        }
        anchor = first
        auditEntry = try keys.current(.auditEntry)
        index = try keys.current(.index)
        guard isNew else { return }
        try connection.beginImmediate()
        for purpose in BoxKey.allCases {
            try keys.saveAtOpening(Int64(keys.current(purpose).id), connection)
        }
        try connection.commit()
    }
}
