import Assembly
import Kernel
import Testing

@Suite("Setup answers")
struct SetupAnswersTests {
    private let sound = """
        {"clinicName": "Three Rivers", "timeZone": "America/Denver", "boxName": "rivers",
         "administrator": {"username": "ada", "password": "secret words", "displayName": "Ada"}}
        """

    private func refusal(_ text: String) -> String? {
        do throws(Problem) {
            _ = try SetupAnswers(Array(text.utf8), name: "a.json")
            return nil
        } catch {
            return error.detail
        }
    }

    @Test func `sound answers are taken`() throws {
        #expect(refusal(sound) == nil)
        let more = sound.replacing(
            "\"boxName\"",
            with: "\"facilityCode\": \"X1\", \"recoveryKitFile\": \"/k\", \"boxName\"")
        #expect(try SetupAnswers(Array(more.utf8), name: "a").recoveryKitFile == "/k")
    }

    @Test func `broken JSON is told with line and column`() {
        let told = refusal("{\"clinicName\": \"x\",\n  oops}")
        #expect(told?.hasPrefix("a.json, line 2, column 3: ") == true)
    }

    @Test func `unknown, missing and wrong answers are told at once, without their values`() {
        let told = refusal(
            """
            {"clinicName": "", "boxname": "x", "timeZone": "America/Denver",
             "administrator": {"username": "ada",
               "password": 12345, "nick": "a"}}
            """)
        for part in [
            "Line 1: The answer clinicName is a text", "Line 1: \"boxname\" is no answer",
            "Line 3: The answer administrator.password is a text",
            "Line 3: \"administrator.nick\" is no answer", "The answer boxName is missing.",
            "The answer administrator.displayName is missing.",
        ] { #expect(told?.contains(part) == true, "\(part)") }
        #expect(told?.contains("12345") == false)
    }

    @Test(arguments: ["[]", "1", "{}", "null", #"{"administrator":1}"#])
    func `other documents are no answers`(text: String) {
        #expect(refusal(text) != nil)
    }
}
