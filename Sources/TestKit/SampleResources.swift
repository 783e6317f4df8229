package import FHIRModel

/// Small resources, as few members as a test needs to tell them apart.
package enum SampleResources {
    /// A patient with one official name.
    package static func patient(
        _ id: String, given: String = "Nizhóní", family: String = "Tsosie",
        birthDate: String = "1980-02-25"
    ) throws -> JSON {
        try JSON.parse(
            Array(
                """
                {"resourceType":"Patient","id":"\(id)","name":[{"use":"official",\
                "family":"\(family)","given":["\(given)"]}],"birthDate":"\(birthDate)"}
                """.utf8))
    }

    /// An observation of a patient.
    ///
    /// - Parameters:
    ///   - value: a number as it is to be written.
    ///   - labels: codes of security labels, such as `BH`.
    package static func observation(
        _ id: String, of patientID: String?, value: String = "1", at time: String = "2026-02-01",
        labels: [String] = []
    ) throws -> JSON {
        try JSON.parse(
            Array(
                """
                {"resourceType":"Observation","id":"\(id)"\(meta(labels)),"status":"final",\
                "code":{"text":"Weight"}\(subject(patientID)),"effectiveDateTime":"\(time)",\
                "valueQuantity":{"value":\(value),"unit":"kg"}}
                """.utf8))
    }

    /// A problem on a patient's list.
    package static func condition(
        _ id: String, of patientID: String, text: String = "Cough", labels: [String] = []
    ) throws -> JSON {
        try JSON.parse(
            Array(
                """
                {"resourceType":"Condition","id":"\(id)"\(meta(labels)),\
                "code":{"text":"\(text)"}\(subject(patientID))}
                """.utf8))
    }

    /// Somebody who works in the clinic; belongs to no patient.
    package static func practitioner(_ id: String, npi: String = "1234567893") throws -> JSON {
        try JSON.parse(
            Array(
                """
                {"resourceType":"Practitioner","id":"\(id)","identifier":[{"system":\
                "http://hl7.org/fhir/sid/us-npi","value":"\(npi)"}],"name":[{"family":"Hale"}]}
                """.utf8))
    }

    private static func meta(_ labels: [String]) -> String {
        guard !labels.isEmpty else { return "" }
        let codings = labels.map {
            #"{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"\#($0)"}"#
        }
        return #","meta":{"security":[\#(codings.joined(separator: ","))]}"#
    }

    private static func subject(_ patientID: String?) -> String {
        guard let patientID else { return "" }
        return #","subject":{"reference":"Patient/\#(patientID)"}"#
    }
}
