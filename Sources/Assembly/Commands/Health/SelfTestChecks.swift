import FHIRModel
import Kernel
import Sealing

/// Known answers of the parts that everything stands on.
package enum SelfTestChecks {
    private static let cure = "Install the package again; the program or a library is damaged."

    /// All of them; some milliseconds.
    package static func all() async -> [Finding] {
        [sealing(), json(), dates()]
    }

    private static func sealing() -> Finding {
        do throws(SealingError) {
            try SelfTest.run()
            return .ok("ciphers", "Sealing and digests give the known answers.")
        } catch {
            return .failed("ciphers", "\(error)", cure: cure)
        }
    }

    private static func json() -> Finding {
        let text = #"{"resourceType":"Basic","a":[1.50,-0.0,1E+2,"é\n"],"b":null}"#
        let refused = #"{"a":1,"a":2}"#
        do throws(JSONError) {
            let json = try JSON.parse(Array(text.utf8))
            let isKept =
                json.at("a", 0)?.numberText == "1.50" && json.at("a", 3)?.string == "é\n"
                && json.at("a", 2)?.numberText == "1E+2"
            guard isKept else { return .failed("json", "JSON is read wrongly.", cure: cure) }
        } catch {
            return .failed("json", "Sound JSON is refused.", cure: cure)
        }
        // That this is refused is what is asked.
        guard (try? JSON.parse(Array(refused.utf8))) == nil else {
            return .failed("json", "JSON with a double key is taken.", cure: cure)
        }
        return .ok("json", "JSON is read and written as it must be.")
    }

    private static func dates() -> Finding {
        let isWritten =
            Timestamp.text(ms: 951_827_696_789) == "2000-02-29T12:34:56.789Z"
            && Timestamp.text(ms: -1) == "1969-12-31T23:59:59.999Z"
        do throws(FHIRDateError) {
            let leap = try FHIRDateTime("2000-02-29T12:34:56.789Z")
            guard isWritten, leap.lowerBoundMs() == 951_827_696_789 else {
                return .failed("dates", "A date is computed wrongly.", cure: cure)
            }
        } catch {
            return .failed("dates", "A sound date is refused.", cure: cure)
        }
        return .ok("dates", "Dates give the known answers.")
    }
}
