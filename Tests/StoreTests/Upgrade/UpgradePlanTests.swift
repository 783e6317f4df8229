import Backups
import FHIRModel
import Testing

@Suite("What an upgrade does next")
struct UpgradePlanTests {
    private static let aside = "data.before-upgrade-2026-01-01T00-00-00Z"

    private func plan(
        _ phase: UpgradeJournal.Phase?, record: Int?, own: Int,
        aside: Int? = nil, isOrdered: Bool = false
    ) -> UpgradePlan {
        let journal = phase.map { phase in
            var journal = UpgradeJournal(settled: "2", step: 4, atMs: 0)
            journal.phase = phase
            journal.fromStep = 3
            journal.aside = aside == nil ? nil : Self.aside
            return journal
        }
        return UpgradePlan(
            UpgradePlan.Facts(
                journal: journal, recordStep: record, ownStep: own, asideStep: aside,
                isOrdered: isOrdered))
    }

    /// A journal of a trial with a folder of before.
    private static func naming(_ aside: String) -> String {
        #"{"phase":"trial","version":"1","fromStep":1,"toStep":1,"startedAtMs":1,"#
            + #""aside":"\#(aside)"}"#
    }

    @Test func `a record of this release is opened, whatever happened before`() {
        #expect(plan(nil, record: nil, own: 4) == .open)
        for phase in [nil, .settled, .failed, .rolledBack] as [UpgradeJournal.Phase?] {
            #expect(plan(phase, record: 4, own: 4) == .open)
        }
    }

    @Test func `an older record is brought up from every state, and begun anew after a power cut`()
    {
        for phase in [nil] + UpgradeJournal.Phase.allCases.map({ $0 }) as [UpgradeJournal.Phase?] {
            #expect(plan(phase, record: 3, own: 4, aside: 3) == .prepare)
        }
    }

    @Test
    func `the later release goes on with its trial, the one before forgets it before the switch`() {
        #expect(plan(.trial, record: 4, own: 4, aside: 3) == .tryOut)
        #expect(plan(.trial, record: 3, own: 3) == .forget)
        #expect(plan(.preparing, record: 3, own: 3) == .forget)
    }

    @Test func `the record of before comes back by itself during the trial only`() {
        #expect(plan(.trial, record: 4, own: 3, aside: 3) == .putBack(aside: Self.aside))
        #expect(plan(.settled, record: 4, own: 3, aside: 3) == .refuse(aside: Self.aside))
        #expect(
            plan(.settled, record: 4, own: 3, aside: 3, isOrdered: true)
                == .putBack(aside: Self.aside))
    }

    @Test func `without the record of before, or one that fits, a later record is refused`() {
        #expect(plan(.trial, record: 5, own: 3, aside: 4) == .refuse(aside: nil))
        #expect(plan(nil, record: 5, own: 3, isOrdered: true) == .refuse(aside: nil))
        #expect(plan(.trial, record: 5, own: 3, isOrdered: true) == .refuse(aside: nil))
    }

    @Test func `a journal is read back as it was written, and nothing else is one`() throws {
        var journal = UpgradeJournal(settled: "1.2.0", step: 7, atMs: 5)
        journal.phase = .trial
        journal.fromVersion = "1.1.0"
        journal.staged = "restore-abc"
        journal.aside = Self.aside
        journal.endedAtMs = 9
        journal.reason = "A reason."
        let json = try JSON.parse(journal.bytes)
        #expect(UpgradeJournal(json) == journal)
        for wrong in [
            "{}", #"{"phase":"trial"}"#,
            #"{"phase":"gone","version":"1","fromStep":1,"toStep":1,"startedAtMs":1}"#,
            Self.naming("tls"), Self.naming("data.before-upgrade-/../x"),
            Self.naming("data.before-restore-1"),
        ] {
            #expect(UpgradeJournal(try JSON.parse(Array(wrong.utf8))) == nil, "\(wrong)")
        }
    }
}
