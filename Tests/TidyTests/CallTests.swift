import Testing

@Suite("Calls")
struct CallTests {
    let tree = Tree.project
    let manifest = Manifest(Tree.project.text("Package.swift") ?? "")

    @Test func `product code makes no banned call`() {
        expectNone(tree.sources.flatMap(Calls.banned))
    }

    @Test func `an exception from the compiler's checks gives its reason`() {
        expectNone(tree.sources.flatMap(Calls.unreasoned))
    }

    @Test func `a swallowed error says what happens instead`() {
        expectNone(tree.sources.flatMap(Calls.silentTries))
    }

    @Test func `a pure target does not wait and does not look outside`() {
        let pure = tree.sources.filter {
            let maker = manifest.targets[$0.file.target ?? ""]?.maker
            return maker == "pure" || $0.file.target == "Kernel"
        }
        expectNone(pure.flatMap(Calls.impure))
    }

    @Test func `a test does not sleep and uses no @testable`() {
        expectNone(tree.tests.flatMap(Calls.testHabits))
    }

    @Test func `the rules of calls can fail`() {
        let bad = SwiftFile(
            "Sources/A/A.swift",
            """
            let a = try! b(), z = try !b()  // print(1)
            let c = d as! E
            fatalError("x")
            print("y")
            let f = Date()
            let g = UUID()
            let h = Int.random(in: 0..<9)
            let i: Regex<Substring>
            let j = "try! print(fatalError)"
            """)
        #expect(Calls.banned(in: bad).map(\.line) == [1, 2, 3, 4, 5, 6, 7, 8])
        let loose = SwiftFile(
            "Sources/A/B.swift",
            """
            final class A: @unchecked Sendable {}
            final class B: @unchecked Sendable {}  // because its one field is behind a lock
            nonisolated(unsafe) var c = 1
            nonisolated func d() {}
            """)
        #expect(Calls.unreasoned(in: loose).map(\.line) == [1, 3])
        let silent = SwiftFile("Sources/A/C.swift", "let a = try? b()\n")
        #expect(Calls.silentTries(in: silent).count == 1)
        let said = SwiftFile("Sources/A/C.swift", "// A missing file means no setting.\ntry? b()")
        #expect(Calls.silentTries(in: said).isEmpty)
        let impure = SwiftFile("Sources/A/D.swift", "let a = getenv(\"X\")\nb.open(c)\n")
        #expect(Calls.impure(in: impure).map(\.line) == [1])
        let sleepy = SwiftFile(
            "Tests/A/E.swift", "@testable import A\n@Test func b() { usleep(10) }\n")
        #expect(Calls.testHabits(in: sleepy).count == 2)
    }

    @Test func `text and comments are told apart from code`() {
        let text = SwiftText(
            ##"""
            let a = "x // y \(try! b("c")) /* z"  // tail print(
            let d = #"raw " \(e) "#; /* block /* inner */ print( */ let f = """
                many try! lines "quoted" \(g)
                """
            func `a name with print( inside`() {}
            """##)
        let words = text.tokens.filter { !$0.isLiteral }.map(\.text)
        #expect(words.filter { $0 == "try" }.count == 1)
        #expect(!words.contains("print"))
        #expect(words.contains("g"))
        #expect(!words.contains("e"))
        #expect(words.contains("f"))
        #expect(text.comments[0].contains("// tail"))
        #expect(text.lines.count == text.code.count && text.lines.count == text.literals.count)
    }
}
