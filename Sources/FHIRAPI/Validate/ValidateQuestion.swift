import FHIRModel
import FHIRValidation
import Hummingbird
import Kernel
import ServerKit

/// What `$validate` is asked.
struct ValidateQuestion {
    /// What the resource is about to be used for.
    enum Mode: String, CaseIterable {
        case create, update, delete, profile
    }

    /// The most profiles of one question.
    private static let profilesMax = 20

    let form: AnswerForm
    var resource: JSON?
    private(set) var mode: Mode?
    private(set) var profiles: [String] = []

    /// Reads the address alone.
    ///
    /// - Throws: ``Problem`` that names the parameter.
    init(_ request: Request) throws {
        let fields = try FormFields.parse(request.uri.query ?? "")
        form = try AnswerForm(request, fields)
        for field in fields where !AnswerForm.takes(field.name) {
            try take(field.name, field.value, isStrict: form.prefer.isStrict)
        }
    }

    /// Reads address and body.
    ///
    /// - Throws: ``Problem`` that names the parameter or the place in the body.
    init(_ request: Request, _ context: CallerContext, type: String) async throws {
        try self.init(request)
        let body = try await context.body(of: request)
        guard !body.isEmpty else {
            if mode != .delete {
                throw Problem(
                    .required, "Send the resource, or Parameters with a resource in it.",
                    location: "resource")
            }
            return
        }
        let format = try WireFormat.sent(request.headers[.contentType])
        let bytes = try format.json(body)
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(bytes, limits: .resource)
        } catch {
            throw error.problem()
        }
        if json["resourceType"]?.equals("Parameters") == true, Self.isQuestion(json, type) {
            try read(parameters: json)
        } else {
            resource = json
        }
        guard let resource else { return }
        guard resource.string("resourceType") == type else {
            throw Problem(
                .invalid, "The resource's type must be the one in the address.",
                location: "resourceType")
        }
    }

    /// Parameters that are sent to be checked themselves have none with the names of the operation.
    private static func isQuestion(_ json: JSON, _ type: String) -> Bool {
        guard type == "Parameters" else { return true }
        let names = json["parameter"]?.elements.compactMap { $0.string("name") } ?? []
        return names.contains("resource")
    }

    private mutating func read(parameters json: JSON) throws {
        for parameter in json["parameter"].map({ Array($0.elements) }) ?? [] {
            switch parameter.string("name") {
            case "resource": resource = parameter["resource"]
            case let name?:
                let value = parameter.members.first { $0.key.hasPrefix("value") }?.value.string
                try take(name, value ?? "", isStrict: true)
            case nil:
                throw Problem(.required, "A parameter has no name.", location: "parameter.name")
            }
        }
        guard resource != nil || mode == .delete else {
            throw Problem(
                .required, "Name the resource that is to be checked.", location: "resource")
        }
    }

    private mutating func take(_ name: String, _ value: String, isStrict: Bool) throws {
        switch name {
        case "mode":
            guard let word = Mode(rawValue: value) else {
                throw Problem(
                    .value, "mode takes create, update, delete or profile.", location: "mode")
            }
            mode = word
        case "profile":
            guard !value.isEmpty, profiles.count < Self.profilesMax else {
                throw Problem(
                    .value,
                    "profile takes the address of a profile, at most \(Self.profilesMax) times.",
                    location: "profile")
            }
            profiles.append(value)
        default:
            guard isStrict else { return }
            throw Problem(
                .notSupported, "$validate takes resource, mode and profile.",
                location: String(name.prefix(64)))
        }
    }

    /// The findings on the resource as an OperationOutcome.
    func answer(_ validator: Validator) throws -> Response {
        guard let resource else {
            throw Problem(
                .required, "Name the resource that is to be checked.", location: "resource")
        }
        var question = Validator.Question()
        question.profiles = profiles
        let findings = validator.findings(in: resource, question)
        return try form.whole(
            OperationOutcome.bytes(findings.map { OutcomeIssue($0.issue) }))
    }
}
