import FHIRModel

/// Times and stretches of time.
///
/// A date without a zone is one of UTC, in resources and in searches alike.
///
/// Spec: FHIR R4 search, date, https://hl7.org/fhir/R4/search.html#date
extension ValueReader {
    func date(_ json: JSON, _ type: String) -> IndexValue? {
        let bounds: (low: Int64, high: Int64)? =
            switch type {
            case "Period": Self.period(json)
            case "Timing": Self.timing(json)
            default: Self.moment(json)
            }
        return bounds.map { .date(low: $0.low, high: $0.high) }
    }

    private static func moment(_ json: JSON?) -> (low: Int64, high: Int64)? {
        // A date of wrong form counts as absent.
        guard let text = json?.string, let date = try? FHIRDateTime(text, as: .search) else {
            return nil
        }
        return (date.lowerBoundMs(), date.upperBoundMs())
    }

    /// The time of a period; without beginning or end if that is left open.
    private static func period(_ json: JSON) -> (low: Int64, high: Int64)? {
        let (start, end) = (moment(json["start"]), moment(json["end"]))
        guard start != nil || end != nil else { return nil }
        let (low, high) = (start?.low ?? .min, end?.high ?? .max)
        return low < high ? (low, high) : nil
    }

    /// The outer limits of a schedule; what happens in between does not count.
    private static func timing(_ json: JSON) -> (low: Int64, high: Int64)? {
        var stretches = json["event"]?.elements.compactMap { moment($0) } ?? []
        if let bounds = json["repeat"]?["boundsPeriod"], let period = period(bounds) {
            stretches.append(period)
        }
        guard let low = stretches.map(\.low).min(), let high = stretches.map(\.high).max() else {
            return nil
        }
        return (low, high)
    }
}
