import FHIRModel
import HTTPTypes
import Hummingbird
import Kernel
import ServerKit

/// What an operation on terms was asked: parameters of an address, or a Parameters resource.
///
/// Spec: FHIR R4 operations, https://hl7.org/fhir/R4/operations.html
struct TermParameters: Sendable {
    /// Texts longer than this are refused.
    static let textBytesMax = 4_096
    private static let countMax = 100

    private let fields: [FormFields.Field]
    private let body: JSON?
    /// How the answer is wanted.
    let form: AnswerForm

    /// Reads a request.
    ///
    /// - Throws: ``Problem`` for a body that is no Parameters resource.
    init(_ request: Request, _ context: CallerContext) async throws {
        fields = try FormFields.parse(request.uri.query ?? "")
        form = try AnswerForm(request, fields)
        guard request.method == .post else {
            body = nil
            return
        }
        let format = try WireFormat.sent(request.headers[.contentType])
        let bytes = try format.json(try await context.body(of: request))
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(bytes, limits: .resource)
        } catch {
            throw error.problem()
        }
        guard json["resourceType"]?.equals("Parameters") ?? false else {
            throw Problem(
                .structure, "Send a Parameters resource, or ask by GET with parameters.")
        }
        guard json["parameter"]?.count ?? 0 <= Self.countMax else {
            throw Problem(.tooLong, "An operation takes at most \(Self.countMax) parameters.")
        }
        body = json
    }

    private func item(_ name: String) -> JSON? {
        body?["parameter"]?.elements.first { $0.string("name") == name }
    }

    /// The text of a parameter, however it is typed; nil where it is missing or empty.
    ///
    /// - Throws: ``Problem`` `.tooLong`.
    func text(_ name: String) throws(Problem) -> String? {
        var found: String?
        if let item = item(name) {
            for (key, value) in item.members where key.hasPrefix("value") {
                found = value.string ?? value.numberText
                if found == nil { found = value.bool.map { $0 ? "true" : "false" } }
            }
        } else {
            found = fields.last { $0.name == name }?.value
        }
        guard let found, !found.isEmpty else { return nil }
        guard found.utf8.count <= Self.textBytesMax else {
            throw Problem(
                .tooLong, "“\(name)” takes at most \(Self.textBytesMax) bytes.", location: name)
        }
        return found
    }

    /// The text of a parameter that must be there.
    func required(_ name: String) throws(Problem) -> String {
        guard let text = try text(name) else {
            throw Problem(.required, "Say “\(name)”.", location: name)
        }
        return text
    }

    /// `true` or `false`; false where it is missing.
    func flag(_ name: String) throws(Problem) -> Bool {
        switch try text(name) {
        case nil, "false"?: return false
        case "true"?: return true
        default: throw Problem(.value, "“\(name)” takes true or false.", location: name)
        }
    }

    /// A whole number from 0; nil where it is missing.
    func count(_ name: String) throws(Problem) -> Int? {
        guard let text = try text(name) else { return nil }
        guard let number = Int(text), (0...1_000_000_000).contains(number) else {
            throw Problem(.value, "“\(name)” takes a whole number from 0.", location: name)
        }
        return number
    }

    /// A resource that came with the question.
    func resource(_ name: String) -> JSON? { item(name)?["resource"] }

    /// A code with its system.
    struct Coding: Sendable {
        let system: String?
        let code: String
        let display: String?
    }

    /// The codings of `coding` or `codeableConcept`, or of a parameter of another name.
    func codings(_ names: [String]) throws(Problem) -> [Coding] {
        var found: [Coding] = []
        for name in names {
            guard let item = item(name) else { continue }
            let single = item["valueCoding"].map { [$0] }
            let many = item.at("valueCodeableConcept", "coding").map { Array($0.elements) }
            for json in single ?? many ?? [] {
                guard let code = json.string("code") else {
                    throw Problem(.required, "A coding needs a code.", location: name)
                }
                found.append(
                    Coding(
                        system: json.string("system"), code: code,
                        display: json.string("display")))
            }
        }
        return found
    }
}

extension JSONWriter {
    /// Writes a member of a text; nothing where there is none.
    mutating func member(_ name: String, ifAny value: String?) {
        if let value { member(name, value) }
    }

    /// Writes one parameter of a Parameters resource.
    mutating func parameter(
        _ name: String, _ type: String, _ value: (String, inout JSONWriter) -> Void
    ) {
        object { one in
            one.member("name", name)
            value("value" + type, &one)
        }
    }

    /// Writes a parameter of a text; nothing where there is none.
    mutating func parameter(_ name: String, text: String?, type: String = "String") {
        guard let text else { return }
        parameter(name, type) { $1.member($0, text) }
    }

    /// Writes a parameter that is true or false.
    mutating func parameter(_ name: String, flag: Bool) {
        parameter(name, "Boolean") { $1.member($0, flag) }
    }
}

/// The Parameters resource that an operation is answered with.
enum TermAnswer {
    static func parameters(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(reservingBytes: 1_024)
        writer.beginObject()
        writer.member("resourceType", "Parameters")
        writer.array("parameter") { body(&$0) }
        writer.endObject()
        return writer.bytes
    }
}
