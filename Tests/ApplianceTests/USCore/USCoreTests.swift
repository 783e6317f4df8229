import AccessControl
import FHIRModel
import TestKit
import Testing

/// The demo clinic against everything that US Core 6.1.0 asks of a server, over the real routes.
///
/// What is asked stands in `Tests/Fixtures/us-core-6.1.0.json`, made from the published package.
@Suite struct `US Core with the demo clinic` {
    private func atTheClinic(
        _ body: @escaping @Sendable (ServedBox, USCoreClinic, USCoreTable) async throws -> Void
    ) async throws {
        try await TestBox.served { test, served in
            _ = try await test.run("demo.load")
            try await test.add("doctor", [.physician])
            let table = try USCoreTable.load()
            let types = Set(table.types.map(\.type)).union(["Binary"]).subtracting(["ValueSet"])
            let doctor = try await served.bearer(test.token("doctor", "user/*.rs"))
            let clinic = try await USCoreClinic(doctor, types: types.sorted())
            try await body(served, clinic, table)
        }
    }

    @Test func `every search, element, reference and Provenance is there`() async throws {
        try await atTheClinic { served, clinic, table in
            var lines: [String: Int] = [:]
            for line in try DemoLines.all() {
                lines[try JSON.parse(line).string("resourceType") ?? "", default: 0] += 1
            }
            #expect(clinic.records.mapValues(\.count) == lines)
            try await searches(clinic, table)
            try await firstSearches(clinic, table)
            try await chainedSearches(clinic)
            let records = USCoreRecordChecks(clinic: clinic, table: table)
            for fault in try records.unseenElements() + records.looseReferences() {
                Issue.record("\(fault)")
            }
            for fault in records.missingDataForms() + records.provenanceFaults() {
                Issue.record("\(fault)")
            }
            for fault in records.unseenCodes() + records.guidanceFaults() {
                Issue.record("\(fault)")
            }
            try await reads(served, clinic, table)
            try await documents(clinic)
            try await expansions(clinic)
            try await statement(served, table)
        }
    }

    @Test func `records that are taken out of the clinic are missed`() throws {
        let lost = [
            ("us-core-implantable-device", "us-core-implantable-device: no record claims it."),
            ("us-core-medication\"", "Medication/demo-p09-k001 is not there."),
            ("11526-1", "DocumentReference.type: no 11526-1."),
            ("LP7839-6", "DiagnosticReport.category: no LP7839-6."),
            ("cognitive-status", "Observation.category: no cognitive-status."),
            ("provenance-participant-type", "nothing tells where it comes from."),
            ("data-absent-reason", "No code says that a value is unknown."),
        ]
        let kept = try DemoLines.all().filter { line in
            lost.allSatisfy { line.firstRange(of: Array($0.0.utf8)) == nil }
        }
        let checks = USCoreRecordChecks(
            clinic: try USCoreClinic(kept), table: try USCoreTable.load())
        let found =
            try checks.unseenElements() + checks.looseReferences() + checks.missingDataForms()
            + checks.provenanceFaults() + checks.unseenCodes() + checks.guidanceFaults()
        for (word, fault) in lost {
            #expect(found.contains { $0.hasSuffix(fault) }, "\(word)")
        }
    }

    private func searches(_ clinic: USCoreClinic, _ table: USCoreTable) async throws {
        var asked = 0
        for rule in table.types where !rule.searches.isEmpty {
            var checks = try USCoreSearchChecks(clinic, rule)
            try await checks.run()
            asked += checks.asked
            for fault in checks.faults { Issue.record("\(fault)") }
        }
        #expect(asked > 300)
    }

    /// The records of a profile are found by its fixed values, for some patient.
    private func firstSearches(_ clinic: USCoreClinic, _ table: USCoreTable) async throws {
        for profile in table.profiles where !profile.first.isEmpty {
            let own = (clinic.records[profile.type] ?? []).filter {
                $0.profiles.contains(profile.url)
            }
            guard let one = own.first,
                let patient = one.json.at("subject", "reference")?.string
            else { continue }
            var isFound = false
            for value in profile.first where !isFound {
                let found = try await clinic.search(
                    profile.type,
                    [("patient", patient), (value.name, "\(value.system)|\(value.code)")])
                isFound = found.matches.contains(one.id)
            }
            #expect(isFound, "\(profile.url): \(one.id) is not found by its fixed values")
        }
    }

    private func chainedSearches(_ clinic: USCoreClinic) async throws {
        let role = try #require(clinic.records["PractitionerRole"]?.first)
        let who = try #require(role.json.at("practitioner", "reference")?.string)
        let person = try #require(clinic.byAddress[who]?.json)
        let family = try #require(person.at("name", 0, "family")?.string)
        let number = try #require(person.at("identifier", 0)?.string("value"))
        let system = try #require(person.at("identifier", 0)?.string("system"))
        for field in [
            ("practitioner.name", family), ("practitioner.identifier", number),
            ("practitioner.identifier", "\(system)|\(number)"),
        ] {
            let found = try await clinic.search("PractitionerRole", [field])
            #expect(found.matches == [role.id], "\(field)")
        }
    }

