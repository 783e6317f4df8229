"""What the charts hold beyond their stories: orders, reports, screening and how people live."""

from demo_clinic import catalog as codes
from demo_clinic.builder import concept, day, number
from demo_clinic.orders import dispense, implant, order, stocked
from demo_clinic.reports import (
    finding, free_text_result, loinc, report, spirometry, spoiled_result, strip)
from demo_clinic.screening import (
    NEVER, OFTEN, SOMETIMES, answer, answered, hunger, occupation, orientation, oxygen, peak_flow,
    pregnancy, pregnancy_wish, simple, social, unheard)

STILL_WAITING = "on-hold"


def made_before(c, kind, *words):
    """The first resource of a kind whose text has all the words; its reference."""
    for item in c.resources:
        text = str(item.get("code") or item.get("medicationCodeableConcept") or "")
        if item["resourceType"] == kind and all(word in text for word in words):
            return item
    raise KeyError(f"{c.key}: no {kind} with {words}")


def pointing(item):
    """A reference to a resource, with its words."""
    return {"reference": f"{item['resourceType']}/{item['id']}",
            "display": (item.get("code") or {}).get("text", "")}


def health_concern(c, key, onset):
    """A need found by asking; a concern, not a disease."""
    found = c.condition(key, onset)
    made = c.resources[-1]
    made["category"] = [
        concept("http://hl7.org/fhir/us/core/CodeSystem/condition-category", "health-concern"),
        concept(codes.US_CORE_CATEGORY, "sdoh", "SDOH")]
    return found


def diabetes(c):
    """p01: eyes, feet, food, and the medicine from the pharmacy."""
    sugar = pointing(made_before(c, "Condition", "E11.9"))
    for on in ("2022-05-10", "2023-05-16", "2024-05-14", "2025-05-13", "2026-05-12"):
        c.visit(day(on), "checkup", "Yearly eye and foot check", "nurse")
        asked = order(c, "imaging", concept(
            codes.SNOMED, "134395001", "Diabetic retinopathy screening", "Eye photographs"), sugar)
        eyes = c.procedure("Eye photographs for diabetes", "134395001",
                           "Diabetic retinopathy screening")
        eyes["basedOn"] = [asked]
        feet = c.procedure("Diabetic foot examination", "401191002", "Diabetic foot examination")
        feet["basedOn"] = [{"reference": plan_of(c)}]
        finding(c, "exam", {"text": "Feeling in both feet (monofilament)"},
                concept(codes.SNOMED, "17621005", "Normal", "Felt at all ten sites"))
    for on, kind in (("2026-07-14", "RF"), ("2026-08-13", "RF"), ("2026-09-14", "RF"),
                     ("2026-10-14", "RF")):
        c.visit(day(on), "telephone", "Refill of medicines", "nurse")
        for word in ("Metformin", "lisinopril", "Simvastatin"):
            dispense(c, made_before(c, "MedicationRequest", word), kind)
    c.visit(day("2026-09-08"), "checkup", "Home visit", "nurse")
    form = answered(c, SOMETIMES, SOMETIMES, 6, "My daughter drives me", c.subject)
    hunger(c, SOMETIMES, SOMETIMES, form)
    need = health_concern(c, "food-insecurity", "2026-09-08")
    order(c, "sdoh", concept(codes.SNOMED, "467771000124109",
                             "Assistance with application for food pantry program",
                             "Help with the food pantry"), need, "active")
    c.goal("Food on the table until the end of each month", "2027-03-31")
    c.resources[-1]["addresses"] = [need]


def plan_of(c):
    """The address of the first care plan of a chart."""
    return next(f"CarePlan/{item['id']}" for item in c.resources
                if item["resourceType"] == "CarePlan")


