import Kernel
import Synchronization

/// Dates as HTTP writes them.
///
/// Spec: RFC 9110, 5.6.7 Date/Time Formats, https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7
package enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    /// The names of the months, January first.
    package static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `Mon, 02 Jan 2006 15:04:05 GMT`.
    package static func text(ms: Int64) -> String {
        let day = ms / 86_400_000
        let civil = Timestamp.civil(daysSince1970: day)
        let clock = Timestamp.text(ms: ms).dropFirst(11).prefix(8)
        let date = civil.day < 10 ? "0\(civil.day)" : "\(civil.day)"
        let name = days[Int(((day % 7) + 7) % 7)]
        return "\(name), \(date) \(months[Int(civil.month) - 1]) \(civil.year) \(clock) GMT"
    }
}

/// The time of now as answers carry it, written out once for all answers of a second.
final class AnswerDate: Sendable {
    private let clock: Clock
    private let kept = Mutex<(second: Int64, text: String)>((.min, ""))

    init(_ clock: Clock) { self.clock = clock }

    var text: String {
        let second = clock.wallMs() / 1_000
        return kept.withLock { kept in
            if kept.second != second { kept = (second, HTTPDate.text(ms: second * 1_000)) }
            return kept.text
        }
    }
}
