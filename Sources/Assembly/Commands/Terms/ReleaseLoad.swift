import FHIRModel
import Kernel
import Terminology

/// Carries a release to the box, some thousand rows at a time.
struct ReleaseLoad {
    private static let piecesAtOnceMax = 2_000
    private static let bytesAtOnceMax = 4 << 20

    let link: BoxLink
    let line: ProgressLine

    /// What was loaded.
    ///
    /// - Throws: ``Problem``; the release that was there before still holds then.
    func load(_ files: ReleaseFiles, _ draft: TermReleaseDraft) async throws -> JSON {
        let release = try await begin(draft)
        let whole = max(1, files.files.map(\.byteCount).reduce(0, +))
        var done = 0
        var count = 0
        for file in files.files {
            var reader = file.part.reader(file.path)
            var rows = ReleaseRows(file.part)
            var waiting: [TermPiece] = []
            do {
                try await file.read { block in
                    try reader.take(block) { row in
                        if let piece = try rows.piece(row) { waiting.append(piece) }
                    }
                    guard !reader.isTooLong else { throw Self.tooLong(reader.line) }
                    done += block.count
                    while waiting.count >= Self.piecesAtOnceMax {
                        count += try await send(&waiting, release)
                        line.show(Double(done) / Double(whole), "\(count) rows")
                    }
                }
                try reader.finish { row in
                    if let piece = try rows.piece(row) { waiting.append(piece) }
                }
                while !waiting.isEmpty { count += try await send(&waiting, release) }
            } catch let problem as Problem {
                throw Problem(problem.code, "\(FilePath.name(file.path)): \(problem.detail)")
            }
        }
        return try await finish(release, count)
    }

    /// The same for codes that are at hand.
    ///
    /// - Throws: ``Problem``; the release that was there before still holds then.
    func load(_ release: CodeSystemRelease) async throws -> JSON {
        let number = try await begin(release.draft)
        var waiting = release.pieces
        var count = 0
        while !waiting.isEmpty {
            count += try await send(&waiting, number)
            line.show(Double(count) / Double(release.pieces.count), "\(count) codes")
        }
        return try await finish(number, count)
    }

    private func begin(_ draft: TermReleaseDraft) async throws -> Int {
        let begun = try await link.run("terms.begin") { out in
            out.member("system", draft.system)
            out.member("version", draft.version)
            out.member("title", draft.title)
            out.member("licence", draft.licence)
        }
        return begun["release"]?.int ?? 0
    }

    private func finish(_ release: Int, _ count: Int) async throws -> JSON {
        guard count > 0 else {
            throw Problem(
                .incomplete, "There are no codes in it. What was there before still holds.")
        }
        return try await link.run("terms.finish") { $0.member("release", release) }
    }

    private static func tooLong(_ line: Int) -> Problem {
        Problem(
            .tooLong,
            "Line \(line) is longer than \(DelimitedReader.rowBytesMax) bytes. Is a quotation mark "
                + "missing?")
    }

    private func send(_ waiting: inout [TermPiece], _ release: Int) async throws -> Int {
        var writer = JSONWriter(reservingBytes: 1 << 20)
        var count = 0
        writer.beginArray()
        for piece in waiting.prefix(Self.piecesAtOnceMax)
        where writer.bytes.count < Self.bytesAtOnceMax {
            piece.write(to: &writer)
            count += 1
        }
        writer.endArray()
        waiting.removeFirst(count)
        _ = try await link.run("terms.put", attachment: writer.bytes) {
            $0.member("release", release)
        }
        return count
    }
}
