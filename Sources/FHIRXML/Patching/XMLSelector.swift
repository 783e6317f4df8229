import FHIRModel

/// Why one operation cannot be done.
struct PatchFailure: Error {
    let code: PatchError.Code
}

/// The path of a patch operation: steps by name and position, tests of values, at the end an
/// attribute.
///
/// `f:Patient/f:name[2]/f:given[1]/@value`, `*/f:identifier[f:system/@value="urn:x"]`. A name
/// without prefix is FHIR's unless the patch says otherwise.
///
/// Spec: RFC 5261, section 4.1, https://www.rfc-editor.org/rfc/rfc5261#section-4.1
struct XMLSelector: Sendable {
    /// The most steps and tests of one path.
    static let partsMax = 64

    enum Test: Sendable {
        /// From 1.
        case position(Int)
        /// An attribute at the end of some steps has a value.
        case value(steps: [Name], attribute: String, text: String)
    }

    struct Name: Sendable {
        /// Nil for any.
        let local: String?
        let namespace: String
    }

    struct Step: Sendable {
        let name: Name
        var tests: [Test] = []
    }

    /// The place that a path finds.
    struct Place {
        /// Positions among the children, from the root inwards.
        let positions: [Int]
        let attribute: String?
    }

    let steps: [Step]
    /// The attribute that the path ends with.
    let attribute: String?

    /// Reads a path; nil if it is not written as it must be, or goes beyond what is taken here.
    ///
    /// - Parameter namespaces: what the prefixes stand for at the operation.
    init?(_ text: String, namespaces: [String: String]) {
        guard text.utf8.count <= 4_096 else { return nil }
        var reader = SelectorReader(text, namespaces: namespaces)
        guard let (steps, attribute) = reader.path() else { return nil }
        self.steps = steps
        self.attribute = attribute
    }

    /// The one place that the path finds in a resource.
    ///
    /// - Throws: ``PatchFailure`` if there is none, or more than one, or too much to look at.
    func place(
        in root: EditableXML, _ visitsLeft: inout Int
    ) throws(PatchFailure) -> Place {
        var found: [[Int]] = []
        guard let first = steps.first else { throw PatchFailure(code: .badPath) }
        if try fits([root], first, &visitsLeft).isEmpty == false { found = [[]] }
        for step in steps.dropFirst() {
            var next: [[Int]] = []
            for positions in found {
                let children = Self.element(at: positions, in: root).children
                next += try fits(children, step, &visitsLeft).map { positions + [$0] }
            }
            found = next
        }
        if let attribute {
            found = found.filter { Self.element(at: $0, in: root).attribute(attribute) != nil }
        }
        guard let place = found.first else { throw PatchFailure(code: .noTarget) }
        guard found.count == 1 else { throw PatchFailure(code: .severalTargets) }
        return Place(positions: place, attribute: attribute)
    }

    private static func element(at positions: [Int], in root: EditableXML) -> EditableXML {
        positions.reduce(root) { $0.children[$1] }
    }

    /// The positions of the elements that a step takes.
    private func fits(
        _ elements: [EditableXML], _ step: Step, _ visitsLeft: inout Int
    ) throws(PatchFailure) -> [Int] {
        visitsLeft -= elements.count * (1 + step.tests.count) + 1
        guard visitsLeft >= 0 else { throw PatchFailure(code: .tooCostly) }
        var found = elements.indices.filter { Self.isNamed(elements[$0], step.name) }
        for test in step.tests {
            switch test {
            case .position(let position):
                found = found.indices.contains(position - 1) ? [found[position - 1]] : []
            case .value(let steps, let attribute, let text):
                found = found.filter {
                    Self.holds(elements[$0], steps[...], attribute, text, &visitsLeft)
                }
            }
        }
        return found
    }

    private static func isNamed(_ element: EditableXML, _ name: Name) -> Bool {
        guard let local = name.local else { return true }
        return element.name == local && element.namespace == name.namespace
    }

