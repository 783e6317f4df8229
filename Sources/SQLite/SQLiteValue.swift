/// A value of one of the five storage classes of SQLite.
///
/// Spec: SQLite, Datatypes, https://www.sqlite.org/datatype3.html
package enum SQLiteValue: Hashable, Sendable {
    case null
    case int(Int64)
    case double(Double)
    case text(String)
    case bytes([UInt8])

    /// A text, or null for nil.
    package static func optional(_ text: String?) -> SQLiteValue { text.map { .text($0) } ?? .null }
    /// A number, or null for nil.
    package static func optional(_ number: Int64?) -> SQLiteValue {
        number.map { .int($0) } ?? .null
    }
    /// Bytes, or null for nil.
    package static func optional(_ bytes: [UInt8]?) -> SQLiteValue {
        bytes.map { .bytes($0) } ?? .null
    }
    /// 1 for true, 0 for false.
    package static func flag(_ value: Bool) -> SQLiteValue { .int(value ? 1 : 0) }
}

extension SQLiteValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
    ExpressibleByNilLiteral
{
    package init(integerLiteral value: Int64) { self = .int(value) }
    package init(stringLiteral value: String) { self = .text(value) }
    package init(nilLiteral: ()) { self = .null }
}
