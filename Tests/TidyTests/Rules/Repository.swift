import Foundation

/// What may lie in the repository at all.
enum Repository {
    /// The top level is fixed by the product's owner.
    static let topLevel: Set<String> = [
        "Package.swift", "Sources", "Tests", "web", "appliance", "README.md", "LICENSE",
    ]
    private static let outputFolders: Set<String> = [
        ".build", ".swiftpm", "node_modules", "__pycache__", "DerivedData", ".venv", "venv",
        "dist", "coverage",
    ]
    private static let outputEndings = [
        ".o", ".d", ".a", ".so", ".pyc", ".log", ".tmp", ".orig", ".rej", ".swp", ".profraw",
        ".sqlite", ".sqlite-wal", ".sqlite-shm", ".db", ".deb", ".DS_Store", "Package.resolved",
    ]

    /// Paths outside of the fixed top level.
    static func strays(_ paths: [String]) -> [Finding] {
        paths.filter { path in
            let top = String(path.split(separator: "/").first ?? "")
            return !topLevel.contains(top) && !top.hasPrefix(".")
        }.map { Finding(path: $0, line: 0, what: "nothing is added at the top level.") }
    }

    /// Paths of what a tool writes.
    ///
    /// Databases are allowed as fixtures.
    static func output(_ paths: [String]) -> [Finding] {
        paths.filter { path in
            let isFixture = path.hasPrefix("Tests/Fixtures/")
            let isFolder = path.split(separator: "/").contains {
                outputFolders.contains(String($0))
            }
            return isFolder || !isFixture && outputEndings.contains { path.hasSuffix($0) }
        }.map { Finding(path: $0, line: 0, what: "is the output of a tool.") }
    }

    /// Folders of one machine in a file of the product.
    static func machinePaths(in file: TreeFile) -> [Finding] {
        let homes = ["/" + "root/", "/" + "home/", "/" + "work/main"]
        return file.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .compactMap { index, line in
                guard let home = homes.first(where: { line.contains($0) }) else { return nil }
                return Finding(
                    path: file.path, line: index + 1, what: "\(home) is a folder of one machine.")
            }
    }
}

/// Secrets that somebody left in a file.
enum Secrets {
    /// How a known kind of secret starts.
    ///
    /// Built from parts, so that this file holds none of them.
    private static let marks: [(kind: String, start: String)] = [
        ("a private key", "-----BEGIN " + "PRIVATE KEY"),
        ("a private key", "-----BEGIN " + "RSA PRIVATE"),
        ("a private key", "-----BEGIN " + "EC PRIVATE"),
        ("a private key", "-----BEGIN " + "OPENSSH PRIVATE"),
        ("an access key", "AK" + "IA"), ("a token", "gh" + "p_"), ("a token", "github" + "_pat_"),
        ("a token", "xo" + "xb-"), ("a token", "sk" + "_live_"),
        ("a signed token", "eyJ" + "hbGci"),
    ]
    /// Published test vectors and generated demo records, which look like chance by nature.
    private static let published = [
        "Sources/Sealing/SelfTest", "Sources/CDemoClinic/", "Sources/CTerminology/ucum/",
        "Tests/Fixtures/", "LICENSE",
    ]

    /// Secrets of one file: known kinds anywhere, and in product files words that look like chance.
    static func found(in file: TreeFile) -> [Finding] {
        let isProduct = !file.path.hasPrefix("Tests/")
        let looks = isProduct && !published.contains { file.path.hasPrefix($0) }
        return file.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .compactMap { index, line in
                let mark = marks.first { isSecret(line, $0.start) }?.kind
                let chance = looks && words(of: line).contains(where: isChance)
                guard let kind = mark ?? (chance ? "a word that looks like a key" : nil) else {
                    return nil
                }
                return Finding(path: file.path, line: index + 1, what: "holds \(kind).")
            }
    }

    /// A mark counts when at least 12 letters or digits follow it, or it is a PEM line.
    private static func isSecret(_ line: Substring, _ start: String) -> Bool {
        guard let range = line.firstRange(of: start) else { return false }
        if start.hasPrefix("-----") { return true }
        return line[range.upperBound...].prefix { $0.isLetter || $0.isNumber }.count >= 12
    }

    private static func words(of line: Substring) -> [Substring] {
        line.split { mark in
            let isKept = mark.isASCII && (mark.isLetter || mark.isNumber)
            return !isKept && mark != "+" && mark != "/" && mark != "=" && mark != "_"
        }
    }

    /// 32 or more characters of mixed kinds whose letters are spread as by chance, or 32 and more
    /// hexadecimal digits of which no run repeats.
    static func isChance(_ word: Substring) -> Bool {
        guard word.utf8.count >= 32 else { return false }
        let digits = word.filter(\.isNumber).count
        let upper = word.filter(\.isUppercase).count
        let lower = word.filter(\.isLowercase).count
        if word.allSatisfy(\.isHexDigit) {
            return digits >= 6 && entropyBits(word) > 3.2 && !isRising(word)
        }
        let isMixed = digits >= 3 && upper >= 3 && lower >= 3
        let isPath = word.filter { $0 == "/" }.count > 2
        return isMixed && !isPath && entropyBits(word) > 4.3 && !isRising(word)
    }

    /// Alphabets are written in order; chance is not.
    private static func isRising(_ word: Substring) -> Bool {
        let bytes = Array(word.utf8)
        let rises = zip(bytes, bytes.dropFirst()).filter { $0 &+ 1 == $1 }.count
        return rises * 2 > bytes.count
    }

    /// Shannon entropy in bits a character.
    private static func entropyBits(_ word: Substring) -> Double {
        var counts: [UInt8: Int] = [:]
        for byte in word.utf8 { counts[byte, default: 0] += 1 }
        let total = Double(word.utf8.count)
        return counts.values.reduce(0) { sum, count in
            let share = Double(count) / total
            return sum - share * log2(share)
        }
    }
}
