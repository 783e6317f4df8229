package import RecordStore

extension SchemaStep {
    /// Charts that were opened for an emergency, and who stands in for whom.
    package static let chartRights = SchemaStep(
        12, "chart_rights",
        sql: """
            CREATE TABLE emergency (
                id            TEXT    PRIMARY KEY,
                user_id       TEXT    NOT NULL,
                began_ms      INTEGER NOT NULL,   -- UTC milliseconds
                until_ms      INTEGER NOT NULL,   -- UTC milliseconds
                ended_ms      INTEGER,            -- UTC milliseconds; NULL: by itself
                is_closed     INTEGER NOT NULL DEFAULT 0,
                sealed_facts  BLOB    NOT NULL    -- AES-GCM: patient, compartments, reason, reviews
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX emergency_by_state ON emergency (is_closed, began_ms);

            CREATE TABLE delegation (
                id            TEXT    PRIMARY KEY,
                ends_ms       INTEGER NOT NULL,   -- UTC milliseconds
                sealed_facts  BLOB    NOT NULL    -- AES-GCM: who, to whom, from when
            ) STRICT, WITHOUT ROWID;
            """)
}