    private static func holds(
        _ element: EditableXML, _ steps: ArraySlice<Name>, _ attribute: String, _ text: String,
        _ visitsLeft: inout Int
    ) -> Bool {
        visitsLeft -= element.children.count
        guard let name = steps.first else {
            return element.attribute(attribute).map { $0.utf8.elementsEqual(text.utf8) } ?? false
        }
        for child in element.children where isNamed(child, name) {
            if holds(child, steps.dropFirst(), attribute, text, &visitsLeft) { return true }
        }
        return false
    }
}

/// Takes the text of a path apart.
private struct SelectorReader {
    private var rest: Substring.UTF8View
    private let namespaces: [String: String]
    private var parts = 0

    init(_ text: String, namespaces: [String: String]) {
        rest = text[...].utf8
        self.namespaces = namespaces
    }

    mutating func path() -> (steps: [XMLSelector.Step], attribute: String?)? {
        _ = take("/")
        var steps: [XMLSelector.Step] = []
        while true {
            space()
            if !steps.isEmpty, take("@") {
                guard let attribute = word(), rest.isEmpty else { return nil }
                return (steps, attribute)
            }
            guard let step = step() else { return nil }
            steps.append(step)
            if rest.isEmpty { return (steps, nil) }
            guard take("/") else { return nil }
        }
    }

    private mutating func step() -> XMLSelector.Step? {
        guard countPart(), let name = name() else { return nil }
        var step = XMLSelector.Step(name: name)
        space()
        while take("[") {
            guard countPart(), let test = test(), take("]") else { return nil }
            step.tests.append(test)
            space()
        }
        return step
    }

    private mutating func countPart() -> Bool {
        parts += 1
        return parts <= XMLSelector.partsMax
    }

    private mutating func test() -> XMLSelector.Test? {
        space()
        let digits = rest.prefix { $0 &- 0x30 < 10 }
        if !digits.isEmpty {
            rest = rest.dropFirst(digits.count)
            space()
            return Int(Substring(digits)).flatMap { $0 > 0 ? .position($0) : nil }
        }
        var steps: [XMLSelector.Name] = []
        while !take("@") {
            guard countPart(), let name = name(), take("/") else { return nil }
            steps.append(name)
        }
        guard let attribute = word() else { return nil }
        space()
        guard take("=") else { return nil }
        space()
        guard let text = literal() else { return nil }
        space()
        return .value(steps: steps, attribute: attribute, text: text)
    }

    private mutating func literal() -> String? {
        guard let quote = rest.first, quote == 0x22 || quote == 0x27 else { return nil }
        rest = rest.dropFirst()
        guard let end = rest.firstIndex(of: quote) else { return nil }
        let text = String(Substring(rest[..<end]))
        rest = rest[rest.index(after: end)...]
        return text
    }

    private mutating func name() -> XMLSelector.Name? {
        if take("*") { return XMLSelector.Name(local: nil, namespace: "") }
        guard let first = word() else { return nil }
        guard take(":") else {
            // A resource has no elements outside of FHIR's namespace but narratives, so that any
            // other one was not meant for the path.
            let isMarkup = namespaces[""] == XMLTree.xhtml
            return XMLSelector.Name(
                local: first, namespace: isMarkup ? XMLTree.xhtml : XMLTree.fhir)
        }
        guard let local = word(), let namespace = namespaces[first] else { return nil }
        return XMLSelector.Name(local: local, namespace: namespace)
    }

    /// The names of FHIR and of prefixes.
    private mutating func word() -> String? {
        let word = rest.prefix { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
            default: byte >= 0x80
            }
        }
        guard !word.isEmpty else { return nil }
        rest = rest.dropFirst(word.count)
        return String(Substring(word))
    }

    private mutating func take(_ mark: Character) -> Bool {
        guard let first = rest.first, first == mark.asciiValue else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func space() {
        rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    }
}
