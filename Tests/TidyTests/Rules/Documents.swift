/// Links of the documents.
enum Documents {
    /// One link of a Markdown text, with its line from 1.
    struct Link: Equatable {
        let target: String
        let line: Int
    }

    /// The links and pictures outside of code blocks.
    static func links(in text: String) -> [Link] {
        var links: [Link] = []
        var isCode = false
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            if line.drop(while: { $0 == " " }).hasPrefix("```") { isCode.toggle() }
            guard !isCode else { continue }
            var rest = withoutCode(line)[...]
            while let range = rest.firstRange(of: "](") {
                rest = rest[range.upperBound...]
                let target = rest.prefix { $0 != ")" && $0 != " " }
                links.append(Link(target: String(target), line: index + 1))
            }
        }
        return links
    }

    /// Links of one document that lead to no file or no heading.
    static func broken(in file: TreeFile, paths: [String], text: (String) -> String?) -> [Finding] {
        links(in: file.text).compactMap { link in
            let isOutside = ["http://", "https://", "mailto:"].contains {
                link.target.hasPrefix($0)
            }
            guard !isOutside, !link.target.isEmpty else { return nil }
            let parts = link.target.split(
                separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            let path =
                parts[0].isEmpty ? file.path : Web.resolved(String(parts[0]), from: file.folders)
            let exists = paths.contains { $0 == path || $0.hasPrefix(path + "/") }
            guard exists else {
                return Finding(
                    path: file.path, line: link.line, what: "\(link.target) does not exist.")
            }
            guard parts.count == 2, let other = text(path) else { return nil }
            return anchors(of: other).contains(String(parts[1]))
                ? nil
                : Finding(
                    path: file.path, line: link.line, what: "\(link.target): no such heading.")
        }
    }

    /// The anchors of the headings: lower case, blanks as hyphens, marks left out.
    static func anchors(of text: String) -> Set<String> {
        Set(
            text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
                let title = line.drop { $0 == "#" }.drop { $0 == " " }.lowercased()
                return String(
                    title.compactMap { mark -> Character? in
                        mark == " "
                            ? "-" : mark.isLetter || mark.isNumber || mark == "-" ? mark : nil
                    })
            })
    }

    private static func withoutCode(_ line: Substring) -> String {
        var isCode = false
        return String(
            line.map { mark in
                if mark == "`" { isCode.toggle() }
                return isCode ? " " : mark
            })
    }
}
