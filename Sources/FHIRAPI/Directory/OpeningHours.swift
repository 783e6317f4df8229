import FHIRModel
import Kernel
import ServerKit

/// When a place is open, by the days of the week.
///
/// Spec: FHIR R4 Location.hoursOfOperation,
/// https://hl7.org/fhir/R4/location-definitions.html#Location.hoursOfOperation
enum OpeningHours {
    static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    /// The most stretches of a week.
    private static let countMax = 21

    /// The element, or nil without hours.
    ///
    /// - Throws: ``Problem`` that names the stretch at fault.
    static func element(_ fields: BodyFields) throws(Problem) -> [UInt8]? {
        let stretches = try fields.objects(
            "hours", countMax: countMax, takes: ["day", "opens", "closes"])
        guard !stretches.isEmpty else { return nil }
        var lines: [(day: String, opens: String, closes: String)] = []
        for stretch in stretches {
            let day = try stretch.required("day")
            guard days.contains(day) else {
                throw Problem(
                    .value, "Days are: \(days.joined(separator: ", ")).", location: "hours")
            }
            let opens = try time(stretch.required("opens"))
            let closes = try time(stretch.required("closes"))
            guard opens < closes else {
                throw Problem(
                    .value, "A place closes after it opens. Check \(day).", location: "hours")
            }
            let isClear = lines.allSatisfy {
                $0.day != day || $0.closes <= opens || closes <= $0.opens
            }
            guard isClear else {
                throw Problem(
                    .value, "Two stretches of \(day) lie over each other.", location: "hours")
            }
            lines.append((day, opens, closes))
        }
        return write(lines)
    }

    private static func write(_ lines: [(day: String, opens: String, closes: String)]) -> [UInt8] {
        var writer = JSONWriter()
        writer.array { list in
            for line in lines {
                list.object { one in
                    one.array("daysOfWeek") { $0.string(line.day) }
                    one.member("openingTime", line.opens + ":00")
                    one.member("closingTime", line.closes + ":00")
                }
            }
        }
        return writer.bytes
    }

    /// The stretches of an element, a day each.
    static func write(_ json: JSON?, to one: inout JSONWriter) {
        one.array("hours") { list in
            for stretch in json.map({ Array($0.elements) }) ?? [] {
                guard let opens = stretch.string("openingTime"),
                    let closes = stretch.string("closingTime")
                else { continue }
                for day in stretch["daysOfWeek"]?.elements.compactMap(\.string) ?? [] {
                    list.object { line in
                        line.member("day", day)
                        line.member("opens", String(opens.prefix(5)))
                        line.member("closes", String(closes.prefix(5)))
                    }
                }
            }
        }
    }

    /// `08:30`.
    private static func time(_ text: String) throws(Problem) -> String {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[0].utf8.count == 2, parts[1].utf8.count == 2,
            let hour = UInt8(parts[0]), let minute = UInt8(parts[1]), hour < 24, minute < 60
        else {
            throw Problem(.value, "Write a time as 08:30.", location: "hours")
        }
        return "\(parts[0]):\(parts[1])"
    }
}