def elder_lungs(c):
    """p02: a chest picture, breathing tests, falls, oxygen, and what he can do himself."""
    lungs = pointing(made_before(c, "Condition", "J44.9"))
    c.visit(day("2024-02-15"), "follow-up", "Chest picture after the bad days", "doctor")
    asked = order(c, "imaging", loinc("36643-5", "XR Chest 2 Views", "Chest X-ray, two views"),
                  lungs)
    result = finding(c, "imaging", loinc("18782-3", "Radiology Study observation (narrative)",
                                         "What the picture shows"),
                     "Lungs stretched, diaphragms flat, no shadow and no fluid.")
    made = report(c, "radiology", loinc("36643-5", "XR Chest 2 Views", "Chest X-ray, two views"),
                  [result], "imaging", "Two views of the chest. Lungs are stretched and the "
                  "diaphragms flat. No pneumonia, no fluid, heart of normal size.",
                  "Impression: changes of COPD, nothing acute.")
    made["basedOn"] = [asked]
    oxygen(c, 92, 2, 28)
    oxygen(c, 93)
    for on, liters, percent in (("2022-09-20", 1.92, 61), ("2024-09-17", 1.84, 59),
                                ("2026-09-15", 1.79, 58)):
        c.visit(day(on), "checkup", "Breathing test", "nurse")
        done = c.procedure("Spirometry", "127783003", "Spirometry")
        done["basedOn"] = [order(c, "evaluation", concept(
            codes.SNOMED, "127783003", "Spirometry", "Breathing test"), lungs)]
        spirometry(c, liters, percent)
    c.visit(day("2026-03-03"), "problem", "Two falls in the winter", "nurse-practitioner")
    fell = c.condition("falls", "2026-01")
    answer(c, "functional-status", {"text": "Falls in the past twelve months"}, 2)
    answer(c, "functional-status", {"text": "Gets up from a chair without help"},
           ("LA33-6", "Yes"))
    answer(c, "disability-status", {"text": "Serious difficulty walking or climbing stairs"},
           ("LA33-6", "Yes"))
    answer(c, "cognitive-status", {"text": "Words remembered after five minutes, of three"}, 3)
    simple(c, "functional-status", "Walks outside with a cane", True)
    simple(c, "activity", "Hours on his feet on a usual day",
           {"text": "Two or three, mostly sitting"})
    order(c, "education", {"text": "Balance class for elders"}, fell, "active")
    c.plan("Fall prevention plan", ("Rugs taken up", "Cane fitted by the nurse",
           "Balance class on Tuesdays"), [fell], (("No fall until spring", "2027-04-30"),))
    c.note("consult", "Asked by his doctor to see him for two falls on ice. Blood pressure does "
           "not drop when he stands.", "Legs are weak after a winter indoors. Balance class and "
           "a cane.")
    social(c, "72166-2", "Tobacco smoking status", "Smoking status",
           concept(codes.SNOMED, "8517006", "Former smoker", "Former smoker"),
           "us-core-smokingstatus")


def prenatal(c):
    """p03: the pregnancy as it is asked for and measured."""
    c.visit(day("2025-07-21"), "problem", "Late period", "midwife")
    pregnancy(c, True)
    free_text_result(c, loinc("8251-1", "Service comment", "Urine under the microscope"),
                     "A few white cells, no bacteria seen.")
    occupation(c, "Teacher of small children", "Elementary schools", "2015-09-01")
    c.visit(day("2025-08-11"), "prenatal", "First ultrasound", "midwife")
    asked = order(c, "imaging", loinc("11525-3", "US Pelvis and Fetus for pregnancy",
                                      "Ultrasound of the pregnancy"))
    age = finding(c, "imaging", loinc("18185-9", "Gestational age", "Weeks of pregnancy"), number(8.6, 1), "wk")
    made = report(c, "radiology", loinc("11525-3", "US Pelvis and Fetus for pregnancy",
                                        "Ultrasound of the pregnancy"), [age], "imaging",
                  "One baby in the womb with a heartbeat of 168 a minute. Size fits 8 weeks and "
                  "4 days.", "Impression: early pregnancy, all as expected.")
    made["basedOn"] = [asked]
    c.visit(day("2026-04-30"), "follow-up", "Plans for the time after the birth", "midwife")
    pregnancy(c, False)
    pregnancy_wish(c, "454381000124105", "Not sure of desire to become pregnant",
                   "Not sure yet")
    dispense(c, made_before(c, "MedicationRequest", "ferrous"))


