import FHIRModel
import Kernel

/// The recovery kit as it is printed: the one thing that opens the record when the machine is
/// gone.
package struct KitSheet: Sendable {
    package let kitID: String
    /// Whoever has it can open every chart.
    package let code: String
    package let clinicName: String
    /// UTC milliseconds.
    package let madeAtMs: Int64
    /// Where devices learn to trust the box, and the digits to compare there; nil where not known.
    package let trust: Trust?

    /// What a device is compared with.
    package struct Trust: Hashable, Sendable {
        /// The name of the box with its domain.
        package let address: String
        /// SHA-256 of the authority's certificate in groups of four digits.
        package let fingerprint: String

        /// Collects both.
        package init(address: String, fingerprint: String) {
            self.address = address
            self.fingerprint = fingerprint
        }

        /// What the box told with a kit; nil if it told none.
        init?(told answer: JSON) {
            guard let fingerprint = answer.string("fingerprint"), !fingerprint.isEmpty,
                let address = answer.string("address")
            else { return nil }
            self.init(address: address, fingerprint: fingerprint)
        }
    }

    /// Makes a sheet.
    package init(
        kitID: String, code: String, clinicName: String, madeAtMs: Int64, trust: Trust? = nil
    ) {
        self.trust = trust
        self.kitID = kitID
        self.code = code
        self.clinicName = clinicName
        self.madeAtMs = madeAtMs
    }

    /// The sheet, in lines of at most 78 columns, with a newline at the end.
    package var text: String {
        let day = Timestamp.text(ms: madeAtMs).prefix(10)
        return """
            TRIBAL EHR RECOVERY KIT \(kitID)

            Clinic:  \(clinicName)
            Made on: \(day)
            Code:    \(code)

            1. Print this sheet twice. Put the copies into two safes in two buildings.
            2. Whoever has this code can open every chart. Show it to nobody else.
            3. It is needed when the box is replaced, or does not open its own keys.
            4. Install the program on the other machine, open its setup page, choose
               "Restore a backup", the newest backup file, and type the code.
            5. Made a newer kit? Destroy this one: only the newest kit opens the box.
            \(trustText)
            """
    }

    private var trustText: String {
        guard let trust else { return "" }
        let groups = trust.fingerprint.split(separator: " ")
        let half = (groups.count + 1) / 2
        return """

            Devices learn to trust the box at http://\(trust.address)/trust
            The page must show these digits:
               \(groups.prefix(half).joined(separator: " "))
               \(groups.dropFirst(half).joined(separator: " "))

            """
    }
}
