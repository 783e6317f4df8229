/// What an ask is about: a group of FHIR resource types, or a part of the box that is no resource.
package enum Area: String, CaseIterable, Hashable, Sendable {
    // Groups of FHIR resource types.
    case demographics, encounters, allergies, observations, immunizations, clinical
    case medications, orders, documents, schedule, billing, consents, directory, definitions
    case subscriptions
    // Parts of the box.
    case emergencies, delegations
    case users, ownAccount = "own-account", sessions, audit, system, recordImport = "import"

    /// The area that a FHIR resource type belongs to.
    ///
    /// Types that name no patient and no clinic act
    /// are definitions.
    package init(resourceType: String) {
        self = Self.byType[resourceType] ?? .definitions
    }

    /// Whether the area holds clinical and clinic records, rather than parts of the box.
    package var isOfRecords: Bool {
        switch self {
        case .emergencies, .delegations: false
        case .users, .ownAccount, .sessions, .audit, .system, .recordImport: false
        default: true
        }
    }

    private static let byType: [String: Area] = {
        var map: [String: Area] = [:]
        for line in typesByArea.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let name = words.first, let area = Area(rawValue: String(name)) else { continue }
            for type in words.dropFirst() { map[String(type)] = area }
        }
        return map
    }()

    private static let typesByArea = """
        demographics Patient RelatedPerson Person
        encounters Encounter EpisodeOfCare
        allergies AllergyIntolerance AdverseEvent
        observations Observation Specimen QuestionnaireResponse
        immunizations Immunization ImmunizationEvaluation ImmunizationRecommendation
        clinical Condition Procedure DiagnosticReport CarePlan CareTeam Goal FamilyMemberHistory
        clinical ClinicalImpression RiskAssessment Flag ImagingStudy Media DetectedIssue Device
        clinical DeviceMetric DeviceUseStatement BodyStructure List VisionPrescription Provenance
        clinical MolecularSequence GuidanceResponse Group ResearchSubject Communication Linkage
        clinical Basic MeasureReport
        medications Medication MedicationRequest MedicationDispense MedicationAdministration
        medications MedicationStatement MedicationKnowledge
        orders ServiceRequest Task DeviceRequest RequestGroup CommunicationRequest SupplyRequest
        orders SupplyDelivery NutritionOrder
        documents DocumentReference DocumentManifest Binary Composition
        schedule Appointment AppointmentResponse Schedule Slot
        billing Coverage Claim ClaimResponse ExplanationOfBenefit Account ChargeItem Invoice
        billing PaymentNotice PaymentReconciliation CoverageEligibilityRequest
        billing CoverageEligibilityResponse EnrollmentRequest EnrollmentResponse Contract
        consents Consent
        directory Practitioner PractitionerRole Organization OrganizationAffiliation Location
        directory HealthcareService Endpoint InsurancePlan
        subscriptions Subscription
        audit AuditEvent
        """
}
