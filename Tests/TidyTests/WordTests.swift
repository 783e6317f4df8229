import Testing

@Suite("Words")
struct WordTests {
    let tree = Tree.project

    @Test func `a name says what the thing is`() {
        expectNone(tree.sources.flatMap(Words.emptyNames))
    }

    @Test func `no comment or text of the product speaks of unfinished work`() {
        expectNone(tree.sources.flatMap { Words.unfinished(in: $0) })
    }

    @Test func `no page and no command speaks of unfinished work`() {
        let files = tree.files.filter {
            $0.path.hasPrefix("web/") && $0.path.hasSuffix(".js") || $0.path.hasPrefix("appliance/")
        }
        expectNone(files.flatMap { Words.unfinished(in: $0) })
    }

    @Test func `the rules of words can fail`() {
        let bad = SwiftFile(
            "Sources/A/PatientUtils.swift",
            """
            struct PatientManager {}
            enum Base {}
            final class SlowHandler: ChannelDuplexHandler {}
            final class Newt: Sendable {}
            // TODO: later
            let a = "works for now"
            let fixmes = 1
            """)
        #expect(Words.emptyNames(in: bad).map(\.line) == [0, 1, 2])
        #expect(Words.unfinished(in: bad).map(\.line) == [5, 6])
        let page = TreeFile(
            path: "web/a.js", text: "input.placeholder = 1;\n// a placeholder\n/* FIXME */\n")
        #expect(Words.unfinished(in: page).map(\.line) == [2, 3])
        #expect(Words.parts(of: "FHIRReadV2") == ["F", "H", "I", "R", "Read", "V2"])
    }
}
