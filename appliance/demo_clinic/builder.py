"""Builds FHIR R4 resources of one invented patient, visit by visit."""

import base64
import datetime
import random

from demo_clinic import catalog as codes

TAG = {"system": "urn:tribal-ehr:tag", "code": "demo", "display": "Invented demo record"}
BEHAVIORAL = {"system": codes.ACT_CODE, "code": "BH", "display": "behavioral health"}
ZONE = "-07:00"
SCORES = codes.TERMINOLOGY + "v3-ObservationInterpretation"


def day(text):
    """The calendar day that an ISO text names."""
    return datetime.date.fromisoformat(text)


def coding(system, code, display=None):
    """One Coding."""
    return {"system": system, "code": code, **({"display": display} if display else {})}


def concept(system, code, display=None, text=None):
    """A CodeableConcept with one Coding."""
    return {"coding": [coding(system, code, display)], **({"text": text} if text else {})}


def hl7(name, code, display=None):
    """A CodeableConcept of a code system published by HL7."""
    return concept(codes.TERMINOLOGY + name, code, display)


def resource(kind, identity, profile=None, behavioral=False):
    """The first members of a resource: type, id and meta."""
    meta = {"tag": [TAG]}
    if behavioral:
        meta["security"] = [BEHAVIORAL]
    if profile:
        meta["profile"] = [codes.US_CORE + profile]
    return {"resourceType": kind, "id": identity, "meta": meta}


def number(value, decimals):
    """A number with a fixed count of decimals, kept as it will be written."""
    return Written(f"{value:.{decimals}f}")


class Written(float):
    """A float that JSON writes with the digits it was given."""

    def __new__(cls, text):
        made = super().__new__(cls, text)
        made.text = text
        return made

    def __repr__(self):
        return self.text


def between(points, on):
    """The value of a broken line through (ISO day, value) points at a day."""
    line = [(day(when), value) for when, value in points]
    if on <= line[0][0]:
        return line[0][1]
    for (left, low), (right, high) in zip(line, line[1:]):
        if on <= right:
            return low + (high - low) * (on - left).days / max((right - left).days, 1)
    return line[-1][1]


