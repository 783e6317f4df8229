import Assembly
import FHIRModel
import Kernel
import Testing

@Suite("Import report")
struct ImportReportTests {
    private let file = ImportFile(
        path: "/in/some.json", form: .document, isCompressed: false, bytes: 1)

    private func tally(
        created: Int = 0, unchanged: Int = 0, rejects: [ImportTally.Reject] = []
    ) -> ImportTally {
        var tally = ImportTally()
        tally.created = created
        tally.unchanged = unchanged
        tally.byType = ["Patient": created + unchanged]
        tally.rejects = rejects
        return tally
    }

    @Test func `the answer of the box is taken as it is`() throws {
        let answer = try JSON.parse(
            Array(
                #"""
                {"created":1,"updated":2,"unchanged":3,"byType":{"Patient":4,"Observation":2},
                 "rejects":[{"place":"entry 3","reason":"No.","isWaiting":true}]}
                """#.utf8))
        let tally = ImportTally(answer)
        #expect(tally.count == 6)
        #expect(tally.byType == ["Patient": 4, "Observation": 2])
        #expect(tally.rejects == [.init(place: "entry 3", reason: "No.", isWaiting: true)])
        #expect(tally.waitingCount == 1)
    }

    @Test func `a second try counts nothing twice`() {
        var outcome = ImportOutcome(file: file)
        outcome.put(
            tally(
                created: 3, unchanged: 1,
                rejects: [.init(place: "entry 4", reason: "Waits.", isWaiting: true)]), at: 0)
        outcome.isTried = true
        #expect(outcome.waitingCount == 1)
        #expect(outcome.needs(0))
        outcome.put(tally(created: 1, unchanged: 4), at: 0)
        #expect(outcome.waitingCount == 0)
        #expect(!outcome.needs(0))
        #expect(outcome.tally.created == 4)
        #expect(outcome.tally.unchanged == 1)
        #expect(outcome.tally.byType == ["Patient": 5])
        #expect(outcome.tally.rejects.isEmpty)
    }

    @Test func `each reject is told with file, place and reason`() {
        var outcome = ImportOutcome(file: file)
        outcome.put(
            tally(rejects: (1...25).map { .init(place: "line \($0)", reason: "Bad.") }), at: 0)
        outcome.note(Problem(.structure, "Cut short."))
        let lines = ImportText().rejectLines([outcome])
        #expect(lines.count == 21)
        #expect(lines.first == "/in/some.json, line 1: Bad.")
        #expect(lines.last == "/in/some.json: 6 more; --verbose names all.")
        let all = ImportText(rejectsMax: Int.max).rejectLines([outcome])
        #expect(all.last == "/in/some.json: Cut short.")
    }

    @Test func `the JSON report adds the files up`() throws {
        var one = ImportOutcome(file: file)
        one.put(tally(created: 2), at: 0)
        var two = ImportOutcome(file: file)
        two.put(tally(unchanged: 1, rejects: [.init(place: "", reason: "No.")]), at: 0)
        let summary = ImportSummary([one, two], skippedCount: 1, seconds: 0.5)
        var writer = JSONWriter()
        writer.beginObject()
        summary.write(to: &writer)
        writer.endObject()
        let json = try JSON.parse(writer.bytes)
        #expect(json["files"]?.int == 2)
        #expect(json["created"]?.int == 2)
        #expect(json["unchanged"]?.int == 1)
        #expect(json["rejected"]?.int == 1)
        #expect(json["perSecond"]?.int == 6)
        #expect(json["seconds"]?.numberText == "0.500")
        #expect(json.at("byType", "Patient")?.int == 3)
        #expect(json.at("rejects", 0, "file")?.string == "/in/some.json")
        #expect(
            ImportText().summaryLines(summary, byType: false) == [
                "2 files: 3 resources (2 created, 0 updated, 1 unchanged) in 0.500 s (6/s)",
                "1 other file in the folders left alone.", "1 left out, for the reasons above.",
            ])
    }
}
