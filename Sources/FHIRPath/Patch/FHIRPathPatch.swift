package import FHIRModel

/// A list of changes to a resource, each at a place that an expression finds, applied one after the
/// other or not at all.
///
/// Spec: FHIR R4 FHIRPath Patch, https://hl7.org/fhir/R4/fhirpatch.html
package struct FHIRPathPatch: Sendable {
    /// The most operations of one patch; each reads the resource anew.
    package static let operationsMax = 200
    /// The most bytes that all operations together may read.
    package static let bytesMax = 256 * 1_048_576

    /// What one operation does at its place.
    enum Act: Sendable {
        case add(name: String, PatchPart)
        case insert(PatchPart, at: Int)
        case delete
        case replace(PatchPart)
        case move(from: Int, to: Int)
    }

    /// One operation, understood.
    struct Operation: Sendable {
        let path: String
        let expression: FHIRPathExpression
        let act: Act
    }

    private let operations: [Operation]

    /// Reads a patch from a Parameters resource.
    ///
    /// - Throws: ``PatchError`` with the first operation that is wrong.
    package init(_ parameters: JSON) throws(PatchError) {
        guard parameters["resourceType"]?.equals("Parameters") == true else {
            throw PatchError(.notAPatch)
        }
        let list = parameters["parameter"]
        guard list?.isArray ?? true else { throw PatchError(.notAPatch) }
        guard list?.count ?? 0 <= Self.operationsMax else { throw PatchError(.tooManyOperations) }
        var operations: [Operation] = []
        for (index, one) in (list?.elements.map { $0 } ?? []).enumerated() {
            guard one["name"]?.equals("operation") == true else {
                throw PatchError(.unknownOperation, operationIndex: index, path: "name")
            }
            operations.append(try Self.operation(one, index))
        }
        self.operations = operations
    }

    private static func operation(_ json: JSON, _ index: Int) throws(PatchError) -> Operation {
        func part(_ name: String) throws(PatchError) -> JSON {
            guard
                let found = json["part"]?.elements.first(where: { $0["name"]?.equals(name) == true }
                )
            else { throw PatchError(.badMember, operationIndex: index, path: name) }
            return found
        }
        func text(_ name: String) throws(PatchError) -> String {
            let found = try part(name)
            guard let text = found.string("valueString") ?? found.string("valueCode") else {
                throw PatchError(.badMember, operationIndex: index, path: name)
            }
            return text
        }
        func number(_ name: String) throws(PatchError) -> Int {
            guard let number = try part(name)["valueInteger"]?.int, number >= 0 else {
                throw PatchError(.badMember, operationIndex: index, path: name)
            }
            return number
        }
        let path = try text("path")
        let act: Act
        switch try text("type") {
        case "add": act = .add(name: try text("name"), PatchPart(try part("value")))
        case "insert": act = .insert(PatchPart(try part("value")), at: try number("index"))
        case "delete": act = .delete
        case "replace": act = .replace(PatchPart(try part("value")))
        case "move": act = .move(from: try number("source"), to: try number("destination"))
        default: throw PatchError(.unknownOperation, operationIndex: index, path: "type")
        }
        do throws(FHIRPathError) {
            return Operation(path: path, expression: try FHIRPathExpression(path), act: act)
        } catch {
            throw PatchError(.badPath, operationIndex: index, path: path)
        }
    }

    /// The canonical bytes of a resource after all operations.
    ///
    /// - Throws: ``PatchError`` with the first operation that fails; then nothing is changed.
    package func applied(to resource: JSON) throws(PatchError) -> [UInt8] {
        var json = resource
        var bytes = resource.canonicalBytes()
        var byteCount = 0
        for (index, operation) in operations.enumerated() {
            byteCount += bytes.count
            guard byteCount <= Self.bytesMax else {
                throw PatchError(.tooCostly, operationIndex: index)
            }
            do throws(PatchError) {
                bytes = try Self.applied(operation, to: json)
            } catch {
                throw PatchError(error.code, operationIndex: index, path: operation.path)
            }
            do throws(JSONError) {
                json = try JSON.parse(bytes, limits: .resource)
            } catch {
                throw PatchError(.badValue, operationIndex: index, path: operation.path)
            }
        }
        return bytes
    }

    private static func applied(
        _ operation: Operation, to json: JSON
    ) throws(PatchError) -> [UInt8] {
        let places = try self.places(operation.expression, json)
        var edit = ElementEdit(root: json)
        switch operation.act {
        case .add(let name, let part):
            guard let place = try only(places) else { throw PatchError(.noTarget) }
            try edit.add(part, named: name, to: place)
        case .delete:
            guard let place = try only(places) else { return json.canonicalBytes() }
            try edit.delete(place)
        case .replace(let part):
            guard let place = try only(places) else { throw PatchError(.noTarget) }
            try edit.replace(place, with: part)
        case .insert(let part, let index): try edit.insert(part, at: index, in: places)
        case .move(let from, let to): try edit.move(from, to, in: places)
        }
        return try edit.patched()
    }

    /// The places of what an expression finds, as pointers.
    private static func places(
        _ expression: FHIRPathExpression, _ json: JSON
    ) throws(PatchError) -> [[String]] {
        let values: [PathValue]
        do throws(FHIRPathError) {
            values = try expression.evaluate(on: json, in: FHIRPathEnvironment(types: .r4))
        } catch {
            throw PatchError(error.kind == .limit ? .tooCostly : .badPath)
        }
        var places: [[String]] = []
        for value in values {
            guard case .node(let node) = value, let target = node.json ?? node.sibling,
                let place = json.pointer(to: target)
            else { throw PatchError(.badPath) }
            places.append(place)
        }
        return places
    }

    private static func only(_ places: [[String]]) throws(PatchError) -> [String]? {
        guard places.count < 2 else { throw PatchError(.severalTargets) }
        return places.first
    }
}

extension JSON {
    /// The names and positions that lead to a value of the same document, as a JSON Pointer has
    /// them; nil for a value of another one.
    fileprivate func pointer(to target: JSON) -> [String]? {
        let start = target.rawBytes.startIndex
        var current = self
        var tokens: [String] = []
        while current.rawBytes.startIndex != start {
            guard let step = current.step(to: start) else { return nil }
            tokens.append(step.token)
            current = step.value
        }
        return current.rawBytes == target.rawBytes ? tokens : nil
    }

    private func step(to offset: Int) -> (token: String, value: JSON)? {
        for (key, value) in members where value.holds(offset) { return (key, value) }
        for (index, value) in elements.enumerated() where value.holds(offset) {
            return ("\(index)", value)
        }
        return nil
    }

    private func holds(_ offset: Int) -> Bool {
        let bytes = rawBytes
        return bytes.startIndex <= offset && offset < bytes.endIndex
    }
}
