extension SchemaStep {
    /// Releases of code systems that the clinic loaded: published texts, none about a patient.
    package static let terms = SchemaStep(
        16, "terms",
        sql: """
            CREATE TABLE term_release (
                id             INTEGER PRIMARY KEY,
                system         TEXT    NOT NULL,     -- address of the code system
                version        TEXT    NOT NULL,
                title          TEXT    NOT NULL,
                licence        TEXT    NOT NULL,
                is_current     INTEGER NOT NULL,     -- 0 while it is loaded or taken away
                concept_count  INTEGER NOT NULL DEFAULT 0,
                loaded_ms      INTEGER NOT NULL      -- UTC milliseconds
            ) STRICT;

            CREATE TABLE term_concept (
                release        INTEGER NOT NULL,
                code           TEXT    NOT NULL,
                display        TEXT,
                flags          INTEGER,              -- 1 groups others only, 2 no longer used
                facts          TEXT,                 -- a property a line: name, tab, value
                PRIMARY KEY (release, code)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE term_name (
                release        INTEGER NOT NULL,
                code           TEXT    NOT NULL,
                name           TEXT    NOT NULL,
                PRIMARY KEY (release, code, name)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE term_edge (
                release        INTEGER NOT NULL,
                child          TEXT    NOT NULL,
                parent         TEXT    NOT NULL,
                PRIMARY KEY (release, child, parent)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX term_edge_by_parent ON term_edge (release, parent, child);

            CREATE TABLE term_word (
                release        INTEGER NOT NULL,
                word           TEXT    NOT NULL,
                code           TEXT    NOT NULL,
                PRIMARY KEY (release, word, code)
            ) STRICT, WITHOUT ROWID;
            """)
}