    /// Reads of every type, with a token and without.
    private func reads(
        _ served: ServedBox, _ clinic: USCoreClinic, _ table: USCoreTable
    ) async throws {
        let nobody = try await served.nobody()
        let doctor = try clinic.visitor
        for (type, records) in clinic.records.sorted(by: { $0.key < $1.key }) {
            for record in Set([0, records.count / 2, records.count - 1]).map({ records[$0] }) {
                let answer = try await doctor.get("/fhir/\(record.address)")
                #expect(answer.status == 200, "\(record.address)")
                if type != "Binary" {
                    #expect(answer.json?.string("id") == record.id, "\(record.address)")
                }
            }
            #expect(try await nobody.get("/fhir/\(records[0].address)").status == 401, "\(type)")
            #expect(try await nobody.get("/fhir/\(type)").status == 401, "\(type)")
            #expect(
                try await doctor.get("/fhir/\(type)/there-is-none").status == 404, "\(type)"
            )
        }
    }

    /// `$docref` shows what the records of a patient say: all of a stretch, or the newest of each
    /// type.
    private func documents(_ clinic: USCoreClinic) async throws {
        let doctor = try clinic.visitor
        let path = "/fhir/DocumentReference/$docref"
        func shown(_ query: String) async throws -> [String] {
            let answer = try await doctor.get("\(path)?\(query)")
            #expect(answer.status == 200, "\(query)")
            return answer.json?["entry"]?.elements.compactMap {
                $0.at("resource", "id")?.string
            } ?? []
        }
        func kind(_ json: JSON) -> String? { json.at("type", "coding", 0, "code")?.string }
        let byPatient = Dictionary(
            grouping: (clinic.records["DocumentReference"] ?? []).filter {
                $0.json.string("status") == "current"
            }, by: { $0.json.at("subject", "reference")?.string ?? "" })
        #expect(byPatient.count > 3)
        for (patient, records) in byPatient.sorted(by: { $0.key < $1.key }) {
            let id = patient.dropFirst("Patient/".count)
            let all = try await shown("patient=\(id)&start=1900-01-01&end=2200-01-01")
            #expect(Set(all) == Set(records.map(\.id)), "\(patient)")
            #expect(try await shown("patient=\(id)&end=1900-01-01").isEmpty, "\(patient)")
            let kinds = Set(records.compactMap { kind($0.json) })
            let newest = try await shown("patient=\(id)")
            #expect(newest.count == kinds.count, "\(patient)")
            for one in kinds {
                let found = try await shown("patient=\(id)&type=http://loinc.org%7C\(one)")
                let wanted = records.filter { kind($0.json) == one }
                let last = wanted.max {
                    $0.json.string("date") ?? "" < $1.json.string("date") ?? ""
                }
                #expect(found == [last?.id].compactMap(\.self), "\(patient) \(one)")
            }
        }
        #expect(try await doctor.get(path).status == 400)
    }

    /// `$expand` answers for each value set of US Core: with codes, or with why it cannot.
    private func expansions(_ clinic: USCoreClinic) async throws {
        let doctor = try clinic.visitor
        let sets = Definitions.r4.valueSetURLs.filter {
            $0.hasPrefix("http://hl7.org/fhir/us/core/ValueSet/")
        }
        #expect(sets.count >= 20)
        let unclosed = "http://hl7.org/fhir/StructureDefinition/valueset-unclosed"
        var whole = 0
        for url in sets {
            let answer = try await doctor.get("/fhir/ValueSet/$expand?url=\(url)&count=5")
            let expansion = answer.json?["expansion"]
            let codes = expansion?["contains"]?.count ?? 0
            let isUnclosed =
                expansion?["extension"]?.elements.contains { $0.string("url") == unclosed } == true
            #expect(answer.status == 200 && answer.json?.string("url") == url, "\(url)")
            #expect(codes > 0 || isUnclosed, "\(url)")
            if !isUnclosed { whole += 1 }
        }
        print("US Core value sets: \(sets.count) expand, \(whole) of them to all of their codes")
        #expect(whole > sets.count / 3)
    }

    /// The capability statement claims what US Core wants claimed.
    private func statement(_ served: ServedBox, _ table: USCoreTable) async throws {
        let json = try #require(try await served.nobody().get("/fhir/metadata").json)
        let claims = json["instantiates"]?.elements.compactMap(\.string) ?? []
        #expect(claims.contains(table.capability))
        #expect(
            json["format"]?.elements.contains {
                $0.string == "json" || $0.string == "application/fhir+json"
            } == true)
        var resources: [String: JSON] = [:]
        for one in json.at("rest", 0, "resource")?.elements.map({ $0 }) ?? [] {
            resources[one.string("type") ?? ""] = one
        }
        for rule in table.types where rule.level == "SHALL" {
            let own = try #require(resources[rule.type], "\(rule.type)")
            let profiles = Set(own["supportedProfile"]?.elements.compactMap(\.string) ?? [])
            for url in rule.profiles { #expect(profiles.contains(url), "\(rule.type): \(url)") }
            let names = Set(own["searchParam"]?.elements.compactMap { $0.string("name") } ?? [])
            #expect(names.isSuperset(of: rule.parameters.keys), "\(rule.type)")
            let back = Set(own["searchRevInclude"]?.elements.compactMap(\.string) ?? [])
            #expect(back.isSuperset(of: rule.revincludes), "\(rule.type)")
            let along = Set(own["searchInclude"]?.elements.compactMap(\.string) ?? [])
            for include in rule.includes {
                let short = include.split(separator: ":").prefix(2).joined(separator: ":")
                #expect(along.contains(include) || along.contains(short), "\(include)")
            }
        }
    }
}
