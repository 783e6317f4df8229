import FHIRModel

/// What elements of a resource are to the language.
extension Evaluator {
    /// The value of the language's own types that an element is converted to; the value itself if
    /// it has one already; nil for an element with parts, or without a value.
    ///
    /// Spec: FHIR R4, FHIRPath, use of FHIR types, https://hl7.org/fhir/R4/fhirpath.html#types
    func plain(_ value: PathValue) -> PathValue? {
        guard case .node(let node) = value else { return value }
        guard let json = node.json else { return nil }
        switch json.kind {
        case .bool: return json.bool.map { .boolean($0) }
        case .string: return json.string.map { Self.converted($0, types[node.type].system) }
        case .number:
            // Digits beyond the 38th are not held; so many of them are only meant to cost time.
            guard json.rawBytes.count <= 1_000, let text = json.numberText else { return nil }
            let form = types[node.type].system
            if form == .integer || form == .unknown, let number = Int64(text) {
                return types[node.type].name == "integer64" ? .long(number) : .integer(number)
            }
            return PathDecimal(text).map { .decimal($0) }
        case .null, .array, .object: return nil
        }
    }

    private static func converted(_ text: String, _ form: PathTypes.SystemForm) -> PathValue {
        let moment: PathMoment? =
            switch form {
            case .date: PathMoment.date(text)
            case .dateTime: PathMoment.dateTime(text)
            case .time: PathMoment.time(text)
            case .unknown, .text, .decimal, .integer: nil
            }
        return moment.map { .moment($0) } ?? .string(text)
    }

    /// The quantity that a value is or stands for; nil if it is none, or has a comparator and so no
    /// value that is known.
    ///
    /// A unit that is not of UCUM, such as tablets, stands with its system before a bar: it compares
    /// with its like and with nothing else.
    ///
    /// Spec: FHIR R4, FHIRPath, quantities, https://hl7.org/fhir/R4/fhirpath.html#quantity
    func asQuantity(_ value: PathValue) -> PathQuantity? {
        switch value {
        case .quantity(let quantity): return quantity
        case .integer(let number), .long(let number):
            return PathQuantity(PathDecimal(number), ucum: "1")
        case .decimal(let number): return PathQuantity(number, ucum: "1")
        case .node(let node):
            guard let json = node.json else { return nil }
            if json.isObject { return quantity(of: json, node.type) }
            return json.kind == .number ? plain(value).flatMap { asQuantity($0) } : nil
        default: return nil
        }
    }

    private func quantity(of json: JSON, _ type: TypeID) -> PathQuantity? {
        guard type == .unknown || types.isA(type, "Quantity"), json["comparator"] == nil,
            let number = json["value"]?.numberText.flatMap({ PathDecimal($0) })
        else { return nil }
        let system = json.string("system") ?? ""
        let code = json.string("code")
        if system == "http://unitsofmeasure.org", let code {
            if let unit = CalendarUnit(fhirCode: code) { return PathQuantity(number, unit) }
            return PathQuantity(number, ucum: code)
        }
        guard let unit = code ?? json.string("unit") else { return PathQuantity(number, ucum: "1") }
        return PathQuantity(number, ucum: system + "|" + unit)
    }

    /// An element with parts, or nothing.
    func structure(_ value: PathValue) -> JSON? {
        guard case .node(let node) = value, let json = node.json, json.isObject else { return nil }
        return json
    }

    // MARK: Types

    /// A name of a type with what it stands for.
    struct NamedType {
        /// The name of a type of the language's own.
        let system: String?
        let fhir: TypeID?
    }

    static let systemTypes: Set<String> = [
        "Boolean", "String", "Integer", "Long", "Decimal", "Date", "DateTime", "Time", "Quantity",
        "Any", "TypeInfo",
    ]

    func named(_ name: TypeName, _ place: Place) throws(FHIRPathError) -> NamedType {
        switch name.namespace {
        case "System": return NamedType(system: name.name, fhir: nil)
        case "FHIR":
            if let id = types.id(name.name) { return NamedType(system: nil, fhir: id) }
        default:
            let system = Self.systemTypes.contains(name.name) ? name.name : nil
            let id = types.id(name.name)
            if system != nil || id != nil { return NamedType(system: system, fhir: id) }
        }
        throw FHIRPathError(
            .semantic, at: name.place,
            "There is no type of this name; types of elements start small, such as string.")
    }

    /// Whether a value is of a type or of one that descends from it.
    ///
    /// - Parameter isExact: whether a primitive has to be of exactly the type, as `as` and `ofType`
    ///   ask it: a `code` is a `string`, but is no value of type `string`.
    func isOf(_ value: PathValue, _ type: NamedType, isExact: Bool) -> Bool {
        guard case .node(let node) = value else {
            return type.system == "Any" || value.systemTypeName == type.system
        }
        guard let wanted = type.fhir else { return false }
        if node.type == .unknown { return isLike(node, wanted) }
        if isExact, types.kind(wanted) == .primitive { return node.type == wanted }
        return types.isA(node.type, wanted)
    }

    /// Whether an element of unknown type may be of a type by the look of its JSON.
    private func isLike(_ node: PathNode, _ wanted: TypeID) -> Bool {
        guard let json = node.json else { return true }
        let name = types[wanted].name
        switch json.kind {
        case .bool: return name == "boolean"
        case .number: return types[wanted].system == .decimal || types[wanted].system == .integer
        case .string:
            return types.kind(wanted) == .primitive && name != "boolean"
                && types[wanted].system != .decimal && types[wanted].system != .integer
        case .object: return types.kind(wanted) == .complex
        case .null, .array: return false
        }
    }

    func typeTest(
        _ values: [PathValue], _ name: TypeName, _ place: Place
    ) throws(FHIRPathError) -> [PathValue] {
        let type = try named(name, place)
        guard let value = try single(values, place) else { return [] }
        return [.boolean(isOf(value, type, isExact: false))]
    }

    func typeCast(
        _ values: [PathValue], _ name: TypeName, _ place: Place
    ) throws(FHIRPathError) -> [PathValue] {
        let type = try named(name, place)
        if !environment.asTakesMany { _ = try single(values, place) }
        return values.filter { isOf($0, type, isExact: true) }
    }

    /// The type of each value.
    func typeInfo(_ value: PathValue) -> PathTypeInfo {
        if let system = value.systemTypeName {
            return PathTypeInfo(namespace: "System", name: system)
        }
        guard case .node(let node) = value, node.type != .unknown else {
            return PathTypeInfo(namespace: "FHIR", name: "Element")
        }
        let record = types[node.type]
        let isPart = record.name.utf8.contains(0x2E) && record.parent != .unknown
        return PathTypeInfo(
            namespace: "FHIR", name: isPart ? types[record.parent].name : record.name)
    }
}
