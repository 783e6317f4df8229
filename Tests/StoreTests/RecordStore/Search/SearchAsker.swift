import FHIRModel
import FHIRSearch
import Kernel
import TestKit

/// Writes searches as a client would, out of what resources are found by.
struct SearchAsker {
    typealias Field = (name: String, value: String)

    var random: SeededRandom
    let records: [OracleRecord]

    /// A type and the parameters of one search.
    mutating func search() -> (type: String, fields: [Field]) {
        let one = random.pick(records)
        var fields: [Field] = []
        for _ in 0..<1 + random.below(3) {
            if let field = field(one.type, about: random.isChance(percent: 60) ? one : nil) {
                fields.append(field)
            }
        }
        if random.isChance(percent: 25), let sort = sort(one.type) { fields.append(sort) }
        if random.isChance(percent: 20) { fields += includes(one) }
        return (one.type, fields)
    }

    /// A parameter of a type; about one of its resources, if one is given.
    private mutating func field(_ type: String, about given: OracleRecord?) -> Field? {
        let some = given ?? random.pick(records.filter { $0.type == type })
        switch random.below(20) {
        case 0: return ("_id", "\(some.id),none")
        case 1: return ("_id:not", some.id)
        case 2: return ("_lastUpdated", time(some.changedMs))
        case 3: return words(some)
        case 4, 5: return chain(some)
        case 6, 7: return reverseChain(some)
        case 8: return filter(some)
        case 9:
            let lists = records.filter { $0.type == "List" }
            return ("_list", lists.isEmpty ? "none" : random.pick(lists).id)
        default: return plain(some)
        }
    }

    /// A plain parameter with one value that a resource has, and now and then another one.
    private mutating func plain(_ one: OracleRecord) -> Field? {
        guard !one.entries.isEmpty else { return nil }
        let entry = random.pick(one.entries)
        if random.isChance(percent: 6) {
            return ("\(entry.parameter):missing", random.isChance(percent: 50) ? "true" : "false")
        }
        guard let (modifier, value) = asked(entry.value) else { return nil }
        let name = entry.parameter + modifier
        guard random.isChance(percent: 20), !value.isEmpty else { return (name, value) }
        let others = records.filter { $0.type == one.type }
        let more = random.pick(others).entries.filter { $0.parameter == entry.parameter }
        guard !more.isEmpty, let (same, other) = asked(random.pick(more).value), same == modifier
        else { return (name, value) }
        return (name, "\(value),\(other)")
    }

    // MARK: From resource to resource

    private mutating func chain(_ one: OracleRecord) -> Field? {
        let references = one.entries.filter {
            if case .reference = $0.value { true } else { false }
        }
        guard !references.isEmpty else { return nil }
        let entry = random.pick(references)
        guard case .reference(let reference) = entry.value,
            let target = records.first(where: {
                $0.type == reference.type && $0.id == reference.id
            }), let inner = field(target.type, about: target), !inner.name.hasPrefix("_filter")
        else { return nil }
        let isNamed = random.isChance(percent: 60)
        return ("\(entry.parameter)\(isNamed ? ":\(target.type)" : "").\(inner.name)", inner.value)
    }

    private mutating func reverseChain(_ one: OracleRecord) -> Field? {
        let source = random.pick(records)
        let codes = source.entries.compactMap { entry -> String? in
            guard case .reference(let reference) = entry.value, reference.type == one.type else {
                return nil
            }
            return entry.parameter
        }
        guard !codes.isEmpty, let inner = plain(source) else { return nil }
        return ("_has:\(source.type):\(random.pick(codes)):\(inner.name)", inner.value)
    }

