package import RecordStore

extension SchemaStep {
    /// What administrators set, with every earlier version.
    package static let factVersions = SchemaStep(
        9, "fact_versions",
        sql: """
            CREATE TABLE fact_version (
                subject      TEXT    NOT NULL,  -- 'clinic', 'setting/LOG_LEVEL'
                version      INTEGER NOT NULL,  -- from 1, without gaps
                at_ms        INTEGER NOT NULL,  -- UTC milliseconds
                sealed_value BLOB    NOT NULL,  -- AES-GCM: the value, and who wrote it
                PRIMARY KEY (subject, version)
            ) STRICT, WITHOUT ROWID;
            """)
}
