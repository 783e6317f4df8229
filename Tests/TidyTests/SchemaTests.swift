import Testing

@Suite("SQL and schema")
struct SchemaTests {
    let tree = Tree.project

    @Test func `SQL stands in the store, in rows files and in schema steps only`() {
        expectNone(tree.sources.flatMap(Database.strayStatements))
    }

    @Test func `a function of a rows file takes a grant first`() {
        expectNone(tree.sources.flatMap(Database.withoutGrant))
    }

    @Test func `schema steps are numbered without gaps and named like their files`() {
        expectNone(Database.badSteps(tree.sources))
    }

    @Test func `at most one place of the product makes a checkpoint`() {
        let calls = tree.sources.flatMap(Database.checkpoints)
        if calls.count > 1 { expectNone(calls) }
    }

    @Test func `SQL is made of literals but in four named files`() {
        expectNone(tree.sources.flatMap(Database.composed))
    }

    @Test func `the rule against made SQL can fail`() {
        let made = SwiftFile(
            "Sources/Charting/Slots/SlotRows.swift",
            """
            let a = try c.prepare("SELECT x FROM y WHERE z = \\(z)")
            let b = try c.execute(sql)
            try c.execute("DELETE FROM y")
            let d = try c.prepare("SELECT x" + order)
            """)
        #expect(Database.composed(in: made).map(\.line) == [1, 2, 4])
    }

    @Test func `the rules of SQL and schema can fail`() {
        let stray = SwiftFile(
            "Sources/Charting/Slots/Slots.swift",
            """
            let a = "SELECT x FROM y"
            // SELECT x FROM y
            let b = "UPDATE your settings"
            let c = \"\"\"
                DELETE FROM y
                \"\"\"
            """)
        #expect(Database.strayStatements(in: stray).map(\.line) == [1, 5])
        let rows = SwiftFile(
            "Sources/Charting/Slots/SlotRows.swift",
            "package func find(_ grant: Grant, day: Int) {}\npackage func all(day: Int) {}\n"
                + "private func row(_ s: Statement) {}\n")
        #expect(Database.strayStatements(in: rows).isEmpty)
        #expect(Database.withoutGrant(in: rows).map(\.line) == [2])
        let steps = [
            SwiftFile("Sources/A/0001_a.swift", "SchemaStep(\n    1, \"a\", sql: \"\")"),
            SwiftFile(
                "Sources/B/0001_b.swift", "SchemaStep(1, \"c\")\nlet s = \"CREATE TABLE x (y);\""),
        ]
        #expect(Database.badSteps(steps).count == 3)
        let eager = SwiftFile(
            "Sources/A/A.swift", "try c.checkpoint(.passive)\nfunc checkpoint() {}")
        #expect(Database.checkpoints(in: eager).map(\.line) == [1])
    }
}
