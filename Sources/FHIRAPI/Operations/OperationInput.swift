import FHIRModel
import HTTPTypes
import Hummingbird
import Kernel
import ServerKit

/// What an operation is called with: the parameters of the address, of a form, or of a Parameters
/// resource.
///
/// Spec: FHIR R4 §3.2.0.1 executing an operation, https://hl7.org/fhir/R4/operations.html#request
struct OperationInput: Sendable {
    /// The most parameters of one call.
    static let countMax = 200

    /// Values that are one text: numbers and dates as written, codes as `system|code`.
    private(set) var fields: [FormFields.Field] = []
    /// Values that are resources or structures, as the parameters hold them.
    private(set) var parameters: [(name: String, json: JSON)] = []
    /// A body that is another resource than Parameters.
    private(set) var body: JSON?

    /// Reads a request.
    ///
    /// - Throws: ``Problem`` for a body that is no resource; 415 for a format that is not read.
    init(_ request: Request, _ context: CallerContext) async throws {
        fields = try FormFields.parse(request.uri.query ?? "")
        guard request.method == .post else { return }
        let bytes = try await context.body(of: request)
        guard !bytes.isEmpty else { return }
        let type = request.headers[.contentType]
        if let type, MediaType(type)?.name == "application/x-www-form-urlencoded" {
            fields += try FormFields.parse(String(decoding: bytes, as: UTF8.self))
            return
        }
        let format = try WireFormat.sent(type)
        let text = try format.json(bytes)
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(text, limits: .resource)
        } catch {
            throw error.problem()
        }
        guard json["resourceType"]?.equals("Parameters") == true else {
            body = json
            return
        }
        try read(json)
    }

    private mutating func read(_ json: JSON) throws(Problem) {
        guard let list = json["parameter"] else { return }
        guard list.count <= Self.countMax else {
            throw Problem(
                .tooLong, "An operation takes at most \(Self.countMax) parameters.",
                location: "Parameters.parameter")
        }
        for one in list.elements {
            guard let name = one.string("name") else { continue }
            parameters.append((name, one))
            for (key, value) in one.members where key.hasPrefix("value") {
                for text in Self.texts(value) {
                    fields.append(FormFields.Field(name: name, value: text))
                }
            }
        }
    }

    /// The texts that a value stands for: one for each code of a concept.
    private static func texts(_ value: JSON) -> [String] {
        switch value.kind {
        case .string: return [value.string ?? ""]
        case .number: return [value.numberText ?? ""]
        case .bool: return [value.bool == true ? "true" : "false"]
        case .object: break
        case .null, .array: return []
        }
        if let codings = value["coding"] { return codings.elements.flatMap { texts($0) } }
        if let reference = value.string("reference") { return [reference] }
        guard let code = value.string("code") ?? value.string("value") else { return [] }
        return [value.string("system").map { "\($0)|\(code)" } ?? code]
    }

    /// The last value of a parameter.
    func value(_ name: String) -> String? { fields.last { $0.name == name }?.value }

    /// All values of a parameter, those between commas each by itself.
    func values(_ name: String) -> [String] {
        fields.filter { $0.name == name }.flatMap { $0.value.split(separator: ",") }
            .map(String.init)
    }

    /// The resource that a parameter holds.
    func resource(_ name: String) -> JSON? {
        parameters.first { $0.name == name && $0.json["resource"] != nil }?.json["resource"]
    }

    /// The structure that a parameter holds as its value.
    func structure(_ name: String) -> JSON? {
        guard let found = parameters.first(where: { $0.name == name }) else { return nil }
        return found.json.members.first { $0.key.hasPrefix("value") && $0.value.isObject }?.value
    }

    /// The yes or no of a parameter; no where it is not given.
    func flag(_ name: String) throws(Problem) -> Bool {
        switch value(name) {
        case nil, "false"?: return false
        case "true"?: return true
        default: throw Problem(.value, "\(name) takes true or false.", location: name)
        }
    }

    /// The number of a parameter within bounds; nil where it is not given.
    func number(_ name: String, _ range: ClosedRange<Int>) throws(Problem) -> Int? {
        guard let text = value(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw Problem(
                .value,
                "\(name) takes a number from \(range.lowerBound) to \(range.upperBound).",
                location: name)
        }
        return number
    }

    /// The time of a parameter; nil where it is not given.
    func time(_ name: String) throws(Problem) -> FHIRDateTime? {
        guard let text = value(name) else { return nil }
        do throws(FHIRDateError) {
            return try FHIRDateTime(text, as: .search)
        } catch {
            throw Problem(.value, error.message, location: name)
        }
    }
}
