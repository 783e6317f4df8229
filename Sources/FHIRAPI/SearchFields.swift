import FHIRModel
import Kernel
import RecordStore

/// The parameters of a search, understood.
struct SearchFields: Sendable {
    private(set) var query: RecordQuery
    /// Alternatives of the `name` parameter.
    private(set) var names: [PersonQuery] = []
    /// Alternatives of the `identifier` parameter.
    private(set) var identifiers: [IdentifierKey] = []
    /// Names of parameters that were not applied.
    private(set) var ignored: [String] = []
    private var applied: [FormFields.Field] = []

    /// Reads the parameters for a type.
    ///
    /// - Throws: ``Problem`` `.notSupported` for an unknown parameter where the client asked for
    ///   strict handling, `.value` for a value that cannot be one.
    init(_ fields: [FormFields.Field], type: String, isStrict: Bool) throws(Problem) {
        query = RecordQuery(type: type)
        for field in fields {
            if try apply(field, type: type) {
                applied.append(field)
            } else if isStrict {
                throw Problem(
                    .notSupported,
                    "This search parameter is not supported for \(type). Leave it out, or ask "
                        + "without handling=strict.", location: String(field.name.prefix(64)))
            } else {
                ignored.append(String(field.name.prefix(64)))
            }
        }
    }

    /// Whether a parameter says how to page and show what is found, and not what to find.
    static func shapes(_ name: String) -> Bool {
        ["_count", "_after"].contains(name) || AnswerForm.takes(name)
    }

    /// Wants no more than some records.
    mutating func limit(to count: Int) { query.limit = count }

    /// The parameters that were applied, with their question mark; empty without any.
    var selfQuery: String { FormFields.text(applied) }

    /// The parameters of the page that starts at a mark.
    func query(after mark: RecordMark) -> String {
        let kept = applied.filter { $0.name != "_after" }
        return FormFields.text(
            kept + [FormFields.Field(name: "_after", value: "\(mark.sortMs).\(mark.seq)")])
    }

    private mutating func apply(_ field: FormFields.Field, type: String) throws(Problem) -> Bool {
        switch field.name {
        case "_id":
            query.ids = field.value.split(separator: ",").map(String.init)
        case "patient", "subject":
            guard type != "Patient", PatientCompartment.patientPath(of: type) != nil else {
                return false
            }
            query.patientID = try Self.patientID(field)
        case "name" where type == "Patient":
            names += field.value.split(separator: ",").map {
                PersonQuery(nameWords: String($0), isExact: false)
            }
        case "name:exact" where type == "Patient":
            names += field.value.split(separator: ",").map {
                PersonQuery(nameWords: String($0), isExact: true)
            }
        case "identifier" where !["RelatedPerson", "Person"].contains(type):
            identifiers += try Self.identifiers(field, type: type)
        case "_summary": query.isCountOnly = field.value == "count"
        case "_count":
            guard let count = Int(field.value), count >= 0 else {
                throw Problem(.value, "_count takes a number from 0.", location: "_count")
            }
            if count == 0 { query.isCountOnly = true }
            query.limit = max(1, min(count, RecordQuery.pageCountMax))
        case "_after": query.after = try Self.mark(field)
        case let name where AnswerForm.takes(name): break
        default: return false
        }
        return true
    }

    private static func patientID(_ field: FormFields.Field) throws(Problem) -> String {
        let id = field.value.hasPrefix("Patient/") ? field.value.dropFirst(8) : field.value[...]
        guard FHIRID.isValid(String(id)) else {
            throw Problem(
                .value, "Name one patient, as patient=ID or patient=Patient/ID.",
                location: field.name)
        }
        return String(id)
    }

    private static func identifiers(
        _ field: FormFields.Field, type: String
    ) throws(Problem) -> [IdentifierKey] {
        var keys: [IdentifierKey] = []
        for part in field.value.split(separator: ",") {
            guard part.contains("|"),
                let key = IdentifierKey(type: type, query: "identifier=\(part)")
            else {
                throw Problem(
                    .value, "Write identifier=system|value.", location: "identifier")
            }
            keys.append(key)
        }
        return keys
    }

    private static func mark(_ field: FormFields.Field) throws(Problem) -> RecordMark {
        let parts = field.value.split(separator: ".")
        guard parts.count == 2, let sortMs = Int64(parts[0]), let seq = Int64(parts[1]) else {
            throw Problem(
                .value, "Follow the next link of the page before as it is.", location: "_after")
        }
        return RecordMark(sortMs: sortMs, seq: seq)
    }
}
