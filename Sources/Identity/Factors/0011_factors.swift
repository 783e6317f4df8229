package import RecordStore

extension SchemaStep {
    /// Second factors, codes that are handed out, PINs.
    package static let factors = SchemaStep(
        11, "factors",
        sql: """
            CREATE TABLE factor (
                id             TEXT    PRIMARY KEY,
                user_id        TEXT    NOT NULL REFERENCES user (id),
                kind           TEXT    NOT NULL CHECK (kind IN ('totp', 'passkey')),
                credential_tag INTEGER UNIQUE,           -- keyed 64-bit hash of a passkey's id
                sealed_factor  BLOB    NOT NULL          -- AES-GCM: seed or key, counter, times
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX factor_by_user ON factor (user_id);

            CREATE TABLE spoken_code (
                user_id        TEXT    NOT NULL REFERENCES user (id),
                code_digest    BLOB    NOT NULL,         -- SHA-256 of user, kind and 80 random bits
                kind           TEXT    NOT NULL
                    CHECK (kind IN ('recovery', 'password', 'factor-reset', 'reset-wish')),
                sealed_code    BLOB    NOT NULL,         -- AES-GCM: who made it, until when it holds
                PRIMARY KEY (user_id, code_digest)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE pin (
                user_id        TEXT    PRIMARY KEY REFERENCES user (id),
                sealed_pin     BLOB    NOT NULL          -- AES-GCM: argon2id text
            ) STRICT, WITHOUT ROWID;
            """)
}
