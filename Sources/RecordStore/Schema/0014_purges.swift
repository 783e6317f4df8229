extension SchemaStep {
    /// Which versions were destroyed on purpose, so that the check of the audit log knows them.
    package static let purges = SchemaStep(
        14, "purges",
        sql: """
            CREATE TABLE purged_version (
                seq            INTEGER PRIMARY KEY,  -- resource_version.seq of what is gone
                key_version    INTEGER NOT NULL,     -- version of the audit key
                mac            BLOB    NOT NULL      -- HMAC-SHA-256 over seq
            ) STRICT;
            """)
}
