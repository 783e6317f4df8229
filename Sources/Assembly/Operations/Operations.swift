package import AccessControl
package import FHIRModel
import Kernel

/// What a command asks of the box, the same whether it comes over the control socket or from the
/// process that has the folder open itself.
package struct OperationCall: Sendable {
    let arguments: JSON
    let attachment: [UInt8]
    let caller: Caller
    /// Called with the part done, 0 to 1.
    let progress: @Sendable (Double) -> Void

    /// Makes a call.
    ///
    /// - Parameters:
    ///   - arguments: an object.
    ///   - attachment: bytes that go with it.
    package init(
        arguments: JSON, attachment: [UInt8], caller: Caller,
        progress: @escaping @Sendable (Double) -> Void
    ) {
        self.arguments = arguments
        self.attachment = attachment
        self.caller = caller
        self.progress = progress
    }

    /// A text among the arguments.
    ///
    /// - Throws: ``Problem`` `.required` that names it.
    func text(_ name: String) throws(Problem) -> String {
        guard let text = arguments.string(name), !text.isEmpty else {
            throw Problem(.required, "The command needs \(name).", location: name)
        }
        return text
    }

    /// A switch among the arguments; off where it is missing.
    func flag(_ name: String) -> Bool { arguments[name]?.bool ?? false }
}

/// The commands that the box carries out.
package struct Operations: Sendable {
    typealias Run = @Sendable (Operations, OperationCall, inout JSONWriter) async throws -> Void

    let box: Box

    /// Makes the commands of an open box.
    package init(box: Box) { self.box = box }

    private static let all: [String: Run] = [
        "setup": { try await $0.setup($1, &$2) },
        "setup.code": { try await $0.setupCode($1, &$2) },
        "maintenance.set": { try await $0.maintenanceSet($1, &$2) },
        "maintenance.status": { try await $0.maintenanceStatus($1, &$2) },
        "demo.reset": { try await $0.demoReset($1, &$2) },
        "import.document": { try await $0.importDocument($1, &$2) },
        "import.lines": { try await $0.importLines($1, &$2) },
        "demo.load": { try await $0.demoLoad($1, &$2) },
        "demo.remove": { try await $0.demoRemove($1, &$2) },
        "token.issue": { try await $0.tokenIssue($1, &$2) },
        "user.list": { try await $0.userList($1, &$2) },
        "user.add": { try await $0.userAdd($1, &$2) },
        "user.disable": { try await $0.userDisable($1, &$2) },
        "user.enable": { try await $0.userEnable($1, &$2) },
        "user.unlock": { try await $0.userUnlock($1, &$2) },
        "user.reset-password": { try await $0.userResetPassword($1, &$2) },
        "user.password-code": { try await $0.userPasswordCode($1, &$2) },
        "user.reset-factor": { try await $0.userResetFactor($1, &$2) },
        "user.set-roles": { try await $0.userSetRoles($1, &$2) },
        "user.link": { try await $0.userLink($1, &$2) },
        "audit.verify": { try await $0.auditVerify($1, &$2) },
        "audit.page": { try await $0.auditPage($1, &$2) },
        "keys.status": { try await $0.keysStatus($1, &$2) },
        "keys.rotate": { try await $0.keysRotate($1, &$2) },
        "keys.kit": { try await $0.keysKit($1, &$2) },
        "backup.create": { try await $0.backupCreate($1, &$2) },
        "backup.list": { try await $0.backupList($1, &$2) },
        "backup.verify": { try await $0.backupVerify($1, &$2) },
        "backup.prove": { try await $0.backupProve($1, &$2) },
        "setting.list": { try await $0.settingList($1, &$2) },
        "setting.set": { try await $0.settingSet($1, &$2) },
        "backup.status": { try await $0.backupStatus($1, &$2) },
        "backup.now": { try await $0.backupNow($1, &$2) },
        "backup.prune": { try await $0.backupPrune($1, &$2) },
        "backup.places": { try await $0.backupPlaces($1, &$2) },
        "backup.place.add": { try await $0.backupPlaceAdd($1, &$2) },
        "backup.place.test": { try await $0.backupPlaceTest($1, &$2) },
        "backup.place.remove": { try await $0.backupPlaceRemove($1, &$2) },
        "backup.simulate": { try await $0.backupSimulate($1, &$2) },
        "purge.look": { try await $0.purgeLook($1, &$2) },
        "purge": { try await $0.purge($1, &$2) },
        "terms.list": { try await $0.termsList($1, &$2) },
        "terms.begin": { try await $0.termsBegin($1, &$2) },
        "terms.put": { try await $0.termsPut($1, &$2) },
        "terms.finish": { try await $0.termsFinish($1, &$2) },
        "terms.remove": { try await $0.termsRemove($1, &$2) },
        "status": { try await $0.status($1, &$2) },
        "certificate.show": { try await $0.certificateShow($1, &$2) },
        "certificate.install": { try await $0.certificateInstall($1, &$2) },
        "certificate.reset": { try await $0.certificateReset($1, &$2) },
        "certificate.request": { try await $0.certificateRequest($1, &$2) },
        "certificate.acme.show": { try await $0.acmeShow($1, &$2) },
        "certificate.acme.now": { try await $0.acmeNow($1, &$2) },
        "certificate.acme.forget": { try await $0.acmeForget($1, &$2) },
    ]

    /// Carries out one command.
    ///
    /// - Returns: a JSON object.
    /// - Throws: ``Problem``.
    package func run(_ name: String, _ call: OperationCall) async throws -> [UInt8] {
        guard let run = Self.all[name] else {
            throw Problem(
                .notSupported,
                "The running server does not know this command. Restart it after the upgrade.")
        }
        if let refusal = box.trial.refusal { throw refusal }
        var writer = JSONWriter()
        writer.beginObject()
        try await run(self, call, &writer)
        writer.endObject()
        return writer.bytes
    }
}
