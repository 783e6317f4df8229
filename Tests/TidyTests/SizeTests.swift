import Testing

@Suite("Sizes")
struct SizeTests {
    let tree = Tree.project

    @Test func `a function fits on a page and takes few things`() {
        expectNone((tree.sources + tree.tests).flatMap(Sizes.functions))
    }

    @Test func `a Swift file is about one subject and its lines can be read`() {
        expectNone(
            tree.swift.flatMap { Sizes.lines(in: $0.file, linesMax: Sizes.fileLinesMax) })
    }

    @Test func `a web module is about one subject`() {
        let modules = tree.files.filter {
            $0.path.hasPrefix("web/") && $0.path.hasSuffix(".js")
        }
        expectNone(modules.flatMap { Sizes.lines(in: $0, linesMax: Sizes.moduleLinesMax) })
    }

    @Test func `the rules of sizes can fail`() {
        let long = String(repeating: "    a()\n", count: 70)
        let file = SwiftFile(
            "Sources/A/A.swift",
            "func short(_ a: Int) {\n    a()\n}\nfunc long() {\n\(long)}\n"
                + "func wide(a: A, b: B<C, D>, c: (E, F), d: G, e: H, f: I, g: J) {}\n"
                + "protocol P { func required(a: Int); var x: Int { get } }\n")
        let found = Sizes.functions(in: file)
        #expect(found.map(\.line) == [4, 76])
        #expect(FunctionExtent.all(in: file.text.tokens).map(\.parameterCount) == [1, 0, 7])
        let tall = TreeFile(path: "a", text: String(repeating: "x\n", count: 451))
        #expect(Sizes.lines(in: tall, linesMax: 450).count == 1)
        let broad = TreeFile(path: "a", text: String(repeating: "x ", count: 61) + "\n")
        #expect(Sizes.lines(in: broad, linesMax: 450).map(\.line) == [1])
    }
}
