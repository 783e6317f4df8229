import Testing

@Suite("Web")
struct WebTests {
    let tree = Tree.project

    @Test func `every file below web is reached from index.html`() {
        expectNone(Web.unreachable(tree.files, paths: tree.paths))
    }

    @Test func `lib knows no element, elements know no page, pages know no other page`() {
        expectNone(tree.files.flatMap(Web.wrongWay))
    }

    @Test func `no page holds an inline script, style or handler`() {
        expectNone(tree.files.flatMap(Web.inline))
    }

    @Test func `the binary embeds exactly the files below web`() {
        let list = tree.files.first { $0.path == "Sources/CWebAssets/assets.c" }
        expectNone(Web.notEmbedded(list: list, paths: tree.paths))
    }

    @Test func `the rules of the pages can fail`() {
        let files = [
            TreeFile(
                path: "web/index.html",
                text: "<script type=\"module\" src=\"/a/current/app.js\"></script>"),
            TreeFile(path: "web/app.js", text: "import { a } from \"./lib/a.js\";"),
            TreeFile(path: "web/lib/a.js", text: "import \"../pages/x/x.js\";"),
            TreeFile(path: "web/pages/x/x.js", text: "import '../y/y.js'; el.innerHTML = 1;"),
            TreeFile(path: "web/pages/y/y.js", text: "html`<p style=\"a\" onclick='b'>`"),
            TreeFile(path: "web/lib/dead.js", text: ""),
        ]
        let paths = files.map(\.path)
        #expect(Web.unreachable(files, paths: paths).map(\.path) == ["web/lib/dead.js"])
        #expect(files.flatMap(Web.wrongWay).map(\.path) == ["web/lib/a.js", "web/pages/x/x.js"])
        #expect(files.flatMap(Web.inline).map(\.path) == ["web/pages/x/x.js", "web/pages/y/y.js"])
        let list = TreeFile(
            path: "Sources/CWebAssets/assets.c",
            text: "#embed \"../../web/app.js\"\n#embed \"../../web/gone.js\"\n")
        #expect(Web.notEmbedded(list: list, paths: ["web/app.js", "web/lib/a.js"]).count == 2)
    }
}