    private mutating func includes(_ one: OracleRecord) -> [Field] {
        var fields: [Field] = []
        for _ in 0..<1 + random.below(2) {
            let iterate = random.isChance(percent: 30) ? ":iterate" : ""
            let references = one.entries.compactMap { entry -> (String, String?)? in
                guard case .reference(let reference) = entry.value else { return nil }
                return (entry.parameter, reference.type)
            }
            if random.isChance(percent: 50), !references.isEmpty {
                let (code, type) = random.pick(references)
                let target = random.isChance(percent: 30) ? type.map { ":\($0)" } ?? "" : ""
                let word = random.isChance(percent: 10) ? "*" : code
                fields.append(("_include\(iterate)", "\(one.type):\(word)\(target)"))
            } else {
                let source = random.pick(records)
                let codes = source.entries.compactMap { entry -> String? in
                    guard case .reference = entry.value else { return nil }
                    return entry.parameter
                }
                guard !codes.isEmpty else { continue }
                fields.append(("_revinclude\(iterate)", "\(source.type):\(random.pick(codes))"))
            }
        }
        return fields
    }

    private mutating func sort(_ type: String) -> Field? {
        var codes: [String] = []
        for _ in 0..<1 + random.below(2) {
            let one = random.pick(records.filter { $0.type == type })
            let code =
                random.isChance(percent: 20) || one.entries.isEmpty
                ? random.pick(["_id", "_lastUpdated"]) : random.pick(one.entries).parameter
            codes.append((random.isChance(percent: 50) ? "-" : "") + code)
        }
        return ("_sort", codes.joined(separator: ","))
    }

    // MARK: Texts

    private mutating func words(_ one: OracleRecord) -> Field? {
        let name = random.pick(["_content", "_text"])
        let entries = IndexExtractor().words(of: one.json).filter { $0.parameter == name }
        guard case .string(let text)? = entries.first?.value else { return (name, "nothing") }
        let all = text.split(separator: " ").filter { !["or", "and", "not"].contains($0) }
        guard !all.isEmpty else { return nil }
        let first = random.pick(all)
        let second = random.pick(all)
        switch random.below(5) {
        case 0: return (name, "\"\(first) \(second)\"")
        case 1: return (name, "\(first) or \(second)")
        case 2: return (name, "not \(first)")
        case 3: return (name, "\(first) \(second.prefix(3))")
        default: return (name, String(first.prefix(4)))
        }
    }

    private mutating func filter(_ one: OracleRecord) -> Field? {
        var parts: [String] = []
        for _ in 0..<1 + random.below(3) {
            guard !one.entries.isEmpty else { continue }
            let entry = random.pick(one.entries)
            switch entry.value {
            case .token(_, let code?, _):
                parts.append("\(entry.parameter) \(random.pick(["eq", "ne"])) \(quoted(code))")
            case .string(let text):
                let sign = random.pick(["eq", "ne", "co", "sw", "ew"])
                let part = sign == "ew" ? text.suffix(4) : text.prefix(5)
                parts.append("\(entry.parameter) \(sign) \(quoted(String(part)))")
            case .date(let low, _) where (0...4_000_000_000_000).contains(low):
                let sign = random.pick(["eq", "gt", "le", "ge", "lt", "sa", "eb", "po"])
                parts.append("\(entry.parameter) \(sign) \(Timestamp.text(ms: low).prefix(10))")
            case .reference(let reference):
                guard let type = reference.type, let id = reference.id else { continue }
                parts.append("\(entry.parameter) eq \(type)/\(id)")
            default: parts.append("\(entry.parameter) pr true")
            }
        }
        guard !parts.isEmpty else { return nil }
        let text = parts.joined(separator: random.pick([" and ", " or "]))
        return ("_filter", random.isChance(percent: 20) ? "not (\(text))" : text)
    }

    private func quoted(_ text: String) -> String {
        let signs: [Character] = text.flatMap { (sign: Character) -> [Character] in
            sign == "\"" || sign == "\\" ? ["\\", sign] : [sign]
        }
        return "\"\(String(signs))\""
    }

    // MARK: Values

