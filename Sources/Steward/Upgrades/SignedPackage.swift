package import Kernel
import Sealing

/// What somebody signed about a package: lines that name its release and the digest of its bytes.
///
/// ```
/// tribal-ehr signed package 1
/// package tribal-ehr
/// version 1.2.0
/// architecture amd64
/// schema 17
/// bytes 15757048
/// sha256 64 hexadecimal digits
/// ed25519 88 letters of base64: the signature of all lines before, each with its line feed
/// ```
package struct SignedPackage: Hashable, Sendable {
    /// The longest such text, in bytes.
    package static let bytesMax = 4_096
    /// The largest package, in bytes.
    package static let packageBytesMax = 200_000_000
    private static let title = "tribal-ehr signed package 1"
    private static let names = [
        "package", "version", "architecture", "schema", "bytes", "sha256", "ed25519",
    ]
    private static let valueBytesMax = 200

    /// The name of the package, its version and what kind of machine it is for, as Debian has them.
    package let name: String
    package let version: String
    package let architecture: String
    /// The last step of the schema that the release knows.
    package let schemaStep: Int
    /// The length of the file in bytes, and its SHA-256.
    package let byteCount: Int
    package let digest: [UInt8]
    private let signed: [UInt8]
    private let signature: [UInt8]

    /// Reads the text.
    ///
    /// - Throws: ``Problem`` `.invalid` that says what it is not.
    package init(_ bytes: [UInt8]) throws(Problem) {
        guard bytes.count <= Self.bytesMax else {
            throw Self.strange("It is too long.")
        }
        guard bytes.last == 0x0A else {
            throw Self.strange("Its end is missing: it was cut off on its way.")
        }
        let lines = bytes.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false)
        guard lines.first.map({ String(decoding: $0, as: UTF8.self) }) == Self.title else {
            throw Self.strange("Its first line is another one.")
        }
        guard lines.count == Self.names.count + 1 else {
            throw Self.strange("Lines are missing, or too many.")
        }
        var values: [String: String] = [:]
        for (line, name) in zip(lines.dropFirst(), Self.names) {
            let words = String(decoding: line, as: UTF8.self).split(
                separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            guard words.count == 2, words[0] == name, !words[1].isEmpty,
                words[1].utf8.count <= Self.valueBytesMax
            else { throw Self.strange("The line \(name) is missing.") }
            values[name] = String(words[1])
        }
        guard let step = values["schema"].flatMap({ Int($0) }), 0...100_000 ~= step,
            let count = values["bytes"].flatMap({ Int($0) }), 1...Self.packageBytesMax ~= count,
            let digest = values["sha256"].flatMap(Self.hexBytes),
            let signature = values["ed25519"].flatMap({ Base64.bytes($0) }), signature.count == 64,
            let version = values["version"], DebianVersion.isAllowed(version)
        else { throw Self.strange("A value in it is none.") }
        name = values["package"] ?? ""
        self.version = version
        architecture = values["architecture"] ?? ""
        schemaStep = step
        byteCount = count
        self.digest = digest
        self.signature = signature
        let last = lines.last.map(\.count) ?? 0
        signed = Array(bytes.dropLast(last + 1))
    }

    /// Whether one of the keys signed it.
    package func isSigned(by keys: [[UInt8]]) -> Bool {
        keys.contains { SignatureCheck.ed25519(key: $0, bytes: signed, signature: signature) }
    }

    private static func hexBytes(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digit(digits[index]), let low = digit(digits[index + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    private static func strange(_ why: String) -> Problem {
        Problem(
            .invalid,
            "The signature file is none of a tribal-ehr package. \(why) Copy the package and its "
                + "signature once more.", location: "signature")
    }
}

/// Versions as Debian orders them.
///
/// Spec: Debian Policy 5.6.12, https://www.debian.org/doc/debian-policy/ch-controlfields.html#version
package enum DebianVersion {
    private static let bytesMax = 100

    /// Whether a text is a version without an epoch and a revision of the package.
    package static func isAllowed(_ text: String) -> Bool {
        guard let first = text.utf8.first, 0x30...0x39 ~= first, text.utf8.count <= bytesMax else {
            return false
        }
        return text.utf8.allSatisfy {
            isDigit($0) || isLetter($0) || [0x2B, 0x2E, 0x7E].contains($0)
        }
    }

    /// Whether one version comes before another.
    package static func isEarlier(_ one: String, _ other: String) -> Bool {
        compare(Array(one.utf8), Array(other.utf8)) < 0
    }

    private static func compare(_ one: [UInt8], _ other: [UInt8]) -> Int {
        var (i, j) = (0, 0)
        while i < one.count || j < other.count {
            while (i < one.count && !isDigit(one[i])) || (j < other.count && !isDigit(other[j])) {
                let (a, b) = (weight(one, i), weight(other, j))
                if a != b { return a - b }
                i += i < one.count && !isDigit(one[i]) ? 1 : 0
                j += j < other.count && !isDigit(other[j]) ? 1 : 0
            }
            let (a, b) = (number(one, &i), number(other, &j))
            if a.count != b.count { return a.count - b.count }
            if a != b { return a.lexicographicallyPrecedes(b) ? -1 : 1 }
        }
        return 0
    }

    /// The digits from a place on, without zeros before them.
    private static func number(_ text: [UInt8], _ at: inout Int) -> ArraySlice<UInt8> {
        let begin = at
        while at < text.count, isDigit(text[at]) { at += 1 }
        return text[begin..<at].drop { $0 == 0x30 }
    }

    /// A tilde comes before the end, the end before letters, letters before everything else.
    private static func weight(_ text: [UInt8], _ at: Int) -> Int {
        guard at < text.count, !isDigit(text[at]) else { return 0 }
        if text[at] == 0x7E { return -1 }
        return isLetter(text[at]) ? Int(text[at]) : Int(text[at]) + 256
    }

    private static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }

    private static func isLetter(_ byte: UInt8) -> Bool {
        0x41...0x5A ~= byte || 0x61...0x7A ~= byte
    }
}
