import FHIRModel
import Kernel

/// Checks of the record through the box itself.
struct RecordChecks {
    let link: BoxLink
    let isServing: Bool

    /// All of them.
    ///
    /// - Parameter full: proves the whole audit log too.
    func all(full: Bool) async throws -> [Finding] {
        let status = try await link.run("status")
        var findings = [
            server(status), claim(status), schema(status), disk(status), damage(status),
        ]
        findings += certificates(status)
        findings += jobs(status)
        findings.append(try await keys())
        if status["claimed"]?.bool == true { findings += try await backups() }
        if full { findings.append(try await audit()) }
        return findings
    }

    private func server(_ status: JSON) -> Finding {
        let version = status.string("version") ?? "?"
        guard isServing else {
            return .ok("server", "No server runs on this folder; it was opened for this check.")
        }
        guard version == AppVersion.text else {
            return .warning(
                "server", "The running server is \(version), this program \(AppVersion.text).",
                cure: "Restart the box to run the installed release.")
        }
        return .ok("server", "The server runs, release \(version).")
    }

    private func claim(_ status: JSON) -> Finding {
        guard status["claimed"]?.bool == true else {
            return .warning(
                "set-up", "The box belongs to no clinic yet.",
                cure: "tribal-ehr setup --answers FILE")
        }
        let patients = ProgressText.counted(status["patients"]?.int ?? 0, "patient")
        return .ok("set-up", "\(status.string("clinicName") ?? "The clinic") has \(patients).")
    }

    private func schema(_ status: JSON) -> Finding {
        let pending = status.at("schema", "pending")?.count ?? 0
        let applied = status.at("schema", "applied")?.count ?? 0
        return pending == 0
            ? .ok("schema", "The database is up to date (\(applied) steps).")
            : .failed(
                "schema", "\(pending) steps of the schema wait.", cure: "Restart the box.")
    }

    private func disk(_ status: JSON) -> Finding {
        status["isDiskFull"]?.bool == true
            ? .failed(
                "writing", "The disk is full; the record can be read but not changed.",
                cure: "Free some space; the box goes on by itself.")
            : .ok("writing", "The record can be changed.")
    }

    private func damage(_ status: JSON) -> Finding {
        guard let damage = status.string("damage") else {
            return .ok("database", "No damage was met since the start.")
        }
        return .failed("database", damage, cure: "Restore the data folder from a backup.")
    }

    /// What browsers are shown, and whether the box can be found by its name.
    private func certificates(_ status: JSON) -> [Finding] {
        var findings: [Finding] = []
        for one in status.at("certificates", "served").map({ Array($0.elements) }) ?? [] {
            let kind = one.string("kind") == "own" ? "The clinic's own" : "The box's"
            let day = one.string("expiresAt")?.prefix(10) ?? ""
            let days = one["daysLeft"]?.int ?? 0
            let text = "\(kind) certificate ends on \(day), in \(days) days."
            let cure =
                one.string("kind") == "own"
                ? "Bring a fresh one: tribal-ehr certificate install --certificate FILE --key FILE"
                : "Check the clock; the box renews it by itself while it runs."
            let name = "certificate-shown"
            if days < 0 {
                findings.append(.failed(name, "\(kind) certificate ended on \(day).", cure: cure))
            } else {
                findings.append(
                    days < Self.certificateDaysMin
                        ? .warning(name, text, cure: cure) : .ok(name, text))
            }
        }
        let uncovered = status.at("certificates", "uncovered")?.elements.compactMap(\.string) ?? []
        if !uncovered.isEmpty {
            findings.append(
                .warning(
                    "certificate-names",
                    "The box's own authority may not vouch for \(uncovered.joined(separator: ", ")).",
                    cure: "Bring a certificate for it, or take the name out of HOSTS."))
        }
        return findings + localName(status)
    }

    private static let certificateDaysMin = 14

    private func localName(_ status: JSON) -> [Finding] {
        guard isServing, let text = status.string("localName") else { return [] }
        switch status.string("nameState") {
        case "failed":
            return [
                .warning(
                    "local-name", text,
                    cure:
                        "Find the program with: ss --udp --listening --processes 'sport = :5353'; "
                        + "or set MDNS=off and give devices the number of the box.")
            ]
        case "no-network":
            return [
                .warning(
                    "local-name", text, cure: "Plug the box into the network of the clinic.")
            ]
        default: return [.ok("local-name", text)]
        }
    }

    private func jobs(_ status: JSON) -> [Finding] {
        guard let jobs = status["jobs"] else { return [] }
        let broken = jobs.elements.filter { $0.string("state") == "failed" }.compactMap {
            $0.string("name")
        }
        if broken.isEmpty { return [.ok("jobs", "No job has failed.")] }
        return [
            .warning(
                "jobs", "Failed: \(broken.joined(separator: ", ")).",
                cure: "Look at the log: journalctl --unit tribal-ehr")
        ]
    }

    /// How the backups stand, and each place.
    private func backups() async throws -> [Finding] {
        let answer = try await link.run("backup.status")
        let line = answer.string("line") ?? "The state of the backups is not known."
        let cure = "tribal-ehr backup status says what to do."
        var findings: [Finding] =
            switch answer.string("level") {
            case "green": [.ok("backups", line)]
            case "yellow": [.warning("backups", line, cure: cure)]
            default: [.failed("backups", line, cure: cure)]
            }
        for place in answer["places"].map({ Array($0.elements) }) ?? [] {
            let name = place.string("name") ?? "?"
            let age = place.string("age").map { "last copy \($0)" } ?? "no copy yet"
            findings.append(
                place.string("fault").map {
                    .warning("backup-place", "\(name): \($0)", cure: cure)
                } ?? .ok("backup-place", "\(name): \(age)."))
        }
        return findings
    }

    private func keys() async throws -> Finding {
        let waiting = try await link.run("keys.status")["waiting"]?.int ?? 0
        return waiting == 0
            ? .ok("key-rotation", "No rotation waits.")
            : .warning(
                "key-rotation", "A rotation was interrupted with \(waiting) keys left.",
                cure: "tribal-ehr keys rotate")
    }

    private func audit() async throws -> Finding {
        let line = ProgressLine()
        let answer = try await link.run("audit.verify", progress: { line.show($0, "audit log") })
        line.clear()
        let entries = ProgressText.counted(answer["entries"]?.int ?? 0, "entry", "entries")
        return answer.string("status") == "intact"
            ? .ok("audit-log", "Intact: \(entries).")
            : .failed(
                "audit-log", "The audit log is broken.",
                cure: "tribal-ehr audit verify names the entry. Keep the folder as it is.")
    }
}
