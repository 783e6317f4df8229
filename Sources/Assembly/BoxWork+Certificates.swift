import AccessControl
import Kernel
import Logging
import RecordStore
import Steward

extension BoxWork {
    /// The clinic's own certificate is told of when it ends within so many days.
    private static let warningDays: Int64 = 14
    private static let dayMs: Int64 = 86_400_000

    /// Ends a trial that nobody confirmed, and renews the certificate where the network or the
    /// clinic gave the box another name or address.
    ///
    /// - Parameter isTime: looks also without a word from the network.
    func lookAfterCertificates(isTime: Bool) async {
        do {
            let ask = Ask(.administer, area: .system, type: "Certificate")
            let grant = try await box.grant(ask, box.machine("job"))
            if try await box.certificates.endTrial(grant) {
                logger.notice("certificate.rolled-back")
            }
            let isChanged = box.network.takeChange()
            for (lost, next) in box.network.takeTaken() {
                try await tellTaken(grant, lost, next)
            }
            guard isChanged || isTime else { return }
            box.certificates.hold(label: box.network.heldLabel)
            if try await box.certificates.refresh(grant) { logger.notice("certificate.renewed") }
        } catch {
            logger.error("certificate", metadata: ["error": "\(type(of: error))"])
        }
    }

    /// Says once that another machine has the name.
    private func tellTaken(_ grant: Grant, _ lost: String, _ next: String) async throws {
        let setting = "mdns.taken"
        let pair = Array("\(lost) \(next)".utf8)
        let known = try await box.store.rows(grant) { try SettingRows.value(grant, setting, $0) }
        guard known != pair else { return }
        try await box.store.changeRows(grant, note: AuditNote(grant.ask, detail: setting)) {
            try SettingRows.put(grant, setting, pair, $0)
        }
        try await NoticeBoard(store: box.store).tell(
            grant, kind: "name.taken",
            "Another machine on the network has the name \(lost).local already. The box answers to "
                + "\(next).local instead. Give one of the two another name.")
    }

    /// Says that a certificate of the clinic's own ends soon; the box renews its own by itself.
    func warnOfEnd(_ grant: Grant) async throws {
        guard let endMs = box.certificates.ownNotAfterMs else { return }
        let days = (endMs - box.clock.wallMs()) / Self.dayMs
        guard days < Self.warningDays else { return }
        let day = Timestamp.text(ms: endMs).prefix(10)
        try await NoticeBoard(store: box.store).tell(
            grant, kind: "certificate.ends",
            days < 0
                ? "The clinic's own certificate ended on \(day). Browsers refuse it: upload a fresh one."
                : "The clinic's own certificate ends on \(day). Upload a fresh one before that day."
        )
    }
}
