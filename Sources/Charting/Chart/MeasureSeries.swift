import FHIRModel

/// One measured or observed value at a point of time.
struct MeasurePoint {
    let id: String
    /// The time as written; nil if none was recorded.
    let at: String?
    let ms: Int64
    /// The number as written; of a blood pressure the systolic one.
    var value: String?
    /// The diastolic number as written.
    var value2: String?
    /// The result in words, or a number with its comparator.
    var text: String?
    var range = ReferenceRange()
    var interpretation: String?
    let status: String?
    var panel: String?
}

/// What a result is compared with.
struct ReferenceRange {
    var low: String?
    var high: String?
    var text: String?

    init() {}

    /// The range for people in general, else the first one.
    init(_ ranges: JSON?) {
        let all = ranges.map { Array($0.elements.prefix(20)) } ?? []
        let chosen = all.first { $0["appliesTo"] == nil && Self.isNormal($0) } ?? all.first
        low = chosen?.at("low", "value")?.numberText
        high = chosen?.at("high", "value")?.numberText
        text = chosen?.string("text").map(Concept.clipped)
    }

    private static func isNormal(_ range: JSON) -> Bool {
        range["type"] == nil || Concept.has("normal", in: range["type"])
    }
}

/// The points of one measure in one unit.
struct MeasureSeries {
    let key: String
    let label: String
    let unit: String
    let isPair: Bool
    var points: [MeasurePoint] = []

    /// Whether at least one point is a number.
    var isNumeric: Bool { points.contains { $0.value != nil || $0.value2 != nil } }
}

/// Series by measure and unit, so that no trend mixes units.
struct MeasureSet {
    private(set) var series: [MeasureSeries] = []
    private var places: [Place: Int] = [:]
    /// Whether points or series were left out to stay within the limits.
    private(set) var isCut = false

    private struct Place: Hashable {
        let code: String
        let unit: String
    }

    /// Adds a point; the label of the first point of a series is the one shown.
    mutating func add(
        _ point: MeasurePoint, code: String, label: String, unit: String, isPair: Bool = false
    ) {
        let place = Place(code: code, unit: unit)
        if let index = places[place] {
            series[index].points.append(point)
        } else if series.count < ChartSummary.seriesMax {
            places[place] = series.count
            series.append(
                MeasureSeries(
                    key: code, label: label, unit: unit, isPair: isPair, points: [point]))
        } else {
            isCut = true
        }
    }

    /// Orders the points, moves results in words to the trend of the same measure, bounds the
    /// lengths, and gives a second unit of a measure a key of its own.
    mutating func finish() {
        joinWords()
        var seen: Set<String> = []
        for index in series.indices {
            series[index].points.sort { ($0.ms, $0.id) < ($1.ms, $1.id) }
            let excess = series[index].points.count - ChartSummary.seriesPointsMax
            if excess > 0 {
                series[index].points.removeFirst(excess)
                isCut = true
            }
            if !seen.insert(series[index].key).inserted {
                let old = series[index]
                series[index] = MeasureSeries(
                    key: "\(old.key)|\(old.unit)", label: old.label, unit: old.unit,
                    isPair: old.isPair, points: old.points)
            }
        }
    }

    /// Brings all points of a measure into the unit of its newest one, where `convert` knows how.
    ///
    /// - Parameter convert: gets the code of the measure, a number and two units as shown.
    mutating func joinUnits(_ convert: (String, String, String, String) -> String?) {
        let newest = Dictionary(
            series.indices.map { (series[$0].key, $0) },
            uniquingKeysWith: { newestMs(of: $0) >= newestMs(of: $1) ? $0 : $1 })
        for index in series.indices {
            let one = series[index]
            guard let home = newest[one.key], home != index else { continue }
            let points = one.points.compactMap { point -> MeasurePoint? in
                guard let value = point.value,
                    let converted = convert(one.key, value, one.unit, series[home].unit)
                else { return nil }
                var point = point
                point.value = converted
                return point
            }
            guard points.count == one.points.count else { continue }
            series[home].points += points
            series[index].points = []
        }
        series.removeAll(where: \.points.isEmpty)
    }

    private func newestMs(of index: Int) -> Int64 {
        series[index].points.map(\.ms).max() ?? .min
    }

    private mutating func joinWords() {
        var numeric: [String: Int] = [:]
        for (index, one) in series.enumerated() where one.isNumeric && !one.unit.isEmpty {
            if let best = numeric[one.key], series[best].points.count >= one.points.count {
                continue
            }
            numeric[one.key] = index
        }
        for one in series where !one.isNumeric {
            if let home = numeric[one.key] { series[home].points += one.points }
        }
        series.removeAll { !$0.isNumeric && numeric[$0.key] != nil }
    }

    /// Sorts the series.
    mutating func sort(by isBefore: (MeasureSeries, MeasureSeries) -> Bool) {
        series.sort(by: isBefore)
    }
}

/// Units as people read them.
enum MeasureUnit {
    /// The unit of a Quantity; empty if it has none.
    static func of(_ quantity: JSON) -> String {
        shown(quantity.string("unit") ?? quantity.string("code") ?? "")
    }

    /// A UCUM unit in the common notation; other units stay as they are.
    ///
    /// Spec: UCUM, https://ucum.org/ucum
    static func shown(_ unit: String) -> String {
        if let known = common[unit] { return known }
        if unit.hasPrefix("{"), unit.hasSuffix("}") { return String(unit.dropFirst().dropLast()) }
        return unit
    }

    private static let common = [
        "mm[Hg]": "mmHg", "mm Hg": "mmHg", "Cel": "°C", "C": "°C", "[degF]": "°F", "degF": "°F",
        "[lb_av]": "lb", "[in_i]": "in", "kg/m2": "kg/m²", "{beats}/min": "/min",
        "{breaths}/min": "/min", "beats/minute": "/min", "breaths/minute": "/min",
        "beats/min": "/min", "breaths/min": "/min", "1": "",
        "mL/min/{1.73_m2}": "mL/min/1.73 m²", "mL/min/{1.73m2}": "mL/min/1.73 m²",
    ]
}
