import Assembly
import FHIRModel
import Identity
import RecordStore
import Terminology
import TestKit
import Testing

/// Releases of the publishers' forms, invented and small, on a real folder.
@Suite("Loading releases")
struct ReleaseLoadTests {
    private let scratch = Scratch()
    private var data: [String] { ["--data-dir", scratch.path + "/data"] }

    private func setUp() async throws {
        let answers = scratch.write(
            "answers.json",
            """
            {"clinicName": "Three Rivers", "timeZone": "America/Denver", "boxName": "rivers",
             "administrator": {"username": "ada", "displayName": "Ada",
               "password": "nine blue kettles on a shelf"},
             "recoveryKitFile": "\(scratch.path)/kit.txt"}
            """.utf8)
        let said = Said()
        try #require(await said.run(["setup", "--answers", answers] + data) == 0, "\(said.text)")
    }

    private func run(_ arguments: [String], code: Int32 = 0) async throws -> String {
        let said = Said()
        let exit = await said.run(["terms"] + arguments + data)
        try #require(exit == code, "\(said.text)")
        return said.text
    }

    private func snomed(_ folder: String, concepts: String, edges: String) {
        let at = "\(folder)/Snapshot/Terminology/sct2"
        scratch.write(
            "\(at)_Concept_Snapshot_US_20260301.txt",
            ("id\teffectiveTime\tactive\tmoduleId\tdefinitionStatusId\n" + concepts).utf8)
        scratch.write(
            "\(at)_Description_Snapshot-en_US_20260301.txt",
            ("id\teffectiveTime\tactive\tmoduleId\tconceptId\tlanguageCode\ttypeId\tterm\n"
                + "1\t2026\t1\tm\t1001\ten\t900000000000003001\tInvented disease (disorder)\n"
                + "2\t2026\t1\tm\t1002\ten\t900000000000003001\tInvented fever (disorder)\n"
                + "3\t2026\t1\tm\t1002\ten\t900000000000013009\tRiver fever\n").utf8)
        scratch.write(
            "\(at)_Relationship_Snapshot_US_20260301.txt",
            ("id\teffectiveTime\tactive\tmoduleId\tsourceId\tdestinationId\trelationshipGroup"
                + "\ttypeId\n" + edges).utf8)
    }

    @Test func `a release takes the place of what is built in, again and again, and goes away`()
        async throws
    {
        try await setUp()
        snomed(
            "us", concepts: "1001\t2026\t1\tm\tx\n1002\t2026\t1\tm\tx\n1003\t2026\t0\tm\tx\n",
            edges: "9\t2026\t1\tm\t1002\t1001\t0\t116680003\n")
        for _ in 0..<2 {
            let said = try await run(["load", scratch.path + "/us", "--version", "20260301"])
            #expect(said.contains("SNOMED CT 20260301 is loaded: 3 codes."))
        }
        #expect(try await run(["list"]).contains("20260301"))
        try await checkLoaded()
        #expect(try await run(["remove", "snomed"]).contains("taken away"))
        _ = try await run(["remove", "snomed"], code: 1)
        #expect(try await !run(["list"]).contains("20260301"))
    }

    /// What the box says of the release, and that it lets go of the folder.
    private func checkLoaded() async throws {
        let box = try await Box.open(
            DataFolder(path: scratch.path + "/data"), settings: IdentitySettings())
        let book = try await box.store.termBook()
        let url = "http://snomed.info/sct"
        #expect(try book.subsumes(system: url, "1001", "1002") == true)
        #expect(try book.subsumes(system: url, "1002", "1001") == false)
        #expect(try !book.validate(system: url, "38341003", display: nil).isValid)
        #expect(try book.lookup(system: url, "1003").concept.isInactive)
        let below = try #require(book.valueSet(url + "?fhir_vs=isa/1001"))
        #expect(try book.contains(below, system: url, code: "1002") == true)
        var request = ExpansionRequest()
        #expect(try book.expand(below, request).entries.map(\.concept.code) == ["1001", "1002"])
        request.text = "river"
        #expect(try book.expand(below, request).entries.map(\.concept.code) == ["1002"])
        let search = TermSearch(text: "riv fev", countMax: 5, offset: 0, onlyUsable: true)
        let hit = try #require(try book.find(search, key: "snomed").hits.first)
        #expect(hit.concept.code == "1002" && hit.matchedName == "River fever")
        await box.close()
    }

