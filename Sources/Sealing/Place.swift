#if FAULT_CONTROLS
import Glibc
#endif

/// Where a sealed value belongs.
///
/// A value that is moved to another place does not open there.
package struct Place: Hashable, Sendable {
    /// The table.
    package let table: String
    /// The column.
    package let column: String
    /// What tells the row from others, such as `Patient/0191…`.
    package let row: String
    /// The patient whose value it is; empty for none.
    package let patient: String
    /// The compartment whose key seals it.
    package let compartment: String
    /// The version of the row; 0 where rows have none.
    package let version: Int64

    /// Names a place.
    package init(
        table: String, column: String, row: String, patient: String = "", compartment: String = "",
        version: Int64 = 0
    ) {
        self.table = table
        self.column = column
        self.row = row
        self.patient = patient
        self.compartment = compartment
        self.version = version
    }

    /// The place as associated data: a format byte, each text with its length in four bytes before
    /// it, and the version in eight, so that no two places give the same bytes.
    package var aad: [UInt8] {
        #if FAULT_CONTROLS
        if Place.isIgnored { return [] }
        #endif
        var out: [UInt8] = []
        out.reserveCapacity(
            29 + table.utf8.count + column.utf8.count + row.utf8.count + patient.utf8.count
                + compartment.utf8.count)
        out.append(Place.format)
        Place.append(table, to: &out)
        Place.append(column, to: &out)
        Place.append(row, to: &out)
        Place.append(patient, to: &out)
        Place.append(compartment, to: &out)
        withUnsafeBytes(of: version.bigEndian) { out.append(contentsOf: $0) }
        return out
    }

    private static let format: UInt8 = 1

    private static func append(_ text: String, to out: inout [UInt8]) {
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: text.utf8.count).bigEndian) {
            out.append(contentsOf: $0)
        }
        out.append(contentsOf: text.utf8)
    }

    #if FAULT_CONTROLS
    /// The negative control of the tests that move sealed values: without the place they must fail.
    private static let isIgnored =
        getenv("TRIBAL_EHR_FAULT").map { strcmp($0, "no-aad") == 0 } ?? false
    #endif
}
