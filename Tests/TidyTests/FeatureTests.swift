import Testing

@Suite("Features")
struct FeatureTests {
    let tree = Tree.project

    @Test func `a feature is a folder that is registered once and tested`() {
        expectNone(Features.unplugged(paths: tree.paths, files: tree.sources))
    }

    @Test func `only the list of features makes one`() {
        expectNone(tree.sources.flatMap(Features.madeElsewhere))
    }

    @Test func `features of one group do not use each other`() {
        expectNone(Features.sideways(tree.sources))
    }

    @Test func `the rules of features can fail`() {
        let list = SwiftFile(Features.list, "let all = [AFeature(x), BFeature(y)]")
        let whole = SwiftFile("Sources/Identity/Users/A.swift", "let x = y")
        let a = SwiftFile("Sources/Charting/A/AFeature.swift", "struct AFeature {}\nenum ASlots {}")
        let c = SwiftFile("Sources/Charting/C/CFeature.swift", "let a = AFeature(x)\nASlots.b()")
        let files = [list, a, c, whole]
        let paths =
            files.map(\.path) + [
                "Tests/ApplianceTests/A/ATests.swift", "Tests/ApplianceTests/Identity/B.swift",
            ]
        let found = Features.unplugged(paths: paths, files: files)
        #expect(found.map(\.path) == ["Sources/Charting/C", "Sources/Charting/C"])
        #expect(Features.madeElsewhere(in: c).map(\.line) == [1])
        #expect(Features.sideways(files).map(\.line) == [1, 2])
    }
}
