import AccessControl
import FHIRModel
import Kernel
import RecordStore
import Sealing
import Steward

extension Operations {
    func auditVerify(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await box.grant(auditAsk(.read), call.caller)
        let verdict = try await box.store.verifyAudit(grant, progress: call.progress)
        try Self.copy(AuditVerdictBody.encode(verdict), to: &answer)
    }

    func auditPage(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let limit = call.arguments["limit"]?.int ?? 500
        let afterSeq = Int64(call.arguments["afterSeq"]?.int ?? 0)
        let grant = try await box.grant(auditAsk(.export), call.caller)
        let entries = try await box.store.auditEntries(grant, afterSeq: afterSeq, limit: limit)
        let isTable = call.arguments.string("format") == "csv"
        answer.array("lines") { list in
            for entry in entries {
                let line =
                    isTable
                    ? AuditTable.line(entry)
                    : String(decoding: AuditEventResource.encode(entry), as: UTF8.self)
                list.string(line)
            }
        }
        if entries.count == limit, let last = entries.last {
            answer.member("nextAfter", Int(last.seq))
        }
    }

    func keysStatus(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await box.grant(keysAsk(.read), call.caller)
        let status = try await box.store.keyStatus(grant)
        answer.array("generations") { list in
            for generation in status.generations { list.number(generation) }
        }
        answer.array("slots") { list in
            for slot in status.slots {
                list.object { one in
                    one.member("kind", slot.kind.rawValue)
                    one.member("id", slot.id)
                    one.member("createdAt", Timestamp.text(ms: slot.createdAtMs))
                }
            }
        }
        answer.member("dataKeys", status.dataKeys)
        answer.member("waiting", status.waiting)
    }

    func keysRotate(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await box.grant(keysAsk(.administer), call.caller)
        try await box.store.rotateKeys(grant, progress: call.progress)
        try await keysStatus(call, &answer)
    }

    func keysKit(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await box.grant(keysAsk(.administer), call.caller)
        let kit = try await box.store.replaceRecoveryKit(grant)
        answer.member("kitID", kit.kitID)
        answer.member("recoveryCode", kit.code.text)
        if let clinic = box.clinic { answer.member("clinicName", clinic.name) }
        try await writeTrust(call.caller, &answer)
    }

    /// Where devices learn to trust the box, and the digits to compare there.
    func writeTrust(_ caller: Caller, _ answer: inout JSONWriter) async throws {
        try await box.certificates.ensureAuthority(
            try await box.grant(Ask(.administer, area: .system, type: "Certificate"), caller))
        answer.member(
            "fingerprint", box.certificates.fingerprintGroups.joined(separator: " "))
        answer.member("address", "\(box.network.heldLabel ?? box.boxName).local")
    }

    func status(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await box.grant(Ask(.read, area: .system, type: "Status"), call.caller)
        let status = try await box.store.status(grant, steps: Box.schemaSteps)
        answer.member("claimed", box.isClaimed)
        if let clinic = box.clinic { answer.member("clinicName", clinic.name) }
        answer.object("schema") { schema in
            schema.array("applied") { list in
                for step in status.schema.applied { list.string(step) }
            }
            schema.array("pending") { list in
                for step in status.schema.pending { list.string(step) }
            }
        }
        answer.member("patients", box.store.people.count)
        answer.member("auditEntries", status.auditEntries)
        answer.member("isDiskFull", box.store.isDiskFull)
        if let damage = box.store.damageFound { answer.member("damage", damage) }
        answer.array("jobs") { list in
            for job in status.jobs {
                list.object { one in
                    one.member("name", job.name)
                    one.member("state", job.state)
                    one.member("dueAt", Timestamp.text(ms: job.dueMs))
                    if let last = job.lastOKMs { one.member("lastOkAt", Timestamp.text(ms: last)) }
                }
            }
        }
        let certificateGrant = try await box.grant(
            Ask(.read, area: .system, type: "Certificate"), call.caller)
        answer.member("nameState", box.network.name.word)
        answer.member("localName", box.network.sentence)
        answer.member(
            "certificates",
            raw: try await Self.certificates(box.certificates, certificateGrant))
        answer.member("version", AppVersion.text)
    }

    private static func certificates(
        _ keeper: CertificateKeeper, _ grant: Grant
    ) async throws -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        try await keeper.write(grant, to: &writer)
        writer.endObject()
        return writer.bytes
    }

    private func auditAsk(_ verb: Verb) -> Ask { Ask(verb, area: .audit, type: "AuditLog") }

    private func keysAsk(_ verb: Verb) -> Ask { Ask(verb, area: .system, type: "Keys") }

    private static func copy(_ object: [UInt8], to answer: inout JSONWriter) throws {
        for (name, value) in try JSON.parse(object).members { answer.member(name, value) }
    }
}
