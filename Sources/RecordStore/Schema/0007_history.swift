extension SchemaStep {
    /// Ways to the versions of a type and of a patient's chart by the time of their change.
    package static let history = SchemaStep(
        7, "history",
        sql: """
            CREATE INDEX resource_version_by_change
                ON resource_version (type, compartment, changed_ms);
            CREATE INDEX resource_version_by_patient_change
                ON resource_version (patient_id, changed_ms) WHERE patient_id <> '';
            """)
}
