import Testing

@Suite("Layers")
struct LayerTests {
    let tree = Tree.project
    let manifest = Manifest(Tree.project.text("Package.swift") ?? "")

    @Test func `the manifest could be read`() {
        #expect(manifest.targets["Kernel"] != nil)
        #expect(manifest.targets.count >= 2)
    }

    @Test func `an arrow between targets points down or is listed`() {
        expectNone(Layers.badArrows(in: manifest))
    }

    @Test func `a file imports only what its target declares`() {
        expectNone((tree.sources + tree.tests).flatMap { Layers.undeclared(in: $0, manifest) })
    }

    @Test func `a library is imported only by the target that owns it`() {
        expectNone(tree.sources.flatMap(Layers.notOwned))
    }

    @Test func `every folder of Sources is a target and every target has its folder`() {
        let known = Set(manifest.targets.keys)
        let folders = Set(
            tree.paths.map { $0.split(separator: "/").map(String.init) }
                .filter { $0.count > 2 && $0[0] == "Sources" }.map { $0[1] })
        let documents: Set<String> = ["Decisions", "Reference"]
        let tests = Set(
            manifest.targets.values.filter { $0.maker == "tests" }.map(\.name) + ["Benchmarks"])
        let strays = folders.subtracting(known).subtracting(documents).sorted()
        let missing = known.subtracting(tests).subtracting(folders).sorted()
        expectNone(
            strays.map { Finding(path: "Sources/\($0)", line: 0, what: "is no target.") }
                + missing.map { Finding(path: "Sources/\($0)", line: 0, what: "has no folder.") })
    }

    @Test func `the rules of layers can fail`() {
        let sample = Manifest(
            """
            func nio(_ name: String) -> Target.Dependency { .product(name: name, package: "x") }
            let web: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
            let server: [Target.Dependency] = [web, nio("NIOTLS")]
            func pure(_ name: String, _ needs: [Target.Dependency] = []) -> Target {
                .target(name: name, dependencies: ["Kernel"] + needs, swiftSettings: strict)
            }
            func edge(_ name: String, _ needs: [Target.Dependency] = []) -> Target {
                .target(name: name, dependencies: ["Kernel"] + needs)
            }
            func features(_ name: String) -> Target {
                .target(name: name, dependencies: ["Kernel", web])
            }
            let package = Package(name: "x", targets: [
                .target(name: "Kernel"), pure("Path", ["Model"]), pure("Model"),
                edge("Kit", ["Model"] + server),
                features("Chart"), features("Swap", using: ["Chart"]),
                .executableTarget(name: "Main", dependencies: ["Chart", .product(
                    name: "NIOCore", package: "swift-nio")]),
            ])
            """)
        #expect(sample.targets["Chart"]?.needs == ["Kernel", "Hummingbird"])
        #expect(sample.targets["Kit"]?.needs == ["Model", "Hummingbird", "NIOTLS", "Kernel"])
        #expect(sample.targets["Main"]?.needs == ["Chart", "NIOCore"])
        #expect(Layers.badArrows(in: sample).map(\.what).count == 2)

        let stray = SwiftFile("Sources/Chart/A.swift", "package import Model\nimport Kernel\n")
        #expect(Layers.undeclared(in: stray, sample).map(\.line) == [1])
        let thief = SwiftFile(
            "Sources/Chart/A.swift",
            "import Foundation\nimport SQLite\nimport COpenSSL\nimport ArgumentParser\n")
        #expect(Layers.notOwned(in: thief).count == 4)
        #expect(Layers.notOwned(in: SwiftFile("Sources/Chart/ARows.swift", "import SQLite")) == [])
    }
}
