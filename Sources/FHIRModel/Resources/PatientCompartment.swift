/// Which patient's chart a resource belongs to.
///
/// The compartment of the standard lets a resource be in the charts of several people, of its
/// author too. A record is kept under the key of one patient, so this names the one it is about.
///
/// Spec: FHIR R4 Patient compartment, https://hl7.org/fhir/R4/compartmentdefinition-patient.html
package enum PatientCompartment {
    /// The reference to the patient a resource is about, as it is written.
    ///
    /// Of a Patient it is its own `Patient/id`. Nil if the resource is about no patient, or if that
    /// shows only after `urn:` references are replaced, which is so where an element may point to
    /// things of many kinds.
    package static func patientReference(in resource: JSON) -> String? {
        guard let type = resource.string("resourceType") else { return nil }
        if type == "Patient" { return resource.string("id").map { "Patient/\($0)" } }
        for path in paths[type] {
            if let found = resource.first(along: path[...], namedPatient) { return found }
        }
        for path in paths[type] where !mixedElements.contains(path[path.count - 1]) {
            if let found = resource.first(along: path[...], possiblePatient) { return found }
        }
        return nil
    }

    /// The element that names the patient, such as `subject` or `participant.actor`; nil for a type
    /// whose resources are about no patient.
    package static func patientPath(of type: String) -> String? {
        type == "Patient" ? "id" : paths[type].first?.joined(separator: ".")
    }

    /// The types whose resources may belong to a patient's chart, sorted.
    package static var types: [String] { (paths.types + ["Patient"]).sorted() }

    private static func namedPatient(_ value: JSON) -> String? {
        guard let text = value.string("reference"), let reference = Reference(text) else {
            return nil
        }
        switch reference {
        case .local("Patient", _, _), .absolute(_, "Patient"?, _, _), .conditional("Patient", _):
            return text
        case .urn: return value.string("type") == "Patient" ? text : nil
        default: return nil
        }
    }

    private static func possiblePatient(_ value: JSON) -> String? {
        guard let text = value.string("reference"), value["type"] == nil,
            case .urn = Reference(text)
        else { return nil }
        return text
    }

    /// Elements that point to things of many kinds, so that a `urn:` says nothing.
    private static let mixedElements: Set = ["actor", "target", "deliverTo", "securityContext"]

    private static let paths = ElementPaths(
        """
        Account subject
        AdverseEvent subject
        AllergyIntolerance patient
        Appointment participant.actor
        AppointmentResponse actor
        Basic subject
        Binary securityContext
        BodyStructure patient
        CarePlan subject
        CareTeam subject
        ChargeItem subject
        Claim patient
        ClaimResponse patient
        ClinicalImpression subject
        Communication subject
        CommunicationRequest subject
        Composition subject
        Condition subject
        Consent patient
        Coverage beneficiary
        CoverageEligibilityRequest patient
        CoverageEligibilityResponse patient
        DetectedIssue patient
        Device patient
        DeviceRequest subject
        DeviceUseStatement subject
        DiagnosticReport subject
        DocumentManifest subject
        DocumentReference subject
        Encounter subject
        EnrollmentRequest candidate
        EpisodeOfCare patient
        ExplanationOfBenefit patient
        FamilyMemberHistory patient
        Flag subject
        Goal subject
        GuidanceResponse subject
        ImagingStudy subject
        Immunization patient
        ImmunizationEvaluation patient
        ImmunizationRecommendation patient
        Invoice subject
        List subject
        MeasureReport subject
        Media subject
        MedicationAdministration subject
        MedicationDispense subject
        MedicationRequest subject
        MedicationStatement subject
        MolecularSequence patient
        NutritionOrder patient
        Observation subject
        Procedure subject
        Provenance target
        QuestionnaireResponse subject
        RelatedPerson patient
        RequestGroup subject
        ResearchSubject individual
        RiskAssessment subject
        ServiceRequest subject
        Specimen subject
        SupplyDelivery patient
        SupplyRequest deliverTo
        Task for
        VisionPrescription patient
        """)
}
