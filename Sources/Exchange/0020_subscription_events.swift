package import RecordStore

extension SchemaStep {
    /// Which change each event of a subscription was.
    package static let subscriptionEvents = SchemaStep(
        20, "subscription_events",
        sql: """
            CREATE TABLE subscription_event (
                id      TEXT    NOT NULL,  -- of the Subscription
                number  INTEGER NOT NULL,  -- of the event, from 1
                seq     INTEGER NOT NULL,  -- the place of the change in the order of all
                PRIMARY KEY (id, number)
            ) STRICT, WITHOUT ROWID;
            """)
}
