import AccessControl
import Assembly
import FHIRModel
import RecordStore
import TestKit
import Testing

/// No way of asking leads into a chart that is not one's own (SECURITY S19).
@Suite struct `Foreign charts` {
    /// Questions whose answer holds the other patient's records for a physician.
    static let questions = [
        "/fhir/Patient", "/fhir/Patient?family=yazzie", "/fhir/Patient?_id=own,other",
        "/fhir/Patient?_has:Condition:patient:_id=cough-other",
        "/fhir/Patient?_filter=family%20eq%20%22Yazzie%22", "/fhir/Patient?_sort=-_lastUpdated",
        "/fhir/Patient?_revinclude=Condition:subject",
        "/fhir/Condition", "/fhir/Condition?patient=other", "/fhir/Condition?_id=cough,cough-other",
        "/fhir/Condition?subject:Patient.family=yazzie", "/fhir/Condition?patient.name=yazzie",
        "/fhir/Condition?_include=Condition:subject", "/fhir/Condition?_include=*",
        "/fhir/Condition?subject:missing=false",
        "/fhir?_type=Patient,Condition", "/fhir/Patient/other/Condition",
        "/fhir/_history", "/fhir/Patient/_history", "/fhir/Condition/_history",
        "/fhir/Condition/cough-other/_history", "/fhir/Patient/other/_history",
    ]

    private func shown(_ answer: BoxAnswer) -> [JSON] {
        answer.json?["entry"].map { Array($0.elements) } ?? []
    }

    /// The ids of all resources in a Bundle that belong to the other patient.
    private func foreign(_ answer: BoxAnswer) -> [String] {
        shown(answer).compactMap { entry in
            let id = entry.at("resource", "id")?.string ?? ""
            return id.contains("other") ? id : nil
        }
    }

    @Test func `a patient finds nobody else's records by any way of asking`() async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("doctor", [.physician])
            try await test.add("patient", [.patient], ownPatientID: "own")
            let doctor = try await served.signedIn("doctor")
            let patient = try await served.signedIn("patient")
            for question in Self.questions {
                let seen = try await doctor.get(question)
                #expect(foreign(seen) != [], "\(question) proves nothing: \(seen.status)")
                let answer = try await patient.get(question)
                #expect(foreign(answer) == [], "\(question)")
                #expect(answer.status == 200 || (400..<500).contains(answer.status), "\(question)")
                let all = shown(answer).count
                let total = answer.json?["total"]?.int ?? all
                #expect(total <= all || question.contains("clude"), "\(question): \(total)")
            }
        }
    }

    @Test func `a batch opens no chart that its entries could not`() async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("patient", [.patient], ownPatientID: "own")
            let patient = try await served.signedIn("patient")
            let asked = ["Patient/other", "Condition/cough-other", "Patient/other/Condition"]
            let entries = asked.map { #"{"request":{"method":"GET","url":"\#($0)"}}"# }
            let answer = try await patient.send(
                "POST", "/fhir",
                #"{"resourceType":"Bundle","type":"batch","entry":["#
                    + entries.joined(separator: ",") + "]}")
            let statuses = shown(answer).compactMap {
                $0.at("response", "status")?.string
            }
            #expect(answer.status == 403 || statuses.count == 3)
            #expect(!answer.text.contains("Yazzie"))
            for entry in shown(answer) {
                let id = entry.at("resource", "id")?.string ?? ""
                #expect(!id.contains("other"), "\(id)")
            }
        }
    }
}
