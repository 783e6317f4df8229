import FHIRModel

/// A parameter of an interaction as OpenAPI describes it: in the address, or a header field.
///
/// Spec: OpenAPI 3.0.3, Parameter Object, https://spec.openapis.org/oas/v3.0.3#parameter-object
struct OpenAPIParameter {
    private enum Kind {
        case text
        case count(max: Int)
        case choice([String])
        /// Any number of parameters of any name.
        case free
    }

    private let name: String
    private let isHeader: Bool
    private let kind: Kind
    private let words: String

    private init(_ name: String, _ kind: Kind, isHeader: Bool = false, _ words: String) {
        self.name = name
        self.kind = kind
        self.isHeader = isHeader
        self.words = words
    }

    /// Writes the parameters of an interaction beside those of its path.
    static func write(of interaction: Interaction, _ operation: inout JSONWriter) {
        let all = list(of: interaction)
        operation.array("parameters") { list in
            for one in all { list.object { one.write(&$0) } }
        }
    }

    /// Writes that any parameter may stand in the address of an operation.
    static func writeFree(_ one: inout JSONWriter) {
        OpenAPIParameter("parameters", .free, "What the operation takes, by name.").write(&one)
    }

    private func write(_ one: inout JSONWriter) {
        one.member("name", name)
        one.member("in", isHeader ? "header" : "query")
        one.member("description", words)
        if case .free = kind {
            one.member("style", "form")
            one.member("explode", true)
        }
        one.object("schema") { schema in
            switch kind {
            case .text: schema.member("type", "string")
            case .count(let most):
                schema.member("type", "integer")
                schema.member("minimum", 0)
                schema.member("maximum", most)
            case .choice(let words):
                schema.member("type", "string")
                schema.array("enum") { list in for word in words { list.string(word) } }
            case .free:
                schema.member("type", "object")
                schema.object("additionalProperties") { $0.member("type", "string") }
            }
        }
    }

    private static func list(of interaction: Interaction) -> [OpenAPIParameter] {
        switch interaction {
        case .read: form + known
        case .vread: form
        case .searchType, .searchCompartment, .searchSystem: form + counting + searching
        case .searchByPost, .searchCompartmentByPost, .searchSystemByPost: form
        case .historyInstance, .historyType, .historySystem: form + counting + times
        case .create: form + changing + ifNoneExist
        case .update, .patch: form + changing + ifMatch
        case .conditionalUpdate, .conditionalPatch: form + changing + condition
        case .delete: ifMatch
        case .conditionalDelete: condition
        case .bundle: form + changing
        }
    }

    private static let form = [
        OpenAPIParameter(
            "_format", .choice(["json", "xml", "application/fhir+json", "application/fhir+xml"]),
            "The format of the answer; goes before Accept."),
        OpenAPIParameter("_pretty", .choice(["true", "false"]), "Whether lines are indented."),
        OpenAPIParameter(
            "_summary", .choice(["true", "text", "data", "false"]),
            "The part of each resource that is wanted; searches and histories take count, too."),
        OpenAPIParameter("_elements", .text, "Names of elements with commas between."),
    ]
    private static let known = [
        OpenAPIParameter("If-None-Match", .text, isHeader: true, "The ETag that the client has."),
        OpenAPIParameter(
            "If-Modified-Since", .text, isHeader: true, "The time of what the client has."),
    ]
    private static let counting = [
        OpenAPIParameter("_count", .count(max: 1_000), "How many entries a page has.")
    ]
    private static let times = [
        OpenAPIParameter("_since", .text, "Only versions from this instant on."),
        OpenAPIParameter("_at", .text, "Only versions that were current then."),
    ]
    private static let searching = [
        OpenAPIParameter("_id", .text, "Ids with commas between."),
        OpenAPIParameter("_lastUpdated", .text, "Times of change, with prefixes such as ge."),
        OpenAPIParameter(
            "_sort", .text, "Parameters with commas between, - in front for descending."),
        OpenAPIParameter("_include", .text, "Type:parameter of references to bring along."),
        OpenAPIParameter("_revinclude", .text, "Type:parameter of what refers to a match."),
        OpenAPIParameter("_total", .choice(["none", "estimate", "accurate"]), "Whether to count."),
        OpenAPIParameter("_filter", .text, "An expression of _filter."),
        OpenAPIParameter(
            "parameters", .free, "Search parameters, with modifiers, chains and _has."),
    ]
    private static let changing = [
        OpenAPIParameter(
            "Prefer",
            .choice([
                "return=minimal", "return=representation", "return=OperationOutcome",
                "handling=strict", "handling=lenient",
            ]), isHeader: true, "What the answer holds."),
        OpenAPIParameter(
            "Idempotency-Key", .text, isHeader: true,
            "A word of 16 to 64 letters, digits and hyphens that makes a repeat harmless."),
    ]
    private static let ifMatch = [
        OpenAPIParameter("If-Match", .text, isHeader: true, "The ETag of the version to change.")
    ]
    private static let ifNoneExist = [
        OpenAPIParameter("If-None-Exist", .text, isHeader: true, "A search that must find nothing.")
    ]
    private static let condition = [
        OpenAPIParameter("parameters", .free, "The search that finds the record to change.")
    ]
}
