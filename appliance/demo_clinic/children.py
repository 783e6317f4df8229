"""The stories of the eight children: growth, vaccines and what else happened."""

import math

from demo_clinic import catalog as codes
from demo_clinic.builder import day
from demo_clinic.people import PATIENTS
from demo_clinic.timing import LAST_DAY, months_after, schedule, weekday


def well_child(c, z_height, z_weight, by="nurse-practitioner", skip=()):
    """The well-child visits of a child with growth along a percentile and due vaccines."""
    sex, born = PATIENTS[c.key][2], day(PATIENTS[c.key][3])
    for months, vaccines in codes.CHILD_SCHEDULE.items():
        on = weekday(months_after(born, months))
        if on > LAST_DAY or on < day("2020-01-01"):
            continue
        c.visit(on, "well-child", f"Well-child visit at {age_words(months)}", by)
        values = {"height": growth(sex, "height", months, z_height * 0.041 + c.wobble(0.004)),
                  "weight": growth(sex, "weight", months, z_weight * 0.13 + c.wobble(0.015)),
                  "pulse": 135 - min(months, 120) * 0.45 + c.wobble(6)}
        if months <= 36:
            shift = c.wobble(0.006)
            values["head"] = growth(sex, "head", months, shift)
            values["head-percentile"] = percentile(shift / 0.03)
        if months < 24:
            values["weight-percentile"] = percentile(z_weight - 0.5 * z_height + c.wobble(0.3))
        else:
            values["bmi-percentile"] = percentile(
                z_weight - 0.5 * z_height + c.wobble(0.3))
        if months < 24:
            weight, height = values.pop("weight"), values.pop("height")
            c.vitals(**values)
            c.vitals(weight=weight)
            c.vitals(height=height)
        else:
            c.vitals(**values)
        if months >= 36:
            c.vitals(bp=(90 + months / 8 + c.wobble(5), 54 + months / 12 + c.wobble(4)))
        if months in (12, 24):
            c.labs("lab", hgb=12.1 + c.wobble(0.8), lead=1.4 + c.wobble(0.6))
        c.immunize(*(key for key in vaccines if key not in skip))
        for key in vaccines:
            if key in skip:
                c.refuse(key, "Family wishes to wait")
        if months >= 6 and on.month in (9, 10, 11, 12):
            c.immunize("flu")
        yield months


def growth(sex, measure, months, shift):
    """The median at an age times one plus a shift."""
    ages, medians = codes.GROWTH_MONTHS, codes.GROWTH[(sex, measure)]
    ages = ages[:len(medians)]
    index = max(i for i, age in enumerate(ages) if age <= max(months, 0))
    if index + 1 == len(ages):
        return medians[index] * (1 + shift)
    part = (months - ages[index]) / (ages[index + 1] - ages[index])
    return (medians[index] + (medians[index + 1] - medians[index]) * part) * (1 + shift)


def percentile(deviations):
    """The percentile of a value that lies some standard deviations from the median."""
    return min(99, max(1, round(50 * (1 + math.erf(deviations / math.sqrt(2))))))


def age_words(months):
    """An age in words."""
    if months == 0:
        return "birth"
    return f"{months} months" if months < 24 else f"{months / 12:g} years"


def well_note(c, months, words):
    """The note of a well-child visit."""
    c.note("progress", f"S: Parents have no worries. {words}", "O: Growth along its own line, "
           "examination normal.", f"A: Healthy at {age_words(months)}.",
           "P: Vaccines as charted. Reading, sleep and car seat talked about.")


def infant(c):
    """p13: born in March 2026; allergies not asked yet."""
    for months in well_child(c, 0.3, 0.1, "midwife"):
        if months == 0:
            c.immunize("rsv")
        well_note(c, months, "Breastfed. Sleeps in the cradleboard by day.")


def toddler(c):
    """p14: ear infections."""
    for months in well_child(c, -0.4, 0.2):
        if months == 12:
            c.no_known_allergy()
        if months % 12 == 6 or months == 0:
            well_note(c, months, "Walks early, talks in two languages.")
    for on in ("2025-01-14", "2025-12-02"):
        c.visit(day(on), "problem", "Ear pain and fever", "nurse-practitioner")
        c.vitals(temp=38.9, pulse=142, weight=11.2)
        c.condition("otitis", on, "resolved", months_after(day(on), 1).isoformat(), listed=False)
        c.medication("acetaminophen", status="completed", refills=0)


