package import RecordStore

extension SchemaStep {
    /// Sessions, tokens, known devices, failed sign-ins.
    package static let sessions = SchemaStep(
        5, "sessions",
        sql: """
            CREATE TABLE session (
                id             TEXT    PRIMARY KEY,
                user_id        TEXT    NOT NULL REFERENCES user (id),
                token_digest   BLOB    NOT NULL UNIQUE,  -- SHA-256 of the cookie's token
                created_ms     INTEGER NOT NULL,         -- UTC milliseconds
                seen_ms        INTEGER NOT NULL,         -- UTC milliseconds, at most a minute late
                sealed_session BLOB    NOT NULL          -- AES-GCM: whose, since when, from where
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE token (
                id             TEXT    PRIMARY KEY,
                user_id        TEXT    NOT NULL REFERENCES user (id),
                token_digest   BLOB    NOT NULL UNIQUE,  -- SHA-256 of the token
                expires_ms     INTEGER NOT NULL,         -- UTC milliseconds
                sealed_token   BLOB    NOT NULL          -- AES-GCM: whose, scopes, from when to when
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE known_device (
                token_digest   BLOB    NOT NULL,         -- SHA-256 of the device's cookie
                user_id        TEXT    NOT NULL REFERENCES user (id),
                seen_ms        INTEGER NOT NULL,         -- UTC milliseconds
                PRIMARY KEY (token_digest, user_id)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE sign_in_failure (
                kind            TEXT    NOT NULL CHECK (kind IN ('account', 'device', 'address')),
                tag             INTEGER NOT NULL,  -- keyed 64-bit hash of name, device or address
                count           INTEGER NOT NULL,  -- failures since since_ms
                since_ms        INTEGER NOT NULL,  -- UTC milliseconds
                locked_until_ms INTEGER NOT NULL,  -- UTC milliseconds; 0 where it is not locked
                day_count       INTEGER NOT NULL,  -- failures since day_since_ms
                day_since_ms    INTEGER NOT NULL,  -- UTC milliseconds
                PRIMARY KEY (kind, tag)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX sign_in_failure_by_age ON sign_in_failure (day_since_ms);
            """)
}
