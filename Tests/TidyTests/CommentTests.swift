import Testing

@Suite("Doc comments")
struct CommentTests {
    let tree = Tree.project

    @Test func `what other targets use says what it is`() {
        let requirements = Set(tree.sources.flatMap { Documented.requirements(of: $0) })
        expectNone(tree.sources.flatMap { Documented.missing(in: $0, requirements: requirements) })
    }

    @Test func `the rule of doc comments can fail`() {
        let file = SwiftFile(
            "Sources/A/A.swift",
            """
            package import Kernel
            package struct A {
                /// Said.
                package let b: Int
                package var c: Int { 1 }
                /// Said.
                @Option(
                    name: .long,
                    help: "x")
                package var d: Int
                package init() {}
                package var description: String { "" }
                package init(stringLiteral value: String) {}
                package func required() {}
                /// Said.
                @inlinable
                package static func e() {}
                let package = 1
            }
            package protocol P {
                func required()
            }
            """)
        let requirements = Documented.requirements(of: file)
        #expect(requirements == ["required"])
        let lines = Documented.missing(in: file, requirements: requirements).map(\.line)
        #expect(lines == [2, 5, 11, 20])
    }
}
