import Deflate
import FHIRModel
import HTTPTypes
import Hummingbird
import Kernel
import RecordStore
import ServerKit

/// How one answer is written: its format, its layout, how much of each resource, and whether it is
/// compressed.
///
/// Made before anything is done, so that a change whose answer nobody could read is not made.
struct AnswerForm: Sendable {
    /// Smaller answers are sent as they are: the time costs more than the bytes.
    private static let compressedBytesMin = 1_024

    let format: WireFormat
    let isPretty: Bool
    /// The part of each resource that is wanted; nil for the whole.
    let subset: Subset?
    /// Whether a search or a history is to be counted only.
    let isCountOnly: Bool
    let prefer: Preferences
    private let acceptsGzip: Bool

    private init(
        isPretty: Bool, subset: Subset?, isCountOnly: Bool, prefer: Preferences, acceptsGzip: Bool,
        format: WireFormat
    ) {
        self.format = format
        self.isPretty = isPretty
        self.subset = subset
        self.isCountOnly = isCountOnly
        self.prefer = prefer
        self.acceptsGzip = acceptsGzip
    }

    /// The form of answers that become part of this one.
    var inner: AnswerForm {
        AnswerForm(
            isPretty: false, subset: nil, isCountOnly: false, prefer: prefer, acceptsGzip: false,
            format: .json)
    }

    /// The same form with the part of resources that parameters ask for.
    func with(_ fields: [FormFields.Field]) throws(Problem) -> AnswerForm {
        let part = try Self.part(fields)
        return AnswerForm(
            isPretty: isPretty, subset: part.subset, isCountOnly: part.isCountOnly, prefer: prefer,
            acceptsGzip: acceptsGzip, format: format)
    }

    /// The form of a part of an answer that is put together later.
    init(fields: [FormFields.Field], isStrict: Bool) throws(Problem) {
        let part = try Self.part(fields)
        self.init(
            isPretty: false, subset: part.subset, isCountOnly: part.isCountOnly,
            prefer: Preferences(isStrict: isStrict), acceptsGzip: false, format: .json)
    }

    /// Reads header fields and parameters.
    ///
    /// - Parameter fields: parameters of the address and of a form that was sent.
    /// - Throws: 406 for a format that the box does not write; ``Problem`` `.value` for a value
    ///   that cannot be one.
    init(_ request: Request, _ fields: [FormFields.Field]) throws {
        func value(_ name: String) -> String? { fields.last { $0.name == name }?.value }
        format = try WireFormat.wanted(
            parameter: value("_format"), accept: request.headers[.accept])
        isPretty = try Self.isTrue(value("_pretty"))
        prefer = Preferences(request.headers)
        acceptsGzip = Self.acceptsGzip(request)
        (subset, isCountOnly) = try Self.part(fields)
    }

    /// What `_summary` and `_elements` ask for.
    private static func part(
        _ fields: [FormFields.Field]
    ) throws(Problem) -> (subset: Subset?, isCountOnly: Bool) {
        func value(_ name: String) -> String? { fields.last { $0.name == name }?.value }
        let elements = value("_elements").map { $0.split(separator: ",").map(String.init) }
        switch value("_summary") {
        case nil, "false"?: return (elements.map { .elements($0) }, false)
        case "count"?: return (nil, true)
        case let word?:
            guard let named = Subset(summary: word) else {
                throw Problem(
                    .value, "_summary takes true, text, data, count or false.",
                    location: "_summary")
            }
            return (named, false)
        }
    }

    /// Reads header fields and the parameters of an address that takes no others.
    ///
    /// - Throws: as the other; ``Problem`` `.notSupported` for another parameter where the client
    ///   asked for strict handling.
    init(only request: Request) throws {
        let fields = try FormFields.parse(request.uri.query ?? "")
        try self.init(request, fields)
        if isCountOnly {
            throw Problem(
                .value, "Only searches and histories can be counted.", location: "_summary")
        }
        guard prefer.isStrict, let other = fields.first(where: { !Self.takes($0.name) }) else {
            return
        }
        throw Problem(
            .notSupported,
            "This address takes no such parameter. Leave it out, or ask without "
                + "handling=strict.", location: String(other.name.prefix(64)))
    }

    /// Whether a parameter says how to answer, and not what.
    static func takes(_ name: String) -> Bool {
        ["_format", "_pretty", "_summary", "_elements"].contains(name)
    }

    /// The wanted part of a resource.
    func shown(_ json: [UInt8]) throws -> [UInt8] {
        guard let subset else { return json }
        return subset.bytes(of: try JSON.parse(json, limits: .any))
    }

    /// Answers with a resource as it is.
    func whole(
        _ json: [UInt8], status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) throws -> Response {
        var headers = headers
        headers[.vary] = "Accept, Accept-Encoding"
        var bytes = try format.bytes(json, isPretty: isPretty)
        if acceptsGzip, bytes.count >= Self.compressedBytesMin {
            bytes = Gzip.compress(bytes, level: 1)
            headers[.contentEncoding] = "gzip"
        }
        return .bytes(bytes, type: format.contentType, status: status, headers: headers)
    }

    /// Answers with the wanted part of a resource.
    func part(_ json: [UInt8], headers: HTTPFields) throws -> Response {
        try whole(try shown(json), headers: headers)
    }

    private static func isTrue(_ text: String?) throws(Problem) -> Bool {
        switch text {
        case nil, "false"?: return false
        case "true"?, ""?: return true
        default: throw Problem(.value, "_pretty takes true or false.", location: "_pretty")
        }
    }

    private static func acceptsGzip(_ request: Request) -> Bool {
        guard let list = request.headers[.acceptEncoding] else { return false }
        return list.split(separator: ",").contains { part in
            let words = part.split(separator: ";").map { $0.filter { $0 != " " } }
            guard let name = words.first, name == "gzip" || name == "*" else { return false }
            return !words.dropFirst().contains {
                $0.hasPrefix("q=0") && Double($0.dropFirst(2)) == 0
            }
        }
    }
}
