/// Whether each feature is a folder, is registered once, and has tests.
enum Features {
    /// The groups whose folders are features.
    static let groups = ["FHIRAPI", "Identity", "Charting", "Exchange", "Steward"]

    /// The group that is one subject in several folders: signing in touches all of them.
    static let wholeGroups: Set<String> = ["Identity"]

    /// The list that registers them.
    static let list = "Sources/Assembly/Features.swift"

    /// Whether a file may make features: the list, or a file of the group itself, outside of its
    /// folders, which hands them to the list.
    static func isMaker(_ path: String) -> Bool {
        let parts = path.split(separator: "/").map(String.init)
        return path == list
            || parts.count == 3 && parts[0] == "Sources" && groups.contains(parts[1])
    }

    /// One folder below a group.
    struct Folder: Hashable {
        let group: String
        let name: String
        var path: String { "Sources/\(group)/\(name)" }
    }

    /// The feature folders of a set of paths, sorted.
    static func folders(_ paths: [String]) -> [Folder] {
        let found = paths.compactMap { path -> Folder? in
            let parts = path.split(separator: "/").map(String.init)
            guard parts.count >= 4, parts[0] == "Sources", groups.contains(parts[1]) else {
                return nil
            }
            return Folder(group: parts[1], name: parts[2])
        }
        return Set(found).sorted { $0.path < $1.path }
    }

    /// Folders without an entry type, entry types that the list does not name once, and folders
    /// without tests.
    static func unplugged(paths: [String], files: [SwiftFile]) -> [Finding] {
        let listed = files.filter { isMaker($0.path) }.flatMap(\.text.tokens)
        return folders(paths).flatMap { folder -> [Finding] in
            let entries = files.filter {
                $0.path.hasPrefix(folder.path + "/") && $0.path.hasSuffix("Feature.swift")
            }
            var findings: [Finding] = []
            func add(_ what: String) {
                findings.append(Finding(path: folder.path, line: 0, what: what))
            }
            if entries.isEmpty, !wholeGroups.contains(folder.group) {
                add("has no …Feature.swift.")
            }
            for entry in entries {
                let type = entry.file.name.dropLast(".swift".count)
                let calls = zip(listed, listed.dropFirst()).filter {
                    $0.0.text == type && $0.1.text == "("
                }
                if calls.count != 1 { add("\(type) is made \(calls.count) times in \(list).") }
            }
            if !hasTests(folder, paths) { add("has no tests below Tests.") }
            return findings
        }
    }

    private static func hasTests(_ folder: Folder, _ paths: [String]) -> Bool {
        paths.contains { path in
            let parts = path.split(separator: "/").map(String.init)
            guard parts.count >= 3, parts[0] == "Tests", path.hasSuffix(".swift") else {
                return false
            }
            let isOwnFolder = parts.dropLast().contains(folder.name)
            let isInGroup = parts.dropLast().contains(folder.group)
            let isNamed = parts[parts.count - 1].hasPrefix(folder.name)
            return isOwnFolder || isInGroup && (isNamed || wholeGroups.contains(folder.group))
        }
    }

    /// Places outside of the list that make a feature.
    static func madeElsewhere(in file: SwiftFile) -> [Finding] {
        guard file.file.isSource, !isMaker(file.path), file.file.target != "TestKit" else {
            return []
        }
        let tokens = file.text.tokens
        return tokens.indices.compactMap { index in
            let name = tokens[index].text
            let isCall = index + 1 < tokens.count && tokens[index + 1].text == "("
            guard isCall, !tokens[index].isLiteral, name.hasSuffix("Feature"), name != "Feature",
                name.first?.isUppercase == true
            else { return nil }
            return Finding(path: file.path, line: tokens[index].line, what: "makes a \(name).")
        }
    }

    /// Types of one feature folder that another folder of the same group uses.
    static func sideways(_ files: [SwiftFile]) -> [Finding] {
        var owners: [String: [String: Set<String>]] = [:]
        for file in files {
            guard let folder = folders([file.path]).first else { continue }
            for type in declaredTypes(file) {
                owners[folder.group, default: [:]][type, default: []].insert(folder.name)
            }
        }
        return files.flatMap { file -> [Finding] in
            guard let folder = folders([file.path]).first, let types = owners[folder.group],
                !wholeGroups.contains(folder.group)
            else { return [] }
            return file.text.tokens.compactMap { token in
                guard !token.isLiteral, let homes = types[token.text], homes.count == 1,
                    !homes.contains(folder.name)
                else { return nil }
                return Finding(
                    path: file.path, line: token.line,
                    what: "uses \(token.text) of the feature \(homes.first ?? "").")
            }
        }
    }

    /// The types that a file declares for others, at no indent.
    private static func declaredTypes(_ file: SwiftFile) -> [String] {
        let kinds: Set<String> = ["struct", "class", "enum", "actor", "protocol"]
        let tokens = file.text.tokens
        return tokens.indices.compactMap { index in
            guard kinds.contains(tokens[index].text), index + 1 < tokens.count,
                file.text.code[tokens[index].line - 1].first != " ",
                tokens[index + 1].text.first?.isUppercase == true
            else { return nil }
            let isPrivate = file.text.code[tokens[index].line - 1].contains("private ")
            return isPrivate ? nil : tokens[index + 1].text
        }
    }
}
