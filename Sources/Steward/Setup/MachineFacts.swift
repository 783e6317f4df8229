/// What was measured of the machine that the box runs on.
package struct MachineFacts: Hashable, Sendable {
    package let coreCount: Int
    package let memoryMiB: Int
    /// Free below the data folder.
    package let freeDiskMiB: Int
    /// How long a write takes until the disk has it, in microseconds; nil where it failed.
    package let syncMicroseconds: Int?

    /// Collects the measurements.
    package init(
        coreCount: Int, memoryMiB: Int, freeDiskMiB: Int, syncMicroseconds: Int?
    ) {
        self.coreCount = coreCount
        self.memoryMiB = memoryMiB
        self.freeDiskMiB = freeDiskMiB
        self.syncMicroseconds = syncMicroseconds
    }
}

/// What a machine is good for, from its measurements.
///
/// The figures come from runs of `appliance/bench` and of the import; the handbook page of the setup
/// tells how they were made.
package struct MachineVerdict: Hashable, Sendable {
    /// The least room that the setup accepts below the data folder.
    package static let freeDiskMiBMin = 1_024
    /// The most patients that were ever tried.
    private static let patientsMax = 100_000
    /// Room that logs, a copy and the system want beside the records.
    private static let reserveMiB = 1_024
    /// Disk that a chart of many years takes with its index and log.
    private static let patientKiB = 4_096
    /// Memory of the program with no patient, with room for the system.
    private static let memoryMiBMin = 512
    /// Patients to a MiB of memory.
    private static let patientsPerMiB = 100
    private static let slowSyncMicroseconds = 50_000
    private static let fastSyncMicroseconds = 20
    private static let roundTo = 100

    package let patients: Int
    package let staff: Int
    /// What to look after, as sentences.
    package let warnings: [String]
    /// Why the box cannot be set up here; nil where it can.
    package let refusal: String?

    /// Judges a machine.
    package init(_ facts: MachineFacts) {
        let byDisk = max(0, facts.freeDiskMiB - Self.reserveMiB) * 1_024 / Self.patientKiB
        let byMemory = max(0, facts.memoryMiB - Self.memoryMiBMin) * Self.patientsPerMiB
        let least = min(byDisk, byMemory, Self.patientsMax)
        patients = least < Self.roundTo ? least : least / Self.roundTo * Self.roundTo
        let sync = facts.syncMicroseconds
        let isSlow = (sync ?? .max) > Self.slowSyncMicroseconds
        staff = min(100, max(1, facts.coreCount) * (isSlow ? 5 : 25))
        var warnings: [String] = []
        if let sync, sync > Self.slowSyncMicroseconds {
            warnings.append("The disk is slow to save. A solid-state disk makes the box quick.")
        }
        if let sync, sync < Self.fastSyncMicroseconds {
            warnings.append(
                "The disk says that data is safe faster than any disk can. A power cut may lose the "
                    + "last entries.")
        }
        if facts.coreCount < 2 { warnings.append("One processor core is little; use two or more.") }
        if facts.memoryMiB < 1_024 {
            warnings.append("Less than 1 GB of memory is little; 4 GB leave room.")
        }
        if facts.freeDiskMiB < 10 * 1_024 {
            warnings.append("10 GB of free disk leave room for years of records.")
        }
        self.warnings = warnings
        refusal = Self.refusal(facts)
    }

    private static func refusal(_ facts: MachineFacts) -> String? {
        if facts.freeDiskMiB < freeDiskMiBMin {
            return "The disk has \(facts.freeDiskMiB) MB free and the box needs at least "
                + "\(freeDiskMiBMin) MB. Free some space, or put the data folder on a larger disk."
        }
        guard facts.syncMicroseconds == nil else { return nil }
        return "A test file could not be written to the disk of the data folder. Mount the disk "
            + "writable, or replace it."
    }
}
