import FHIRModel
import Kernel
import RecordStore

/// The parameters of a history, understood.
///
/// Spec: FHIR R4 §3.1.0.12 history, https://hl7.org/fhir/R4/http.html#history
struct HistoryFields: Sendable {
    var query = HistoryQuery()
    /// Where the page before ended, as the client hands it back.
    private(set) var cursor: String?
    private var applied: [FormFields.Field] = []

    /// Reads the parameters.
    ///
    /// - Throws: ``Problem`` `.value` for a value that cannot be one, `.notSupported` for another
    ///   parameter where the client asked for strict handling.
    init(_ fields: [FormFields.Field], isStrict: Bool) throws(Problem) {
        for field in fields {
            switch field.name {
            case "_cursor":
                cursor = field.value
                continue
            case "_since": query.sinceMs = try Self.time(field, as: .instant).lowerBoundMs()
            case "_at": query.currentDuring = try Self.span(field)
            case "_count": try count(field)
            case let name where AnswerForm.takes(name): break
            default:
                guard isStrict else { continue }
                throw Problem(
                    .notSupported,
                    "A history takes _since, _at and _count. Leave the parameter out, or ask "
                        + "without handling=strict.", location: String(field.name.prefix(64)))
            }
            applied.append(field)
        }
    }

    /// The parameters that were applied, without the place in the list.
    var text: String { FormFields.text(applied) }
    /// The parameters of this page.
    var selfText: String { cursor.map { text(cursor: $0) } ?? text }
    /// The parameters of the page that starts at a cursor.
    func text(cursor: String) -> String {
        FormFields.text(applied + [FormFields.Field(name: "_cursor", value: cursor)])
    }

    private mutating func count(_ field: FormFields.Field) throws(Problem) {
        guard let count = Int(field.value), count >= 0 else {
            throw Problem(.value, "_count takes a number from 0.", location: "_count")
        }
        query.isCountOnly = count == 0
        query.limit = max(1, min(count, HistoryQuery.pageCountMax))
    }

    private static func span(_ field: FormFields.Field) throws(Problem) -> Range<Int64> {
        let time = try time(field, as: .search)
        return time.lowerBoundMs()..<max(time.upperBoundMs(), time.lowerBoundMs() + 1)
    }

    private static func time(
        _ field: FormFields.Field, as kind: FHIRDateTime.Kind
    ) throws(Problem) -> FHIRDateTime {
        // A + that came unescaped was read as a blank.
        let text = field.value.split(separator: " ").joined(separator: "+")
        do throws(FHIRDateError) {
            return try FHIRDateTime(text, as: kind)
        } catch {
            throw Problem(
                .value, "Write \(field.name) as 2026-11-21T09:30:00Z.", location: field.name)
        }
    }
}
