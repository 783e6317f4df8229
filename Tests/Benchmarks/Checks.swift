import FHIRModel
import FHIRValidation
import RecordStore
import Terminology

/// *Checks before a write*: what the validator takes for a resource as a clinic writes it, parsed,
/// with the tables of codes that a box asks; and what finding a code by typing takes.
struct Checks: Sendable {
    let scratch: String

    func run() throws -> [Figure] {
        let bench = try ScratchStore(in: scratch, name: "checks")
        defer { bench.close() }
        let validator = Validator.r4.with(codeSets: bench.store.terms)
        var invented = Invented()
        let patients = invented.patients(200)
        let weights = patients.map { invented.observation(of: $0.id) }
        _ = try Self.times(of: Array(patients.prefix(20).map(\.bytes)), validator)
        return [
            try figure(
                "check of a patient with its US Core profile", patients.map(\.bytes), validator),
            try figure("check of a weight with its US Core profile", weights, validator),
            try typing(),
        ]
    }

    /// What people type, and what costs most: one letter, a word of many codes, a common one.
    private static let typed = [
        "d", "di", "dia", "diabetes", "s", "fracture", "fracture of", "o", "unspecified", "e",
        "type 2 diabetes with", "right initial", "e11", "1", "kidney", "heart attack", "a b c d",
        "encounter for", "left lower leg", "", "htn", "pneumonia due to",
    ]

    private func typing() throws -> Figure {
        guard let system = CodeTable.builtIn.system(key: "icd-10-cm") else {
            throw Failure("ICD-10-CM is not built in.")
        }
        var times = Times()
        for _ in 0..<20 {
            for text in Self.typed {
                let start = ContinuousClock.now
                _ = CodeSearch(system).find(text, countMax: 20)
                times.add(Stopwatch.seconds(since: start) * 1_000)
            }
        }
        return Figure(
            name: "finding a code of ICD-10-CM while typing, p95", unit: "ms",
            measured: times.percentile(95), aim: .measuredMax(20),
            detail: "p50 \(Number.text(times.percentile(50))) ms")
    }

    private func figure(
        _ name: String, _ resources: [[UInt8]], _ validator: Validator
    ) throws -> Figure {
        var times = try Self.times(of: resources, validator)
        return Figure(
            name: "\(name), p95", unit: "ms", measured: times.percentile(95),
            aim: .measuredMax(1), detail: "p50 \(Number.text(times.percentile(50))) ms")
    }

    private static func times(
        of resources: [[UInt8]], _ validator: Validator
    ) throws -> Times {
        var times = Times()
        for bytes in resources {
            let json = try JSON.parse(bytes)
            let start = ContinuousClock.now
            let findings = validator.findings(in: json)
            times.add(Stopwatch.seconds(since: start) * 1_000)
            guard !findings.contains(where: { $0.severity == .error }) else {
                throw Failure("An invented resource is not valid: \(findings)")
            }
        }
        return times
    }
}
