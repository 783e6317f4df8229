import FHIRModel
import FHIRValidation

/// *Checks before a write*: what the validator takes for a resource as a clinic writes it, parsed.
struct Checks: Sendable {
    func run() throws -> [Figure] {
        var invented = Invented()
        let patients = invented.patients(200)
        let weights = patients.map { invented.observation(of: $0.id) }
        _ = try Self.times(of: Array(patients.prefix(20).map(\.bytes)))
        return [
            try figure("check of a patient with its US Core profile", patients.map(\.bytes)),
            try figure("check of a weight with its US Core profile", weights),
        ]
    }

    private func figure(_ name: String, _ resources: [[UInt8]]) throws -> Figure {
        var times = try Self.times(of: resources)
        return Figure(
            name: "\(name), p95", unit: "ms", measured: times.percentile(95),
            aim: .measuredMax(1), detail: "p50 \(Number.text(times.percentile(50))) ms")
    }

    private static func times(of resources: [[UInt8]]) throws -> Times {
        var times = Times()
        for bytes in resources {
            let json = try JSON.parse(bytes)
            let start = ContinuousClock.now
            let findings = Validator.r4.findings(in: json)
            times.add(Stopwatch.seconds(since: start) * 1_000)
            guard !findings.contains(where: { $0.severity == .error }) else {
                throw Failure("An invented resource is not valid: \(findings)")
            }
        }
        return times
    }
}
