import Testing

@Suite("Repository")
struct RepositoryTests {
    let tree = Tree.project

    @Test func `the top level holds what the owner fixed and nothing else`() {
        expectNone(Repository.strays(tree.paths))
    }

    @Test func `no output of a tool is in the repository`() {
        expectNone(Repository.output(tree.paths))
    }

    @Test func `no file names a folder of one machine`() {
        let files = tree.files.filter { file in
            ["Sources/", "web/", "appliance/", "README.md", ".ci/"].contains {
                file.path.hasPrefix($0)
            }
        }
        expectNone(files.flatMap(Repository.machinePaths))
    }

    @Test func `no file holds a secret`() {
        expectNone(tree.files.flatMap(Secrets.found))
    }

    @Test func `the rules of the repository can fail`() {
        #expect(Repository.strays(["docs/a.md", "Sources/a", ".gitignore"]).count == 1)
        let output = [
            "Sources/a.o", "x/__pycache__/a.py", "Tests/Fixtures/v1.sqlite", "Package.resolved",
        ]
        #expect(Repository.output(output).count == 3)
        let home = "/" + "root/x"
        #expect(Repository.machinePaths(in: TreeFile(path: "web/a.js", text: home)).count == 1)
    }

    @Test func `planted secrets are found`() {
        let hex = "9f86d081884c7d659a2feaa0c55ad015" + "a3bf4f1b2b0b822cd15d6c15b0f00a08"
        let mixed = "kX9vQ2mLr7TzW4pYb8NcJd3H" + "sGfA1eUo6RiVxK0q"
        let pem = "-----BEGIN " + "PRIVATE KEY-----"
        for secret in [hex, mixed, pem] {
            let file = TreeFile(path: "Sources/A/A.swift", text: "let a = \"\(secret)\"")
            #expect(Secrets.found(in: file).count == 1, "\(secret.prefix(6))… was not found")
        }
        let plain = [
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
            "https://hl7.org/fhir/R4/codesystem-observation-interpretation.html#details",
            "aVeryLongNameOfAFunctionThatSaysWhatItDoesToTheReader",
        ]
        for text in plain {
            #expect(Secrets.found(in: TreeFile(path: "Sources/A/A.swift", text: text)).isEmpty)
        }
    }
}