    @Test func `a zip of LOINC is loaded, and a damaged one changes nothing`() async throws {
        try await setUp()
        let table = """
            "LOINC_NUM","COMPONENT","STATUS","CLASS","SHORTNAME","LONG_COMMON_NAME"
            "1-8","Invented","ACTIVE","CHEM","Inv","Invented substance in serum"
            "2-6","Older","DEPRECATED","CHEM","Old","Older substance"

            """
        let zip = ZipWriter.bytes("Loinc_9.99/LoincTable/Loinc.csv", Array(table.utf8))
        let path = scratch.write("Loinc_9.99.zip", zip)
        #expect(try await run(["load", path]).contains("LOINC 9.99 is loaded: 2 codes."))
        var damaged = zip
        damaged[80] ^= 0xFF
        let broken = scratch.write("Loinc_8.zip", damaged)
        #expect(try await run(["load", broken], code: 1).contains("damaged"))
        #expect(try await run(["list"]).contains("9.99"))
        _ = try await run(["load", scratch.write("x.zip", zip.dropLast(30))], code: 1)
        _ = try await run(["load", scratch.path + "/nowhere"], code: 1)
    }

    @Test func `CodeSystem resources are loaded from a file, one or one a line`() async throws {
        try await setUp()
        let url = "https://clinic.example/rooms"
        let system =
            #"{"resourceType":"CodeSystem","url":"\#(url)","version":"3","title":"Rooms","#
            + #""status":"active","content":"complete","concept":[{"code":"a","display":"Ward","#
            + #""concept":[{"code":"b","display":"Bed","designation":[{"value":"Cot"}],"property":["#
            + #"{"code":"inactive","valueBoolean":true}]}]}]}"#
        let file = scratch.write("rooms.json", system.utf8)
        #expect(try await run(["load", file]).contains("Rooms 3 is loaded: 2 codes."))
        let other = system.replacing("rooms", with: "floors").replacing("Rooms", with: "Floors")
        let many = scratch.write("many.ndjson", "\(system)\n\n\(other)\n".utf8)
        let said = try await run(["load", many])
        #expect(said.contains("Rooms 3 is loaded") && said.contains("Floors 3 is loaded"))
        for (text, word) in [
            (#"{"resourceType":"ValueSet"}"#, "no CodeSystem"), ("{", "JSON"),
            (system.replacing("complete", with: "not-present"), "no codes of its own"),
            (system.replacing(#""code":"b""#, with: #""x":"b""#), "has no code"),
        ] {
            let bad = scratch.write("bad.ndjson", "\(other)\n\(text)\n".utf8)
            #expect(try await run(["load", bad], code: 1).contains("Line 2"), "\(word)")
        }
        _ = try await run(["load", scratch.path + "/none.json"], code: 1)
        let box = try await Box.open(
            DataFolder(path: scratch.path + "/data"), settings: IdentitySettings())
        let book = try await box.store.termBook()
        #expect(try book.subsumes(system: url, "a", "b") == true)
        let bed = try book.lookup(system: url, "b").concept
        #expect(bed.isInactive && bed.names.contains("Cot"))
        await box.close()
    }

    @Test func `a list of the clinic's own needs an address and the right columns`() async throws {
        try await setUp()
        let list = scratch.write(
            "own.csv",
            "code,display,parent,room\na,Traditional,,\nb,Sweat lodge,a,\"Lodge, east\"\n".utf8)
        #expect(try await run(["load", list], code: 1).contains("--system"))
        let url = "https://clinic.example/codes"
        #expect(
            try await run(["load", list, "--system", url, "--title", "Ours"]).contains(
                "is loaded: 2 codes"))
        let other = scratch.write("other.csv", "name,value\nx,y\n".utf8)
        let said = try await run(["load", other, "--system", url], code: 1)
        #expect(said.contains("other.csv") && said.contains("code"))
        let held = try await run(["list"])
        #expect(held.contains("Ours") && held.contains(url))
    }
}
