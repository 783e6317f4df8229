import FHIRModel
import Kernel

/// Brings files to the box, two at a time, and again those that wait for others.
struct ImportRun: Sendable {
    static let documentBytesMax = 64 * 1_048_576
    static let linesBytesMax = 512 * 1_048_576
    private static let filesAtOnce = 2
    /// Each round must bring something in, so this many are never needed by sound files.
    private static let roundsMax = 20

    let link: BoxLink
    let progress: ImportProgress

    /// Imports all files.
    ///
    /// - Returns: what each came to, in the order of `files`.
    /// - Throws: ``Problem`` that names the file, if the box cannot take anything more.
    func bring(_ files: [ImportFile]) async throws -> [ImportOutcome] {
        var outcomes = try await round(files.map { ImportOutcome(file: $0) })
        for _ in 1..<Self.roundsMax {
            let waiting = outcomes.indices.filter { outcomes[$0].waitingCount > 0 }
            if waiting.isEmpty { break }
            let before = waiting.map { outcomes[$0].waitingCount }.reduce(0, +)
            progress.retries(waiting.count)
            let again = try await round(waiting.map { outcomes[$0] })
            for (index, outcome) in zip(waiting, again) { outcomes[index] = outcome }
            if again.map(\.waitingCount).reduce(0, +) >= before { break }
        }
        return outcomes
    }

    private func round(_ outcomes: [ImportOutcome]) async throws -> [ImportOutcome] {
        try await withThrowingTaskGroup(of: (Int, ImportOutcome).self) { group in
            var done = outcomes
            var next = 0
            func start() {
                guard next < outcomes.count else { return }
                let index = next
                next += 1
                group.addTask { (index, try await bring(outcomes[index])) }
            }
            for _ in 0..<Self.filesAtOnce { start() }
            while let (index, outcome) = try await group.next() {
                done[index] = outcome
                start()
            }
            return done
        }
    }

    private func bring(_ outcome: ImportOutcome) async throws -> ImportOutcome {
        var outcome = outcome
        let isFirstTry = !outcome.isTried
        do {
            switch outcome.file.form {
            case .document: try await bringDocument(&outcome)
            case .lines: try await bringLines(&outcome)
            }
        } catch let fault as UnreadableFile {
            outcome.note(fault.problem)
        } catch let problem as Problem {
            throw Problem(
                problem.code,
                "\(outcome.file.path): \(Program.sentence(problem)) What went in before stays; "
                    + "import the same files again when this is mended.")
        }
        outcome.isTried = true
        progress.fileDone(outcome, isFirstTry: isFirstTry)
        return outcome
    }

    private func bringDocument(_ outcome: inout ImportOutcome) async throws {
        let blocks = try UnreadableFile.telling { () throws(Problem) in
            try FileBlocks(
                outcome.file, bytesMax: Self.documentBytesMax, onRead: reading(outcome))
        }
        let bytes = try UnreadableFile.telling { () throws(Problem) in try blocks.all() }
        let answer = try await link.run(
            "import.document", attachment: bytes, arguments(outcome))
        outcome.put(ImportTally(answer), at: 0)
        progress.count(outcome.tally.count)
    }

    private func bringLines(_ outcome: inout ImportOutcome) async throws {
        let blocks = try UnreadableFile.telling { () throws(Problem) in
            try FileBlocks(outcome.file, bytesMax: Self.linesBytesMax, onRead: reading(outcome))
        }
        var cutter = LineCutter()
        while let block = try UnreadableFile.telling({ () throws(Problem) in try blocks.next() }) {
            for cut in cutter.take(block) { try await bring(cut, &outcome) }
        }
        for cut in cutter.finish() { try await bring(cut, &outcome) }
    }

    private func bring(_ cut: LineCutter.Cut, _ outcome: inout ImportOutcome) async throws {
        switch cut {
        case .piece(let firstLine, let bytes):
            guard outcome.needs(firstLine) else { return }
            let answer = try await link.run(
                "import.lines", attachment: bytes, { $0.member("firstLine", firstLine) })
            let tally = ImportTally(answer)
            outcome.put(tally, at: firstLine)
            progress.count(tally.count)
        case .tooLong(let line):
            guard outcome.needs(line) else { return }
            var tally = ImportTally()
            tally.rejects = [
                .init(
                    place: "line \(line)",
                    reason: "The line is longer than the limit of "
                        + "\(LineCutter.lineBytesMax / 1_048_576) MiB for one resource.")
            ]
            outcome.put(tally, at: line)
        }
    }

    private func reading(_ outcome: ImportOutcome) -> (Int) -> Void {
        outcome.isTried ? { _ in } : { progress.read(bytes: $0) }
    }

    private func arguments(_ outcome: ImportOutcome) -> (inout JSONWriter) -> Void {
        { $0.member("name", FilePath.name(outcome.file.path)) }
    }
}

/// A file that cannot be read to its end; the others go on.
private struct UnreadableFile: Error {
    let problem: Problem

    static func telling<Result>(
        _ body: () throws(Problem) -> Result
    ) throws(UnreadableFile) -> Result {
        do throws(Problem) {
            return try body()
        } catch {
            throw UnreadableFile(problem: error)
        }
    }
}
