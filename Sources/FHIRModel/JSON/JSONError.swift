package import Kernel

/// Why a document was not read, and where.
///
/// `message` never holds content of the document; `path` may hold its member names and is for the
/// sender of the document only.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with the document.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        case empty, tooLarge, tooDeep, tooManyValues, byteOrderMark, invalidUTF8
        case controlCharacter, invalidEscape, loneSurrogate, invalidNumber, invalidLiteral
        case unexpectedByte, unexpectedEnd, trailingContent, duplicateKey
    }

    /// What is wrong.
    package let code: Code
    /// Bytes before the place; from 0.
    package let offset: Int
    /// Line of the place; from 1.
    package let line: Int
    /// Bytes from the start of the line to the place; from 1.
    package let column: Int
    /// The place as a JSON Pointer, as far as it is known; empty for the document itself.
    package let path: String

    /// Makes an error.
    package init(code: Code, offset: Int, line: Int, column: Int, path: String) {
        self.code = code
        self.offset = offset
        self.line = line
        self.column = column
        self.path = path
    }

    /// A sentence that says what is wrong, where, and what to do.
    package var message: String { "\(sentence) (line \(line), column \(column), byte \(offset))" }

    package var description: String { message }

    /// The error as the caller of an interface is told about it.
    package func problem(location: String? = nil) -> Problem {
        let code: Problem.Code =
            switch self.code {
            case .tooLarge: .tooLong
            case .tooDeep, .tooManyValues: .tooCostly
            default: .structure
            }
        return Problem(code, message, location: location)
    }

    private var sentence: String {
        switch code {
        case .empty: "The JSON document is empty; send one JSON value."
        case .tooLarge: "The JSON document is too large; send it in parts."
        case .tooDeep: "Arrays and objects are nested too deeply; flatten the document."
        case .tooManyValues: "The JSON document has too many values; send it in parts."
        case .byteOrderMark: "The JSON document starts with a byte order mark; remove it."
        case .invalidUTF8: "The JSON document is not valid UTF-8; send it in that encoding."
        case .controlCharacter: "A string holds a raw control character; write it as \\u00XX."
        case .invalidEscape: "A string holds an escape that JSON does not have; correct it."
        case .loneSurrogate: "A string holds one half of a surrogate pair; write both halves."
        case .invalidNumber: "A number is not written as JSON wants it; correct it."
        case .invalidLiteral: "A word other than true, false or null stands as a value; correct it."
        case .unexpectedByte: "A character stands where JSON does not allow it; correct the syntax."
        case .unexpectedEnd: "The JSON document ends too early; send all of it."
        case .trailingContent: "There is more after the end of the JSON value; remove it."
        case .duplicateKey: "An object has two members of one name; keep one of them."
        }
    }
}
