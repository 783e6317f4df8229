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
    /// The compartments with rows, one bit each.
    let openMask: Int64
    /// The compartments without rows, one bit each.
    let closedMask: Int64

    /// Whether it is about one patient.
    var isOnePatient: Bool { high - low < 8 }
    /// All compartments, one bit each.
    var mask: Int64 { openMask | closedMask }

    /// The records of a type; nil where there can be none for the grant.
    init?(type: String, grant: Grant, numbers: SearchNumbers) {
        guard let number = numbers.known(type, "") else { return nil }
        self.type = type
        self.number = number
        (low, high) = (0, .max)
        if let only = grant.onlyPatientID {
            guard let patient = numbers.knownPatient(only) else { return nil }
            (low, high) = (patient * 8, patient * 8 + 7)
        }
        var masks: (open: Int64, closed: Int64) = (0, 0)
        for compartment in grant.compartments {
            let bit: Int64 = 1 << Chart.index(compartment)
            if Chart.isClosed(compartment) { masks.closed |= bit } else { masks.open |= bit }
        }
        openMask = masks.open
        closedMask = masks.closed
    }

    /// Whether a chart belongs to it.
    func covers(_ chart: Int64) -> Bool {
        chart >= low && chart <= high && mask >> (chart & 7) & 1 == 1
    }

    /// The part of it that is one patient's; nil where it covers none of that.
    func narrowed(toPatient number: Int64) -> SearchScope? {
        guard number * 8 >= low, number * 8 <= high else { return nil }
        var scope = self
        (scope.low, scope.high) = (number * 8, number * 8 + 7)
        return scope
    }
}
