/// A list of changes to a JSON document, applied one after the other or not at all.
///
/// Numbers keep the form they are written in. The work is bounded: by the number of operations, the
/// size and depth of the result, and the number of values that are looked at.
///
/// Spec: RFC 6902, https://www.rfc-editor.org/rfc/rfc6902
package struct JSONPatch: Sendable {
    /// The most operations of one patch.
    package static let operationsMax = 1_000
    /// The largest result, in bytes.
    package static let resultBytesMax = JSONLimits.resource.bytesMax
    /// The deepest nesting of the result.
    package static let resultDepthMax = JSONLimits.resource.depthMax
    /// The most values that are looked at or moved while a patch is applied.
    package static let valuesMax = 20_000_000

    private enum Operation: Sendable {
        case add(JSON)
        case remove
        case replace(JSON)
        case move(from: JSONPointer)
        case copy(from: JSONPointer)
        case test(JSON)
    }

    private let operations: [(pointer: JSONPointer, operation: Operation)]

    /// The number of its operations.
    package var count: Int { operations.count }

    /// Reads a patch.
    ///
    /// - Throws: ``PatchError`` with the first operation that is wrong.
    package init(_ json: JSON) throws(PatchError) {
        guard json.isArray else { throw PatchError(.notAPatch) }
        guard json.count <= Self.operationsMax else { throw PatchError(.tooManyOperations) }
        var operations: [(JSONPointer, Operation)] = []
        operations.reserveCapacity(json.count)
        for (index, element) in json.elements.enumerated() {
            operations.append(try Self.operation(element, index))
        }
        self.operations = operations
    }

    private static func operation(
        _ json: JSON, _ index: Int
    ) throws(PatchError) -> (JSONPointer, Operation) {
        guard json.isObject else { throw PatchError(.badMember, operationIndex: index) }
        for name in ["op", "path", "from", "value"]
        where json.members.lazy.filter({ $0.key == name }).count > 1 {
            throw PatchError(.badMember, operationIndex: index, path: name)
        }
        guard let word = json["op"]?.string else {
            throw PatchError(.badMember, operationIndex: index, path: "op")
        }
        let pointer = try pointer(json, "path", index)
        switch word {
        case "add": return (pointer, .add(try value(json, index)))
        case "remove": return (pointer, .remove)
        case "replace": return (pointer, .replace(try value(json, index)))
        case "move":
            let from = try Self.pointer(json, "from", index)
            guard !pointer.isBelow(from) else {
                throw PatchError(.insideItself, operationIndex: index, path: pointer.text)
            }
            return (pointer, .move(from: from))
        case "copy": return (pointer, .copy(from: try Self.pointer(json, "from", index)))
        case "test": return (pointer, .test(try value(json, index)))
        default: throw PatchError(.unknownOperation, operationIndex: index, path: "op")
        }
    }

    private static func pointer(
        _ json: JSON, _ name: String, _ index: Int
    ) throws(PatchError) -> JSONPointer {
        guard let text = json[name]?.string else {
            throw PatchError(.badMember, operationIndex: index, path: name)
        }
        guard let pointer = JSONPointer(text) else {
            throw PatchError(.badPath, operationIndex: index, path: text)
        }
        return pointer
    }

    private static func value(_ json: JSON, _ index: Int) throws(PatchError) -> JSON {
        guard let value = json["value"] else {
            throw PatchError(.badMember, operationIndex: index, path: "value")
        }
        return value
    }

    /// The canonical bytes of a document after all operations.
    ///
    /// - Throws: ``PatchError`` with the first operation that fails; then nothing is changed.
    package func applied(to json: JSON) throws(PatchError) -> [UInt8] {
        var document = EditableJSON(json)
        var work = PatchWork(left: Self.valuesMax)
        for (index, (pointer, operation)) in operations.enumerated() {
            do {
                try Self.apply(operation, at: pointer, to: &document, &work)
            } catch {
                throw PatchError(error.code, operationIndex: index, path: pointer.text)
            }
        }
        var writer = JSONWriter(reservingBytes: document.byteCount + 16)
        document.write(to: &writer)
        guard writer.bytes.count <= Self.resultBytesMax else { throw PatchError(.tooLarge) }
        return writer.bytes
    }

    private static func apply(
        _ operation: Operation, at pointer: JSONPointer, to document: inout EditableJSON,
        _ work: inout PatchWork
    ) throws(PatchFault) {
        try work.spend(pointer.tokens.count + 1)
        switch operation {
        case .add(let json): try put(EditableJSON(json), at: pointer, in: &document, &work)
        case .remove: try document.remove(at: pointer.tokens[...], &work)
        case .replace(let json):
            let value = EditableJSON(json)
            try checkDepth(of: value, at: pointer, &work)
            try document.replace(at: pointer.tokens[...], with: value, &work)
            guard document.byteCount <= resultBytesMax else { throw .tooLarge }
        case .move(let from):
            let value = try document.value(at: from.tokens, &work)
            guard !from.isSame(as: pointer) else { return }
            try document.remove(at: from.tokens[...], &work)
            try put(value, at: pointer, in: &document, &work)
        case .copy(let from):
            let value = try document.value(at: from.tokens, &work)
            try put(value, at: pointer, in: &document, &work)
        case .test(let json):
            let value = try document.value(at: pointer.tokens, &work)
            guard try value.isSame(as: json, &work) else { throw .testFailed }
        }
    }

    private static func put(
        _ value: EditableJSON, at pointer: JSONPointer, in document: inout EditableJSON,
        _ work: inout PatchWork
    ) throws(PatchFault) {
        try checkDepth(of: value, at: pointer, &work)
        try document.add(value, at: pointer.tokens[...], &work)
        // A copy costs nothing until it is written, so the size is watched at every step.
        guard document.byteCount <= resultBytesMax else { throw .tooLarge }
    }

    private static func checkDepth(
        of value: EditableJSON, at pointer: JSONPointer, _ work: inout PatchWork
    ) throws(PatchFault) {
        guard pointer.tokens.count <= resultDepthMax,
            try pointer.tokens.count + value.depth(&work) <= resultDepthMax
        else { throw .tooDeep }
    }
}

/// How much a patch may still look at.
struct PatchWork {
    var left: Int

    mutating func spend(_ values: Int) throws(PatchFault) {
        left -= values + 1
        guard left >= 0 else { throw .tooCostly }
    }
}

/// Why one operation cannot be done.
enum PatchFault: Error {
    case noTarget, badPosition, wholeDocument, testFailed, tooDeep, tooLarge, tooCostly

    var code: PatchError.Code {
        switch self {
        case .noTarget: .noTarget
        case .badPosition: .badPosition
        case .wholeDocument: .wholeDocument
        case .testFailed: .testFailed
        case .tooDeep: .tooDeep
        case .tooLarge: .tooLarge
        case .tooCostly: .tooCostly
        }
    }
}
