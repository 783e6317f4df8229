import Kernel
import RecordStore

/// What root's side of an upgrade has written down: lines of `key=value` in a file that the service
/// reads and cannot change.
package struct UpgradeState: Hashable, Sendable {
    /// How far the package is.
    package enum Phase: String, Sendable {
        /// The program is on trial; the one before is kept.
        case trial
        /// The program has shown that it works.
        case confirmed
        /// It did not pass the rehearsal, and never ran.
        case failed
        /// It did not work, and the one before is back.
        case rolledBack = "rolled-back"
        /// A person ordered the one before back, with the record of before.
        case ordered
    }

    /// Where the package keeps it.
    package static let defaultFile = "/var/lib/tribal-ehr-upgrade/state"
    private static let bytesMax = 4_096

    package let phase: Phase
    /// The releases, as the package counts.
    package let from: String
    package let to: String
    /// How often the program on trial was started.
    package let tries: Int
    /// Why it failed, in a sentence; empty where it did not.
    package let reason: String

    /// Reads the file; nil where there is none, or what stands in it is nobody's.
    package static func read(_ path: String) -> UpgradeState? {
        // A file that cannot be read says nothing, as one that is not there.
        guard let bytes = try? FileBytes.read(path, bytesMax: bytesMax) else { return nil }
        return UpgradeState(String(decoding: bytes, as: UTF8.self))
    }

    /// Reads the lines.
    package init?(_ text: String) {
        var values: [Substring: Substring] = [:]
        for line in text.split(separator: "\n") {
            guard let equals = line.firstIndex(of: "=") else { continue }
            values[line[..<equals]] = line[line.index(after: equals)...]
        }
        guard let phase = values["state"].flatMap({ Phase(rawValue: String($0)) }) else {
            return nil
        }
        self.phase = phase
        from = String(values["from"] ?? "")
        to = String(values["to"] ?? "")
        tries = values["tries"].flatMap { Int($0) } ?? 0
        reason = String(values["reason"] ?? "")
    }

    /// What administrators are told; nil where all is as it should be.
    package var notice: String? {
        switch phase {
        case .trial, .confirmed: nil
        case .failed:
            "The update to release \(to) was not made: \(reason) Release \(from) goes on, and "
                + "nothing of the record was changed."
        case .rolledBack:
            "Release \(to) did not work: \(reason) Release \(from) is back, with the record as it "
                + "was."
        case .ordered:
            "Release \(from) is back, as an administrator ordered. What was entered with release "
                + "\(to) is kept aside in the data folder."
        }
    }
}