class Chart:
    """The growing record of one patient."""

    def __init__(self, key, staff):
        self.key, self.staff = key, staff
        self.random = random.Random(f"three-rivers-{key}")
        self.resources, self.counters = [], {}
        self.visit_id, self.on, self.by, self.behavioral = None, None, None, False
        self.subject = {"reference": f"Patient/demo-{key}"}

    def add(self, kind, letter, profile=None):
        """A resource with the next id of its letter, already in the list."""
        self.counters[letter] = self.counters.get(letter, 0) + 1
        made = resource(kind, f"demo-{self.key}-{letter}{self.counters[letter]:03d}", profile,
                        self.behavioral)
        self.resources.append(made)
        return made

    def moment(self, minutes=0):
        """The time of the visit plus some minutes."""
        whole = self.start_minute + minutes
        return f"{self.on.isoformat()}T{whole // 60:02d}:{whole % 60:02d}:00{ZONE}"

    def wobble(self, width):
        """A number around zero, between minus and plus the width."""
        return (self.random.random() + self.random.random() - 1) * width

    def visit(self, on, kind, reason, by, at="main", behavioral=False, days=0):
        """An encounter; what is added after it belongs to it."""
        self.on, self.by, self.behavioral = on, by, behavioral
        self.start_minute = 8 * 60 + int(self.random.random() * 32) * 15
        class_code, class_display, type_code, type_display = codes.VISITS[kind]
        made = self.add("Encounter", "e", "us-core-encounter")
        end = (on + datetime.timedelta(days=days)).isoformat() if days else None
        made.update({
            "status": "finished",
            "class": coding(codes.ACT_CODE, class_code, class_display),
            "type": [concept(codes.SNOMED, type_code, type_display, type_display)],
            "subject": self.subject,
            "participant": [{"individual": self.staff[by]}],
            "period": {"start": self.moment(),
                       "end": f"{end}T11:00:00{ZONE}" if end else self.moment(40)},
            "reasonCode": [{"text": reason}],
            "location": [{"location": self.staff["location-" + at]}],
            "serviceProvider": {"reference": self.staff["clinic"]["reference"]},
        })
        self.visit_id, self.reason = made["id"], reason
        return made

    def encounter(self):
        """The reference to the open visit."""
        return {"reference": f"Encounter/{self.visit_id}"}

    def observation(self, category, profile, code, minutes=5):
        """An Observation of the open visit without its value."""
        made = self.add("Observation", "o", profile)
        made.update({
            "status": "final",
            "category": [hl7("observation-category", category)],
            "code": code,
            "subject": self.subject,
            "encounter": self.encounter(),
            "effectiveDateTime": self.moment(minutes),
        })
        return made

    def vitals(self, **values):
        """Vital signs by their catalog keys, and `bp` as (systolic, diastolic)."""
        if values.get("bp"):
            self.blood_pressure(*values.pop("bp"))
        if "weight" in values and "height" in values:
            values["bmi"] = values["weight"] / (values["height"] / 100) ** 2
        for key, value in values.items():
            code, display, text, unit, ucum, profile, decimals = codes.VITALS[key]
            name = concept(codes.LOINC, code, display, text)
            if key == "spo2":
                name["coding"].append(coding(codes.LOINC, "2708-6",
                                             "Oxygen saturation in Arterial blood"))
            made = self.observation("vital-signs", profile, name)
            made["valueQuantity"] = quantity(number(value, decimals), unit, ucum)

    def blood_pressure(self, systolic, diastolic):
        """One blood pressure with its two components."""
        made = self.observation("vital-signs", "us-core-blood-pressure", concept(
            codes.LOINC, "85354-9", "Blood pressure panel with all children optional",
            "Blood pressure"))
        made["component"] = [
            {"code": concept(codes.LOINC, code, display),
             "valueQuantity": quantity(round(value), "mmHg", "mm[Hg]")}
            for code, display, value in (("8480-6", "Systolic blood pressure", systolic),
                                         ("8462-4", "Diastolic blood pressure", diastolic))]
        if systolic >= 140 or diastolic >= 90:
            made["interpretation"] = [concept(SCORES, "H", "High")]

    def labs(self, panel, **values):
        """One Observation for each value and, for a panel by name, its DiagnosticReport."""
        code, display, text, _ = codes.PANELS[panel]
        members = [self.lab(key, value) for key, value in values.items()]
        if panel == "lab" and len(members) < 3:
            return
        made = self.add("DiagnosticReport", "r", "us-core-diagnosticreport-lab")
        made.update({
            "status": "final",
            "category": [hl7("v2-0074", "LAB", "Laboratory")],
            "code": concept(codes.LOINC, code, display, text),
            "subject": self.subject,
            "encounter": self.encounter(),
            "effectiveDateTime": self.moment(15),
            "issued": self.moment(300),
            "performer": [{"reference": self.staff["clinic"]["reference"]}],
            "result": members,
        })

    def lab(self, key, value):
        """One laboratory result with range and interpretation; its reference."""
        code, display, text, unit, ucum, low, high, decimals = codes.LABS[key]
        made = self.observation("laboratory", "us-core-observation-lab",
                                concept(codes.LOINC, code, display, text), 15)
        made["valueQuantity"] = quantity(number(value, decimals), unit, ucum)
        written = float(made["valueQuantity"]["value"])
        mark = "L" if low and written < float(low) else "H" if high and written > float(high) \
            else "N"
        made["interpretation"] = [concept(SCORES, mark)]
        made["referenceRange"] = [{
            side: {"value": Written(edge), "unit": unit}
            for side, edge in (("low", low), ("high", high)) if edge}]
        return {"reference": f"Observation/{made['id']}", "display": text}

    def text_result(self, code, display, text, value, mark):
        """A laboratory result in words."""
        made = self.observation("laboratory", "us-core-observation-lab",
                                concept(codes.LOINC, code, display, text), 15)
        made["valueCodeableConcept"] = {"text": value}
        made["interpretation"] = [concept(SCORES, mark)]

    def smoking(self, code, display):
        """The smoking status at the open visit."""
        made = self.observation("social-history", "us-core-smokingstatus", concept(
            codes.LOINC, "72166-2", "Tobacco smoking status", "Smoking status"))
        made["valueCodeableConcept"] = concept(codes.SNOMED, code, display, display)

    def score(self, code, display, text, value):
        """The total score of a questionnaire."""
        made = self.observation("survey", "us-core-observation-screening-assessment",
                                concept(codes.LOINC, code, display, text))
        made["valueQuantity"] = quantity(value, "{score}", "{score}")

    def phq9(self, value):
        """A PHQ-9 total score."""
        self.score("44261-6", "Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]",
                   "PHQ-9 score", value)

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
        })
        if ended:
            made["abatementDateTime"] = ended
        return {"reference": f"Condition/{made['id']}", "display": text}

    def medication(self, key, reason=None, status="active", refills=3):
        """A prescription of the open visit."""
        code, display, dose, unit, times, period, as_needed, text = codes.MEDICATIONS[key]
        made = self.add("MedicationRequest", "m", "us-core-medicationrequest")
        dosage = {"text": text,
                  "timing": {"repeat": {"frequency": times, "period": 1, "periodUnit": period}},
                  "doseAndRate": [{"doseQuantity": {"value": dose, "unit": unit}}]}
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
            "dispenseRequest": {"numberOfRepeatsAllowed": refills},
        })
        if reason:
            made["reasonReference"] = [reason]

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
            made["reaction"] = [{"manifestation": [{"text": word} for word in reactions]}]

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
        """A procedure done at the open visit."""
        made = self.add("Procedure", "p", "us-core-procedure")
        made.update({
            "status": "completed",
            "code": concept(codes.SNOMED, code, display, text) if code else {"text": text},
            "subject": self.subject,
            "encounter": self.encounter(),
            "performedDateTime": self.moment(20),
            "performer": [{"actor": self.staff[self.by]}],
        })

    def note(self, kind, *paragraphs):
        """A signed note in plain text."""
        code, display = codes.NOTE_TYPES[kind]
        signed = f"Signed: {self.staff[self.by]['display']}, {self.on.isoformat()}"
        body = "\n\n".join((f"{display}. Reason for visit: {self.reason}.",) + paragraphs
                           + (signed,)) + "\n"
        made = self.add("DocumentReference", "d", "us-core-documentreference")
        made.update({
            "status": "current", "docStatus": "final",
            "type": concept(codes.LOINC, code, display, display),
            "category": [concept("http://hl7.org/fhir/us/core/CodeSystem/"
                                 "us-core-documentreference-category", "clinical-note",
                                 "Clinical Note")],
            "subject": self.subject,
            "date": self.moment(45),
            "author": [self.staff[self.by]],
            "custodian": self.staff["clinic"],
            "description": f"{display}: {self.reason}",
            "content": [{"attachment": {
                "contentType": "text/plain; charset=utf-8",
                "data": base64.b64encode(body.encode()).decode()}}],
            "context": {"encounter": [self.encounter()],
                        "period": {"start": self.moment(), "end": self.moment(40)}},
        })

    def plan(self, title, activities, conditions, goals=()):
        """A care plan with its goals and the care team behind it."""
        team = self.add("CareTeam", "t", "us-core-careteam")
        team.update({
            "status": "active", "name": f"{title}: care team", "subject": self.subject,
            "participant": [
                {"role": [concept(codes.SNOMED, "453231000124104", "Primary care provider")],
                 "member": self.staff[self.by]},
                {"role": [{"text": "Nurse care coordinator"}], "member": self.staff["nurse"]}],
        })
        made = self.add("CarePlan", "l", "us-core-careplan")
        made.update({
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

    def goal(self, text, due):
        """A goal; its reference."""
        made = self.add("Goal", "g", "us-core-goal")
        made.update({
            "lifecycleStatus": "active", "description": {"text": text}, "subject": self.subject,
            "startDate": self.on.isoformat(), "target": [{"dueDate": due}],
        })
        return {"reference": f"Goal/{made['id']}"}


def quantity(value, unit, ucum):
    """A UCUM quantity."""
    return {"value": value, "unit": unit, "system": codes.UCUM, "code": ucum}
