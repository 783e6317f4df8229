/// The rules of the pages: every file is used, layers point down, nothing is inline.
enum Web {
    /// Ways to make markup from text that step around the escaping of `lib/html.js`.
    private static let rawMarkup = [
        "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function(",
        "setHTMLUnsafe", "createContextualFragment",
    ]

    /// The pages that everything else is reached from: that of the application, and the one on which
    /// a device learns to trust the box.
    private static let pages = ["web/index.html", "web/trust/index.html"]

    /// Files below web/ that no page reaches.
    static func unreachable(_ files: [TreeFile], paths: [String]) -> [Finding] {
        let known = Set(paths.filter { $0.hasPrefix("web/") })
        guard !known.isEmpty else { return [] }
        var reached = Set(pages)
        var waiting = pages
        while let path = waiting.popLast() {
            guard let file = files.first(where: { $0.path == path }) else { continue }
            for next in references(in: file) where known.contains(next) && !reached.contains(next) {
                reached.insert(next)
                waiting.append(next)
            }
        }
        return known.subtracting(reached).subtracting(named(in: files)).sorted().map {
            Finding(path: $0, line: 0, what: "no page reaches this file.")
        }
    }

    /// What a file names by a path that starts with `./`, `../` or `/a/current/`, in quotes or
    /// brackets.
    static func references(in file: TreeFile) -> Set<String> {
        let ends: Set<Character> = [
            "\"", "'", "`", "(", ")", " ", "\n", "<", ">", "?", "#", "$", ",",
        ]
        var found: Set<String> = []
        for word in file.text.split(whereSeparator: { ends.contains($0) }) {
            if word.hasPrefix("./") || word.hasPrefix("../") {
                found.insert(resolved(String(word), from: file.folders))
            } else if word.hasPrefix("/a/current/") {
                found.insert("web/" + word.dropFirst("/a/current/".count))
            }
        }
        return found
    }

    /// Pictures, styles and help pages that a file of web/ or a document names by their last part
    /// or by a folder and a name, as the list of the handbook does.
    private static func named(in files: [TreeFile]) -> Set<String> {
        let speakers = files.filter { $0.path.hasPrefix("web/") || $0.path.hasSuffix(".md") }
        return Set(
            files.map(\.path).filter { path in
                guard path.hasPrefix("web/"), !path.hasSuffix(".js") else { return false }
                let name = path.split(separator: "/").last.map(String.init) ?? path
                let stem = name.split(separator: ".").first.map(String.init) ?? name
                return speakers.contains { speaker in
                    speaker.path != path
                        && (speaker.text.contains(name)
                            || path.hasPrefix("web/help/")
                                && speaker.path.hasSuffix(".js")
                                && speaker.text.contains("\"\(stem)\""))
                }
            })
    }

    /// The path below the root that a relative path means.
    static func resolved(_ relative: String, from folders: [String]) -> String {
        var parts = folders
        for part in relative.split(separator: "/") {
            if part == ".." {
                _ = parts.popLast()
            } else if part != "." {
                parts.append(String(part))
            }
        }
        return parts.joined(separator: "/")
    }

    /// Imports that point up: lib knows lib, elements know no page, pages know no other page.
    static func wrongWay(in file: TreeFile) -> [Finding] {
        guard file.path.hasPrefix("web/"), file.path.hasSuffix(".js") else { return [] }
        let own = place(file.path)
        return references(in: file).filter { $0.hasSuffix(".js") }.sorted().compactMap { path in
            let other = place(path)
            let isAllowed =
                own == other || own == "" || other == "lib"
                || other == "elements" && own.hasPrefix("pages/")
            return isAllowed
                ? nil : Finding(path: file.path, line: 0, what: "may not import \(path).")
        }
    }

    private static func place(_ path: String) -> String {
        let parts = path.split(separator: "/").dropLast().dropFirst().map(String.init)
        return parts.first == "pages" ? parts.prefix(2).joined(separator: "/") : parts.first ?? ""
    }

    /// Scripts, styles and handlers inside of markup, and markup made from raw text.
    static func inline(in file: TreeFile) -> [Finding] {
        guard file.path.hasPrefix("web/") else { return [] }
        let isPage = file.path.hasSuffix(".html")
        guard isPage || file.path.hasSuffix(".js") else { return [] }
        return file.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .compactMap { index, line in
                inlineKind(line.lowercased(), raw: line, file.path).map {
                    Finding(path: file.path, line: index + 1, what: "\($0) is not allowed.")
                }
            }
    }

    private static func inlineKind(_ line: String, raw: Substring, _ path: String) -> String? {
        if !path.hasSuffix("lib/html.js"), let way = rawMarkup.first(where: { raw.contains($0) }) {
            return way
        }
        if line.contains("<style") { return "an inline style sheet" }
        if line.contains(" style=\"") || line.contains(" style='") { return "an inline style" }
        if line.contains("<script"), !line.contains("src=") { return "an inline script" }
        if line.contains("javascript:") { return "a script in a link" }
        let handlers = ["click", "load", "error", "input", "change", "submit", "keydown", "focus"]
        let handler = handlers.first { line.contains(" on\($0)=\"") || line.contains(" on\($0)='") }
        return handler.map { "an inline handler (on\($0))" }
    }

    /// Differences between web/ and the list of files that go into the binary.
    static func notEmbedded(list: TreeFile?, paths: [String]) -> [Finding] {
        let web = Set(paths.filter { $0.hasPrefix("web/") })
        guard !web.isEmpty, let list else { return [] }
        var embedded: Set<String> = []
        for line in list.text.split(separator: "\n") where line.contains("#embed") {
            let parts = line.split(separator: "\"")
            if parts.count > 1 { embedded.insert(resolved(String(parts[1]), from: list.folders)) }
        }
        let missing = web.subtracting(embedded).map {
            Finding(
                path: $0, line: 0, what: "is not in \(list.path); run appliance/generate-assets.")
        }
        let gone = embedded.subtracting(web).map {
            Finding(path: list.path, line: 0, what: "embeds \($0), which does not exist.")
        }
        return (missing + gone).sorted { $0.path < $1.path }
    }
}
