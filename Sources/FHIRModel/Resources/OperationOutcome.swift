package import Kernel

/// One finding of an OperationOutcome.
package struct OutcomeIssue: Sendable, Hashable {
    /// How bad it is.
    ///
    /// Spec: FHIR R4 issue severity, https://hl7.org/fhir/R4/valueset-issue-severity.html
    package enum Severity: String, Sendable, Hashable {
        case fatal, error, warning, information
    }

    /// How bad it is.
    package let severity: Severity
    /// The code of the value set issue-type.
    package let code: String
    /// A sentence that says what is wrong and what to do; without patient data.
    package let diagnostics: String
    /// FHIRPath of the element at fault.
    package let expression: String?

    /// Makes a finding.
    package init(
        _ severity: Severity, _ code: Problem.Code, _ diagnostics: String, expression: String? = nil
    ) {
        self.init(severity, code: code.rawValue, diagnostics, expression: expression)
    }

    /// The finding that a problem is.
    package init(_ problem: Problem) {
        self.init(.error, problem.code, problem.detail, expression: problem.location)
    }

    /// One of the findings that a problem is made of.
    package init(_ issue: Problem.Issue) {
        self.init(
            Severity(rawValue: issue.severity) ?? .error, code: issue.code, issue.detail,
            expression: issue.location)
    }

    /// The findings that a problem is made of: itself, or all of its own.
    package static func all(of problem: Problem) -> [OutcomeIssue] {
        problem.issues.isEmpty
            ? [OutcomeIssue(problem)] : problem.issues.map { OutcomeIssue($0) }
    }

    /// A finding that is no failure, of code `informational`.
    package static func note(_ diagnostics: String) -> OutcomeIssue {
        OutcomeIssue(.information, code: "informational", diagnostics, expression: nil)
    }

    private init(
        _ severity: Severity, code: String, _ diagnostics: String, expression: String?
    ) {
        self.severity = severity
        self.code = code
        self.diagnostics = diagnostics
        self.expression = expression
    }
}

/// Writes OperationOutcome resources.
///
/// Spec: FHIR R4 OperationOutcome, https://hl7.org/fhir/R4/operationoutcome.html
package enum OperationOutcome {
    /// The outcome of one problem.
    package static func bytes(_ problem: Problem) -> [UInt8] {
        bytes(OutcomeIssue.all(of: problem))
    }

    /// The outcome of a document that could not be read.
    package static func bytes(_ error: JSONError) -> [UInt8] { bytes(error.problem()) }

    /// The outcome of some findings; of none it says that all is well, since the standard wants one.
    package static func bytes(_ issues: [OutcomeIssue]) -> [UInt8] {
        let all = issues.isEmpty ? [OutcomeIssue.note("All is well.")] : issues
        var writer = JSONWriter(reservingBytes: 160 * all.count + 64)
        writer.object { root in
            root.member("resourceType", "OperationOutcome")
            root.array("issue") { list in
                for issue in all { write(issue, to: &list) }
            }
        }
        return writer.bytes
    }

    private static func write(_ issue: OutcomeIssue, to list: inout JSONWriter) {
        list.object { item in
            item.member("severity", issue.severity.rawValue)
            item.member("code", issue.code)
            if !issue.diagnostics.isEmpty { item.member("diagnostics", issue.diagnostics) }
            if let expression = issue.expression {
                item.array("expression") { $0.string(expression) }
            }
        }
    }
}
