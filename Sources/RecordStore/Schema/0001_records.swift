extension SchemaStep {
    /// Data keys, versions of resources, the sealed extracts of persons, tags of identifiers.
    package static let records = SchemaStep(
        1, "records",
        sql: """
            CREATE TABLE data_key (
                id             INTEGER PRIMARY KEY,
                owner          TEXT    NOT NULL,  -- opaque id of the patient, '' for the box itself
                compartment    TEXT    NOT NULL,  -- Compartment, or a purpose of the box
                version        INTEGER NOT NULL,  -- from 1; the highest seals, the others only open
                key_generation INTEGER NOT NULL,  -- generation of the master key that wraps it
                sealed_key     BLOB    NOT NULL,  -- AES-GCM under the wrapping key of that generation
                seal_count     INTEGER NOT NULL DEFAULT 0,
                UNIQUE (owner, compartment, version)
            ) STRICT;

            CREATE TABLE resource_version (
                seq            INTEGER PRIMARY KEY,  -- the order of changes in the whole box
                type           TEXT    NOT NULL,
                id             TEXT    NOT NULL,
                version        INTEGER NOT NULL,     -- from 1, without gaps
                is_current     INTEGER NOT NULL,
                is_deleted     INTEGER NOT NULL,
                patient_id     TEXT    NOT NULL,     -- '' where the record belongs to no patient
                compartment    TEXT    NOT NULL,
                data_key_id    INTEGER NOT NULL REFERENCES data_key (id),
                changed_ms     INTEGER NOT NULL,     -- UTC milliseconds
                sort_ms        INTEGER NOT NULL,     -- clinical time, UTC ms; changed_ms without one
                sealed_body    BLOB    NOT NULL,     -- AES-GCM; empty for a deletion
                UNIQUE (type, id, version)
            ) STRICT;
            CREATE INDEX resource_live_by_type ON resource_version (type, compartment, seq)
                WHERE is_current = 1 AND is_deleted = 0;
            CREATE INDEX resource_live_by_patient
                ON resource_version (patient_id, type, sort_ms, seq)
                WHERE is_current = 1 AND is_deleted = 0 AND patient_id <> '';

            CREATE TABLE person_extract (
                patient_id     TEXT    PRIMARY KEY,
                data_key_id    INTEGER NOT NULL REFERENCES data_key (id),
                version        INTEGER NOT NULL,     -- version of the Patient it was taken from
                sealed_extract BLOB    NOT NULL      -- AES-GCM, what the memory index is filled from
            ) STRICT;

            CREATE TABLE identifier_tag (
                tag            INTEGER NOT NULL,     -- keyed 64-bit hash of type, system and value
                type           TEXT    NOT NULL,
                id             TEXT    NOT NULL,
                PRIMARY KEY (tag, type, id)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX identifier_tag_by_resource ON identifier_tag (type, id);

            CREATE TABLE answered_request (
                key_digest     BLOB    PRIMARY KEY,  -- SHA-256 of user and idempotency key
                body_digest    BLOB    NOT NULL,     -- keyed hash of the request
                sealed_answer  BLOB    NOT NULL,     -- AES-GCM: what was answered, without bodies
                at_ms          INTEGER NOT NULL      -- UTC milliseconds
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX answered_request_by_age ON answered_request (at_ms);
            """)
}
