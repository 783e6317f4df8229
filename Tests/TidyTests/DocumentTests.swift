import Testing

@Suite("Documents")
struct DocumentTests {
    let tree = Tree.project

    @Test func `every link of a document leads somewhere`() {
        let documents = tree.files.filter { $0.path.hasSuffix(".md") }
        expectNone(
            documents.flatMap {
                Documents.broken(in: $0, paths: tree.paths, text: tree.text)
            })
    }

    @Test func `the README names both commands`() {
        let readme = tree.text("README.md") ?? ""
        #expect(readme.contains("appliance/run") && readme.contains("appliance/test"))
    }

    @Test func `the rule of links can fail`() {
        let file = TreeFile(
            path: "Sources/A.md",
            text: """
                # The First Part
                [a](B.md) [b](../README.md#map) ![c](c.png) [d](#the-first-part) [e](#gone)
                `[f](code.md)` [g](https://example.org)
                ```
                [h](code.md)
                ```
                """)
        let found = Documents.broken(in: file, paths: ["Sources/A.md", "README.md"]) { path in
            path == "README.md" ? "## Map\n" : file.text
        }
        let wanted = [
            "B.md does not exist.", "c.png does not exist.", "#gone: no such heading.",
        ]
        #expect(found.map(\.what) == wanted)
    }
}
