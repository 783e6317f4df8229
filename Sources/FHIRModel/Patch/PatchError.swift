package import Kernel

/// Why a patch cannot be read or applied, and at which of its operations.
///
/// `message` holds no content of the resource or the patch; `path` is what the sender wrote.
package struct PatchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        case notAPatch, tooManyOperations, unknownOperation, badMember, badPath
        case noTarget, severalTargets, badPosition, badValue, wholeDocument, insideItself
        case testFailed, tooDeep, tooLarge, tooCostly
    }

    /// What is wrong.
    package let code: Code
    /// The operation at fault, from 0; nil if the patch as a whole is.
    package let operationIndex: Int?
    /// The path of that operation as the sender wrote it, or the member that is wrong.
    package let path: String?

    /// Makes an error.
    package init(_ code: Code, operationIndex: Int? = nil, path: String? = nil) {
        self.code = code
        self.operationIndex = operationIndex
        self.path = path
    }

    /// A sentence that says what is wrong, in which operation, and what to do.
    package var message: String {
        guard let operationIndex else { return sentence }
        return "\(sentence) (operation \(operationIndex + 1) of the patch\(shownPath))"
    }

    package var description: String { message }

    /// The error as the caller of an interface is told about it.
    package var problem: Problem {
        let code: Problem.Code =
            switch self.code {
            case .notAPatch, .unknownOperation, .badMember, .badPath: .structure
            case .tooManyOperations, .tooDeep, .tooCostly: .tooCostly
            case .tooLarge: .tooLong
            case .testFailed: .conflict
            case .severalTargets: .multipleMatches
            case .noTarget, .badPosition, .badValue, .wholeDocument, .insideItself: .invalid
            }
        return Problem(code, message)
    }

    /// The path, if it is made of names and numbers only: anything else might be content.
    private var shownPath: String {
        guard let path, !path.isEmpty, path.utf8.count <= 200 else { return "" }
        let isPlain = path.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            case 0x2F, 0x2D, 0x2E, 0x3A, 0x40, 0x5B, 0x5D, 0x5F: true
            default: false
            }
        }
        return isPlain ? ", \(path)" : ""
    }

    private var sentence: String {
        switch code {
        case .notAPatch: "The patch is not a list of operations; send one."
        case .tooManyOperations: "The patch has too many operations; send it in parts."
        case .unknownOperation: "The patch asks for an operation that is not known; correct it."
        case .badMember: "An operation lacks a part, or has one of the wrong kind; correct it."
        case .badPath: "A path of the patch is not written as it must be; correct it."
        case .noTarget: "The resource has nothing at the path; read it again and correct the patch."
        case .severalTargets: "The path finds several places; name one of them."
        case .badPosition: "The position is not one of the list; use 0 to its length, or “-”."
        case .badValue: "The content does not fit the place; correct it."
        case .wholeDocument: "The whole resource cannot be removed by a patch; delete it instead."
        case .insideItself: "A value cannot be moved into itself; choose another path."
        case .testFailed:
            "The resource does not have the value that the patch tests for; read it again."
        case .tooDeep: "The patched resource would be nested too deeply; choose another path."
        case .tooLarge: "The patched resource would be too large; add less."
        case .tooCostly: "The patch takes too much work; send it in parts."
        }
    }
}