def skin(c):
    """p15: eczema and a penicillin reaction."""
    for months in well_child(c, 0.8, 0.5):
        if months == 6:
            found = c.condition("eczema", "2022-01")
            c.medication("hydrocortisone", found)
        if months == 24:
            c.allergy("Amoxicillin", codes.RXNORM, "723", "amoxicillin", ("Rash",))
        if months in (12, 36, 60):
            well_note(c, months, "Skin itches in winter; cream helps.")


def wheeze(c):
    """p16: childhood asthma."""
    for months in well_child(c, 0.1, 0.0):
        if months == 6:
            c.no_known_allergy()
        if months in (24, 60):
            well_note(c, months, "Runs with her brothers.")
    asthma = None
    for index, on in enumerate(schedule("2023-02-06", "2026-09-28", 11)):
        c.visit(on, "follow-up", "Asthma follow-up", "nurse-practitioner", "outreach")
        if index == 0:
            asthma = c.condition("child-asthma", "2023-01")
            c.medication("albuterol", asthma)
            c.medication("fluticasone", asthma)
            c.plan("Asthma action plan", ("Green, yellow and red zones shown to family and school",
                   "No wood smoke in the room where she sleeps"), [asthma])
        c.vitals(spo2=97 + c.wobble(1.5), breaths=24 + c.wobble(3), pulse=104 + c.wobble(8),
                 weight=14.5 + index * 0.9)
        if index % 3 == 0:
            c.note("progress", "S: Cough at night twice a month.", "O: Lungs clear.",
                   "A: Mild persistent asthma.", "P: Spacer technique shown again.")
    c.visit(day("2024-08-17"), "emergency", "Wheeze during wildfire smoke", "doctor")
    c.vitals(spo2=90, breaths=38, pulse=138, temp=37.1)
    c.note("discharge", "Three albuterol treatments, saturation 97% on leaving. Steroid for three "
           "days.", "Air cleaner lent by the clinic.")


def attention(c):
    """p17: attention deficit disorder, tooth decay."""
    for months in well_child(c, -0.2, 0.3):
        if months == 48:
            c.allergy("Eggs", codes.SNOMED, "91930004", "Allergy to eggs", ("Hives",),
                      category="food")
        if months == 84:
            found = c.condition("adhd", "2024-03")
            c.medication("methylphenidate", found, refills=0)
        if months == 60:
            c.condition("caries", "2022-02")
            c.procedure("Fluoride varnish", "313042009", "Application of fluoride varnish")
        if months in (72, 96):
            well_note(c, months, "School says he dreams away; at powwow he dances with full "
                      "attention.")


def school_girl(c):
    """p18: peanut allergy with anaphylaxis."""
    for months in well_child(c, 0.4, 0.9):
        if months == 72:
            c.allergy("Peanut", codes.SNOMED, "91935009", "Allergy to peanuts",
                      ("Anaphylaxis", "Hives"), "high", "food")
            c.medication("epinephrine", refills=1)
        if months in (84, 132):
            well_note(c, months, "Carries her injector to school and to sheep camp.")
    c.visit(day("2022-05-04"), "emergency", "Swelling and wheeze after a cookie", "doctor")
    c.vitals(bp=(84, 46), pulse=132, spo2=91, breaths=30, temp=36.9)
    c.note("discharge", "Epinephrine given by the teacher, second dose here. Watched for six "
           "hours, well on leaving.", "Injector replaced, action plan to the school.")


def teenager(c):
    """p19: depression in the behavioral compartment; screened at well visits."""
    for months in well_child(c, 0.2, 0.4):
        if months == 120:
            c.no_known_allergy()
        if months in (144, 168):
            well_note(c, months, "Plays basketball, sings with her grandmother's drum group.")
    for index, on in enumerate(schedule("2025-02-03", "2026-10-19", 2)):
        c.visit(on, "counseling", "Counseling", "counselor", label="behavioral")
        if index == 0:
            found = c.condition("depression", "2025-01")
            c.plan("Behavioral health plan", ("Counseling every two months", "Safety plan with "
                   "her mother"), [found])
        c.phq9(max(4, 16 - index + round(c.wobble(2))))
        if index % 2 == 0:
            c.note("mental-health", "Came with her mother, spoke alone for most of the hour.",
                   "No plan to hurt herself. Sleep better since the phone stays in the kitchen.")


def kindergarten(c):
    """p20: a healthy child whose family waits with some vaccines."""
    for months in well_child(c, -0.9, -0.7, skip=("mmr", "var")):
        if months == 15:
            c.no_known_allergy()
        if months in (9, 48, 72):
            well_note(c, months, "Helps in the corn field.")
