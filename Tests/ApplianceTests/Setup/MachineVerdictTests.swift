import Steward
import Testing

@Suite struct `Machine verdict` {
    private func verdict(
        cores: Int = 2, memory: Int = 4_096, disk: Int = 100_000, sync: Int? = 900
    ) -> MachineVerdict {
        MachineVerdict(
            MachineFacts(
                coreCount: cores, memoryMiB: memory, freeDiskMiB: disk, syncMicroseconds: sync))
    }

    @Test func `more of everything never serves fewer`() {
        var before = verdict(disk: 1_024)
        for disk in stride(from: 2_048, through: 900_000, by: 50_000) {
            let now = verdict(disk: disk)
            #expect(now.patients >= before.patients)
            before = now
        }
        #expect(before.patients == 100_000)
        #expect(verdict(cores: 1).staff < verdict(cores: 4).staff)
        #expect(verdict(sync: 90_000).staff < verdict().staff)
    }

    @Test func `a disk that is too small is refused with its figure`() {
        #expect(verdict(disk: 1_023).refusal?.contains("1023 MB") == true)
        #expect(verdict(disk: 1_024).refusal == nil)
        #expect(verdict(sync: nil).refusal != nil)
    }

    @Test func `what is weak is said`() {
        #expect(verdict().warnings.isEmpty)
        for weak in [
            verdict(cores: 1), verdict(memory: 600), verdict(disk: 4_000), verdict(sync: 80_000),
            verdict(sync: 5),
        ] { #expect(weak.warnings.count == 1) }
    }
}
