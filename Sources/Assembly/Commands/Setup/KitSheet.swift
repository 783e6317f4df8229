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

    /// Makes a sheet.
    package init(kitID: String, code: String, clinicName: String, madeAtMs: Int64) {
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
            4. Put the backed-up data folder in place, the code into a file, and run:
               tribal-ehr keys open --recovery-code-file FILE
            5. Made a newer kit? Destroy this one: only the newest kit opens the box.

            """
    }
}