    /// A modifier with its colon, and a value as it is written in an address.
    private mutating func asked(_ value: IndexValue) -> (String, String)? {
        switch value {
        case .token(let system, let code, let text): return token(system, code, text)
        case .typedIdentifier(let system, let code, let value):
            return (":of-type", "\(escaped(system ?? ""))|\(escaped(code))|\(escaped(value))")
        case .reference(let reference): return self.reference(reference)
        case .string(let text):
            let from = text.index(
                text.startIndex, offsetBy: random.isChance(percent: 30) ? text.count / 2 : 0)
            let part = String(text[from...].prefix(1 + random.below(12)))
            guard !part.isEmpty else { return nil }
            return random.isChance(percent: 20)
                ? (":exact", escaped(text)) : (random.pick(["", ":contains"]), escaped(part))
        case .uri(let uri): return (random.pick(["", ":below", ":above"]), escaped(uri))
        case .date(let low, let high):
            let ms = random.isChance(percent: 50) ? low : high
            guard (-2_000_000_000_000...4_000_000_000_000).contains(ms) else { return nil }
            return ("", time(ms + Int64(random.below(3) - 1) * 86_400_000))
        case .number(let range): return ("", prefix() + number(range.lowDouble))
        case .quantity(let quantity): return self.quantity(quantity)
        case .position(let latitude, let longitude):
            return ("", "\(latitude)|\(longitude)|\(random.below(300))")
        case .composite(let parts):
            var texts: [String] = []
            for part in parts {
                guard let (modifier, text) = asked(part), modifier.isEmpty else { return nil }
                texts.append(text)
            }
            return ("", texts.joined(separator: "$"))
        }
    }

    private mutating func token(
        _ system: String?, _ code: String?, _ text: String?
    ) -> (String, String)? {
        if let text, code == nil || random.isChance(percent: 12) {
            return (":text", escaped(String(text.prefix(6))))
        }
        guard let code else { return nil }
        let modifier = random.pick(["", "", "", "", ":not"])
        switch random.below(6) {
        case 0: return (modifier, "|\(escaped(code))")
        case 1: return system.map { (modifier, "\(escaped($0))|") }
        case 2, 3: return (modifier, "\(escaped(system ?? ""))|\(escaped(code))")
        case 4: return (modifier, escaped(code.uppercased()))
        default: return (modifier, escaped(code))
        }
    }

    private mutating func reference(_ reference: IndexedReference) -> (String, String)? {
        if let value = reference.identifierValue, random.isChance(percent: 50) {
            return (":identifier", "\(escaped(reference.identifierSystem ?? ""))|\(escaped(value))")
        }
        guard let type = reference.type, let id = reference.id else {
            return reference.url.map { ("", escaped($0)) }
        }
        switch random.below(3) {
        case 0: return ("", id)
        case 1: return (":\(type)", id)
        default: return ("", "\(type)/\(id)")
        }
    }

    private mutating func quantity(_ quantity: IndexedQuantity) -> (String, String)? {
        let number = number(quantity.range.lowDouble)
        switch random.below(4) {
        case 0: return ("", prefix() + number)
        case 1: return ("", "\(prefix())\(number)||\(escaped(quantity.unit ?? "kg"))")
        case 2: return ("", "\(prefix())\(number)|http://unitsofmeasure.org|kg")
        default:
            return (
                "",
                "\(prefix())\(number)|\(escaped(quantity.system ?? ""))|"
                    + escaped(quantity.code ?? "")
            )
        }
    }

    private mutating func number(_ number: Double) -> String {
        guard number.isFinite else { return "5" }
        let rounded = random.isChance(percent: 40) ? number.rounded() : number
        return rounded == rounded.rounded() && abs(rounded) < 1e9
            ? "\(Int(rounded))" : "\(rounded)"
    }

    private mutating func prefix() -> String {
        random.isChance(percent: 30) ? "" : random.pick(SearchPrefix.allCases).rawValue
    }

    /// A time with a prefix, as far as a year, a month, a day or a millisecond.
    private mutating func time(_ ms: Int64) -> String {
        let text = Timestamp.text(ms: ms)
        return prefix() + String(text.prefix(random.pick([4, 7, 10, 10, text.count])))
    }

    private func escaped(_ text: String) -> String {
        let signs: [Character] = text.flatMap { (sign: Character) -> [Character] in
            ",|$\\".contains(sign) ? ["\\", sign] : [sign]
        }
        return String(signs)
    }
}
