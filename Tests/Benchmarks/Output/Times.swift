/// Durations of many acts of one kind, in milliseconds.
struct Times: Sendable {
    private var values: [Double] = []
    private var isSorted = true

    var count: Int { values.count }

    mutating func add(_ milliseconds: Double) {
        values.append(milliseconds)
        isSorted = false
    }

    /// The value below which `percent` of them are.
    mutating func percentile(_ percent: Double) -> Double {
        if !isSorted { values.sort() }
        isSorted = true
        guard !values.isEmpty else { return .nan }
        let place = Int((Double(values.count) * percent / 100).rounded(.up)) - 1
        return values[min(max(place, 0), values.count - 1)]
    }
}

/// Measures by the steady clock of the machine.
enum Stopwatch {
    /// Runs something and tells how many seconds it took.
    static func seconds<Value>(
        _ body: () async throws -> Value
    ) async rethrows -> (value: Value, seconds: Double) {
        let start = ContinuousClock.now
        let value = try await body()
        return (value, seconds(since: start))
    }

    /// The seconds since a point of time.
    static func seconds(since start: ContinuousClock.Instant) -> Double {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}

/// What is measured and what it is compared with, in turns, so that both see the same machine.
struct Rounds: Sendable {
    private(set) var measured: [Double] = []
    private(set) var base: [Double] = []

    mutating func add(measured one: Double, base other: Double) {
        measured.append(one)
        base.append(other)
    }

    /// The line of the result; the ratio is the median of the ratios of the rounds.
    func figure(_ name: String, unit: String, aim: Aim, detail: String) -> Figure {
        let ratios = zip(measured, base).map { $0 / $1 }.sorted()
        let spread = "\(Number.text(ratios.first ?? .nan))–\(Number.text(ratios.last ?? .nan))"
        return Figure(
            name: name, unit: unit, measured: Self.median(measured), base: Self.median(base),
            ratio: Self.median(ratios), aim: aim,
            detail: "\(detail); \(ratios.count) rounds, ratio \(spread)")
    }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return .nan }
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2)
            ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}
