extension SchemaStep {
    /// Searches that are answered later, and their answers until they are fetched or run out.
    package static let deferred = SchemaStep(
        13, "deferred",
        sql: """
            CREATE TABLE deferred_answer (
                id             TEXT    PRIMARY KEY,
                owner_tag      INTEGER NOT NULL,     -- keyed 64-bit hash of who asked, and as what
                until_ms       INTEGER NOT NULL,     -- UTC milliseconds; gone from then on
                sealed_request BLOB    NOT NULL,     -- AES-GCM
                sealed_answer  BLOB                  -- AES-GCM; NULL until there is one
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX deferred_answer_by_owner ON deferred_answer (owner_tag);
            CREATE INDEX deferred_answer_by_end ON deferred_answer (until_ms);
            """)
}