def back(c):
    """p04: back pain without opioids; the treatment of an addiction is in its own compartment."""
    c.visit(day("2024-05-06"), "problem", "Back pain after hauling nets", "doctor")
    pain = c.condition("back-pain", "2024-04")
    wanted = order(c, "evaluation", concept(codes.SNOMED, "91251008", "Physical therapy procedure",
                                            "Physical therapy"), pain)
    c.medication("naproxen", pain)
    c.plan("Pain plan without opioids", ("Physical therapy for six weeks", "Heat, walking and "
           "stretching each day", "Naproxen on bad days only"), [pain],
           (("Hauls nets again without pain at night", "2024-09-30"),))
    done = c.procedure("Physical therapy", "91251008", "Physical therapy procedure")
    done["basedOn"] = [wanted]
    answer(c, "disability-status", {"text": "Pain gets in the way of work, 0 to 10"}, 6)
    occupation(c, "Deckhand", "Fishing", "2009-05-01")
    for count, on in enumerate(("2024-09-10", "2025-01-14", "2025-06-17", "2026-01-20",
                                "2026-07-21")):
        c.visit(day(on), "counseling", "Recovery visit", "counselor", label="part2")
        if count == 0:
            use = c.condition("opioid-use", "2015")
            c.plan("Recovery plan", ("Visit every few months", "Canoe journey with the recovery "
                   "group", "Naloxone at home and on the boat"), [use])
        answer(c, "sdoh", {"text": "Days without opioids since the last visit"},
               "All of them." if count else "All but two.")
        c.note("mental-health", "Steady since 2019. Tells the younger crew about it.",
               "Plan: same support, see again.")


def heart(c):
    """p05: the pacemaker, its tracing and its papers."""
    beat = pointing(made_before(c, "Condition", "I48.91"))
    c.visit(day("2024-06-11"), "hospital", "Slow heart, pacemaker", "doctor", days=2)
    block = c.condition("heart-block", "2024-06-10")
    c.note("history", "Three faints in two weeks. Pulse 34. On warfarin, stopped on Friday.",
           "Plan: pacemaker tomorrow.")
    asked = order(c, "surgery", concept(codes.SNOMED, "307280005",
                                        "Implantation of cardiac pacemaker", "Pacemaker"), block)
    done = c.procedure("Pacemaker put in", "307280005", "Implantation of cardiac pacemaker")
    done["basedOn"] = [asked]
    implant(c, ("14106009", "Cardiac pacemaker"), "00999900000017", "2024-01-15", "2027-01-15",
            "INV24A", "PM0000417")
    c.note("procedure", "Two leads through the left shoulder, pocket under the skin. No "
           "bleeding.", "Pace 60 a minute, both leads sense well.")
    c.vitals(bp=(126, 70), pulse=60, spo2=96)
    c.note("discharge", "Pacemaker works, wound dry. No faint since.",
           "Arm below the shoulder for four weeks. Device check in two weeks.")
    c.visit(day("2024-06-25"), "follow-up", "Pacemaker check and heart tracing", "doctor")
    findings = [
        finding(c, "procedure", loinc("44973-6", "QRS dur {EKG lead}", "QRS duration"), 148, "ms"),
        finding(c, "procedure", loinc("8601-7", "EKG impression", "What the tracing shows"),
                "Paced rhythm, 60 a minute."),
        finding(c, "procedure", loinc("44975-1", "Q-T interval {EKG lead}", "QT interval"), None)]
    made = report(c, "cardiology", loinc("11524-6", "EKG study", "Heart tracing"), findings,
                  "consult", "Paced rhythm at 60 a minute, each spike followed by a beat.",
                  "Impression: pacemaker works as it should.")
    strip(c, made)
    c.visit(day("2026-08-25"), "follow-up", "Walking and memory", "nurse")
    answer(c, "cognitive-status", {"text": "Knows day, place and family"}, ("LA33-6", "Yes"))
    answer(c, "functional-status", {"text": "Washes and dresses"}, "By herself, sitting down.")
    answer(c, "functional-status", {"text": "Walks to the mailbox"}, None)
    spoiled_result(c, loinc("42637-9", "Natriuretic peptide B [Mass/volume] in Blood", "BNP"))
    for word in ("Furosemide", "Warfarin"):
        dispense(c, made_before(c, "MedicationRequest", word), "RF")
    order(c, "laboratory", loinc("6301-6", "INR in Platelet poor plasma by Coagulation assay",
                                 "INR each month"), beat, "active")


