"""Who belongs to a patient and who pays: relatives, coverage, and where records come from."""

from demo_clinic import catalog as codes
from demo_clinic.builder import LABELS, coding, concept, day, hl7
from demo_clinic.people import PATIENTS, address
from demo_clinic.timing import weekday

# patient: (given, family, relation code, relation, gender, phone)
RELATIVES = {
    "p01": ("Dibe", "Łitsogii", "DAUC", "Daughter", "female", "555-0171"),
    "p02": ("Mahpiya", "Standing Cedar", "DAUC", "Daughter", "female", "555-0172"),
    "p05": ("Vernon", "Sqʷəlsəxʷ", "SONC", "Son", "male", "555-0175"),
    "p08": ("Ida", "Tall Heron", "WIFE", "Wife", "female", "555-0178"),
    "p13": ("Konwahrá:ta", "Otsi'tsa'ké:ron", "MTH", "Mother", "female", "555-0123"),
    "p14": ("Tsosie", "Yázhí", "FTH", "Father", "male", "555-0184"),
    "p15": ("Wičhíŋčala", "Standing Cedar", "MTH", "Mother", "female", "555-0185"),
    "p16": ("Ruben", "Bear-Lodgepole", "FTH", "Father", "male", "555-0132"),
    "p17": ("Hattie", "Riverstep", "GRMTH", "Grandmother", "female", "555-0187"),
    "p18": ("Dibe", "Łitsogii", "MTH", "Mother", "female", "555-0171"),
    "p19": ("Mary", "Hill-Shonka", "MTH", "Mother", "female", "555-0189"),
    "p20": ("Lomasi", "Talawisoma", "AUNT", "Aunt", "female", "555-0190"),
}

# The kinds of cover of the source of payment typology: (code, display, words)
PAYMENTS = {
    "medicare": ("1", "Medicare", "Medicare"), "medicaid": ("2", "Medicaid", "Medicaid"),
    "tribal": ("33", "Indian Health Service or Tribe", "Tribal health plan"),
}


def register(c):
    """The relative and the coverage of a patient, entered by the clinic itself."""
    c.on, c.start_minute = max(day("2020-10-05"), day(PATIENTS[c.key][3])), 8 * 60
    c.begin("clinic")
    if c.key in RELATIVES:
        relative(c)
    coverage(c)


def autumn_shots(c):
    """The influenza vaccine of each autumn in which the patient has none yet."""
    born, died = PATIENTS[c.key][3], PATIENTS[c.key][8].get("died", "2099")
    if born > "2008" or c.key == "p10":
        return
    had = {item["occurrenceDateTime"][:4] for item in c.resources
           if item["resourceType"] == "Immunization" and "occurrenceDateTime" in item
           and item["vaccineCode"]["coding"][0]["code"] == codes.VACCINES["flu"][0]}
    for year in range(2021, 2026):
        on = day(f"{year}-10-{4 + int(c.key[1:]):02d}")
        if str(year) not in had and on.isoformat() < died:
            c.visit(weekday(on), "checkup", "Flu shot", "nurse")
            c.immunize("flu", *(["covid"] if year in (2024, 2025) else []))


def relative(c):
    """The relative whom the clinic calls."""
    given, family, code, words, gender, phone = RELATIVES[c.key]
    city = PATIENTS[c.key][7]
    made = c.add("RelatedPerson", "n", "us-core-relatedperson")
    made.update({
        "active": True, "patient": c.subject,
        "relationship": [hl7("v3-RoleCode", code, words)],
        "name": [{"use": "official", "family": family, "given": [given]}],
        "telecom": [{"system": "phone", "value": phone, "use": "mobile"}],
        "gender": gender,
        "address": [address(f"{int(c.key[1:]) * 11} River Bend", city, "00104")]})
    c.relative = {"reference": f"RelatedPerson/{made['id']}", "display": f"{given} {family}"}


def coverage(c):
    """Who pays for the visits."""
    born = int(PATIENTS[c.key][3][:4])
    kind = "medicare" if born < 1961 else "medicaid" if born > 2008 else "tribal"
    code, display, words = PAYMENTS[kind]
    number = f"INV{int(c.key[1:]):06d}"
    made = c.add("Coverage", "v", "us-core-coverage")
    made.update({
        "identifier": [{"type": hl7("v2-0203", "MB", "Member Number"),
                        "system": "urn:tribal-ehr:member:demo", "value": number + "-01"}],
        "status": "active",
        "type": concept("https://nahdo.org/sopt", code, display, words),
        "subscriberId": number, "beneficiary": c.subject,
        "relationship": hl7("subscriber-relationship", "self", "Self"),
        "period": {"start": "2020-01-01" if born < 2020 else PATIENTS[c.key][3]},
        "payor": [c.staff["plan"]],
        "class": [
            {"type": hl7("coverage-class", "group", "Group"), "value": "TR-100",
             "name": "Members of invented tribes"},
            {"type": hl7("coverage-class", "plan", "Plan"), "value": f"TR-{kind}",
             "name": words}]})


def provenance(c, patient):
    """One Provenance for each act: who wrote the records and who handed them on."""
    for count, act in enumerate((one for one in c.acts if one["made"]), 1):
        meta = {"tag": patient["meta"]["tag"], "profile": [codes.US_CORE + "us-core-provenance"]}
        if act["label"]:
            meta["security"] = [LABELS[act["label"]]]
        # The patient stands among the targets, so that the Provenance is in the patient's chart.
        targets = [c.subject] + [{"reference": f"{one['resourceType']}/{one['id']}"}
                                 for one in act["made"]]
        who = c.staff[act["by"]]
        author = {"type": concept(codes.TERMINOLOGY + "provenance-participant-type", "author",
                                  "Author"), "who": who}
        if act["by"] != "clinic":
            author["onBehalfOf"] = c.staff["clinic"]
        c.resources.append({
            "resourceType": "Provenance", "id": f"demo-{c.key}-h{count:03d}", "meta": meta,
            "target": targets, "recorded": act["recorded"],
            "activity": {"coding": [coding(codes.TERMINOLOGY + "v3-DataOperation", "CREATE",
                                           "create")]},
            "agent": [author, {
                "type": concept("http://hl7.org/fhir/us/core/CodeSystem/"
                                "us-core-provenance-participant-type", "transmitter",
                                "Transmitter"), "who": c.staff["clinic"]}]})
