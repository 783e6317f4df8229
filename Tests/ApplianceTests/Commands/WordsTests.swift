import Assembly
import FHIRModel
import Testing

@Suite("Words of commands")
struct WordsTests {
    @Test func `a bar shows the part, in bounds, in one line`() {
        let half = ProgressText.bar(part: 0.5, "work", columns: 80)
        #expect(half == "[############------------]  50% work")
        #expect(ProgressText.bar(part: 2, "", columns: 80).contains("100%"))
        #expect(ProgressText.bar(part: -1, "", columns: 80).contains("  0%"))
        #expect(ProgressText.bar(part: .nan, "", columns: 80).contains("  0%"))
        #expect(ProgressText.bar(part: 0.5, "a long text", columns: 20).count == 19)
        #expect(ProgressText.bar(part: 0.5, "", columns: 0).count == 1)
    }

    @Test(arguments: [
        (0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"), (-1_000, "-1,000"),
    ])
    func `numbers are grouped`(number: Int, text: String) {
        #expect(ProgressText.grouped(number) == text)
    }

    @Test func `one is one and the others are many`() {
        #expect(ProgressText.counted(1, "file") == "1 file")
        #expect(ProgressText.counted(2, "entry", "entries") == "2 entries")
    }

    @Test func `columns line up without blanks at the end`() {
        #expect(
            TextTable.lines([["A", "LONG", "C"], ["aaa", "b", ""], ["", "", "c"]])
                == ["A    LONG  C", "aaa  b", "           c"])
    }

    @Test func `findings are told with their cure, and only failures are failures`() {
        let findings: [Finding] = [
            .ok("a", "Good."), .warning("bbb", "Odd.", cure: "Look."),
        ]
        #expect(
            FindingReport.lines(findings) == [
                "ok       a    Good.", "warning  bbb  Odd.", "              → Look.",
            ])
        #expect(FindingReport.isWell(findings))
        #expect(!FindingReport.isWell([.failed("c", "Bad.", cure: "Mend.")]))
    }

    @Test func `the recovery kit says what it is, for whom, and what to do`() {
        let sheet = KitSheet(
            kitID: "D1A92911", code: "846D-74F0", clinicName: "Three Rivers",
            madeAtMs: 1_795_000_000_000)
        let lines = sheet.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == "TRIBAL EHR RECOVERY KIT D1A92911")
        #expect(lines.contains("Clinic:  Three Rivers"))
        #expect(lines.contains("Made on: 2026-11-18"))
        #expect(lines.contains("Code:    846D-74F0"))
        #expect(sheet.text.contains("\"Restore a backup\", the newest backup file"))
        #expect(lines.allSatisfy { $0.count <= 78 })
        #expect(sheet.text.hasSuffix("\n"))
    }

    @Test func `a clock that cannot be right is told`() {
        #expect(ClockCheck.warning(nowMs: 300_000)?.contains("1970-01-01") == true)
        #expect(ClockCheck.warning(nowMs: ClockCheck.plausibleFromMs) == nil)
        #expect(ClockCheck.warning(nowMs: ClockCheck.plausibleToMs) != nil)
    }

    @Test func `the innermost mount decides what a folder lies on`() {
        let table = """
            /dev/sda1 / ext4 rw 0 0
            tmpfs /tmp tmpfs rw 0 0
            host:/x /srv/old\\040data nfs4 rw 0 0
            none /tmpfiles xfs rw 0 0
            """
        #expect(MountTable.kind(of: "/var/lib", in: table) == "ext4")
        #expect(MountTable.kind(of: "/tmp", in: table) == "tmpfs")
        #expect(MountTable.kind(of: "/tmp/a", in: table) == "tmpfs")
        #expect(MountTable.kind(of: "/srv/old data/x", in: table) == "nfs4")
        #expect(MountTable.kind(of: "/tmpfiles/x", in: table) == "xfs")
        #expect(MountTable.kind(of: "/", in: "") == nil)
        #expect(FileSystemUse.of("nfs4") == .unsafe)
        #expect(FileSystemUse.of("fuse.sshfs") == .unsafe)
        #expect(FileSystemUse.of("tmpfs") == .forgets)
    }

    @Test(arguments: [
        ("https://127.0.0.1:8443", 8443), ("https://localhost", 443), ("https://localhost/", 443),
        ("https://[::1]:9/ready", 9), ("https://127.0.0.1:1/ready", 1),
    ])
    func `a box on this machine may be asked`(url: String, port: Int) {
        #expect(HealthAddress(url)?.port == port)
    }

    @Test(arguments: [
        "http://127.0.0.1:1", "https://clinic.local:1", "https://10.0.0.1:1", "127.0.0.1:1",
        "https://127.evil.example:1", "https://127.0.0.1:1/x",
    ])
    func `no other is asked`(url: String) {
        #expect(HealthAddress(url) == nil)
    }
}
