extension SchemaStep {
    /// Messages to deliver after a commit, work to do at a time, settings kept in the database.
    package static let queues = SchemaStep(
        3, "queues",
        sql: """
            CREATE TABLE outbox (
                id             INTEGER PRIMARY KEY,
                topic          TEXT    NOT NULL,
                sealed_payload BLOB    NOT NULL,     -- AES-GCM
                attempts       INTEGER NOT NULL DEFAULT 0,
                due_ms         INTEGER NOT NULL      -- UTC milliseconds; not delivered before
            ) STRICT;
            CREATE INDEX outbox_by_due ON outbox (due_ms);

            CREATE TABLE job (
                name           TEXT    PRIMARY KEY,
                due_ms         INTEGER NOT NULL,     -- UTC milliseconds
                state          TEXT    NOT NULL CHECK (state IN ('waiting', 'running', 'failed')),
                mark           TEXT    NOT NULL DEFAULT '',  -- how far it is; no patient data
                last_ok_ms     INTEGER               -- UTC milliseconds
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE setting (
                name           TEXT    PRIMARY KEY,
                sealed_value   BLOB    NOT NULL,     -- AES-GCM
                changed_ms     INTEGER NOT NULL      -- UTC milliseconds
            ) STRICT, WITHOUT ROWID;
            """)
}
