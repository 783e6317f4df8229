package import FHIRModel

/// What a whole import came to.
package struct ImportSummary: Sendable {
    /// The most rejects that the JSON report holds.
    package static let rejectsMax = 10_000

    package let filesCount: Int
    package let skippedCount: Int
    /// How long it took.
    package let seconds: Double
    package let tally: ImportTally
    private let outcomes: [ImportOutcome]

    /// Adds up files.
    package init(_ outcomes: [ImportOutcome], skippedCount: Int, seconds: Double) {
        self.outcomes = outcomes
        self.skippedCount = skippedCount
        self.seconds = seconds
        filesCount = outcomes.count
        var sum = ImportTally()
        for outcome in outcomes { sum.add(outcome.tally) }
        tally = sum
    }

    /// Resources a second.
    package var rate: Int { Int(Double(tally.count) / max(0.001, seconds)) }

    /// Writes the members of the report.
    package func write(to out: inout JSONWriter) {
        out.member("files", filesCount)
        out.member("skippedFiles", skippedCount)
        out.member("created", tally.created)
        out.member("updated", tally.updated)
        out.member("unchanged", tally.unchanged)
        out.key("seconds")
        out.number(text: Self.thousandths(seconds))
        out.member("perSecond", rate)
        out.object("byType") { types in
            for (type, count) in tally.byType.sorted(by: { $0.key < $1.key }) {
                types.member(type, count)
            }
        }
        out.member("flawed", tally.flawed)
        out.object("flaws") { flaws in
            for (text, count) in tally.flaws.sorted(by: { $0.key < $1.key }) {
                flaws.member(text, count)
            }
        }
        out.member("rejected", tally.rejects.count)
        out.array("rejects") { list in
            var left = Self.rejectsMax
            for outcome in outcomes where left > 0 {
                for reject in outcome.tally.rejects.prefix(left) {
                    list.object { one in
                        one.member("file", outcome.file.path)
                        one.member("place", reject.place)
                        one.member("reason", reject.reason)
                    }
                    left -= 1
                }
            }
        }
    }

    /// `12.345`.
    package static func thousandths(_ seconds: Double) -> String {
        let all = Int((seconds * 1_000).rounded())
        let part = "\(all % 1_000)"
        return "\(all / 1_000)." + String(repeating: "0", count: 3 - part.count) + part
    }
}

/// The report of an import for people.
package struct ImportText: Sendable {
    /// How many rejects of one file are named unless all are asked for.
    package static let rejectsShownMax = 20

    /// How many rejects of one file are named.
    package let rejectsMax: Int

    /// Makes a writer.
    package init(rejectsMax: Int = rejectsShownMax) { self.rejectsMax = rejectsMax }

    /// What one file came to.
    package func fileLine(_ outcome: ImportOutcome) -> String {
        let tally = outcome.tally
        var line = "\(outcome.file.path): \(counts(tally))"
        let settled = tally.rejects.count - tally.waitingCount
        if settled > 0 { line += ", \(ProgressText.grouped(settled)) rejected" }
        if tally.waitingCount > 0 {
            line += ", \(ProgressText.grouped(tally.waitingCount)) waiting for other files"
        }
        return line
    }

    /// The rejects of all files, each with file, place and reason.
    package func rejectLines(_ outcomes: [ImportOutcome]) -> [String] {
        var lines: [String] = []
        for outcome in outcomes {
            let rejects = outcome.tally.rejects
            for reject in rejects.prefix(rejectsMax) {
                let place = reject.place.isEmpty ? "" : ", \(reject.place)"
                lines.append("\(outcome.file.path)\(place): \(reject.reason)")
            }
            if rejects.count > rejectsMax {
                let more = ProgressText.grouped(rejects.count - rejectsMax)
                lines.append("\(outcome.file.path): \(more) more; --verbose names all.")
            }
        }
        return lines
    }

    /// The end of the report.
    package func summaryLines(_ summary: ImportSummary, byType: Bool) -> [String] {
        var lines: [String] = []
        if byType {
            let rows = summary.tally.byType.sorted { $0.key < $1.key }
                .map { [$0.key, ProgressText.grouped($0.value)] }
            lines += TextTable.lines(rows)
        }
        lines.append(
            ProgressText.counted(summary.filesCount, "file") + ": " + counts(summary.tally)
                + " in \(ImportSummary.thousandths(summary.seconds)) s "
                + "(\(ProgressText.grouped(summary.rate))/s)")
        if summary.skippedCount > 0 {
            lines.append(
                ProgressText.counted(summary.skippedCount, "other file")
                    + " in the folders left alone.")
        }
        let rejected = summary.tally.rejects.count
        lines += flawLines(summary.tally)
        if rejected > 0 {
            lines.append("\(ProgressText.grouped(rejected)) left out, for the reasons above.")
        }
        return lines
    }

    /// What went in though it breaks rules, the commonest first.
    private func flawLines(_ tally: ImportTally) -> [String] {
        guard tally.flawed > 0 else { return [] }
        let worst = tally.flaws.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return [
            "\(ProgressText.counted(tally.flawed, "resource")) went in though they break rules of "
                + "FHIR; the box keeps them as they came:"
        ] + worst.prefix(rejectsMax).map { "  \(ProgressText.grouped($0.value)) × \($0.key)" }
    }

    private func counts(_ tally: ImportTally) -> String {
        ProgressText.counted(tally.count, "resource")
            + " (\(ProgressText.grouped(tally.created)) created, "
            + "\(ProgressText.grouped(tally.updated)) updated, "
            + "\(ProgressText.grouped(tally.unchanged)) unchanged)"
    }
}
