import Assembly
import Testing

@Suite("What the package says of an upgrade")
struct UpgradeStateTests {
    @Test func `the lines of the gate are read, and other files are none`() throws {
        let text = "state=rolled-back\nfrom=0.1.0\nto=0.2.0\ntries=3\nreason=it ended.\n"
        let state = try #require(UpgradeState(text))
        #expect(state.phase == .rolledBack && state.from == "0.1.0" && state.tries == 3)
        #expect(
            state.notice
                == "Release 0.2.0 did not work: it ended. Release 0.1.0 is back, with the record as it "
                + "was.")
        for wrong in ["", "state", "state=\n", "state=other\n", "trial", "\u{0}=\n===\n"] {
            #expect(UpgradeState(wrong) == nil, "\(wrong)")
        }
    }

    @Test func `administrators are told of what did not go well only`() {
        for (word, isTold) in [
            ("trial", false), ("confirmed", false), ("failed", true), ("rolled-back", true),
            ("ordered", true),
        ] {
            let state = UpgradeState("state=\(word)\nfrom=1\nto=2\n")
            #expect((state?.notice != nil) == isTold, "\(word)")
        }
    }
}
