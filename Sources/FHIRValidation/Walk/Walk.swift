import FHIRModel
import FHIRPath

/// One visit of a resource.
struct Walk {
    /// A step from an object to a member of it.
    struct Step {
        let name: String
        /// From 0; below 0 for an element that does not repeat.
        let index: Int
    }

    /// More levels than a resource needs; the reader of JSON has a lower bound of its own.
    private static let depthMax = 100

    let validator: Validator
    let question: Validator.Question
    private(set) var findings: [Finding] = []
    /// The first step names the type of the resource.
    var path: [Step] = []
    /// Work that may still be done.
    var stepsLeft: Int
    var scope: ResourceScope
    var environment: FHIRPathEnvironment
    /// How many profiles wait for what is inside of them.
    var profileDepth = 0
    private var isTold = false

    init(_ validator: Validator, _ resource: JSON, _ question: Validator.Question) {
        self.validator = validator
        self.question = question
        stepsLeft = question.stepsMax
        scope = ResourceScope(resource)
        var environment = FHIRPathEnvironment(types: .r4)
        environment.asTakesMany = true
        environment.resolvesToTypes = true
        let codeSets = validator.codeSets
        environment.memberOf = { set, code in
            switch codeSets.membership(of: code.code, system: code.system, in: set) {
            case .inside: true
            case .outside: false
            case .unknown: nil
            }
        }
        self.environment = environment
    }

    var book: TypeBook { validator.book }

    /// Whether nothing more is to be looked at.
    var isOver: Bool { findings.count >= question.findingsMax || stepsLeft <= 0 }

    /// The place of the visit as FHIRPath.
    var location: String {
        var text = ""
        for step in path {
            if !text.isEmpty { text += "." }
            text += step.name
            if step.index >= 0 { text += "[\(step.index)]" }
        }
        return text
    }

    mutating func report(
        _ severity: Finding.Severity, _ code: Finding.Code, _ part: Finding.Part, _ text: String,
        at name: String? = nil
    ) {
        guard findings.count < question.findingsMax else { return }
        let place = name.map { path.isEmpty ? $0 : "\(location).\($0)" } ?? location
        findings.append(Finding(severity, code, part, text, at: place))
    }

    mutating func fault(_ code: Finding.Code, _ text: String, at name: String? = nil) {
        report(.error, code, .structure, text, at: name)
    }

    /// Takes work off what is left, and says so once when nothing is.
    mutating func spend(_ steps: Int) -> Bool {
        stepsLeft -= steps
        guard stepsLeft <= 0 else { return true }
        tellCost()
        return false
    }

    mutating func tellCost() {
        guard !isTold else { return }
        isTold = true
        report(
            .error, .tooCostly, .structure,
            "The resource takes too long to check. Send it in smaller parts.")
    }

    /// Visits the resource that is to be checked, and then the profiles that are asked for.
    mutating func visitWhole(_ resource: JSON) {
        guard let type = visit(resource: resource, isContained: false) else { return }
        path = [Step(name: type.name, index: -1)]
        for url in question.profiles { check(resource, type, against: url, isAsked: true) }
    }

    // MARK: Resources

    /// Visits a resource; the type it has, if it has one.
    @discardableResult
    mutating func visit(resource: JSON, isContained: Bool) -> TypeSchema? {
        guard resource.isObject else {
            fault(.structure, "A resource is a JSON object; send one.")
            return nil
        }
        guard let name = resource["resourceType"] else {
            fault(
                .required, "The resource has no resourceType; name its type.", at: "resourceType")
            return nil
        }
        guard let text = name.string, ResourceType.isKnown(text), let type = book.type(text) else {
            fault(
                .value, "The resourceType is not one of FHIR R4; name a type of R4.",
                at: "resourceType")
            return nil
        }
        if path.isEmpty { path = [Step(name: text, index: -1)] }
        let (outside, before) = (scope, environment)
        scope.enter(resource, isContained: isContained, depth: path.count)
        environment.resource = PathNode(resource, types: .r4)
        environment.rootResource =
            isContained ? PathNode(scope.container, types: .r4) : environment.resource
        environment.resolve = scope.resolver
        let present = visit(members: resource, type)
        keep(type.rules, on: resource, type, present)
        checkClaims(resource, type)
        let inside = scope
        (scope, environment) = (outside, before)
        if isContained { scope.learn(from: inside) }
        return type
    }

