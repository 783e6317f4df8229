/// Which elements of a type a narrative tells, in which order and under which words.
struct NarrativeTemplate: Sendable {
    /// One step from an object to what it holds.
    enum Step: Sendable, Hashable {
        case member(String)
        /// A member of one of several types: `effective*` is `effectiveDateTime` or another.
        case choice(String)
        /// The text or value of an extension, by the end of its address.
        case addition(String)
    }

    /// One row of the table.
    struct Row: Sendable {
        let label: String
        let steps: [Step]
    }

    let title: String
    let rows: [Row]

    /// The template of a type; nil where all elements are told.
    static func of(_ type: String) -> NarrativeTemplate? { all[type] }

    /// The values at the end of some steps.
    static func values(_ json: JSON, _ steps: ArraySlice<Step>) -> [JSON] {
        if json.isArray { return json.elements.flatMap { values($0, steps) } }
        guard let step = steps.first else { return [json] }
        switch step {
        case .member(let name):
            return json[name].map { values($0, steps.dropFirst()) } ?? []
        case .choice(let name):
            let found = json.members.first {
                $0.key.hasPrefix(name) && $0.key.utf8.count > name.utf8.count
            }
            return found.map { values($0.value, steps.dropFirst()) } ?? []
        case .addition(let ending):
            let found = json["extension"]?.elements.filter {
                $0.string("url")?.hasSuffix(ending) ?? false
            }
            return found?.compactMap(said) ?? []
        }
    }

    /// What an extension says: its part named text, or its value.
    private static func said(_ json: JSON) -> JSON? {
        let parts = json["extension"]?.elements.map { $0 } ?? []
        if let text = parts.first(where: { $0.string("url") == "text" }) {
            return text["valueString"]
        }
        let holder = parts.first ?? json
        return holder.members.first { $0.key.hasPrefix("value") }?.value
    }

    private static let all: [String: NarrativeTemplate] = {
        var all: [String: NarrativeTemplate] = [:]
        for line in table.split(separator: "\n") {
            let parts = line.split(separator: "|").map(String.init)
            guard parts.count > 2 else { continue }
            all[parts[0]] = NarrativeTemplate(
                title: parts[1],
                rows: parts.dropFirst(2).compactMap { row($0) })
        }
        return all
    }()

    private static func row(_ text: String) -> Row? {
        let halves = text.split(separator: "=", maxSplits: 1)
        guard halves.count == 2 else { return nil }
        let steps = halves[1].split(separator: ".").map { word -> Step in
            if word.hasSuffix("*") { return .choice(String(word.dropLast())) }
            if word.hasPrefix("+") { return .addition(String(word.dropFirst())) }
            return .member(String(word))
        }
        return Row(label: String(halves[0]), steps: steps)
    }

