extension SchemaStep {
    /// The audit chain and its head.
    package static let audit = SchemaStep(
        2, "audit",
        sql: """
            CREATE TABLE audit_entry (
                seq            INTEGER PRIMARY KEY,  -- from 1, without gaps
                at_ms          INTEGER NOT NULL,     -- UTC milliseconds of the wall clock
                action         TEXT    NOT NULL,     -- Verb
                actor_tag      INTEGER NOT NULL,     -- keyed 64-bit hash of the user
                patient_tag    INTEGER,              -- keyed 64-bit hash of the patient, if one
                key_version    INTEGER NOT NULL,     -- version of the audit key
                object_seq     INTEGER,              -- resource_version.seq of a change
                object_digest  BLOB,                 -- SHA-256 over that row, is_current left out
                sealed_entry   BLOB    NOT NULL,     -- AES-GCM: who, what, from where, outcome
                mac            BLOB    NOT NULL      -- HMAC-SHA-256 over this row and the one before
            ) STRICT;
            CREATE INDEX audit_entry_by_actor ON audit_entry (actor_tag, seq);
            CREATE INDEX audit_entry_by_patient ON audit_entry (patient_tag, seq)
                WHERE patient_tag IS NOT NULL;

            CREATE TABLE audit_head (
                id             INTEGER PRIMARY KEY CHECK (id = 1),
                seq            INTEGER NOT NULL,     -- the newest entry; equal to their count
                mac            BLOB    NOT NULL,     -- its mac
                head_mac       BLOB    NOT NULL      -- HMAC-SHA-256 over seq and mac
            ) STRICT;
            """)
}
