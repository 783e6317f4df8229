import Charting
import FHIRModel
import Testing

@Suite struct `Chart lists` {
    @Test(arguments: [
        (#""clinicalStatus":{"coding":[{"code":"active"}]}"#, true),
        (#""clinicalStatus":{"coding":[{"code":"recurrence"}]}"#, true),
        (#""clinicalStatus":{"coding":[{"code":"relapse"}]}"#, true),
        (#""clinicalStatus":{"coding":[{"code":"resolved"}]}"#, false),
        (#""clinicalStatus":{"coding":[{"code":"remission"}]}"#, false),
        (#""onsetDateTime":"2020""#, true),
        (#""abatementDateTime":"2020""#, false),
        (
            #""clinicalStatus":{"coding":[{"code":"active"}]},"#
                + #""verificationStatus":{"coding":[{"code":"refuted"}]}"#, false
        ),
    ])
    func `a problem is active by its clinical status`(_ member: String, _ isActive: Bool) throws {
        let chart = try ChartFixture(
            #"{"resourceType":"Condition","id":"c","code":{"text":"Asthma"},\#(member)}"#
        ).chart()
        #expect(chart.at("problems", 0, "isActive")?.bool == isActive)
        #expect(chart.at("problems", 0, "text")?.string == "Asthma")
    }

    @Test(arguments: [
        ([String](), "not-asked", 0),
        (["716186003"], "none-known", 0), (["409137002"], "none-known", 0),
        (["429625007"], "none-known", 0), (["716186003", "91935009"], "known", 1),
        (["91935009"], "known", 1),
    ])
    func `the allergy status says whether somebody asked`(
        _ codes: [String], _ status: String, _ count: Int
    ) throws {
        var fixture = ChartFixture()
        fixture.resources = codes.enumerated().map { index, code in
            """
            {"resourceType":"AllergyIntolerance","id":"a\(index)",
            "clinicalStatus":{"coding":[{"code":"active"}]},
            "code":{"coding":[{"system":"http://snomed.info/sct","code":"\(code)"}]}}
            """
        }
        let chart = try fixture.chart()
        #expect(chart.string("allergyStatus") == status)
        #expect(chart["allergies"]?.count == count)
    }

    @Test func `a statement in words counts as no known allergy and keeps its words`() throws {
        let chart = try ChartFixture(
            """
            {"resourceType":"AllergyIntolerance","id":"a","code":{"text":"No known drug allergies"}}
            """
        ).chart()
        #expect(chart.string("allergyStatus") == "none-known")
        #expect(chart.string("allergyText") == "No known drug allergies")
    }

    @Test func `a refuted allergy is listed but does not count`() throws {
        let chart = try ChartFixture(
            """
            {"resourceType":"AllergyIntolerance","id":"a","code":{"text":"Latex"},
            "verificationStatus":{"coding":[{"code":"refuted"}]}}
            """
        ).chart()
        #expect(chart.string("allergyStatus") == "not-asked")
        #expect(chart.at("allergies", 0, "verification")?.string == "refuted")
    }

    @Test func `an allergy shows criticality and reactions`() throws {
        let chart = try ChartFixture(
            """
            {"resourceType":"AllergyIntolerance","id":"a","criticality":"high",
            "code":{"text":"Peanut"},"recordedDate":"2020-02-03","reaction":[{"manifestation":[
            {"text":"Hives"},{"coding":[{"display":"Anaphylaxis"}]}]}]}
            """
        ).chart()
        #expect(chart.at("allergies", 0, "criticality")?.string == "high")
        let reactions = chart.at("allergies", 0, "reactions").map { $0.elements.map(\.string) }
        #expect(reactions == ["Hives", "Anaphylaxis"])
    }

    @Test func `a medication is named by code, reference or contained resource`() throws {
        let chart = try ChartFixture(
            #"{"resourceType":"Medication","id":"m","code":{"text":"Warfarin 5 mg"}}"#,
            """
            {"resourceType":"MedicationRequest","id":"a","status":"active","authoredOn":"2023",
            "medicationReference":{"reference":"Medication/m"}}
            """,
            """
            {"resourceType":"MedicationRequest","id":"b","status":"stopped","authoredOn":"2022",
            "medicationCodeableConcept":{"coding":[{"code":"1","display":"Aspirin 81 mg"}]},
            "reasonCode":[{"text":"Pain"}]}
            """,
            """
            {"resourceType":"MedicationRequest","id":"c","status":"on-hold","authoredOn":"2021",
            "contained":[{"resourceType":"Medication","id":"in","code":{"text":"Insulin"}}],
            "medicationReference":{"reference":"#in"}}
            """
        ).chart()
        #expect(
            chart.texts("medications", "text") == ["Warfarin 5 mg", "Aspirin 81 mg", "Insulin"])
        let active = chart["medications"].map { $0.elements.map { $0["isActive"]?.bool } }
        #expect(active == [true, false, true])
        #expect(chart.at("medications", 1, "reason")?.string == "Pain")
    }

    @Test(arguments: [
        (#""text":"1 tab daily","asNeededBoolean":true"#, "1 tab daily"),
        (#""sequence":1,"asNeededBoolean":true"#, "As needed"),
        (
            #""doseAndRate":[{"doseQuantity":{"value":2,"unit":"tablets"}}],"#
                + #""timing":{"repeat":{"frequency":2,"period":1.0,"periodUnit":"d"}}"#,
            "2 tablets twice a day"
        ),
        (
            #""timing":{"repeat":{"frequency":1,"period":6,"periodUnit":"h"}},"#
                + #""asNeededCodeableConcept":{"text":"pain"}"#,
            "Every 6 hours as needed for pain"
        ),
        (
            #""doseAndRate":[{"doseRange":{"low":{"value":1},"high":{"value":2,"unit":"puffs"}}}],"#
                + #""route":{"text":"inhalation"},"timing":{"code":{"coding":[{"code":"BID"}]}}"#,
            "1 to 2 puffs by inhalation twice a day"
        ),
        (
            #""timing":{"repeat":{"frequency":1,"period":1,"periodUnit":"wk","dayOfWeek":["mon"]}}"#,
            "Once a week on Monday"
        ),
        (
            #""timing":{"repeat":{"frequency":3,"period":1,"periodUnit":"d","when":["AC"],"#
                + #""boundsDuration":{"value":10,"code":"d"}}}"#,
            "3 times a day before meals for 10 days"
        ),
    ])
    func `a dosage is put in words`(_ dosage: String, _ words: String) throws {
        let chart = try ChartFixture(
            """
            {"resourceType":"MedicationRequest","id":"m","status":"active",
            "dosageInstruction":[{\(dosage)}]}
            """
        ).chart()
        #expect(chart.at("medications", 0, "dosage")?.string == words)
    }

    @Test func `an encounter names who led it and where`() throws {
        let chart = try ChartFixture(
            #"{"resourceType":"Practitioner","id":"d","name":[{"family":"Gray","given":["Ro"]}]}"#,
            """
            {"resourceType":"Encounter","id":"e","status":"finished","class":{"code":"AMB"},
            "type":[{"text":"Check-up"}],"period":{"start":"2020-01-01","end":"2020-01-02"},
            "participant":[{"individual":{"display":"Student"}},
            {"type":[{"coding":[{"code":"PPRF"}]}],"individual":{"reference":"Practitioner/d"}}],
            "reasonCode":[{"text":"Cough"}],"location":[{"location":{"display":"Main"}}]}
            """
        ).chart()
        let encounter = try #require(chart.at("encounters", 0))
        #expect(encounter.string("provider") == "Ro Gray")
        #expect(encounter.string("class") == "ambulatory")
        #expect(encounter.string("location") == "Main")
        #expect(encounter.string("reason") == "Cough")
        #expect(encounter.string("end") == "2020-01-02")
    }

    @Test func `an immunization shows its CVX code and lot`() throws {
        let chart = try ChartFixture(
            """
            {"resourceType":"Immunization","id":"i","status":"completed","lotNumber":"L1",
            "vaccineCode":{"text":"Flu","coding":[{"system":"urn:x","code":"9"},
            {"system":"http://hl7.org/fhir/sid/cvx","code":"140"}]},
            "occurrenceDateTime":"2025-10-01","site":{"text":"left arm"}}
            """
        ).chart()
        let row = try #require(chart.at("immunizations", 0))
        #expect(row.string("cvx") == "140" && row.string("lot") == "L1")
        #expect(row.string("date") == "2025-10-01" && row.string("site") == "left arm")
    }
}
