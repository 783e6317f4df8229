extension SchemaStep {
    /// What records are found by: see Sources/ARCHITECTURE.md for what of it is readable.
    ///
    /// `chart` is 8 times the number of the patient, 0 for none, and the number of the compartment,
    /// so that what a grant covers is a part of every query. `origin` is `resource_version.seq` of
    /// version 1, which tells a resource from all others and never changes.
    package static let search = SchemaStep(
        8, "search",
        sql: """
            CREATE TABLE search_parameter (
                number         INTEGER PRIMARY KEY,
                type           TEXT    NOT NULL,
                code           TEXT    NOT NULL,     -- '' for the type itself
                UNIQUE (type, code)
            ) STRICT;

            CREATE TABLE search_patient (
                number         INTEGER PRIMARY KEY,
                patient_id     TEXT    NOT NULL UNIQUE
            ) STRICT;

            CREATE TABLE search_resource (
                origin         INTEGER PRIMARY KEY,
                seq            INTEGER NOT NULL,     -- of the current version
                type           INTEGER NOT NULL,     -- search_parameter.number
                chart          INTEGER NOT NULL,
                changed_ms     INTEGER NOT NULL,     -- UTC milliseconds
                self_tag       INTEGER NOT NULL      -- keyed 64-bit hash of Type/id
            ) STRICT;
            CREATE INDEX search_resource_by_type ON search_resource (type, origin, chart);
            CREATE INDEX search_resource_by_chart ON search_resource (type, chart, origin);
            CREATE INDEX search_resource_by_change
                ON search_resource (type, changed_ms, origin, chart);
            CREATE INDEX search_resource_by_tag ON search_resource (self_tag);

            CREATE TABLE search_tag (
                parameter      INTEGER NOT NULL,
                tag            INTEGER NOT NULL,     -- keyed 64-bit hash of the code, 0 without one
                chart          INTEGER NOT NULL,
                origin         INTEGER NOT NULL,
                system_tag     INTEGER NOT NULL,     -- keyed 64-bit hash of the system, 0 without
                PRIMARY KEY (parameter, tag, chart, origin, system_tag)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE search_link (
                parameter      INTEGER NOT NULL,
                target_tag     INTEGER NOT NULL,     -- keyed 64-bit hash of Type/id, or of the URL
                chart          INTEGER NOT NULL,
                origin         INTEGER NOT NULL,
                PRIMARY KEY (parameter, target_tag, chart, origin)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX search_link_by_origin ON search_link (parameter, origin);

            CREATE TABLE search_range (
                parameter      INTEGER NOT NULL,
                chart          INTEGER NOT NULL,
                low_ms         INTEGER NOT NULL,     -- UTC milliseconds
                high_ms        INTEGER NOT NULL,     -- UTC milliseconds, the first one after
                origin         INTEGER NOT NULL,
                PRIMARY KEY (parameter, chart, low_ms, high_ms, origin)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX search_range_by_time ON search_range (parameter, low_ms);

            CREATE TABLE search_quantity (
                parameter      INTEGER NOT NULL,
                chart          INTEGER NOT NULL,
                low            REAL    NOT NULL,     -- in the written unit
                high           REAL    NOT NULL,
                canonical_low  REAL    NOT NULL,     -- in units of UCUM; as written if not known
                canonical_high REAL    NOT NULL,
                origin         INTEGER NOT NULL,
                PRIMARY KEY (parameter, chart, low, high, canonical_low, canonical_high, origin)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE search_text (
                parameter      INTEGER NOT NULL,
                chart          INTEGER NOT NULL,
                origin         INTEGER NOT NULL,
                sealed_values  BLOB    NOT NULL,     -- AES-GCM under the data key of the chart
                PRIMARY KEY (parameter, chart, origin)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE search_state (
                id             INTEGER PRIMARY KEY CHECK (id = 1),
                rules_version  INTEGER NOT NULL,     -- of the code that made the rows
                mark           INTEGER,              -- seq up to which they are made; NULL: all
                last           INTEGER NOT NULL      -- seq at which a rebuild ends
            ) STRICT;
            """)
}
