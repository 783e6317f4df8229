package import Kernel

/// What one file came to, over all tries.
package struct ImportOutcome: Sendable {
    package let file: ImportFile
    /// Whether the file was read once.
    package var isTried = false
    /// Pieces that are settled.
    private var settled = ImportTally()
    /// Pieces that wait for other files, by the number of their first line; 0 for a document.
    private var waiting: [Int: ImportTally] = [:]
    /// Why the file could not be read to its end.
    private var fault: String?

    /// Nothing yet.
    package init(file: ImportFile) { self.file = file }

    /// Everything so far.
    package var tally: ImportTally {
        var sum = settled
        for (_, piece) in waiting.sorted(by: { $0.key < $1.key }) { sum.add(piece) }
        if let fault { sum.rejects.append(.init(place: "", reason: fault)) }
        return sum
    }

    /// Rejects that another file may help.
    package var waitingCount: Int { waiting.values.map(\.waitingCount).reduce(0, +) }

    /// Whether the piece that begins at a line has to be brought in this try.
    package func needs(_ firstLine: Int) -> Bool { !isTried || waiting[firstLine] != nil }

    /// Takes what a piece came to.
    package mutating func put(_ tally: ImportTally, at firstLine: Int) {
        let sum = waiting.removeValue(forKey: firstLine)?.retried(tally) ?? tally
        if sum.waitingCount > 0 {
            waiting[firstLine] = sum
        } else {
            settled.add(sum)
        }
    }

    /// Notes why the file could not be read to its end.
    package mutating func note(_ problem: Problem) { fault = problem.detail }
}
