import FHIRModel
import FHIRPath
import Foundation
import Kernel

/// A value by which a record is found, taken from the record by the expression of the standard.
enum USCoreValue {
    case token(system: String?, code: String)
    case reference(String)
    /// Parts of a name or an address.
    case text(String)
    /// The first millisecond and the one after the last; nil where a period is open.
    case time(text: String, lower: Int64?, upper: Int64?, isPeriod: Bool)

    /// The values of a parameter in a record.
    static func of(_ parameter: USCoreTable.Parameter, in record: JSON) throws -> [USCoreValue] {
        try parameter.expression.evaluate(on: record).flatMap { value -> [USCoreValue] in
            guard case .node(let node) = value else {
                return value.text.map { single($0, parameter.type) } ?? []
            }
            guard let json = node.json else { return [] }
            return json.isObject
                ? structured(json, parameter.type) : single(plain(json), parameter.type)
        }
    }

    private static func plain(_ json: JSON) -> String {
        json.string ?? json.numberText ?? (json.bool == true ? "true" : "false")
    }

    private static func single(_ text: String, _ type: String) -> [USCoreValue] {
        switch type {
        case "token": return [.token(system: nil, code: text)]
        case "reference": return [.reference(String(text.split(separator: "|")[0]))]
        case "date":
            // A text that is no time is a fault of the record, which another check finds.
            guard let moment = try? FHIRDateTime(text) else { return [] }
            return [
                .time(
                    text: text, lower: moment.lowerBoundMs(), upper: moment.upperBoundMs(),
                    isPeriod: false)
            ]
        default: return [.text(text)]
        }
    }

    private static func structured(_ json: JSON, _ type: String) -> [USCoreValue] {
        switch type {
        case "token":
            if let codings = json["coding"]?.elements {
                return codings.flatMap { structured($0, type) }
            }
            guard let code = json.string("code") ?? json.string("value") else { return [] }
            return [.token(system: json.string("system"), code: code)]
        case "reference": return json.string("reference").map { [.reference($0)] } ?? []
        case "date":
            let ends = ["start", "end"].map { key in
                // As above.
                json.string(key).flatMap { try? FHIRDateTime($0) }
            }
            guard let first = ends[0] else { return [] }
            return [
                .time(
                    text: first.text, lower: first.lowerBoundMs(), upper: ends[1]?.upperBoundMs(),
                    isPeriod: true)
            ]
        default:
            return json.members.flatMap { key, value -> [USCoreValue] in
                guard !["use", "period", "type"].contains(key) else { return [] }
                if let text = value.string { return [.text(text)] }
                return value.elements.compactMap { $0.string.map(USCoreValue.text) }
            }
        }
    }

    /// How a client writes the value.
    func asked(withSystem: Bool = false, withType: Bool = false) -> String {
        switch self {
        case .token(let system, let code):
            withSystem ? (system.map { "\($0)|" } ?? "") + code : code
        case .reference(let text):
            withType ? text : text.split(separator: "/").last.map(String.init) ?? ""
        case .text(let text): text
        case .time(let text, let lower, _, let isPeriod):
            isPeriod ? "gt" + Self.moved(lower ?? 0, days: -1, like: text) : text
        }
    }

    /// The value some days away, in the precision in which it is written.
    func moved(days: Int64) -> String? {
        guard case .time(let text, let lower?, _, _) = self else { return nil }
        return Self.moved(lower, days: days, like: text)
    }

    private static func moved(_ ms: Int64, days: Int64, like text: String) -> String {
        let whole = Timestamp.text(ms: ms + days * 86_400_000)
        return text.utf8.count > 10 ? whole : String(whole.prefix(10))
    }

    /// Whether the value fits what was asked for, by the rules of R4.
    ///
    /// Spec: FHIR R4, Search, https://hl7.org/fhir/R4/search.html
    func fits(_ asked: String) -> Bool {
        switch self {
        case .token(let system, let code):
            let parts = asked.split(separator: "|", omittingEmptySubsequences: false)
            let isCode = code.lowercased() == parts[parts.count - 1].lowercased()
            return isCode && (parts.count == 1 || (system ?? "") == parts[0])
        case .reference(let text): return text == asked || text.hasSuffix("/\(asked)")
        case .text(let text): return Self.folded(text).hasPrefix(Self.folded(asked))
        case .time(_, let lower, let upper, _): return Self.fits(asked, lower, upper)
        }
    }

    private static func fits(_ asked: String, _ lower: Int64?, _ upper: Int64?) -> Bool {
        let prefix = asked.prefix { $0.isLetter }
        // The tests write only times that can be read.
        guard let value = try? FHIRDateTime(String(asked.dropFirst(prefix.count))) else {
            return false
        }
        let low = lower ?? .min
        let high = upper ?? .max
        let isInside = value.lowerBoundMs() <= low && high <= value.upperBoundMs()
        switch prefix {
        case "": return isInside
        case "gt": return high > value.upperBoundMs()
        case "ge": return isInside || high > value.upperBoundMs()
        case "lt": return low < value.lowerBoundMs()
        case "le": return isInside || low < value.lowerBoundMs()
        default: return false
        }
    }

    private static func folded(_ text: String) -> String {
        String(
            text.lowercased().decomposedStringWithCanonicalMapping.unicodeScalars.filter {
                $0.properties.generalCategory != .nonspacingMark
            })
    }
}