def grief(c):
    """p06: peak flow at home, and what he told about himself."""
    c.visit(day("2026-08-11"), "follow-up", "Peak flow meter", "nurse", "outreach")
    peak_flow(c, (460, 480, 470))
    peak_flow(c, (None, None))
    c.vitals(breaths=None, pulse=None)
    dispense(c, made_before(c, "MedicationRequest", "Albuterol"), "RF")
    orientation(c, "20430005", "Heterosexual", "Straight")
    simple(c, "social-history", "Smoke from the fire is in the house",
           "On some evenings in August.")


def migraine(c):
    """p07: the smear, its report, and a coil."""
    c.visit(day("2025-03-11"), "checkup", "Well-woman visit", "midwife")
    c.note("procedure", "Smear taken, coil placed at her wish. No pain after.", "Strings 3 cm.")
    made = c.sample_result(loinc("10524-7", "Microscopic observation [Identifier] in Cervix by "
                                 "Cyto stain", "Cells of the cervix"), "cervix")
    made["valueString"] = "Normal cells."
    report(c, "pathology", loinc("60567-5", "Comprehensive pathology report panel",
                                 "Smear of the cervix"),
           [{"reference": f"Observation/{made['id']}", "display": "Cells of the cervix"}],
           "pathology", "Enough cells to judge. No changed cells.",
           "Impression: normal, next smear in three years.")
    implant(c, ("268460000", "Intrauterine contraceptive device"), "00999900000024",
            "2024-09-01", "2031-09-01", "INV24C", "IU0000093")
    pregnancy(c, False)
    pregnancy_wish(c, "454401000124105", "No desire to become pregnant", "Not in the next year")
    orientation(c, "42035005", "Bisexual", "Bisexual")
    form = answered(c, NEVER, NEVER, 3, "By bus")
    hunger(c, NEVER, NEVER, form)
    simple(c, "social-history", "Hours of sleep on school nights", number(6.5, 1), form)


def joints(c):
    """p09: medicine from stock, a laboratory letter, and a form that came by mail."""
    c.visit(day("2026-04-14"), "follow-up", "Medicine from stock", "doctor")
    week = made_before(c, "MedicationRequest", "Methotrexate")
    stocked(c, week)
    dispense(c, week, "RF")
    del week["reportedBoolean"]
    week["reportedReference"] = c.staff["doctor"]
    c.note("laboratory", "Joint proteins, liver and blood count of the last six months, as the "
           "laboratory of the hospital sent them.", "All within the limits for methotrexate.")
    answered(c, NEVER, NEVER, 5, "Own car", c.subject, is_dated=False)
    hold = c.medication("naproxen", status=STILL_WAITING, refills=0)
    hold["intent"] = "plan"


def tuberculosis(c):
    """p11: the ride to the clinic."""
    c.visit(day("2026-02-17"), "checkup", "Talk about getting here", "nurse", "outreach")
    form = answered(c, NEVER, SOMETIMES, 8, "By boat, when the ice lets us")
    hunger(c, NEVER, SOMETIMES, form)
    need = health_concern(c, "transport", "2026-02-17")
    order(c, "sdoh", {"text": "Ride with the clinic's boat"}, need)
    simple(c, "sdoh", "Has a way to the clinic in winter", False, form)
    c.immunize("covid")
    c.resources[-1].pop("lotNumber")
    given = c.resources[-1]
    given["primarySource"] = False
    del given["occurrenceDateTime"]
    given["_occurrenceDateTime"] = {"extension": [
        {"url": codes.HL7 + "data-absent-reason", "valueCode": "unknown"}]}


