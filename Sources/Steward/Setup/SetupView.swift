import FHIRModel
import Kernel
import QRCode
import RecordStore
import Sealing

/// What the pages of the setup are told.
enum SetupView {
    /// The state for a browser that was let in; the bare need of a code for any other.
    static func bytes(_ state: SetupState?, _ setup: Setup) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { top in
            guard let state else {
                top.member("step", "code")
                return
            }
            write(state, setup, to: &top)
        }
        return writer.bytes
    }

    /// The state with a kit that was just made; the only answer that holds its code.
    static func bytes(_ fresh: FreshKit, _ setup: Setup) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { top in
            write(fresh.state, setup, to: &top)
            top.object("sheet") { sheet in
                let code = fresh.code.text
                sheet.member("kitId", fresh.kit.id)
                sheet.member("code", code)
                sheet.member("madeAt", Timestamp.text(ms: fresh.kit.madeMs))
                sheet.member("clinicName", fresh.state.clinic?.name ?? "")
                sheet.member("boxName", fresh.state.clinic?.boxName ?? "")
                if let print = setup.machine.fingerprint() { sheet.member("fingerprint", print) }
                sheet.array("modules") { rows in
                    for row in modules(of: "TRIBAL-EHR KIT \(fresh.kit.id) \(code)") {
                        rows.string(row)
                    }
                }
            }
        }
        return writer.bytes
    }

    /// What a browser is told when the box is claimed.
    static func done(_ state: SetupState, _ setup: Setup) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { top in
            top.member("step", "done")
            top.member("kind", (state.kind ?? .clinic).rawValue)
            top.member("clinicName", state.clinic?.name ?? "")
            top.member("username", state.administrator?.username ?? "")
            top.array("names") { list in
                for name in setup.machine.names(state.clinic?.boxName ?? "") { list.string(name) }
            }
            if let print = setup.machine.fingerprint() { top.member("fingerprint", print) }
        }
        return writer.bytes
    }

    private static func write(_ state: SetupState, _ setup: Setup, to top: inout JSONWriter) {
        top.member("step", state.step.rawValue)
        top.member("version", state.version)
        if let kind = state.kind { top.member("kind", kind.rawValue) }
        if let clinic = state.clinic {
            top.object("clinic") { one in
                one.member("clinicName", clinic.name)
                one.member("timeZone", clinic.timeZone)
                one.member("boxName", clinic.boxName)
                if let code = clinic.facilityCode { one.member("facilityCode", code) }
            }
        }
        if let person = state.administrator {
            top.object("administrator") { one in
                one.member("username", person.username)
                one.member("displayName", person.displayName)
                one.member("isClinician", person.isClinician)
            }
        }
        if let kit = state.kit {
            top.object("kit") { one in
                one.member("id", kit.id)
                one.array("groups") { list in for group in kit.groups { list.number(group) } }
            }
        }
        let nowMs = setup.store.parts.clock.wallMs()
        top.object("clock") { one in
            one.member("nowMs", Int(nowMs))
            if let fault = setup.machine.clockFault(nowMs) { one.member("fault", fault) }
        }
        write(setup.shownFacts(), to: &top)
    }

    private static func write(_ facts: MachineFacts, to top: inout JSONWriter) {
        let verdict = MachineVerdict(facts)
        top.object("machine") { one in
            one.member("cores", facts.coreCount)
            one.member("memoryMiB", facts.memoryMiB)
            one.member("freeDiskMiB", facts.freeDiskMiB)
            if let sync = facts.syncMicroseconds { one.member("syncMicroseconds", sync) }
            one.member("patients", verdict.patients)
            one.member("staff", verdict.staff)
            one.array("warnings") { list in
                for warning in verdict.warnings { list.string(warning) }
            }
            if let refusal = verdict.refusal { one.member("refusal", refusal) }
        }
    }

    /// A row of the QR code each, `1` for a dark module.
    private static func modules(of text: String) -> [String] {
        guard let code = QRCode(text: text) else { return [] }
        return (0..<code.side).map { row in
            String((0..<code.side).map { code[row, $0] ? "1" : "0" })
        }
    }
}
