import Kernel

/// What the body of a failed request says, in the shape that the path calls for.
struct OutcomeBody {
    let status: Int
    let problem: Problem
    let requestID: String

    /// The bytes and the content type: an OperationOutcome below the FHIR base, else our own object.
    func bytes(isFHIR: Bool) -> (bytes: [UInt8], contentType: String) {
        isFHIR
            ? (outcome, "application/fhir+json; charset=utf-8")
            : (plain, "application/json; charset=utf-8")
    }

    /// Spec: FHIR R4 OperationOutcome, https://hl7.org/fhir/R4/operationoutcome.html
    private var outcome: [UInt8] {
        var text = #"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":""#
        text += problem.code.rawValue + #"","diagnostics":"# + Self.quoted(problem.detail)
        if let location = problem.location {
            text += #","expression":["# + Self.quoted(location) + "]"
        }
        return Array((text + "}]}").utf8)
    }

    private var plain: [UInt8] {
        var text = #"{"error":{"status":\#(status),"code":"\#(problem.code.rawValue)","message":"#
        text += Self.quoted(problem.detail) + #","details":["#
        if let location = problem.location {
            text += #"{"location":"# + Self.quoted(location) + #","message":"#
            text += Self.quoted(problem.detail) + "}"
        }
        text += #"],"requestId":"# + Self.quoted(requestID) + "}}"
        return Array(text.utf8)
    }

    /// A JSON string.
    ///
    /// Spec: RFC 8259, 7 Strings, https://www.rfc-editor.org/rfc/rfc8259#section-7
    static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\u{0}"..."\u{1F}", "\u{7F}":
                let hex = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
