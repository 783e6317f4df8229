"""What is found, given, done and written at a visit of one invented patient."""

import base64

from demo_clinic import catalog as codes
from demo_clinic.builder import Chart, coding, concept, hl7, narrative


class ClinicalChart(Chart):
    """A chart with diagnoses, medicines, vaccines, procedures, notes and plans."""

    def condition(self, key, onset, status="active", ended=None, listed=True):
        """A problem or, when not listed, a diagnosis of the open visit; its reference."""
        snomed, snomed_display, icd, icd_display, text = codes.CONDITIONS[key]
        made = self.add("Condition", "c", "us-core-condition-problems-health-concerns" if listed
                        else "us-core-condition-encounter-diagnosis")
        both = [coding(codes.SNOMED, snomed, snomed_display)] if snomed else []
        made.update({
            "clinicalStatus": hl7("condition-clinical", status),
            "verificationStatus": hl7("condition-ver-status", "confirmed"),
            "category": [hl7("condition-category", "problem-list-item" if listed
                             else "encounter-diagnosis")],
            "code": {"coding": both + [coding(codes.ICD10, icd, icd_display)], "text": text},
            "subject": self.subject,
            "encounter": self.encounter(),
            "onsetDateTime": onset,
            "recordedDate": self.on.isoformat(),
            "recorder": self.staff[self.by],
            "extension": [{"url": codes.HL7 + "condition-assertedDate",
                           "valueDateTime": self.on.isoformat()}],
        })
        if ended:
            made["abatementDateTime"] = ended
        if "reasonReference" not in self.open_visit:
            self.open_visit["reasonReference"] = [{"reference": f"Condition/{made['id']}"}]
        return {"reference": f"Condition/{made['id']}", "display": text}

    def medication(self, key, reason=None, status="active", refills=3):
        """A prescription of the open visit."""
        code, display, dose, unit, times, period, as_needed, text = codes.MEDICATIONS[key]
        made = self.add("MedicationRequest", "m", "us-core-medicationrequest")
        dosage = {"text": text,
                  "timing": {"repeat": {"frequency": times, "period": 1, "periodUnit": period}},
                  "doseAndRate": [{"doseQuantity": {"value": dose, "unit": unit}}]}
        days = {"d": 30, "wk": 4}[period]
        if as_needed:
            dosage["asNeededBoolean"] = True
        made.update({
            "status": status, "intent": "order", "reportedBoolean": False,
            "category": [hl7("medicationrequest-category", "community", "Community")],
            "medicationCodeableConcept": concept(codes.RXNORM, code, display, display),
            "subject": self.subject,
            "encounter": self.encounter(),
            "authoredOn": self.moment(30),
            "requester": self.staff[self.by],
            "dosageInstruction": [dosage],
            "dispenseRequest": {
                "numberOfRepeatsAllowed": refills,
                "quantity": {"value": 1 if unit in ("puff", "application") else dose * times * days,
                             "unit": {"puff": "inhaler", "application": "tube"}.get(unit, unit)}},
        })
        if reason:
            made["reasonReference"] = [reason]
            made["reasonCode"] = [{"text": reason["display"]}]
        return made

    def allergy(self, text, system, code, display, reactions=(), criticality="low",
                category="medication", status="active"):
        """An allergy."""
        made = self.add("AllergyIntolerance", "a", "us-core-allergyintolerance")
        made.update({
            "clinicalStatus": hl7("allergyintolerance-clinical", status),
            "verificationStatus": hl7("allergyintolerance-verification", "confirmed"),
            "type": "allergy", "category": [category], "criticality": criticality,
            "code": concept(system, code, display, text),
            "patient": self.subject,
            "recordedDate": self.on.isoformat(),
            "recorder": self.staff[self.by],
        })
        if reactions:
            made["reaction"] = [{"manifestation": [
                concept(*codes.REACTIONS[word], word) for word in reactions]}]

    def no_known_allergy(self):
        """The statement that the patient was asked and knows of no allergy."""
        made = self.add("AllergyIntolerance", "a", "us-core-allergyintolerance")
        made.update({
            "clinicalStatus": hl7("allergyintolerance-clinical", "active"),
            "verificationStatus": hl7("allergyintolerance-verification", "confirmed"),
            "code": concept(codes.SNOMED, "716186003", "No known allergy", "No known allergy"),
            "patient": self.subject,
            "recordedDate": self.on.isoformat(),
            "recorder": self.staff[self.by],
        })

    def immunize(self, *keys):
        """Vaccines given at the open visit."""
        for key in keys:
            if key == "flu" and self.on.month not in codes.FLU_MONTHS:
                continue
            code, display = codes.VACCINES[key]
            lot = f"DEMO{int(self.random.random() * 9000) + 1000}"
            left = self.random.random() < 0.5
            made = self.add("Immunization", "i", "us-core-immunization")
            made.update({
                "status": "completed",
                "vaccineCode": concept(codes.CVX, code, display, display),
                "patient": self.subject,
                "encounter": self.encounter(),
                "occurrenceDateTime": self.moment(25),
                "primarySource": True,
                "lotNumber": lot,
            })
            if key == "rota":
                made["route"] = hl7("v3-RouteOfAdministration", "PO", "Swallow, oral")
            else:
                made["site"] = concept(codes.TERMINOLOGY + "v3-ActSite", "LA" if left else "RA",
                                       "left arm" if left else "right arm")

    def refuse(self, key, reason):
        """A vaccine that was offered and declined."""
        code, display = codes.VACCINES[key]
        made = self.add("Immunization", "i", "us-core-immunization")
        made.update({
            "status": "not-done",
            "statusReason": concept(codes.TERMINOLOGY + "v3-ActReason", "PATOBJ",
                                    "patient objection", reason),
            "vaccineCode": concept(codes.CVX, code, display, display),
            "patient": self.subject,
            "encounter": self.encounter(),
            "occurrenceDateTime": self.moment(25),
            "primarySource": True,
        })

    def procedure(self, text, code=None, display=None):
        """A procedure done at the open visit; its resource."""
        made = self.add("Procedure", "p", "us-core-procedure")
        made.update({
            "status": "completed",
            "code": concept(codes.SNOMED, code, display, text) if code else {"text": text},
            "subject": self.subject,
            "encounter": self.encounter(),
            "performedDateTime": self.moment(20),
            "performer": [{"actor": self.staff[self.by]}],
        })
        return made

    def note(self, kind, *paragraphs):
        """A signed note in plain text; its resource. That of a discharge is written at the end."""
        ends = self.open_visit["period"]["end"] if kind == "discharge" else None
        self.notes_count += 1
        written = ends or self.moment(40 + 5 * self.notes_count)
        code, display = codes.NOTE_TYPES[kind]
        signed = f"Signed: {self.staff[self.by]['display']}, {written[:10]}"
        body = "\n\n".join((f"{display}. Reason for visit: {self.reason}.",) + paragraphs
                           + (signed,)) + "\n"
        made = self.add("DocumentReference", "d", "us-core-documentreference")
        made.update({
            "identifier": [{"system": "urn:tribal-ehr:document:demo",
                            "value": made["id"].removeprefix("demo-").upper()}],
            "status": "current", "docStatus": "final",
            "type": concept(codes.LOINC, code, display, display),
            "category": [concept("http://hl7.org/fhir/us/core/CodeSystem/"
                                 "us-core-documentreference-category", "clinical-note",
                                 "Clinical Note")],
            "subject": self.subject,
            "date": written,
            "author": [self.staff[self.by]],
            "custodian": self.staff["clinic"],
            "description": f"{display}: {self.reason}",
            "content": [{"attachment": {
                "contentType": "text/plain; charset=utf-8",
                "data": base64.b64encode(body.encode()).decode()},
                "format": coding(codes.FORMATS, "urn:ihe:iti:xds:2017:mimeTypeSufficient",
                                 "mimeType Sufficient")}],
            "context": {"encounter": [self.encounter()],
                        "period": {"start": self.moment(), "end": self.moment(40)}},
        })
        return made

    def plan(self, title, activities, conditions, goals=()):
        """A care plan with its goals and the care team behind it."""
        team = self.add("CareTeam", "t", "us-core-careteam")
        team.update({
            "status": "active", "name": f"{title}: care team", "subject": self.subject,
            "participant": [
                {"role": [concept(codes.SNOMED, "453231000124104", "Primary care provider")],
                 "member": self.staff[self.by]},
                {"role": [concept(codes.SNOMED, "224535009", "Registered nurse",
                                  "Nurse care coordinator")],
                 "member": self.staff["role-nurse"]}],
        })
        made = self.add("CarePlan", "l", "us-core-careplan")
        made.update({
            "text": narrative(title, activities),
            "status": "active", "intent": "plan",
            "category": [concept("http://hl7.org/fhir/us/core/CodeSystem/careplan-category",
                                 "assess-plan", "Assessment and Plan of Treatment")],
            "title": title, "subject": self.subject, "encounter": self.encounter(),
            "period": {"start": self.on.isoformat()},
            "careTeam": [{"reference": f"CareTeam/{team['id']}"}],
            "addresses": conditions,
            "goal": [self.goal(*goal) for goal in goals],
            "activity": [{"detail": {"status": "in-progress", "description": text}}
                         for text in activities],
        })
        if not made["goal"]:
            del made["goal"]
        return made, team

    def goal(self, text, due, status="active"):
        """A goal; its reference."""
        made = self.add("Goal", "g", "us-core-goal")
        made.update({
            "lifecycleStatus": status, "description": codes.goal(text), "subject": self.subject,
            "startDate": self.on.isoformat(), "target": [{"dueDate": due}],
        })
        return {"reference": f"Goal/{made['id']}"}
