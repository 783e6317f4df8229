import Assembly
import Glibc
import Kernel
import Testing

@Suite("Import files")
struct ImportFilesTests {
    private func names(_ files: ImportFiles, below scratch: Scratch) -> [String] {
        files.files.map { String($0.path.dropFirst(scratch.path.count + 1)) }
    }

    @Test func `a folder is walked in order, and other files are counted`() throws {
        let scratch = Scratch()
        for name in ["b/2.json", "b/1.ndjson.gz", "a.JSON", "c.jsonl", "read.me", ".hidden.json"] {
            scratch.write(name, "{}".utf8)
        }
        let found = try ImportFiles([scratch.path])
        #expect(names(found, below: scratch) == ["a.JSON", "b/1.ndjson.gz", "b/2.json", "c.jsonl"])
        #expect(found.skippedCount == 1)
        #expect(found.files.map(\.form) == [.document, .lines, .document, .lines])
        #expect(found.files.map(\.isCompressed) == [false, true, false, false])
        #expect(found.files.allSatisfy { $0.bytes == 2 })
    }

    @Test func `what others refer to comes first`() throws {
        let scratch = Scratch()
        let made = [
            "Observation.ndjson", "Patient.ndjson", "Organization.ndjson", "Practitioner.ndjson",
        ]
        for name in made { scratch.write(name, "".utf8) }
        let found = try ImportFiles(made.map { scratch.path + "/" + $0 })
        #expect(
            names(found, below: scratch) == [
                "Organization.ndjson", "Practitioner.ndjson", "Patient.ndjson",
                "Observation.ndjson",
            ])
    }

    @Test func `a loop of links ends, and nothing is taken twice`() throws {
        let scratch = Scratch()
        let file = scratch.write("a/one.json", "{}".utf8)
        symlink(scratch.path, scratch.path + "/a/loop")
        symlink(file, scratch.path + "/again.json")
        symlink(scratch.path + "/nowhere", scratch.path + "/dangling.json")
        let found = try ImportFiles([scratch.path, file])
        #expect(found.files.count == 1)
        #expect(found.skippedCount == 1)
    }

    @Test func `a named file of another kind, or none, is refused by name`() {
        let scratch = Scratch()
        let other = scratch.write("notes.txt", "x".utf8)
        let refusal = #expect(throws: Problem.self) { try ImportFiles([other]) }
        #expect(refusal?.detail.contains("notes.txt") == true)
        let missing = #expect(throws: Problem.self) { try ImportFiles([scratch.path + "/no.json"]) }
        #expect(missing?.code == .notFound)
        #expect(missing?.detail.contains("no.json") == true)
    }
}
