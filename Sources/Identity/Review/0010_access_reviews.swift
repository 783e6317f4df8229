package import RecordStore

extension SchemaStep {
    /// The reviews of who has which access.
    package static let accessReviews = SchemaStep(
        10, "access_reviews",
        sql: """
            CREATE TABLE access_review (
                id            TEXT    PRIMARY KEY,
                started_ms    INTEGER NOT NULL,  -- UTC milliseconds
                signed_ms     INTEGER,           -- UTC milliseconds; NULL while it is open
                sealed_review BLOB    NOT NULL   -- AES-GCM: lines, decisions, names
            ) STRICT, WITHOUT ROWID;
            """)
}
