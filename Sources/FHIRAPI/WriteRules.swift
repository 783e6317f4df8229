package import FHIRModel
package import FHIRValidation
package import Kernel
import Synchronization

/// What a resource has to fulfil before it is written, and what becomes of one that does not.
///
/// Spec: FHIR R4 validation, https://hl7.org/fhir/R4/validation.html
package final class WriteRules: Sendable {
    /// What becomes of a resource that breaks rules.
    package enum Level: String, Sendable, CaseIterable {
        /// It is refused.
        case error
        /// It is stored, and the answer says what is wrong.
        case warn
    }

    /// How many resources came to what since the start.
    package struct Counts: Sendable, Hashable {
        package var refused = 0
        /// Stored though they break rules.
        package var flawed = 0
    }

    private struct State {
        var level: Level
        var counts = Counts()
    }

    /// What holds where nobody set anything else: errors are refused.
    package static let strict = WriteRules()

    package let validator: Validator
    private let state: Mutex<State>

    /// Makes rules that refuse errors until something else is set.
    package init(_ validator: Validator = .r4, level: Level = .error) {
        self.validator = validator
        state = Mutex(State(level: level))
    }

    /// Sets what becomes of resources from now on.
    package func use(_ level: Level) { state.withLock { $0.level = level } }

    /// What became of resources since the start.
    package var counts: Counts { state.withLock { $0.counts } }

    /// Checks a resource that is about to be written.
    ///
    /// - Parameters:
    ///   - isImport: whether it comes from another system, of which only what cannot be read is
    ///     refused, so that a clinic gets its old records in.
    ///   - notes: takes what is wrong with a resource that may be written.
    /// - Throws: ``Problem`` `.processing` with all errors as its issues.
    func check(_ json: JSON, isImport: Bool = false, _ notes: WriteNotes) throws(Problem) {
        let findings = validator.findings(in: json)
        guard !findings.isEmpty else { return }
        let level = state.withLock { $0.level }
        let refusing = findings.filter { finding in
            guard finding.severity == .error else { return false }
            return isImport ? finding.part == .structure : level == .error
        }
        guard refusing.isEmpty else {
            state.withLock { $0.counts.refused += 1 }
            throw Self.problem(json.string("resourceType") ?? "resource", refusing)
        }
        let errors = findings.filter { $0.severity == .error }
        if !errors.isEmpty { state.withLock { $0.counts.flawed += 1 } }
        notes.add(findings, isFlawed: !errors.isEmpty)
    }

    /// Checks a resource that the box itself makes for a page.
    ///
    /// - Throws: ``Problem`` `.processing` with all errors as its issues.
    package func check(made json: JSON) throws(Problem) { try check(json, WriteNotes()) }

    private static func problem(_ type: String, _ findings: [Finding]) -> Problem {
        let first = findings[0]
        let more =
            findings.count == 1
            ? ""
            : " \(findings.count - 1) more \(findings.count == 2 ? "place is" : "places are") "
                + "wrong."
        return Problem(
            .processing, "\(first.text)\(more)", location: first.location,
            issues: findings.map(\.issue))
    }
}

extension Finding {
    /// The finding as an answer tells it.
    var issue: Problem.Issue {
        let word =
            switch severity {
            case .error: "error"
            case .warning: "warning"
            case .information: "information"
            }
        return Problem.Issue(
            severity: word, code: code.rawValue, detail: text, location: location)
    }
}

/// What is wrong with resources that were written all the same.
final class WriteNotes: Sendable {
    /// More findings are not told.
    private static let issuesMax = 100
    /// More rules are not counted.
    private static let flawsMax = 200

    private struct State {
        var issues: [Problem.Issue] = []
        var flawedCount = 0
        var flaws: [String: Int] = [:]
        var entries: [Int: WriteNotes] = [:]
    }

    private let state = Mutex(State())

    var issues: [Problem.Issue] { state.withLock { $0.issues } }
    var flawedCount: Int { state.withLock { $0.flawedCount } }
    var flaws: [String: Int] { state.withLock { $0.flaws } }

    /// Those of one entry of a Bundle, which are told in the answer to it.
    func entry(_ index: Int) -> WriteNotes {
        state.withLock { state in
            if let known = state.entries[index] { return known }
            let notes = WriteNotes()
            state.entries[index] = notes
            return notes
        }
    }

    func add(_ findings: [Finding], isFlawed: Bool) {
        state.withLock { state in
            let room = Self.issuesMax - state.issues.count
            if room > 0 { state.issues += findings.prefix(room).map(\.issue) }
            guard isFlawed else { return }
            state.flawedCount += 1
            for finding in findings where finding.severity == .error {
                let name = "\(Self.place(finding.location)): \(finding.text)"
                if let count = state.flaws[name] {
                    state.flaws[name] = count + 1
                } else if state.flaws.count < Self.flawsMax {
                    state.flaws[name] = 1
                }
            }
        }
    }

    /// Forgets everything, as the attempt that it belongs to is made again.
    func forget() { state.withLock { $0 = State() } }

    /// A place without positions, so that the same fault in many resources is one.
    private static func place(_ location: String) -> String {
        var text = ""
        var isInside = false
        for letter in location {
            if letter == "[" { isInside = true }
            if !isInside { text.append(letter) }
            if letter == "]" { isInside = false }
        }
        return text
    }
}
