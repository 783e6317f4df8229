/// The lines of a configuration file: `KEY = value`, `# comment`, or blank.
package struct SettingsFile: Sendable {
    /// One `KEY = value`.
    package struct Line: Hashable, Sendable {
        /// Counts from 1.
        package let number: Int
        package let key: String
        package let value: String
    }

    /// The longest file, in bytes.
    package static let bytesMax = 262_144

    /// Lines that set something, in order.
    package let lines: [Line]
    /// What is wrong with the others: the line's number, from 1, and a sentence.
    package let faults: [Fault]

    /// A line that is not one.
    package struct Fault: Hashable, Sendable {
        /// Counts from 1; 0 for the file as a whole.
        package let line: Int
        package let sentence: String
    }

    /// Reads the bytes of a file.
    ///
    /// Never fails as a whole: what cannot be read is among ``faults``.
    package init(_ bytes: [UInt8]) {
        guard bytes.count <= Self.bytesMax else {
            lines = []
            faults = [Fault(line: 0, sentence: "The file is larger than \(Self.bytesMax) bytes.")]
            return
        }
        var lines: [Line] = []
        var faults: [Fault] = []
        for (index, raw) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
            .enumerated()
        {
            switch Self.read(raw, number: index + 1) {
            case .success(let line?): lines.append(line)
            case .success(nil): continue
            case .failure(let fault): faults.append(fault)
            }
        }
        self.lines = lines
        self.faults = faults
    }

    private static func read(
        _ raw: ArraySlice<UInt8>, number: Int
    ) -> Result<Line?, Fault> {
        let trimmed = raw.trimmed
        if trimmed.isEmpty || trimmed.first == UInt8(ascii: "#") { return .success(nil) }
        guard let text = String(validating: trimmed, as: UTF8.self),
            !trimmed.contains(where: { $0 < 0x20 && $0 != 0x09 })
        else {
            return .failure(Fault(line: number, sentence: "The line is not plain UTF-8 text."))
        }
        guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) else {
            return .failure(
                Fault(
                    line: number,
                    sentence: "The line has no \"=\". Write KEY = value, or put # before a comment."
                ))
        }
        let key = String(text[..<equals]).trimmedBlanks
        let value = String(text[text.index(after: equals)...]).trimmedBlanks.unquoted
        guard isKey(key) else {
            return .failure(
                Fault(
                    line: number,
                    sentence:
                        "A key is capital letters, digits and underscores. Write KEY = value."))
        }
        guard value.utf8.count <= Setting.valueBytesMax else {
            return .failure(
                Fault(
                    line: number,
                    sentence: "The value of \(key) is longer than \(Setting.valueBytesMax) bytes."))
        }
        return .success(Line(number: number, key: key, value: value))
    }

    private static func isKey(_ text: String) -> Bool {
        1...64 ~= text.utf8.count
            && text.utf8.allSatisfy {
                UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 || $0 == UInt8(ascii: "_")
                    || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
            }
    }
}

extension SettingsFile.Fault: Error {}

extension ArraySlice<UInt8> {
    /// Without blanks, tabs and carriage returns at both ends.
    fileprivate var trimmed: ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
        var part = drop(while: isBlank)
        while let last = part.last, isBlank(last) { part.removeLast() }
        return part
    }
}

extension String {
    /// Without blanks and tabs at both ends.
    fileprivate var trimmedBlanks: String {
        var part = self[...].drop { $0 == " " || $0 == "\t" }
        while let last = part.last, last == " " || last == "\t" { part.removeLast() }
        return String(part)
    }

    /// Without one pair of double quotes around it.
    fileprivate var unquoted: String {
        guard utf8.count >= 2, hasPrefix("\""), hasSuffix("\"") else { return self }
        return String(dropFirst().dropLast())
    }
}
