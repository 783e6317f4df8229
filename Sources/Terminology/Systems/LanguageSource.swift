package import Kernel

/// Languages as BCP 47 writes them: a language, and what follows it.
///
/// Every tag that is put together by the rules from subtags of the registry is a code, such as
/// `es-MX`; the languages alone are listed.
///
/// Spec: RFC 5646, 2.1, https://www.rfc-editor.org/rfc/rfc5646#section-2.1
package struct LanguageSource: CodeSource {
    static let tagBytesMax = 64

    private let languages: TableSource
    private let scripts: TableSystem?
    private let regions: TableSystem?

    /// Makes the source from the registry in a table; nil if it is not there.
    package init?(_ table: CodeTable) {
        guard let found = table.system(key: "languages") else { return nil }
        languages = TableSource(found)
        scripts = table.system(key: "-scripts")
        regions = table.system(key: "-regions")
    }

    package var url: String { languages.url }
    package var version: String? { languages.version }
    package var title: String { languages.title }
    package var isComplete: Bool { true }
    package var count: Int? { languages.count }
    package var isCaseSensitive: Bool { false }

    package func concept(_ code: String) throws(Problem) -> TermConcept? {
        guard code.utf8.count <= Self.tagBytesMax else { return nil }
        let parts = code.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        if parts.count > 1, parts[0].lowercased() == "x" {
            return parts.dropFirst().allSatisfy { Self.isSubtag($0, 1...8) }
                ? TermConcept(code: code, display: nil) : nil
        }
        guard let first = parts.first, let language = try languages.concept(first) else {
            return nil
        }
        if parts.count == 1 { return language }
        guard let rest = remainder(Array(parts.dropFirst())) else { return nil }
        let name = language.display ?? first
        return TermConcept(
            code: code, display: rest.isEmpty ? name : "\(name) (\(rest.joined(separator: ", ")))")
    }

    /// The names of what follows a language; nil if it cannot follow one.
    private func remainder(_ parts: [String]) -> [String]? {
        var names: [String] = []
        var rest = parts[...]
        if let part = rest.first, Self.isSubtag(part, 4...4), part.utf8.allSatisfy(Self.isLetter) {
            let written = part.prefix(1).uppercased() + part.dropFirst().lowercased()
            guard let scripts, let number = scripts.number(of: written) else { return nil }
            names.append(scripts.display(number))
            rest.removeFirst()
        }
        if let part = rest.first, (2...3).contains(part.utf8.count) {
            guard let regions, let number = regions.number(of: part.uppercased()) else {
                return nil
            }
            names.append(regions.display(number))
            rest.removeFirst()
        }
        while let part = rest.first, part.utf8.count >= 4 {
            guard Self.isSubtag(part, 4...8) else { return nil }
            names.append(part)
            rest.removeFirst()
        }
        // Extensions and private use: a single letter or digit, then its parts.
        while let single = rest.popFirst() {
            guard Self.isSubtag(single, 1...1), let next = rest.first, Self.isSubtag(next, 1...8)
            else { return nil }
            while let part = rest.first, Self.isSubtag(part, 2...8) {
                names.append(part)
                rest.removeFirst()
            }
        }
        return names
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    private static func isSubtag(_ text: String, _ length: ClosedRange<Int>) -> Bool {
        length.contains(text.utf8.count)
            && text.utf8.allSatisfy { isLetter($0) || $0 &- 0x30 < 10 }
    }

    package func subsumes(_ ancestor: String, _ code: String) throws(Problem) -> Bool? {
        guard try concept(ancestor) != nil, try concept(code) != nil else { return nil }
        let (top, low) = (ancestor.lowercased(), code.lowercased())
        return low == top || low.hasPrefix(top + "-")
    }

    package func parents(of code: String) throws(Problem) -> [String] {
        guard try concept(code) != nil, let cut = code.lastIndex(of: "-") else { return [] }
        let above = String(code[..<cut])
        return try concept(above) == nil ? [] : [above]
    }

    package func children(of code: String) throws(Problem) -> [String] { [] }

    package func visit(
        below top: String?, fitting text: String?, _ body: (TermConcept) -> Bool
    ) throws(Problem) {
        try languages.visit(below: top, fitting: text, body)
    }
}