    /// A type a line: its name, the title, then `label=path` for each row.
    private static let table = """
        AllergyIntolerance|Allergy or intolerance|To=code|Status=clinicalStatus\
        |Certainty=verificationStatus|Kind=type|Category=category|Criticality=criticality\
        |Since=onset*|Reaction=reaction.manifestation|Severity=reaction.severity\
        |Recorded=recordedDate|Note=note.text
        Appointment|Appointment|Status=status|Kind=appointmentType|Service=serviceType\
        |Reason=reasonCode|Start=start|End=end|Who=participant.actor|Note=comment
        CarePlan|Care plan|Title=title|Status=status|Intent=intent|Category=category\
        |Description=description|Period=period|Addresses=addresses|Goals=goal\
        |Activity=activity.detail.code|Note=note.text
        CareTeam|Care team|Name=name|Status=status|Period=period|Member=participant.member\
        |Role=participant.role
        Condition|Condition|Problem=code|Status=clinicalStatus|Certainty=verificationStatus\
        |Category=category|Severity=severity|Body site=bodySite|Since=onset*|Until=abatement*\
        |Recorded=recordedDate|Note=note.text
        Consent|Consent|Status=status|Scope=scope|Category=category|Date=dateTime\
        |Policy=policyRule
        Coverage|Coverage|Status=status|Kind=type|Member=subscriberId|Payer=payor\
        |Relationship=relationship|Period=period|Class=class.name
        Device|Device|Kind=type|Name=deviceName.name|Status=status|Maker=manufacturer\
        |Model=modelNumber|Lot=lotNumber|Serial number=serialNumber|Expires=expirationDate\
        |Identifier=udiCarrier.deviceIdentifier
        DiagnosticReport|Report|Kind=code|Status=status|Category=category|Time=effective*\
        |Issued=issued|By=performer|Results=result|Conclusion=conclusion
        DocumentReference|Document|Kind=type|Status=status|Category=category|Date=date\
        |Author=author|Title=content.attachment.title|Description=description
        Encounter|Visit|Status=status|Class=class|Kind=type|Period=period|Reason=reasonCode\
        |Who=participant.individual|Place=location.location\
        |Discharge=hospitalization.dischargeDisposition
        FamilyMemberHistory|Family history|Relationship=relationship|Name=name|Sex=sex\
        |Condition=condition.code|Note=note.text
        Goal|Goal|Goal=description|Status=lifecycleStatus|Achievement=achievementStatus\
        |Start=start*|Target=target.detail*|Due=target.due*|Note=note.text
        Immunization|Immunization|Vaccine=vaccineCode|Status=status\
        |Reason not given=statusReason|Given=occurrence*|Lot=lotNumber|Site=site|Route=route\
        |Dose=doseQuantity|By=performer.actor|Place=location|Note=note.text
        Location|Location|Name=name|Status=status|Kind=type|Address=address|Contact=telecom\
        |Organization=managingOrganization
        Medication|Medication|Medication=code|Status=status|Form=form\
        |Ingredient=ingredient.item*
        MedicationDispense|Dispensed medication|Medication=medication*|Status=status\
        |Quantity=quantity|Days=daysSupply|Handed over=whenHandedOver\
        |Directions=dosageInstruction.text|By=performer.actor
        MedicationRequest|Prescription|Medication=medication*|Status=status|Intent=intent\
        |Written=authoredOn|By=requester|Directions=dosageInstruction.text|Reason=reasonCode\
        |Quantity=dispenseRequest.quantity|Refills=dispenseRequest.numberOfRepeatsAllowed\
        |Note=note.text
        Observation|Observation|What=code|Value=value*|Missing because=dataAbsentReason\
        |Parts=component|Interpretation=interpretation|Normal=referenceRange|Status=status\
        |Category=category|Time=effective*|By=performer|Members=hasMember|Note=note.text
        Organization|Organization|Name=name|In use=active|Kind=type|Identifier=identifier\
        |Address=address|Contact=telecom
        Patient|Patient|Name=name|Born=birthDate|Sex=gender|Died=deceased*|Identifier=identifier\
        |Race=+us-core-race|Ethnicity=+us-core-ethnicity|Tribe=+us-core-tribal-affiliation\
        |Address=address|Contact=telecom|Language=communication.language
        Practitioner|Practitioner|Name=name|In use=active|Identifier=identifier|Contact=telecom\
        |Qualification=qualification.code
        PractitionerRole|Role of a practitioner|Who=practitioner|Organization=organization\
        |Role=code|Specialty=specialty|Place=location|Contact=telecom
        Procedure|Procedure|What=code|Status=status|Category=category|Time=performed*\
        |Reason=reasonCode|Body site=bodySite|By=performer.actor|Outcome=outcome|Note=note.text
        Provenance|Provenance|Recorded=recorded|Activity=activity|By=agent.who\
        |For=agent.onBehalfOf|About=target
        QuestionnaireResponse|Answers to a questionnaire|Questionnaire=questionnaire\
        |Status=status|Time=authored|By=author|Question=item.text|Answer=item.answer.value*
        RelatedPerson|Related person|Name=name|Relationship=relationship|Contact=telecom\
        |Address=address
        ServiceRequest|Order|What=code|Status=status|Intent=intent|Priority=priority\
        |Category=category|When=occurrence*|Written=authoredOn|By=requester|Reason=reasonCode\
        |Note=note.text
        Specimen|Specimen|Kind=type|Status=status|Collected=collection.collected*\
        |Body site=collection.bodySite|Note=note.text
        """
}
