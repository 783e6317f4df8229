package import FHIRModel

/// What one check of the machine or the box came to.
package struct Finding: Hashable, Sendable {
    /// How well it is.
    package enum State: String, Hashable, Sendable {
        case ok, warning, failed
    }

    /// A short name, such as `data-folder`.
    package let name: String
    package let state: State
    /// What was found, in a sentence.
    package let text: String
    /// What to do; nil where nothing is to be done.
    package let cure: String?

    /// A check that found all well.
    package static func ok(_ name: String, _ text: String) -> Finding {
        Finding(name: name, state: .ok, text: text, cure: nil)
    }

    /// A check that found something to look after.
    package static func warning(_ name: String, _ text: String, cure: String) -> Finding {
        Finding(name: name, state: .warning, text: text, cure: cure)
    }

    /// A check that found what keeps the box from working.
    package static func failed(_ name: String, _ text: String, cure: String) -> Finding {
        Finding(name: name, state: .failed, text: text, cure: cure)
    }
}

/// The report of several checks.
package enum FindingReport {
    /// Lines for people: the state, what was found, what to do.
    package static func lines(_ findings: [Finding]) -> [String] {
        let width = findings.map(\.name.count).max() ?? 0
        var lines: [String] = []
        for finding in findings {
            let mark =
                switch finding.state {
                case .ok: "ok     "
                case .warning: "warning"
                case .failed: "FAILED "
                }
            let padding = String(repeating: " ", count: width - finding.name.count)
            lines.append("\(mark)  \(finding.name)\(padding)  \(finding.text)")
            if let cure = finding.cure {
                lines.append(String(repeating: " ", count: width + 11) + "→ " + cure)
            }
        }
        return lines
    }

    /// Whether nothing failed; warnings are no failures.
    package static func isWell(_ findings: [Finding]) -> Bool {
        !findings.contains { $0.state == .failed }
    }

    /// The members of the JSON report.
    package static func write(_ findings: [Finding], to out: inout JSONWriter) {
        out.member("status", isWell(findings) ? "ok" : "failed")
        out.array("findings") { list in
            for finding in findings {
                list.object { one in
                    one.member("name", finding.name)
                    one.member("state", finding.state.rawValue)
                    one.member("text", finding.text)
                    if let cure = finding.cure { one.member("cure", cure) }
                }
            }
        }
    }
}
