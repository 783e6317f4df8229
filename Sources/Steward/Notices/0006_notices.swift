package import RecordStore

extension SchemaStep {
    /// What administrators are told of by the box itself.
    package static let notices = SchemaStep(
        6, "notices",
        sql: """
            CREATE TABLE notice (
                id          INTEGER PRIMARY KEY,
                at_ms       INTEGER NOT NULL,   -- UTC milliseconds
                kind        TEXT    NOT NULL,
                sealed_text BLOB    NOT NULL,   -- AES-GCM
                is_seen     INTEGER NOT NULL DEFAULT 0
            ) STRICT;
            """)
}
