import FHIRModel

/// When what a resource tells of happened, from the beginning of its care to the end.
///
/// Of what goes on until it is ended, such as a problem or a plan without an end, the end is open.
enum CareDates {
    /// UTC milliseconds, both ends included; nil where the resource has no date of care.
    static func range(_ resource: JSON) -> ClosedRange<Int64>? {
        // Of a document the care that it is about counts, not the day on which it was written.
        let ofContext = resource.at("context", "period", "start")?.string.flatMap {
            // A time that cannot be read counts as none.
            try? FHIRDateTime($0)
        }
        guard let start = ofContext ?? ClinicalDate.of(resource) else { return nil }
        let first = start.lowerBoundMs()
        var last = start.upperBoundMs()
        if let end = end(resource) {
            last = end
        } else if lasting.contains(resource.string("resourceType") ?? "") {
            last = .max
        }
        return first...max(first, last)
    }

    private static let lasting: Set = [
        "AllergyIntolerance", "CarePlan", "CareTeam", "Condition", "Coverage", "EpisodeOfCare",
        "Flag", "Goal", "MedicationRequest", "MedicationStatement",
    ]

    private static let periods = [
        "period", "effectivePeriod", "performedPeriod", "servicePeriod", "occurrencePeriod",
        "onsetPeriod", "abatementPeriod", "billablePeriod", "executionPeriod",
    ]

    private static func end(_ resource: JSON) -> Int64? {
        var texts = periods.compactMap { resource[$0]?.string("end") }
        if let text = resource.at("context", "period", "end")?.string { texts.append(text) }
        if let text = resource.string("abatementDateTime") { texts.append(text) }
        // A time that cannot be read ends nothing.
        return texts.compactMap { try? FHIRDateTime($0).upperBoundMs() }.max()
    }
}

/// A stretch of care that is asked for, open where nothing is said.
struct CareSpan: Sendable {
    let from: FHIRDateTime?
    let to: FHIRDateTime?

    /// Whether nothing is left out.
    var isAll: Bool { from == nil && to == nil }

    /// Whether a resource tells of the stretch; one without a date always does.
    func includes(_ resource: JSON) -> Bool {
        guard !isAll, let range = CareDates.range(resource) else { return true }
        if let from, range.upperBound < from.lowerBoundMs() { return false }
        if let to, range.lowerBound > to.upperBoundMs() { return false }
        return true
    }
}
