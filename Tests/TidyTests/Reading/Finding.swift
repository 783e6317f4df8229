import Testing

/// One place that breaks a rule, and which rule it is.
struct Finding: CustomStringConvertible, Equatable {
    /// Path below the project's root.
    let path: String
    /// From 1; 0 where the whole file is meant.
    let line: Int
    /// A sentence that says what is wrong there.
    let what: String

    var description: String { line == 0 ? "\(path): \(what)" : "\(path):\(line): \(what)" }
}

/// Fails with one issue that lists all findings, so that a reader sees them at once.
///
/// At most 80 are listed; the rest is counted.
func expectNone(_ findings: [Finding], sourceLocation: SourceLocation = #_sourceLocation) {
    let listedMax = 80
    guard !findings.isEmpty else { return }
    var lines = findings.prefix(listedMax).map(\.description)
    if findings.count > listedMax { lines.append("… and \(findings.count - listedMax) more.") }
    let text = "\(findings.count) found:\n" + lines.joined(separator: "\n")
    Issue.record("\(text)", sourceLocation: sourceLocation)
}
