package import RecordStore

extension SchemaStep {
    /// How far the delivery of each subscription is.
    package static let subscriptions = SchemaStep(
        15, "subscriptions",
        sql: """
            CREATE TABLE subscription_state (
                id             TEXT    PRIMARY KEY,  -- of the Subscription
                state          TEXT    NOT NULL
                    CHECK (state IN ('requested', 'active', 'error', 'off')),
                revision       INTEGER NOT NULL,     -- counts what people changed
                seq            INTEGER NOT NULL,     -- everything up to this place is delivered
                event_count    INTEGER NOT NULL,     -- events delivered so far
                attempts       INTEGER NOT NULL,     -- that failed since the last one that did not
                due_ms         INTEGER NOT NULL,     -- UTC milliseconds; not tried before
                began_ms       INTEGER NOT NULL,     -- UTC milliseconds
                last_ok_ms     INTEGER,              -- UTC milliseconds
                words          TEXT    NOT NULL,     -- why it waits; no patient data
                sealed_facts   BLOB    NOT NULL      -- AES-GCM: owner, scopes, signing secret
            ) STRICT, WITHOUT ROWID;
            """)
}
