/// The date that a list of resources of one type is sorted by in a chart.
package enum ClinicalDate {
    /// The first date of the resource's type that is there and well formed; nil if there is none.
    package static func of(_ resource: JSON) -> FHIRDateTime? {
        guard let type = resource.string("resourceType") else { return nil }
        for path in paths[type] {
            let date = resource.first(along: path[...]) { value in
                // A date of wrong form counts as absent; the next element may have a good one.
                value.string.flatMap { try? FHIRDateTime($0) }
            }
            if let date { return date }
        }
        return nil
    }

    /// The text of that date.
    package static func text(of resource: JSON) -> String? { of(resource)?.text }

    /// The types that have such a date, sorted.
    package static var types: [String] { paths.types }

    /// The elements of a type, the one that counts most first, such as `effectivePeriod.start`.
    package static func paths(of type: String) -> [String] {
        paths[type].map { $0.joined(separator: ".") }
    }

    private static let paths = ElementPaths(
        """
        Account servicePeriod.start
        AdverseEvent date detected recordedDate
        AllergyIntolerance onsetDateTime onsetPeriod.start recordedDate lastOccurrence
        Appointment start created
        AppointmentResponse start
        AuditEvent recorded
        Basic created
        CarePlan period.start created
        CareTeam period.start
        ChargeItem occurrenceDateTime occurrencePeriod.start enteredDate
        Claim billablePeriod.start created
        ClaimResponse created
        ClinicalImpression effectiveDateTime effectivePeriod.start date
        Communication sent received
        CommunicationRequest occurrenceDateTime occurrencePeriod.start authoredOn
        Composition date
        Condition onsetDateTime onsetPeriod.start recordedDate abatementDateTime
        Consent dateTime
        Coverage period.start
        CoverageEligibilityRequest servicedDate servicedPeriod.start created
        CoverageEligibilityResponse servicedDate servicedPeriod.start created
        DetectedIssue identifiedDateTime identifiedPeriod.start
        DeviceRequest occurrenceDateTime occurrencePeriod.start authoredOn
        DeviceUseStatement timingDateTime timingPeriod.start recordedOn
        DiagnosticReport effectiveDateTime effectivePeriod.start issued
        DocumentManifest created
        DocumentReference date context.period.start
        Encounter period.start
        EpisodeOfCare period.start
        ExplanationOfBenefit billablePeriod.start created
        FamilyMemberHistory date
        Flag period.start
        Goal startDate statusDate
        GuidanceResponse occurrenceDateTime
        ImagingStudy started
        Immunization occurrenceDateTime recorded
        ImmunizationEvaluation date
        ImmunizationRecommendation date
        Invoice date
        List date
        MeasureReport date period.start
        Media createdDateTime createdPeriod.start issued
        MedicationAdministration effectiveDateTime effectivePeriod.start
        MedicationDispense whenHandedOver whenPrepared
        MedicationRequest authoredOn
        MedicationStatement effectiveDateTime effectivePeriod.start dateAsserted
        NutritionOrder dateTime
        Observation effectiveDateTime effectivePeriod.start effectiveInstant issued
        Procedure performedDateTime performedPeriod.start
        Provenance occurredDateTime occurredPeriod.start recorded
        QuestionnaireResponse authored
        RequestGroup authoredOn
        ResearchSubject period.start
        RiskAssessment occurrenceDateTime occurrencePeriod.start
        ServiceRequest occurrenceDateTime occurrencePeriod.start authoredOn
        Specimen collection.collectedDateTime collection.collectedPeriod.start receivedTime
        SupplyDelivery occurrenceDateTime occurrencePeriod.start
        SupplyRequest occurrenceDateTime occurrencePeriod.start authoredOn
        Task executionPeriod.start authoredOn lastModified
        VisionPrescription dateWritten created
        """)
}
