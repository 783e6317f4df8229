import AccessControl
import Assembly
import FHIRModel
import Identity
import Kernel
import RecordStore
import SQLite
import Sealing
import Steward
import TestKit
import Testing

/// Who gets in to set the box up.
@Suite struct `Setup claim` {
    private func wrong() throws -> String { SetupCode(random: try Random.bytes(16)).text }

    private func claim(_ test: TestBox, _ code: String) async -> Problem.Code? {
        do {
            _ = try await test.box.setup.claim(code: code, test.command)
            return nil
        } catch let problem as Problem {
            return problem.code
        } catch {
            return .unexpected
        }
    }

    @Test func `of two hundred who send the code at once one gets in`() async throws {
        try await TestBox.with { test in
            let code = try await test.box.setup.issueCode(test.command)
            let outcomes = await withTaskGroup(of: Problem.Code?.self) { group in
                for _ in 0..<200 { group.addTask { await self.claim(test, code) } }
                return await group.reduce(into: [Problem.Code?]()) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == nil } == 1)
            #expect(outcomes.count { $0 == .conflict } == 199)
        }
    }

    @Test func `five wrong codes bring a pause that a restart does not end`() async throws {
        let folder = try TemporaryFolder()
        let clock = FixedClock()
        try await TestBox.with(in: folder, clock: clock) { first in
            let code = try await first.box.setup.issueCode(first.command)
            for _ in 0..<5 { #expect(await claim(first, try wrong()) == .forbidden) }
            #expect(await claim(first, code) == .throttled)
        }
        try await TestBox.with(in: folder, clock: clock) { second in
            clock.advance(ms: 599_000)
            let other = try wrong()
            #expect(await claim(second, other) == .throttled)
            clock.advance(ms: 2_000)
            #expect(await claim(second, other) == .value)
        }
    }

    @Test func `a clock that is set back does not make the pause longer`() async throws {
        let clock = FixedClock()
        try await TestBox.with(clock: clock) { test in
            _ = try await test.box.setup.issueCode(test.command)
            for _ in 0..<5 { _ = await claim(test, try wrong()) }
            clock.turn(toWallMs: 0)
            do {
                _ = try await test.box.setup.claim(code: try wrong(), test.command)
                Issue.record("The pause ended.")
            } catch let problem as Problem {
                #expect((1...600).contains(problem.retryAfterSeconds ?? 0))
            }
        }
    }

    @Test func `a fresh code from the box itself ends the pause and the earlier code`() async throws
    {
        try await TestBox.with { test in
            let old = try await test.box.setup.issueCode(test.command)
            for _ in 0..<5 { _ = await claim(test, try wrong()) }
            let code = try await test.run("setup.code").string("code") ?? ""
            #expect(await claim(test, old) == .forbidden)
            #expect(await claim(test, code) == nil)
        }
    }

    @Test func `a typing mistake is told from a wrong code and does not count`() async throws {
        try await TestBox.with { test in
            let code = try await test.box.setup.issueCode(test.command)
            var typed = Array(code.utf8)
            typed[2] = typed[2] == 0x37 ? 0x38 : 0x37
            for _ in 0..<10 {
                #expect(await claim(test, String(decoding: typed, as: UTF8.self)) == .value)
            }
            #expect(await claim(test, code.lowercased().replacing("-", with: " ")) == nil)
        }
    }

    @Test func `a code ends after thirty minutes of the steady clock`() async throws {
        let clock = FixedClock()
        try await TestBox.with(clock: clock) { test in
            let code = try await test.box.setup.issueCode(test.command)
            clock.turn(toWallMs: FixedClock.mondayMs + 86_400_000)
            clock.advance(ms: 1_800_000)
            #expect(await claim(test, code) == .value)
            let next = try await test.box.setup.issueCode(test.command)
            clock.advance(ms: 1_799_999)
            #expect(await claim(test, next) == nil)
        }
    }

    @Test func `the code lies in a file of the owner alone that goes with the setup`() async throws
    {
        try await TestBox.with { test in
            let code = try await test.box.setup.issueCode(test.command)
            let path = test.folder.file("setup-code.txt")
            #expect(TemporaryFolder.bytes(of: path) == Array((code + "\n").utf8))
            let listing = try Program.run("/usr/bin/stat", ["-c", "%a", path])
            #expect(listing.text == "600\n")
            _ = try await test.run(
                "setup",
                #"{"clinicName":"A B","timeZone":"UTC","boxName":"ab","administrator":"#
                    + SetupBrowser.person + "}")
            #expect(!test.folder.files.contains(path))
            #expect(await claim(test, code) == .conflict)
        }
    }

    @Test func `without randomness no code is made, and the person is told`() async throws {
        struct Empty: Error {}
        var machine = SetupMachine.good
        machine.draw = { _ in throw Empty() }
        try await TestBox.with(machine: machine) { test in
            do {
                _ = try await test.box.setup.issueCode(test.command)
                Issue.record("A code was made of nothing.")
            } catch let problem as Problem {
                #expect(problem.code == .transient)
                #expect(problem.detail.contains("setup-code"))
            }
        }
    }

    @Test func `users that are gone do not open the setup again`() async throws {
        let folder = try TemporaryFolder()
        try await TestBox.with(in: folder) { first in
            _ = try await first.run(
                "setup",
                #"{"clinicName":"A B","timeZone":"UTC","boxName":"ab","administrator":"#
                    + SetupBrowser.person + "}")
            let grant = try await first.box.grant(
                Ask(.administer, area: .users, type: "User"), first.command)
            try await first.box.store.changeRows(grant) {
                try $0.connection.run("DELETE FROM user")
            }
        }
        try await TestBox.with(in: folder) { second in
            #expect(second.box.identity.accounts.isEmpty)
            #expect(second.box.isClaimed)
            await #expect(throws: Problem(.conflict, "")) { try await second.run("setup.code") }
        }
    }

    @Test func `noise is never a code and never ends the program`() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<2_000 {
            let count = Int.random(in: 0...60, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(throws: SetupCodeError.self) { try SetupCode(typed: text) }
        }
    }
}
