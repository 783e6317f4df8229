package import AccessControl

/// Who searches: the grant for the search itself, and one for every type that it touches.
///
/// What no grant covers is as if it were not there, in matches, totals, chains and includes.
package struct SearchGrants: Sendable {
    /// The grant of the search, under which it is put on record.
    package let main: Grant
    /// The grant to search a type; nil where there is none.
    package let ofType: @Sendable (String) -> Grant?

    /// Collects the grants.
    package init(_ main: Grant, ofType: @escaping @Sendable (String) -> Grant?) {
        self.main = main
        self.ofType = ofType
    }
}

/// The records of one type that a grant covers, as a part of every query.
struct SearchScope {
    let type: String
    /// The number of the type in the index.
    let number: Int64
    /// The charts from this number on.
    var low: Int64
    /// The charts up to this number.
    var high: Int64
    /// The compartments with rows, one bit each; of those that are covered in any chart.
    private(set) var openMask: Int64
    /// The compartments without rows, one bit each; of those that are covered in any chart.
    private(set) var closedMask: Int64
    /// The compartments that are covered in every chart.
    private var wholeMask: Int64
    /// The compartments that are covered in the charts of some patients, by their numbers.
    private var maskByPatient: [Int64: Int64]

    /// Whether it is about one patient.
    var isOnePatient: Bool { high - low < 8 }
    /// All compartments, one bit each.
    var mask: Int64 { openMask | closedMask }
    /// Whether stretch and compartments alone do not tell what is covered.
    var isPatchy: Bool { !maskByPatient.isEmpty }

    /// The records of a type; nil where there can be none for the grant.
    init?(type: String, grant: Grant, numbers: SearchNumbers) {
        guard let number = numbers.known(type, "") else { return nil }
        self.type = type
        self.number = number
        (wholeMask, maskByPatient) = (0, [:])
        for cover in grant.covers {
            let mask = Self.mask(cover.compartments)
            guard let patientIDs = cover.patientIDs else {
                wholeMask |= mask
                continue
            }
            for patient in numbers.known(patients: patientIDs) {
                maskByPatient[patient, default: 0] |= mask
            }
        }
        if wholeMask == 0 {
            guard let first = maskByPatient.keys.min(), let last = maskByPatient.keys.max() else {
                return nil
            }
            (low, high) = (first * 8, last * 8 + 7)
        } else {
            (low, high) = (0, .max)
        }
        let any = maskByPatient.values.reduce(wholeMask, |)
        let closed = Self.mask(Set(Compartment.allCases.filter(Chart.isClosed)))
        (openMask, closedMask) = (any & ~closed, any & closed)
        if maskByPatient.values.allSatisfy({ $0 & ~wholeMask == 0 }) { maskByPatient = [:] }
    }

    private static func mask(_ compartments: Set<Compartment>) -> Int64 {
        compartments.reduce(0) { $0 | 1 << Chart.index($1) }
    }

    /// Whether a chart belongs to it.
    func covers(_ chart: Int64) -> Bool {
        guard chart >= low, chart <= high else { return false }
        return (wholeMask | (maskByPatient[chart >> 3] ?? 0)) >> (chart & 7) & 1 == 1
    }

    /// The part of it that is one patient's; nil where it covers none of that.
    func narrowed(toPatient number: Int64) -> SearchScope? {
        guard number * 8 >= low, number * 8 <= high else { return nil }
        let mask = wholeMask | (maskByPatient[number] ?? 0)
        guard mask != 0 else { return nil }
        var scope = self
        (scope.low, scope.high) = (number * 8, number * 8 + 7)
        (scope.wholeMask, scope.maskByPatient) = (mask, [:])
        (scope.openMask, scope.closedMask) = (openMask & mask, closedMask & mask)
        return scope
    }
}