    /// The profiles that a resource says it fits.
    private mutating func checkClaims(_ resource: JSON, _ type: TypeSchema) {
        guard let claims = resource["meta"]?["profile"], claims.isArray else { return }
        for (index, claim) in claims.elements.enumerated() where index < 20 && !isOver {
            guard let url = claim.string else { continue }
            guard validator.knows(profile: url) else {
                report(
                    .warning, .notSupported, .profile,
                    "This profile is not known here, so nothing of it is checked.",
                    at: "meta.profile[\(index)]")
                continue
            }
            guard !question.profiles.contains(url) || path.count > 1 else { continue }
            check(resource, type, against: url, isAsked: false)
        }
    }

    // MARK: Objects

    /// Visits the members of an object; a bit for each element that is there.
    mutating func visit(members object: JSON, _ type: TypeSchema) -> UInt64 {
        guard path.count <= Self.depthMax, spend(1 + object.count) else { return .max }
        var present: UInt64 = 0
        var choices: [(element: Int, name: String)] = []
        for (key, value) in object.members {
            if isOver { return .max }
            if key == "resourceType", type.kind == .resource { continue }
            let isSibling = key.utf8.first == 0x5F
            let name = isSibling ? String(key.dropFirst()) : key
            guard let member = type.members[name],
                !isSibling || book.types[member.type].kind == .primitive
            else {
                reportUnknown(key, type)
                continue
            }
            let element = type.elements[member.element]
            if element.isChoice {
                if let other = choices.first(where: { $0.element == member.element }) {
                    if other.name != name { reportSecond(name, element) }
                } else {
                    choices.append((member.element, name))
                }
            }
            present |= 1 << UInt64(member.element)
            if isSibling {
                visit(sibling: value, of: object[name], name, element)
            } else {
                visit(value, name, member, element, in: object)
            }
        }
        reportMissing(type.required & ~present, type)
        return present
    }

    private mutating func visit(
        _ value: JSON, _ name: String, _ member: Member, _ element: ElementSchema, in object: JSON
    ) {
        guard element.isList else {
            guard !value.isArray else {
                return fault(
                    .structure, "This element does not repeat; write one value without brackets.",
                    at: name)
            }
            return visit(one: value, Step(name: name, index: -1), member, element)
        }
        guard value.isArray else {
            return fault(
                .structure,
                "This element may repeat, so it is written as an array; put brackets "
                    + "around it.", at: name)
        }
        guard value.count > 0 else {
            return fault(.structure, "An array is empty; leave the element out.", at: name)
        }
        var siblings = object["_" + name]?.elements.makeIterator()
        for (index, one) in value.elements.enumerated() {
            if isOver { return }
            let sibling = siblings?.next()
            if one.isNull, let sibling, !sibling.isNull { continue }
            visit(one: one, Step(name: name, index: index), member, element)
        }
    }

    /// Visits one value.
    private mutating func visit(
        one value: JSON, _ step: Step, _ member: Member, _ element: ElementSchema
    ) {
        let type = book.types[member.type]
        path.append(step)
        defer { path.removeLast() }
        switch type.kind {
        case .primitive:
            visit(primitive: value, type)
            if !element.rules.isEmpty { keep(element.rules, on: value, type, nil) }
        case .resource:
            visit(resource: value, isContained: step.name == "contained")
            return
        case .complex, .backbone:
            guard visit(object: value, type, member, element) else { return }
        }
        if let binding = element.binding { check(value, type, binding, .binding) }
    }

