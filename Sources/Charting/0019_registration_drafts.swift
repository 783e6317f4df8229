package import RecordStore

extension SchemaStep {
    /// Registrations that are not finished yet, and the numbers that patients get.
    package static let registrationDrafts = SchemaStep(
        19, "registration_drafts",
        sql: """
            CREATE TABLE registration_draft (
                id            TEXT    PRIMARY KEY,  -- of the patient that it becomes
                owner         TEXT    NOT NULL,     -- opaque id of the user who writes it
                retry_tag     INTEGER NOT NULL,     -- keyed hash of the key that it was begun with
                version       INTEGER NOT NULL,     -- from 1
                changed_ms    INTEGER NOT NULL,     -- UTC milliseconds
                sealed_steps  BLOB    NOT NULL      -- AES-GCM: what was typed
            ) STRICT, WITHOUT ROWID;
            CREATE UNIQUE INDEX registration_draft_by_owner
                ON registration_draft (owner, retry_tag);

            CREATE TABLE number_series (
                name          TEXT    PRIMARY KEY,  -- 'mrn', or the id of a facility
                last_number   INTEGER NOT NULL      -- the last one that was given
            ) STRICT, WITHOUT ROWID;
            """)
}
