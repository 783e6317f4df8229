extension SchemaStep {
    /// How many commits there were, by which a copy of the database and the changes after it are
    /// fitted together.
    package static let redo = SchemaStep(
        18, "redo",
        sql: """
            CREATE TABLE redo_mark (
                id             INTEGER PRIMARY KEY CHECK (id = 1),
                line           TEXT    NOT NULL,  -- opaque; another one after every gap
                number         INTEGER NOT NULL   -- commits that changed something in this line
            ) STRICT;
            INSERT INTO redo_mark (id, line, number) VALUES (1, '', 0);
            """)
}
