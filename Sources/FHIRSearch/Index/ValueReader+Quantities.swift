import FHIRModel

/// Numbers and quantities.
///
/// The places a number of a resource is written with do not count: it is a single point.
///
/// Spec: FHIR R4 search, quantity, https://hl7.org/fhir/R4/search.html#quantity
extension ValueReader {
    /// The system of UCUM.
    static let ucum = "http://unitsofmeasure.org"
    /// The system of the currencies that an amount of money names.
    static let currencies = "urn:iso:std:iso:4217"
    /// UTF-8 bytes of the data of a series that are looked at; a longer one gives no value.
    static let seriesBytesMax = 262_144

    func number(_ json: JSON, _ type: String) -> NumberRange? {
        guard type == "Range" else { return json.number.map { NumberRange($0) } }
        let (low, high) = (json["low"]?["value"]?.number, json["high"]?["value"]?.number)
        guard low != nil || high != nil else { return nil }
        return NumberRange(
            low: low.map { .included($0) } ?? .open, high: high.map { .included($0) } ?? .open)
    }

    func quantity(_ json: JSON, _ type: String) -> IndexedQuantity? {
        switch type {
        case "Money":
            guard let value = json["value"]?.number else { return nil }
            var money = IndexedQuantity(range: NumberRange(value))
            money.code = json.string("currency")
            money.system = money.code == nil ? nil : Self.currencies
            return money
        case "Range":
            guard let range = number(json, type), let side = json["low"] ?? json["high"] else {
                return nil
            }
            return measured(range, unitOf: side)
        case "SampledData":
            guard let range = series(json), let origin = json["origin"] else { return nil }
            return measured(range, unitOf: origin)
        default:
            guard let value = json["value"]?.number else { return nil }
            return measured(Self.range(value, json.string("comparator")), unitOf: json)
        }
    }

    /// What a comparator leaves open: `<5` is all below five.
    private static func range(_ value: FHIRDecimal, _ comparator: String?) -> NumberRange {
        switch comparator {
        case "<": NumberRange(low: .open, high: .excluded(value))
        case "<=": NumberRange(low: .open, high: .included(value))
        case ">": NumberRange(low: .excluded(value), high: .open)
        case ">=": NumberRange(low: .included(value), high: .open)
        default: NumberRange(value)
        }
    }

    private func measured(_ range: NumberRange, unitOf json: JSON) -> IndexedQuantity {
        var quantity = IndexedQuantity(range: range)
        quantity.system = Self.text(json["system"])
        quantity.code = Self.text(json["code"])
        quantity.unit = Self.text(json["unit"])
        if quantity.system == Self.ucum, let code = quantity.code {
            quantity.canonical = units.canonical(range, code)
        }
        return quantity
    }

    /// From the least to the greatest value of a series.
    private func series(_ json: JSON) -> NumberRange? {
        guard let data = json["data"]?.string, data.utf8.count <= Self.seriesBytesMax else {
            return nil
        }
        let values = data.utf8.split(separator: 0x20).compactMap { Double(Substring($0)) }
            .filter(\.isFinite)
        guard let least = values.min(), let greatest = values.max() else { return nil }
        let origin = json["origin"]?["value"]?.double ?? 0
        let factor = json["factor"]?.double ?? 1
        let ends = [least * factor + origin, greatest * factor + origin].sorted()
        guard let low = FHIRDecimal("\(ends[0])"), let high = FHIRDecimal("\(ends[1])") else {
            return nil
        }
        return NumberRange(low: .included(low), high: .included(high))
    }
}
