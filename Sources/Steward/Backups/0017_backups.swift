package import RecordStore

extension SchemaStep {
    /// The catalogue of backups: what was made, where copies lie, and which places there are.
    package static let backups = SchemaStep(
        17, "backups",
        sql: """
            CREATE TABLE backup (
                sequence       INTEGER PRIMARY KEY,   -- rising; the only order that counts
                id             TEXT    NOT NULL UNIQUE,
                name           TEXT    NOT NULL UNIQUE,  -- of the file
                cause          TEXT    NOT NULL,      -- schedule, hand, upgrade, found
                mark_ms        INTEGER NOT NULL,      -- box time, UTC milliseconds
                zone_offset_s  INTEGER NOT NULL,      -- of the clinic's clock then
                bytes          INTEGER NOT NULL,
                digest         BLOB    NOT NULL,      -- SHA-256 of the file
                head_digest    BLOB    NOT NULL,      -- SHA-256 of its first 4,096 bytes
                made_ms        INTEGER NOT NULL,      -- how long making it took, milliseconds
                state          TEXT    NOT NULL CHECK (state IN ('unproven', 'proven', 'failed')),
                tried_at_ms    INTEGER,               -- box time of the last proof
                proof_ms       INTEGER,               -- how long that took, milliseconds
                fault          TEXT                   -- why it failed; no patient data
            ) STRICT;

            CREATE TABLE backup_place (
                id             TEXT    PRIMARY KEY,
                kind           TEXT    NOT NULL,
                name           TEXT    NOT NULL UNIQUE,
                sealed_address BLOB    NOT NULL,      -- AES-GCM
                every_hours    INTEGER NOT NULL,
                copied_at_ms   INTEGER,               -- box time of the last copy
                read_at_ms     INTEGER,               -- box time a copy was last read back whole
                looked_at_ms   INTEGER,               -- box time of the last look
                free_bytes     INTEGER,
                all_bytes      INTEGER,
                fault          TEXT                   -- why it cannot be used; NULL where it can
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE backup_copy (
                place_id       TEXT    NOT NULL,      -- '' for the disk of the box
                sequence       INTEGER NOT NULL REFERENCES backup (sequence),
                at_ms          INTEGER NOT NULL,      -- box time
                PRIMARY KEY (place_id, sequence)
            ) STRICT, WITHOUT ROWID;
            """)
}
