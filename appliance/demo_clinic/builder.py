"""Builds FHIR R4 resources of one invented patient, visit by visit."""

import datetime
import html
import random

from demo_clinic import catalog as codes

TAG = {"system": "urn:tribal-ehr:tag", "code": "demo", "display": "Invented demo record"}
LABELS = {
    "behavioral": {"system": codes.ACT_CODE, "code": "BH", "display": "behavioral health"},
    "part2": {"system": codes.ACT_CODE, "code": "42CFRPart2", "display": "42 CFR Part2"},
}
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


def resource(kind, identity, profile=None, label=None):
    """The first members of a resource: type, id and meta."""
    meta = {"tag": [TAG]}
    if label:
        meta["security"] = [LABELS[label]]
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
        self.visit_id, self.on, self.by, self.label = None, None, None, None
        self.subject = {"reference": f"Patient/demo-{key}"}
        self.acts, self.samples, self.notes_count = [], {}, 0

    def add(self, kind, letter, profile=None):
        """A resource with the next id of its letter, already in the list."""
        self.counters[letter] = self.counters.get(letter, 0) + 1
        made = resource(kind, f"demo-{self.key}-{letter}{self.counters[letter]:03d}", profile,
                        self.label)
        self.resources.append(made)
        if self.acts:
            self.acts[-1]["made"].append(made)
        return made

    def begin(self, by):
        """Opens an act of one person: what is added next gets one Provenance."""
        self.acts.append({"by": by, "recorded": self.moment(50), "label": self.label, "made": []})

    def moment(self, minutes=0):
        """The time of the visit plus some minutes."""
        whole = self.start_minute + minutes
        return f"{self.on.isoformat()}T{whole // 60:02d}:{whole % 60:02d}:00{ZONE}"

    def wobble(self, width):
        """A number around zero, between minus and plus the width."""
        return (self.random.random() + self.random.random() - 1) * width

    def visit(self, on, kind, reason, by, at="main", label=None, days=0):
        """An encounter; what is added after it belongs to it."""
        self.on, self.by, self.label = on, by, label
        self.start_minute = 8 * 60 + int(self.random.random() * 32) * 15
        self.samples, self.notes_count = {}, 0
        self.begin(by)
        class_code, class_display, type_code, type_display = codes.VISITS[kind]
        made = self.add("Encounter", "e", "us-core-encounter")
        end = (on + datetime.timedelta(days=days)).isoformat() if days else None
        period = {"start": self.moment(),
                  "end": f"{end}T11:00:00{ZONE}" if end else self.moment(40)}
        made.update({
            "identifier": [{"system": "urn:tribal-ehr:visit:demo",
                            "value": made["id"].removeprefix("demo-").upper()}],
            "status": "finished",
            "class": coding(codes.ACT_CODE, class_code, class_display),
            "type": [concept(codes.SNOMED, type_code, type_display, type_display)],
            "subject": self.subject,
            "participant": [{
                "type": [hl7("v3-ParticipationType", "PPRF", "primary performer")],
                "period": period, "individual": self.staff[by]}],
            "period": period,
            "reasonCode": [{"text": reason}],
            "location": [{"location": self.staff["location-" + at]}],
            "serviceProvider": {"reference": self.staff["clinic"]["reference"]},
        })
        if kind in ("hospital", "emergency"):
            made["hospitalization"] = {"dischargeDisposition": concept(
                "http://www.nubc.org/patient-discharge", "01",
                "Discharged to home care or self care (routine discharge)", "Home")}
        self.visit_id, self.reason, self.open_visit = made["id"], reason, made
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
        if values.get("weight") and values.get("height"):
            values["bmi"] = values["weight"] / (values["height"] / 100) ** 2
        for key, value in values.items():
            code, display, text, unit, ucum, profile, decimals = codes.VITALS[key]
            name = concept(codes.LOINC, code, display, text)
            if key == "spo2":
                name["coding"].append(coding(codes.LOINC, "2708-6",
                                             "Oxygen saturation in Arterial blood"))
            made = self.observation("vital-signs", profile, name)
            if value is None:
                made["dataAbsentReason"] = absent()
                continue
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
            "performer": [self.staff["clinic"], self.staff[self.by]],
            "result": members,
        })

    def lab(self, key, value):
        """One laboratory result with range and interpretation; its reference."""
        code, display, text, unit, ucum, low, high, decimals = codes.LABS[key]
        made = self.sample_result(concept(codes.LOINC, code, display, text), key)
        made["valueQuantity"] = quantity(number(value, decimals), unit, ucum)
        written = float(made["valueQuantity"]["value"])
        mark = "L" if low and written < float(low) else "H" if high and written > float(high) \
            else "N"
        made["interpretation"] = [concept(SCORES, mark)]
        made["referenceRange"] = [{
            side: {"value": Written(edge), "unit": unit}
            for side, edge in (("low", low), ("high", high)) if edge}]
        return {"reference": f"Observation/{made['id']}", "display": text}

    def sample_result(self, code, key="blood"):
        """A laboratory Observation without its value, and the sample it was made from."""
        made = self.observation("laboratory", "us-core-observation-lab", code, 15)
        kind = codes.SPECIMENS.get(key, "blood")
        if kind not in self.samples:
            self.samples[kind] = self.specimen(kind)
        made["specimen"] = {"reference": f"Specimen/{self.samples[kind]}"}
        return made

    def specimen(self, kind):
        """A sample taken at the open visit; its id."""
        code, display, text = codes.SPECIMEN_TYPES[kind]
        made = self.add("Specimen", "s", "us-core-specimen")
        made.update({
            "identifier": [{"system": "urn:tribal-ehr:specimen:demo",
                            "value": made["id"].removeprefix("demo-").upper()}],
            "status": "available", "type": concept(codes.SNOMED, code, display, text) if code else {"text": text},
            "subject": self.subject, "collection": {"collectedDateTime": self.moment(10)}})
        return made["id"]

    def text_result(self, code, display, text, value, mark, sample="blood"):
        """A laboratory result in words."""
        made = self.sample_result(concept(codes.LOINC, code, display, text), sample)
        known = codes.FINDINGS.get(value)
        made["valueCodeableConcept"] = concept(codes.SNOMED, *known, value) if known \
            else {"text": value}
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


def narrative(title, lines):
    """A narrative made of a heading and a list."""
    items = "".join(f"<li>{html.escape(line, quote=False)}</li>" for line in lines)
    return {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml"><h3>'
            f"{html.escape(title, quote=False)}</h3><ul>{items}</ul></div>"}


def absent(code="not-performed", display="Not Performed"):
    """Why a value is missing."""
    return hl7("data-absent-reason", code, display)


def quantity(value, unit, ucum):
    """A UCUM quantity."""
    return {"value": value, "unit": unit, "system": codes.UCUM, "code": ucum}
