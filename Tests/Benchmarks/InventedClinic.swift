import FHIRModel
import TestKit

/// Records of a clinic as lines of NDJSON: sixty of each patient, so that a clinic ten times as large
/// has ten times the patients and each of them the same records.
struct InventedClinic: Sendable {
    /// Records of one patient, the patient included.
    static let recordsPerPatient = 60
    /// Vital signs of one patient.
    static let vitalsPerPatient = 50
    /// Patients who share a problem with nobody else.
    static let patientsPerGroup = 20
    private static let practitioners = 20

    private var invented = Invented(seed: 40)
    private var random = SeededRandom(seed: 41)
    private(set) var patients: [InventedPatient] = []

    /// The people who treat; they come first.
    static var practitionerLines: [UInt8] {
        Array(
            (0..<practitioners).map { number in
                #"{"resourceType":"Practitioner","id":"practitioner-\#(number)","#
                    + #""identifier":[{"system":"urn:invented:staff","value":"S\#(number)"}],"#
                    + #""name":[{"family":"Invented","given":["Number \#(number)"]}]}"# + "\n"
            }.joined().utf8)
    }

    /// The next patient with all records.
    mutating func next() -> [UInt8] {
        let patient = invented.patient()
        let number = patients.count
        patients.append(patient)
        var lines = patient.bytes + [0x0A]
        for visit in 0..<4 { lines += Array(encounter(visit, of: patient.id).utf8) }
        for problem in 0..<3 { lines += Array(condition(problem, number, patient.id).utf8) }
        for order in 0..<2 { lines += Array(prescription(order, of: patient.id).utf8) }
        for vital in 0..<Self.vitalsPerPatient { lines += observation(vital, of: patient.id) }
        return lines
    }

    /// The code that only the patients of the group of a patient have.
    static func groupCode(_ number: Int) -> String { "group-\(number / patientsPerGroup)" }

    private mutating func practitioner() -> String {
        "Practitioner/practitioner-\(random.below(Self.practitioners))"
    }

    private mutating func date() -> String {
        let month = 1 + random.below(12)
        let day = 1 + random.below(28)
        return "20\(20 + random.below(6))-\(month < 10 ? "0" : "")\(month)"
            + "-\(day < 10 ? "0" : "")\(day)"
    }

    private mutating func encounter(_ visit: Int, of id: String) -> String {
        let day = date()
        return #"{"resourceType":"Encounter","id":"\#(id)-e\#(visit)","status":"finished","class":"#
            + #"{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"#
            + #""type":[{"text":"Office visit"}],"subject":{"reference":"Patient/\#(id)"},"#
            + #""participant":[{"individual":{"reference":"\#(practitioner())"}}],"#
            + #""period":{"start":"\#(day)T09:00:00-07:00","end":"\#(day)T09:30:00-07:00"}}"# + "\n"
    }

    private mutating func condition(_ problem: Int, _ number: Int, _ id: String) -> String {
        let code = problem == 0 ? Self.groupCode(number) : "problem-\(random.below(200))"
        return
            #"{"resourceType":"Condition","id":"\#(id)-c\#(problem)","clinicalStatus":{"coding":"#
            + #"[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"#
            + #""active"}]},"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/"#
            + #"condition-category","code":"problem-list-item"}]}],"code":{"coding":[{"system":"#
            + #""urn:invented:problems","code":"\#(code)"}],"text":"An invented problem"},"#
            + #""subject":{"reference":"Patient/\#(id)"},"onsetDateTime":"\#(date())"}"# + "\n"
    }

    private mutating func prescription(_ order: Int, of id: String) -> String {
        #"{"resourceType":"MedicationRequest","id":"\#(id)-m\#(order)","status":"active","intent":"#
            + #""order","medicationCodeableConcept":{"coding":[{"system":"urn:invented:medicines","#
            + #""code":"medicine-\#(random.below(300))"}],"text":"An invented medicine"},"subject":"#
            + #"{"reference":"Patient/\#(id)"},"encounter":{"reference":"Encounter/\#(id)-e0"},"#
            + #""authoredOn":"\#(date())","requester":{"reference":"\#(practitioner())"},"#
            + #""dosageInstruction":[{"text":"One by mouth every morning"}]}"# + "\n"
    }

    private mutating func observation(_ vital: Int, of id: String) -> [UInt8] {
        let codes = [
            "8480-6", "8462-4", "8867-4", "9279-1", "8310-5", "29463-7", "8302-2", "59408-5",
        ]
        return Array(
            (#"{"resourceType":"Observation","id":"\#(id)-o\#(vital)","status":"final","category":"#
                + #"[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-"#
                + #"category","code":"vital-signs","display":"Vital Signs"}]}],"code":{"coding":"#
                + #"[{"system":"http://loinc.org","code":"\#(codes[vital % codes.count])"}]},"#
                + #""subject":{"reference":"Patient/\#(id)"},"encounter":{"reference":"#
                + #""Encounter/\#(id)-e\#(vital % 4)"},"effectiveDateTime":"\#(date())T10:00:00Z","#
                + #""performer":[{"reference":"\#(practitioner())"}],"valueQuantity":{"value":"#
                + #"\#(50 + random.below(90)).\#(random.below(10)),"unit":"kg","system":"#
                + #""http://unitsofmeasure.org","code":"kg"}}"# + "\n").utf8)
    }
}
