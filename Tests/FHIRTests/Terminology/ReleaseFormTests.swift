import FHIRModel
import Kernel
import Terminology
import TestKit
import Testing

@Suite("Releases of publishers")
struct ReleaseFormTests {
    private func pieces(
        _ part: ReleasePart, _ path: String, _ text: String, cut: Int = 7
    ) throws -> [TermPiece] {
        var reader = part.reader(path)
        var rows = ReleaseRows(part)
        var found: [TermPiece] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: cut) {
            try reader.take(Array(bytes[start..<min(bytes.count, start + cut)])) {
                if let piece = try rows.piece($0) { found.append(piece) }
            }
        }
        try reader.finish { if let piece = try rows.piece($0) { found.append(piece) } }
        return found
    }

    @Test func `releases are known by their files`() {
        #expect(ReleaseForm.of(["LoincTable/Loinc.csv", "x/Readme.txt"]) == .loinc)
        #expect(ReleaseForm.of(["rrf/RXNCONSO.RRF", "rrf/RXNREL.RRF"]) == .rxnorm)
        #expect(
            ReleaseForm.of([
                "Snapshot/Terminology/sct2_Concept_Snapshot_US_20260301.txt",
                "Snapshot/Terminology/sct2_Description_Snapshot-en_US_20260301.txt",
                "Snapshot/Terminology/sct2_Relationship_Snapshot_US_20260301.txt",
                "Full/Terminology/sct2_Concept_Full_US_20260301.txt",
            ]) == .snomed)
        #expect(ReleaseForm.of(["own.csv"]) == .table)
        #expect(ReleaseForm.of(["a.csv", "b.csv"]) == nil)
        #expect(ReleaseForm.of(["note.docx"]) == nil)
    }

    @Test func `a table of LOINC gives codes, names, properties and what is out of use`() throws {
        let text = """
            "LOINC_NUM","COMPONENT","STATUS","CLASS","SHORTNAME","LONG_COMMON_NAME","RELATEDNAMES2"
            "1-8","Invented","ACTIVE","CHEM","Inv","Invented ""substance"", in serum","Made up; Dreamt"
            "2-6","Older","DEPRECATED","CHEM","Old","Older
            substance",""
            """
        let found = try pieces(.loinc, "Loinc.csv", text)
        #expect(found.map(\.code) == ["1-8", "2-6"])
        #expect(found.first?.display == #"Invented "substance", in serum"#)
        #expect(found.first?.names == ["Inv", "Invented", "Made up", "Dreamt"])
        #expect(found.first?.facts.contains { $0.name == "CLASS" && $0.value == "CHEM" } == true)
        #expect(found.last?.flags == 2)
        #expect(found.last?.display == "Older\nsubstance")
    }

    @Test func `RxNorm and SNOMED CT say names, hierarchy and what is out of use`() throws {
        let rx = try pieces(
            .rxnorm, "RXNCONSO.RRF",
            """
            1|ENG||||||1|1||1|RXNORM|IN|1|inventin|0|N|4096|
            1|ENG||||||2|1||1|RXNORM|SY|1|inventine|0|N|4096|
            2|ENG||||||3|2||2|MMSL|BN|2|Other|0|N||
            3|ENG||||||4|3||3|RXNORM|SCD|3|inventin 5 MG Oral Tablet|0|O||

            """)
        #expect(rx.map(\.code) == ["1", "1", "3"])
        #expect(rx[0].display == "inventin" && rx[1].names == ["inventine"])
        #expect(rx[2].flags == 2)
        let below = try pieces(
            .relationships, "r.txt",
            "id\teffectiveTime\tactive\tmoduleId\tsourceId\tdestinationId\trelationshipGroup\ttypeId\n"
                + "1\t2026\t1\tm\t22\t11\t0\t116680003\n2\t2026\t0\tm\t33\t11\t0\t116680003\n"
                + "3\t2026\t1\tm\t44\t11\t0\t363698007\n")
        #expect(below.map(\.code) == ["22"] && below.first?.parents == ["11"])
        let names = try pieces(
            .descriptions, "d.txt",
            "id\teffectiveTime\tactive\tmoduleId\tconceptId\tlanguageCode\ttypeId\tterm\n"
                + "1\t2026\t1\tm\t22\ten\t900000000000003001\tInvented (finding)\n"
                + "2\t2026\t1\tm\t22\ten\t900000000000013009\tInvented\n")
        #expect(names.map(\.display) == ["Invented (finding)", nil])
    }

    @Test func `a file of another kind is refused by what it lacks`() {
        #expect(throws: Problem(.structure, "")) { try pieces(.table, "own.csv", "a,b\n1,2\n") }
    }

    @Test func `pieces travel as they are`() throws {
        var piece = TermPiece(code: "x")
        piece.display = "Ex\"ample"
        piece.flags = 3
        piece.names = ["one", "two"]
        piece.parents = ["y"]
        piece.facts = [("CLASS", "A\tB")]
        let back = try #require(try TermPiece.travelled(piece))
        #expect(back.code == "x" && back.display == "Ex\"ample" && back.flags == 3)
        #expect(back.names == piece.names && back.parents == ["y"])
        #expect(back.facts.first?.name == "CLASS" && back.facts.first?.value == "A\tB")
    }

    @Test func `random bytes are read to their end`() throws {
        var random = SeededRandom(seed: 5)
        for part in [ReleasePart.loinc, .rxnorm, .concepts, .table] {
            for _ in 0..<60 {
                let bytes = (0..<400).map { _ in random.pick([0x22, 0x2C, 0x0A, 0x7C, 0x61, 0xFF]) }
                var reader = part.reader("x.csv")
                var rows = ReleaseRows(part)
                reader.take(bytes.map { UInt8($0) }) { row in
                    // Rows of nonsense are refused, which is as good.
                    _ = try? rows.piece(row)
                }
                reader.finish { _ in }
            }
        }
        var endless = ReleasePart.loinc.reader("x.csv")
        endless.take([0x22] + [UInt8](repeating: 0x61, count: DelimitedReader.rowBytesMax + 9)) {
            _ in
        }
        #expect(endless.isTooLong)
    }
}

extension TermPiece {
    /// A piece after it was written and read.
    fileprivate static func travelled(_ piece: TermPiece) throws -> TermPiece? {
        var writer = JSONWriter()
        writer.beginArray()
        piece.write(to: &writer)
        writer.endArray()
        return try JSON.parse(writer.bytes)[0].flatMap { TermPiece($0) }
    }
}