def father(c):
    """p12: his memory of a reaction, long ago."""
    c.visit(day("2026-05-18"), "follow-up", "Blood pressure again", "nurse", "outreach")
    c.vitals(bp=(136, 86), pulse=76)
    unheard(c, 138)
    c.vitals(weight=None, height=None, temp=None, bmi=None)
    c.visit(day("2026-05-19"), "telephone", "Which medicine it was", "nurse")
    c.allergy("A medicine for pain, name unknown",
              "http://terminology.hl7.org/CodeSystem/data-absent-reason", "unknown", "Unknown",
              ("Not known any more",))
    team = c.add("CareTeam", "t", "us-core-careteam")
    team.update({
        "status": "proposed", "name": "Blood pressure: care team", "subject": c.subject,
        "participant": [
            {"role": [concept("http://terminology.hl7.org/CodeSystem/data-absent-reason",
                              "unknown", "Unknown")], "member": c.staff["clinic"]},
            {"role": [concept(codes.SNOMED, "116154003", "Patient", "The patient himself")],
             "member": c.subject}]})


def infant(c):
    """p13: the mother is on the team, and one measuring did not work."""
    c.visit(day("2026-10-20"), "problem", "Cries when she is measured", "nurse")
    c.vitals(head=None)
    c.vitals(**{"head-percentile": None, "weight-percentile": None})
    c.vitals(spo2=None)
    unheard(c)
    team = c.add("CareTeam", "t", "us-core-careteam")
    team.update({
        "status": "active", "name": "First year: care team", "subject": c.subject,
        "participant": [
            {"role": [concept(codes.SNOMED, "72705000", "Mother", "Mother")],
             "member": c.relative},
            {"role": [concept(codes.SNOMED, "309453006", "Registered midwife", "Midwife")],
             "member": c.staff["midwife"]},
            {"role": [concept(codes.SNOMED, "453231000124104", "Primary care provider")],
             "member": c.staff["role-nurse-practitioner"]}]})


def wheeze(c):
    """p16: refills, and a peak flow that she can do by now."""
    c.visit(day("2026-10-05"), "follow-up", "Asthma before the winter", "nurse", "outreach")
    peak_flow(c, (150, 165, 160))
    for word in ("Albuterol", "Fluticasone"):
        dispense(c, made_before(c, "MedicationRequest", word), "RF")
    dispense(c, made_before(c, "MedicationRequest", "Fluticasone"), "RF", "in-progress")
    c.vitals(**{"bmi-percentile": None})


def teeth(c):
    """p17: the dentist."""
    for on, tooth in (("2024-10-08", None), ("2025-04-15", "lower left"), ("2026-04-21", None)):
        c.visit(day(on), "dental", "Teeth", "dentist")
        c.procedure("Fluoride varnish", "313042009", "Application of fluoride varnish")
        if tooth:
            hole = c.condition("caries", on, "resolved", "2025-04-15", listed=False)
            done = c.procedure(f"Filling, {tooth}")
            done["basedOn"] = [order(c, "surgery", {
                "text": f"Filling, {tooth}"}, hole)]
        c.note("progress", "S: Brushes at night, not always in the morning.",
               f"O: {'One hole, ' + tooth if tooth else 'No new hole'}.", "A: Care of teeth.",
               "P: Varnish today, back in six months.")


SUPPLEMENTS = {
    "p01": diabetes, "p02": elder_lungs, "p03": prenatal, "p04": back, "p05": heart, "p06": grief,
    "p07": migraine, "p09": joints, "p11": tuberculosis, "p12": father, "p13": infant,
    "p16": wheeze, "p17": teeth,
}