    private mutating func visit(
        object value: JSON, _ type: TypeSchema, _ member: Member, _ element: ElementSchema
    ) -> Bool {
        guard value.isObject else {
            fault(
                .structure,
                value.isNull
                    ? "A value is null; leave the element out."
                    : "This element has parts, so it is written as an object.")
            return false
        }
        guard value.count > 0 else {
            fault(.structure, "An object is empty; leave the element out.")
            return false
        }
        let present = visit(members: value, type)
        guard !isOver else { return false }
        checkIDAlone(value)
        keep(element.rules, on: value, type, present)
        if type.kind == .complex { keep(type.rules, on: value, type, present, beside: element) }
        switch type.special {
        case .reference: check(reference: value, member.targets)
        case .extension:
            checkParts(of: type, present)
            check(extension: value)
        default: break
        }
        for profile in member.profiles.prefix(1) where member.profiles.count == 1 {
            check(value, type, against: profile, isAsked: false)
        }
        return true
    }

    private mutating func visit(primitive value: JSON, _ type: TypeSchema) {
        guard let form = type.form, spend(1 + value.rawBytes.count / 64) else { return }
        guard !value.isNull else {
            return fault(.structure, "A value is null; leave the element out.")
        }
        if let (code, text) = form.fault(value) { return fault(code, text) }
        if form.isAddress { scope.note(address: value) }
    }

    // MARK: What stands beside primitives

    private mutating func visit(
        sibling: JSON, of value: JSON?, _ name: String, _ element: ElementSchema
    ) {
        guard element.isList else {
            return visit(oneSibling: sibling, Step(name: name, index: -1))
        }
        guard sibling.isArray, value?.isArray != false else {
            return fault(
                .structure,
                "This element may repeat, so what stands beside it is written as an array too.",
                at: name)
        }
        if let value, value.count != sibling.count {
            fault(
                .structure,
                "The values and what stands beside them differ in number; write null where there is "
                    + "nothing.", at: name)
        }
        for (index, one) in sibling.elements.enumerated() {
            if isOver { return }
            if one.isNull, let partner = value?[index], !partner.isNull { continue }
            visit(oneSibling: one, Step(name: name, index: index))
        }
    }

    private mutating func visit(oneSibling value: JSON, _ step: Step) {
        path.append(step)
        defer { path.removeLast() }
        guard value.isObject, value.count > 0 else {
            return fault(
                .structure,
                "Beside a value stands an object with its id or its extensions; correct it.")
        }
        _ = visit(members: value, book.types[book.elementIndex])
    }

    // MARK: Faults of objects

    private mutating func reportUnknown(_ key: String, _ type: TypeSchema) {
        let isName =
            key.utf8.count <= 64
            && key.utf8.allSatisfy {
                0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 || $0 == 0x5F
            }
        fault(
            .structure,
            "\(type.name) has no element of this name; correct the name or take it out.",
            at: isName ? key : nil)
    }

    private mutating func reportSecond(_ name: String, _ element: ElementSchema) {
        fault(
            .structure, "Only one form of \(element.name)[x] may be there; keep one of them.",
            at: name)
    }

    private mutating func reportMissing(_ missing: UInt64, _ type: TypeSchema) {
        guard missing != 0 else { return }
        for (index, element) in type.elements.enumerated() where missing >> UInt64(index) & 1 == 1 {
            fault(.required, "\(element.path) is required and missing; add it.", at: element.name)
        }
    }

    /// The rule `ext-1`: an extension has a value or parts.
    private mutating func checkParts(of type: TypeSchema, _ present: UInt64) {
        func isThere(_ name: String) -> Bool {
            type.positions[name].map { present >> UInt64($0) & 1 == 1 } ?? false
        }
        guard isThere("extension") == isThere("value") else { return }
        report(
            .error, .invariant, .invariant,
            "An extension has a value or extensions inside of it, and not both; correct it. (ext-1)"
        )
    }

    /// The rule `ele-1`: an element has a value or parts, an id alone is none.
    private mutating func checkIDAlone(_ value: JSON) {
        guard value.count == 1, value["id"] != nil else { return }
        report(
            .error, .invariant, .invariant,
            "The element holds nothing but an id; give it a value or leave it out. (ele-1)")
    }
}
