/// One import of a Swift file.
struct ImportLine {
    let module: String
    let line: Int

    /// The imports of a file; `package import X`, `@preconcurrency import X` and
    /// `import struct X.Y` all count as X.
    static func all(in text: SwiftText) -> [ImportLine] {
        let kinds: Set<String> = [
            "struct", "class", "enum", "protocol", "func", "var", "typealias",
        ]
        var found: [ImportLine] = []
        for (index, token) in text.tokens.enumerated() where token.text == "import" {
            var next = index + 1
            if next < text.tokens.count, kinds.contains(text.tokens[next].text) { next += 1 }
            guard next < text.tokens.count, !token.isLiteral else { continue }
            found.append(ImportLine(module: text.tokens[next].text, line: token.line))
        }
        return found
    }
}

/// Who may know whom.
///
/// Assembly knows the groups, the groups know the edges, the edges know the
/// pure targets, and those know the Kernel.
enum Layers {
    /// What belongs to the language or the system and may be imported by every target.
    static let language: Set<String> = [
        "Swift", "Glibc", "Synchronization", "FoundationEssentials", "Dispatch", "Testing",
    ]

    /// The arrows between targets of one layer; each other one is forbidden.
    static let sameLayer: [String: Set<String>] = [
        "FHIRXML": ["FHIRModel"], "FHIRPath": ["FHIRModel"],
        "FHIRSearch": ["FHIRModel", "FHIRPath"], "Terminology": ["FHIRModel", "FHIRPath"],
        "FHIRValidation": ["FHIRModel", "FHIRPath"], "AccessControl": ["FHIRModel"],
        "DecisionSupport": ["FHIRModel", "FHIRPath"], "CCDA": ["FHIRModel"],
        "ClinicalText": ["FHIRModel"], "WebAuthn": ["FHIRModel"],
        "RecordStore": ["Sealing", "SQLite", "Deflate"],
        "Backups": ["RecordStore", "Sealing", "SQLite", "Deflate"],
        "BackupPlaces": ["Sealing"],
        "ServerKit": ["RecordStore", "Deflate", "Sealing"],
        "Main": ["Assembly"],
    ]

    /// Libraries that only some may import; the file rule for SQLite is ``fileMayImport``.
    static let owners: [String: Set<String>] = [
        "COpenSSL": ["Sealing", "Exchange", "TestKit"], "CArgon2": ["Sealing"],
        "CSQLite": ["SQLite"],
        "CZlib": ["Deflate"], "CMalloc": ["ServerKit"], "CUnicodeTables": ["FHIRModel"],
        "CDefinitions": ["FHIRModel"],
        "CTerminology": ["Terminology", "FHIRPath"],
        "CCurl": ["Exchange"],
        "CXML": ["FHIRXML"],
        "CWebAssets": ["Assembly"], "CDemoClinic": ["Assembly", "Steward", "TestKit"],
        "ArgumentParser": ["Assembly"], "NIOSSL": ["ServerKit", "Assembly"],
        "HummingbirdTLS": ["ServerKit"], "HummingbirdHTTP2": ["ServerKit"],
    ]

    /// The layer of a target by the function of the manifest that made it; nil for tests.
    static func layer(of target: Manifest.Target) -> Int? {
        switch target.maker {
        case "pure": 1
        case "edge": 2
        case "features": 3
        case "tests", "testTarget", "system", "systemLibrary": nil
        case _ where target.name == "Benchmarks": nil
        default:
            switch target.name {
            case "Kernel": 0
            case "TestKit": 5
            default: target.name.isCEdge ? nil : 4
            }
        }
    }

    /// Arrows of the manifest that point up or across.
    static func badArrows(in manifest: Manifest) -> [Finding] {
        var findings: [Finding] = []
        for target in manifest.targets.values.sorted(by: { $0.name < $1.name }) {
            guard let own = layer(of: target) else { continue }
            for need in target.needs.sorted() {
                guard let other = manifest.targets[need], let theirs = layer(of: other),
                    theirs >= own, sameLayer[target.name]?.contains(need) != true
                else { continue }
                findings.append(
                    Finding(
                        path: "Package.swift", line: 0,
                        what:
                            "\(target.name) (layer \(own)) may not need \(need) (layer \(theirs)).")
                )
            }
        }
        return findings
    }

    /// What is built by itself: a program with a target of another name, a package of its own.
    private static let ownBuilds: Set<String> = ["Benchmarks", "FuzzTests"]

    /// Imports of a file that its target does not declare.
    static func undeclared(in file: SwiftFile, _ manifest: Manifest) -> [Finding] {
        guard let name = file.file.target,
            file.file.folders.first != "Tests" || !ownBuilds.contains(name)
        else { return [] }
        guard let target = manifest.targets[name] else {
            return [
                Finding(path: file.path, line: 0, what: "\(name) is no target of the manifest.")
            ]
        }
        let system: Set<String> = file.file.isTest ? language.union(["Foundation"]) : language
        return ImportLine.all(in: file.text).filter {
            !system.contains($0.module) && !target.needs.contains($0.module)
        }.map {
            Finding(
                path: file.path, line: $0.line,
                what: "\(name) imports \($0.module) but does not declare it in Package.swift.")
        }
    }

    /// Imports of libraries that belong to another target.
    static func notOwned(in file: SwiftFile) -> [Finding] {
        guard file.file.isSource, let target = file.file.target else { return [] }
        return ImportLine.all(in: file.text).compactMap { line in
            let isAllowed =
                line.module == "SQLite"
                ? fileMayImportSQLite(file.file)
                : owners[line.module]?.contains(target) ?? (line.module != "Foundation")
            return isAllowed
                ? nil
                : Finding(
                    path: file.path, line: line.line,
                    what: "\(line.module) may not be imported in \(file.file.name) of \(target).")
        }
    }

    /// The database is for RecordStore and Backups, and elsewhere for rows files and schema steps.
    static func fileMayImportSQLite(_ file: TreeFile) -> Bool {
        let owners: Set<String> = ["RecordStore", "Backups", "TestKit"]
        return owners.contains(file.target ?? "") || file.name.hasSuffix("Rows.swift")
            || SchemaFile(file) != nil
    }
}

extension String {
    /// `CSQLite`, `CZlib`, `CXML`: a C edge by its name.
    var isCEdge: Bool {
        guard count > 2, hasPrefix("C"), self != "CCDA" else { return false }
        return dropFirst().first?.isUppercase == true
    }
}
