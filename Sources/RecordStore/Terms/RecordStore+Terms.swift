package import AccessControl
import Kernel
package import Terminology

extension RecordStore {
    /// What the box knows of codes now: built in, loaded, and written by the clinic.
    ///
    /// Definitions are of no patient, so nothing is put on record. Costs a look at some indexes where
    /// nothing has changed.
    package func termBook() async throws -> TermBook {
        let (shelf, keys) = (terms, keys)
        do {
            return try await readers.run { try shelf.refresh($0, keys) }
        } catch {
            throw asProblem(error)
        }
    }

    /// Works on a book where waiting for the disk harms nobody.
    package func asking<Value: Sendable>(
        _ body: @escaping @Sendable (TermBook) throws -> Value
    ) async throws -> Value {
        let (shelf, keys) = (terms, keys)
        do {
            return try await readers.run { try body(try shelf.refresh($0, keys)) }
        } catch {
            throw asProblem(error)
        }
    }

    /// The releases that the clinic loaded and that are in use.
    package func termReleases(_ grant: Grant) async throws -> [TermRelease] {
        try await rows(grant) { try TermRows.current($0.connection) }
    }

    /// Begins to load a release; what was loaded of the system and never finished is taken away.
    ///
    /// - Returns: the number to load under.
    package func beginTermRelease(_ grant: Grant, _ draft: TermReleaseDraft) async throws -> Int64 {
        try await sweepTerms(grant)
        return try await changeRows(
            grant, note: AuditNote(grant.ask, detail: "load of \(draft.title) begun")
        ) { try TermRows.insert(draft, $0) }
    }

    /// Takes pieces of a release in; the same ones again change nothing.
    ///
    /// - Throws: ``Problem`` `.conflict` where another load has taken the place of this one.
    package func putTerms(_ grant: Grant, _ release: Int64, _ pieces: [TermPiece]) async throws {
        let isOpen = try await changeRows(grant) { rows in
            guard try TermRows.isOpen(release, rows.connection) else { return false }
            for piece in pieces { try TermRows.put(piece, release, rows.connection) }
            return true
        }
        guard isOpen else {
            throw Problem(
                .conflict, "Another load of code systems was begun meanwhile. Start this one again."
            )
        }
    }

    /// Puts a loaded release into use, in one step, and takes the one before away.
    package func finishTermRelease(_ grant: Grant, _ release: Int64) async throws -> TermRelease {
        let found = try await changeRows(
            grant, note: AuditNote(grant.ask, detail: "release of a code system put into use")
        ) { rows -> TermRelease? in
            guard try TermRows.isOpen(release, rows.connection) else { return nil }
            try TermRows.finish(release, rows)
            return try TermRows.current(rows.connection).first { $0.id == release }
        }
        guard let found else {
            throw Problem(
                .conflict, "Another load of code systems was begun meanwhile. Start this one again."
            )
        }
        try await sweepTerms(grant)
        // Checks of what is written ask the book as it stands.
        _ = try await termBook()
        return found
    }

    /// Takes a loaded system away; what is built in of it is used again.
    ///
    /// - Returns: whether there was one.
    package func removeTerms(_ grant: Grant, system: String) async throws -> Bool {
        let isThere = try await changeRows(
            grant, note: AuditNote(grant.ask, detail: "code system taken away: \(system)")
        ) { try TermRows.retire(system, $0.connection) }
        try await sweepTerms(grant)
        _ = try await termBook()
        return isThere
    }

    /// Takes away what is not in use, in steps that let others in between.
    private func sweepTerms(_ grant: Grant) async throws {
        while try await changeRows(grant, { try TermRows.sweep($0.connection) }) {}
    }
}
