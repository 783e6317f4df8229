package import RecordStore

extension SchemaStep {
    /// The people who may sign in.
    package static let users = SchemaStep(
        4, "users",
        sql: """
            CREATE TABLE user (
                id                  TEXT    PRIMARY KEY,
                username_tag        INTEGER NOT NULL UNIQUE,  -- keyed 64-bit hash of the folded name
                sealed_profile      BLOB    NOT NULL,  -- AES-GCM: names, roles, state
                sealed_password     BLOB    NOT NULL,  -- AES-GCM: argon2id text
                sealed_history      BLOB    NOT NULL   -- AES-GCM: earlier argon2id texts
            ) STRICT, WITHOUT ROWID;
            """)
}
