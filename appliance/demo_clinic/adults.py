"""The stories of the twelve adults: what happened at which visit."""

from demo_clinic import catalog as codes
from demo_clinic.builder import day
from demo_clinic.timing import Trend, line, schedule


def diabetes(c):
    """p01: diabetes brought under control, hypertension, early kidney disease."""
    trend = Trend(c, systolic=line(152, 128, 7), diastolic=line(92, 78, 5),
                  weight=line(84.5, 77.8, 0.8), pulse=line(82, 74, 5), a1c=line(9.6, 6.9, 0.3, 7.4),
                  glucose=line(212, 128, 18, 146), creatinine=line(0.92, 1.08, 0.05),
                  egfr=line(71, 58, 3), sodium=line(139, 140, 2), potassium=line(4.2, 4.5, 0.3),
                  uacr=line(88, 41, 9), chol=line(228, 168, 12), hdl=line(38, 46, 3),
                  trig=line(240, 150, 25), ldl=line(142, 88, 9))
    problems = []
    for index, on in enumerate(schedule("2020-11-12", "2026-10-20", 5)):
        c.visit(on, "follow-up" if index else "checkup", "Diabetes follow-up", "doctor")
        if index == 0:
            problems += [c.condition("t2dm", "2014-05"), c.condition("hypertension", "2016-02-10"),
                         c.condition("hyperlipidemia", "2016")]
            c.medication("metformin", problems[0])
            c.medication("lisinopril", problems[1])
            c.medication("simvastatin", problems[2])
            c.allergy("Sulfonamide antibiotics", codes.SNOMED, "763875007",
                      "Product containing sulfonamide", ("Hives", "Itching"))
            c.smoking("266919005", "Never smoker")
            c.plan("Diabetes care plan", ("Check feet at every visit", "Eye examination each year",
                   "Walk 30 minutes on five days a week"), problems[:1],
                   (("HbA1c under 7.0%", "2026-12-31"), ("Blood pressure under 130/80",
                                                         "2026-12-31")))
        trend.vitals(158.4, index % 3 == 0)
        trend.labs("lab", "a1c", "uacr")
        if index % 2 == 0:
            trend.labs("bmp", "glucose", "sodium", "potassium", "creatinine", "egfr")
        if index % 3 == 0:
            trend.labs("lipid", "chol", "trig", "ldl", "hdl")
            c.immunize("flu")
            c.procedure("Diabetic foot examination", "401191002", "Diabetic foot examination")
        if index == 4:
            problems.append(c.condition("microalbuminuria", on.isoformat()))
        if index == 7:
            c.condition("retinopathy", on.isoformat())
            c.medication("amlodipine", problems[1])
        if index == 11:
            c.condition("ckd2", on.isoformat())
        if index % 4 == 0:
            c.note("progress", "S: Checks her sugar most mornings. Walks to the river with her "
                   "granddaughter. No low sugars, no chest pain, no foot sores.",
                   "O: Blood pressure, weight and HbA1c as charted. Monofilament felt at all "
                   "sites.",
                   "A: Type 2 diabetes, improving. Blood pressure closer to goal.",
                   "P: Continue metformin. Shared meal ideas with mutton stew in smaller bowls and "
                   "blue corn mush without sugar. Back in four months.")
    c.visit(day("2023-05-09"), "checkup", "Shingles vaccination", "nurse")
    c.immunize("zoster", "tdap")


def elder_lungs(c):
    """p02: hypertension, COPD, gout, a smoker who stopped."""
    trend = Trend(c, systolic=line(158, 134, 8), diastolic=line(94, 82, 5),
                  weight=line(97.2, 91.5, 1), pulse=line(86, 78, 6), urate=line(9.1, 5.8, 0.5, 6.9),
                  sodium=line(138, 139, 2), potassium=line(4.4, 4.3, 0.3), egfr=line(68, 62, 4),
                  creatinine=line(1.12, 1.2, 0.06), glucose=line(104, 101, 9))
    problems = []
    for index, on in enumerate(schedule("2020-12-03", "2026-10-08", 7)):
        c.visit(on, "follow-up", "Blood pressure and breathing", "doctor")
        if index == 0:
            problems += [c.condition("hypertension", "2009"), c.condition("copd", "2017-10"),
                         c.condition("gout", "2018-06-20")]
            c.medication("amlodipine", problems[0])
            c.medication("fluticasone-salmeterol", problems[1])
            c.medication("albuterol", problems[1])
            c.medication("allopurinol", problems[2])
            c.allergy("Penicillin", codes.RXNORM, "7980", "penicillin G", ("Swelling of the face",),
                      "high")
        smokes = on < day("2023-01-01")
        c.smoking(*(("449868002", "Smokes tobacco daily") if smokes
                    else ("8517006", "Former smoker")))
        trend.vitals(176.0, index % 3 == 0)
        c.vitals(spo2=93 + c.wobble(2), breaths=18 + c.wobble(2))
        if index % 2 == 0:
            trend.labs("bmp", "glucose", "sodium", "potassium", "creatinine", "egfr")
        trend.labs("lab", "urate")
        if index == 5:
            c.medication("nicotine", status="completed", refills=2)
        if index % 2 == 0:
            c.immunize("flu")
        if index in (1, 8):
            c.procedure("Spirometry", "127783003", "Spirometry")
        if index % 5 == 0:
            c.note("progress", "S: Short of breath on the second flight of stairs. "
                   + ("Smokes half a pack a day; uses tobacco in ceremony as well, which we leave "
                      "to him." if smokes else "Has not smoked since the winter of 2022."),
                   "O: Scattered wheeze, no crackles. No swelling of the ankles.",
                   "A: COPD, stable. High blood pressure. Gout quiet on allopurinol.",
                   "P: Same inhalers, technique checked. Call when sputum changes color.")
    c.visit(day("2024-02-14"), "emergency", "Worse breathing for two days", "doctor")
    c.vitals(bp=(162, 90), pulse=108, breaths=26, spo2=87, temp=38.2)
    c.condition("bronchitis", "2024-02-12", "resolved", "2024-02-26", listed=False)
    c.medication("doxycycline", status="completed", refills=0)
    c.note("discharge", "Treated with nebulized albuterol and oxygen; saturation rose to 93%. "
           "Sent home with his daughter after four hours.",
           "Return at once when breathing worsens.")
    c.visit(day("2025-05-20"), "problem", "Pain in the right knee", "nurse-practitioner",
            "outreach")
    c.condition("knee-oa", "2025-03")
    c.medication("acetaminophen", refills=1)


def prenatal(c):
    """p03: a pregnancy from the first visit to the weeks after the birth in March 2026."""
    c.visit(day("2024-11-04"), "checkup", "Yearly check-up", "midwife")
    c.no_known_allergy()
    c.vitals(bp=(112, 70), weight=64.0, height=165.1, pulse=72, temp=36.6)
    c.smoking("266919005", "Never smoker")
    c.immunize("flu", "tdap")
    for index, on in enumerate(schedule("2025-07-28", "2026-03-10", 1)):
        c.visit(on, "prenatal", "Prenatal visit", "midwife")
        if index == 0:
            first_prenatal_visit(c)
        c.vitals(bp=(108 + index * 1.2 + c.wobble(4), 66 + index + c.wobble(4)),
                 weight=64.5 + index * 1.35 + c.wobble(0.3), pulse=78 + c.wobble(5))
        if index in (0, 5, 7):
            c.labs("cbc", hgb=12.4 - index * 0.25, hct=37.2 - index * 0.8,
                   wbc=8.1 + index * 0.2, plt=240 - index * 5)
        if index == 5:
            c.labs("lab", gtt=127)
            c.condition("anemia", on.isoformat(), "resolved", "2026-05-30")
            c.medication("ferrous", status="completed")
        if index == 6:
            c.immunize("tdap")
        if index % 2 == 0:
            weeks = (on - day("2025-06-11")).days // 7
            height = f"Fundal height {weeks} cm. " if weeks >= 20 else ""
            c.note("progress", f"S: {weeks} weeks. No bleeding, no headache."
                   + (" The baby moves well." if weeks >= 20 else ""),
                   f"O: {height}" + (f"Fetal heart {138 + index} a minute." if weeks >= 12
                                     else "Heartbeat seen by ultrasound."),
                   "A: Normal pregnancy.",
                   "P: Next visit in four weeks. Cradleboard class on Thursday.")
    c.visit(day("2026-03-18"), "hospital", "Labor at term", "midwife", days=2)
    c.procedure("Normal delivery", "177184002", "Normal delivery procedure")
    c.labs("cbc", hgb=10.8, hct=32.9, wbc=12.4, plt=205)
    c.note("discharge", "Vaginal birth of a girl at 40 weeks, no tear. Mother and baby well, "
           "breastfeeding.", "Blood loss 300 mL. Home on day 2 with family.")
    c.visit(day("2026-04-29"), "follow-up", "Postpartum visit", "midwife")
    c.vitals(bp=(110, 70), weight=68.9, height=165.1, pulse=70)
    c.score("99046-5", "Total score [EPDS]", "Edinburgh depression score", 6)
    c.labs("cbc", hgb=11.9, hct=36.1, wbc=7.4, plt=255)


def first_prenatal_visit(c):
    """What the first visit of a pregnancy asks for."""
    pregnancy = c.condition("pregnancy", "2025-06-11", "resolved", "2026-03-18")
    c.plan("Prenatal care plan", ("Prenatal visit every four weeks, then weekly",
           "Glucose tolerance test at 26 weeks", "Birth plan with her grandmother"), [pregnancy])
    c.text_result("882-1", "ABO and Rh group [Type] in Blood", "Blood group", "O Rh positive", "N")
    c.text_result("5195-3", "Hepatitis B virus surface Ag [Presence] in Serum",
                  "Hepatitis B surface antigen", "Negative", "N")
    c.text_result("22461-8", "Treponema pallidum Ab [Presence] in Serum", "Syphilis antibody",
                  "Nonreactive", "N")


def prediabetes(c):
    """p04: weight, prediabetes and blood pressure, going the right way late."""
    trend = Trend(c, systolic=line(138, 126, 6, 146), diastolic=line(88, 80, 4, 93),
                  weight=line(112.4, 104.1, 1.2, 117.9), pulse=line(84, 76, 5, 88),
                  a1c=line(5.9, 5.8, 0.1, 6.3), chol=line(212, 189, 9), hdl=line(36, 42, 2),
                  trig=line(210, 156, 22), ldl=line(134, 114, 8), alt=line(48, 39, 6, 71))
    problems = []
    for index, on in enumerate(schedule("2020-11-23", "2026-09-30", 8)):
        c.visit(on, "checkup", "Weight, blood pressure and sugar", "nurse-practitioner")
        if index == 0:
            problems += [c.condition("obesity", "2012"), c.condition("prediabetes", "2020-11-23"),
                         c.condition("hyperlipidemia", "2020-11-23")]
        if index == 4:
            problems.append(c.condition("hypertension", on.isoformat()))
            c.medication("lisinopril", problems[-1])
        if index == 6:
            c.medication("metformin", problems[1])
            c.plan("Diabetes prevention plan", ("Canoe club twice a week", "Less sweet drink",
                   "Dried salmon and greens in place of fried food"), problems[:2],
                   (("Weight under 100 kg", "2027-06-30"),))
        trend.vitals(180.3, index % 3 == 0)
        trend.labs("lab", "a1c", "alt")
        trend.labs("lipid", "chol", "trig", "ldl", "hdl")
        if index % 2 == 0:
            c.immunize("flu")
        if index % 3 == 0:
            c.note("progress", "S: Works on a boat in summer, at a desk in winter. Sleeps badly, "
                   "snores.", "O: Waist 118 cm. Heart and lungs normal.",
                   "A: Obesity with prediabetes. Blood pressure followed.",
                   "P: Canoe club agreed as exercise. Recheck in six months.")


def heart(c):
    """p05: heart failure and atrial fibrillation on warfarin, with a falling kidney."""
    trend = Trend(c, systolic=line(136, 122, 7), diastolic=line(78, 68, 5),
                  weight=line(66.2, 61.0, 1.1, 68.4), pulse=line(88, 72, 9),
                  bnp=line(380, 410, 60, 690),
                  inr=line(2.4, 2.5, 0.8), sodium=line(138, 135, 2), potassium=line(4.1, 4.6, 0.4),
                  glucose=line(98, 104, 8), creatinine=line(1.02, 1.31, 0.06), egfr=line(57, 43, 2))
    problems = []
    for index, on in enumerate(schedule("2020-11-05", "2026-10-22", 5)):
        c.visit(on, "follow-up", "Heart failure and INR check", "doctor")
        if index == 0:
            problems += [c.condition("chf", "2019-02"), c.condition("afib", "2018-09-04"),
                         c.condition("osteoporosis", "2015")]
            c.medication("furosemide", problems[0])
            c.medication("metoprolol", problems[0])
            c.medication("warfarin", problems[1])
            c.medication("alendronate", problems[2], status="stopped")
            c.allergy("Latex", codes.SNOMED, "300916003", "Latex allergy", ("Rash",), category="environment")
            c.allergy("Shellfish", codes.SNOMED, "300913006", "Shellfish allergy", (),
                      category="food", status="inactive")
        trend.vitals(154.0, index % 3 == 0)
        trend.labs("lab", "inr")
        if index % 2 == 0:
            trend.labs("bmp", "glucose", "sodium", "potassium", "creatinine", "egfr")
            trend.labs("lab", "bnp")
            c.vitals(spo2=95 + c.wobble(2))
        if index % 4 == 0:
            c.immunize("flu")
        if index % 5 == 0:
            c.note("progress", "S: Two pillows at night. Ankles swell by evening when she stands "
                   "at the smokehouse.", "O: Irregular pulse. Crackles at both bases, clear after "
                   "cough. Trace edema.", "A: Chronic heart failure, class II. Atrial "
                   "fibrillation, rate controlled.", "P: Weigh every morning; call for a gain of "
                   "2 kg in three days. Warfarin dose unchanged when INR is 2.0 to 3.0.")
    c.visit(day("2023-05-30"), "hospital", "Worsening heart failure", "doctor", days=4)
    c.vitals(bp=(148, 84), weight=71.9, pulse=112, spo2=88, breaths=26)
    c.labs("lab", bnp=1480)
    c.note("discharge", "Admitted with shortness of breath after missing furosemide for a week. "
           "Lost 4.6 kg with intravenous furosemide. Walks without oxygen.",
           "Home with her son. Nurse calls every second day for two weeks.")
    c.visit(day("2023-06-07"), "telephone", "Nurse call after hospital stay", "nurse")
    c.note("nurse", "Weight 67.1 kg this morning. Takes all tablets. Salt substitute advice given.")


def grief(c):
    """p06: asthma in the general chart; depression and trauma in the behavioral one."""
    for index, on in enumerate(schedule("2021-02-15", "2026-08-10", 11)):
        c.visit(on, "follow-up", "Asthma follow-up", "nurse-practitioner", "outreach")
        if index == 0:
            asthma = c.condition("asthma", "1998")
            c.medication("albuterol", asthma)
            c.medication("fluticasone", asthma)
            c.no_known_allergy()
        c.vitals(bp=(124 + c.wobble(6), 78 + c.wobble(4)), weight=79 + c.wobble(2), height=174.5,
                 pulse=74 + c.wobble(5), spo2=97 + c.wobble(1.5))
        if index == 0:
            c.smoking("8517006", "Former smoker")
        c.score("82668-5", "Total score [ACT]", "Asthma control score", 17 + min(index, 6))
        if index % 2 == 0:
            c.immunize("flu")
            c.note("progress", "S: Wheeze with wildfire smoke, about one night in the month.",
                   "O: No wheeze today. Peak flow 480.", "A: Moderate persistent asthma.",
                   "P: Spacer handed out. Action plan renewed.")
    first = None
    for index, on in enumerate(schedule("2022-10-06", "2026-10-15", 2)):
        c.visit(on, "counseling", "Counseling", "counselor", label="behavioral")
        if index == 0:
            first = c.condition("depression", "2022-09")
            c.condition("ptsd", "2019")
            c.medication("sertraline", first)
            c.plan("Behavioral health plan", ("Counseling every two months", "Talking circle on "
                   "Wednesdays", "Safety plan kept by patient and sister"), [first],
                   (("PHQ-9 under 5", "2026-12-31"),))
        c.phq9(max(3, round(18 - index * 0.7 + c.wobble(2))))
        if index % 2 == 0:
            c.note("mental-health", "Came on time. Speaks of his uncle and of winter nights. No "
                   "thoughts of ending his life.", "Sweat lodge with his cousins again. Sleeps "
                   "six hours.", "Plan: sertraline continues, next session in two months.")


def migraine(c):
    """p07: a student with migraine and, in the behavioral compartment, depression."""
    for index, on in enumerate(schedule("2021-09-13", "2026-09-14", 8)):
        c.visit(on, "problem", "Headaches", "nurse-practitioner")
        if index == 0:
            found = c.condition("migraine", "2013")
            c.medication("ibuprofen", found)
            c.allergy("Tree pollen", codes.SNOMED, "419263009", "Allergy to tree pollen",
                      ("Runny nose", "Itchy eyes"), category="environment")
            c.condition("rhinitis", "2010-05")
            c.medication("cetirizine")
        c.vitals(bp=(110 + c.wobble(5), 70 + c.wobble(4)), weight=61 + c.wobble(2), height=168,
                 pulse=70 + c.wobble(6))
        c.labs("cbc", hgb=12.6 + c.wobble(0.9), hct=38 + c.wobble(2), wbc=6.8 + c.wobble(1.5),
               plt=262 + c.wobble(30))
        if index % 3 == 0:
            c.immunize("flu")
            c.note("progress", "S: Two to three headaches a month with light hurting the eyes, "
                   "worse before exams.", "O: Neurological examination normal.",
                   "A: Migraine without aura.", "P: Headache diary; ibuprofen early.")
    for index, on in enumerate(schedule("2024-01-22", "2025-04-30", 3)):
        c.visit(on, "counseling", "Counseling", "counselor", label="behavioral")
        if index == 0:
            found = c.condition("depression", "2023-12", "remission")
            c.medication("sertraline", found, status="completed")
        c.phq9((14, 12, 9, 6, 4, 3)[min(index, 5)])
        c.note("mental-health", "Far from home for the first time. Beading group helps.",
               "Plan: as agreed, see again in three months.")


def elder_end(c):
    """p08: diabetes with kidney and heart failure; he died in March 2024."""
    trend = Trend(c, systolic=([("2020-11-01", 150), ("2024-02-20", 118)], 8),
                  diastolic=([("2020-11-01", 78), ("2024-02-20", 62)], 5),
                  weight=([("2020-11-01", 88.4), ("2024-02-20", 74.0)], 1.2),
                  pulse=([("2020-11-01", 76), ("2024-02-20", 92)], 6),
                  a1c=([("2020-11-01", 8.4), ("2024-02-20", 7.6)], 0.3),
                  creatinine=([("2020-11-01", 2.1), ("2024-02-20", 3.9)], 0.15),
                  egfr=([("2020-11-01", 31), ("2024-02-20", 15)], 1.5),
                  potassium=([("2020-11-01", 4.8), ("2024-02-20", 5.6)], 0.3),
                  sodium=([("2020-11-01", 138), ("2024-02-20", 133)], 2),
                  glucose=([("2020-11-01", 168), ("2024-02-20", 149)], 20),
                  hgb=([("2020-11-01", 11.2), ("2024-02-20", 9.1)], 0.3),
                  bnp=([("2020-11-01", 520), ("2024-02-20", 2100)], 90))
    for index, on in enumerate(schedule("2020-11-18", "2024-02-20", 4)):
        c.visit(on, "follow-up", "Kidney and heart", "doctor", "outreach")
        if index == 0:
            sugar = c.condition("t2dm-ckd", "1994")
            kidney, failing = c.condition("ckd4", "2019-08"), c.condition("chf", "2020-01")
            c.medication("insulin", sugar, "stopped")
            c.medication("furosemide", failing, "stopped")
            c.medication("atorvastatin", sugar, "stopped")
            c.medication("aspirin", failing, "stopped")
            c.allergy("Codeine", codes.RXNORM, "2670", "codeine", ("Vomiting",))
            c.condition("gout", "2011")
            c.plan("Elder care plan", ("Home visit by the nurse every month", "No dialysis, as he "
                   "decided with his family", "Comfort first"), [kidney, failing])
        trend.vitals(172.0, index % 3 == 0)
        trend.labs("bmp", "glucose", "sodium", "potassium", "creatinine", "egfr")
        trend.labs("lab", "a1c", "bnp", "hgb")
        if index % 4 == 0:
            c.immunize("flu")
        if index % 3 == 0:
            c.note("progress", "S: Tells stories to the children again. Tired after noon. His wife "
                   "interprets.", "O: Pale, edema to the knees.",
                   "A: Kidney disease, stage 4, with heart failure and diabetes.", "P: Wishes written down: no dialysis, stay at "
                   "home. Furosemide adjusted.")
    c.visit(day("2024-03-12"), "telephone", "Death at home", "nurse")
    c.note("nurse", "Wife called at 05:10. He died in his sleep, family around him. "
           "Doctor informed, certificate signed at the house.")


def joints(c):
    """p09: rheumatoid arthritis on weekly methotrexate, and a low thyroid."""
    trend = Trend(c, systolic=line(118, 122, 6), diastolic=line(74, 76, 4),
                  weight=line(70.5, 66.8, 0.9), pulse=line(68, 70, 5), tsh=line(7.8, 2.4, 0.7, 3.1),
                  crp=line(31, 3.8, 2.2, 12), alt=line(24, 38, 8), hgb=line(11.2, 12.9, 0.4),
                  hct=line(34, 39, 1), wbc=line(9.4, 6.2, 0.8), plt=line(410, 280, 25))
    for index, on in enumerate(schedule("2020-12-14", "2026-10-12", 6)):
        c.visit(on, "follow-up", "Joint pain and medicine check", "doctor")
        if index == 0:
            joints_problem = c.condition("ra", "2020-10")
            thyroid = c.condition("hypothyroidism", "2017-04-20")
            c.medication("levothyroxine", thyroid)
            c.medication("naproxen", joints_problem, "stopped")
        if index == 1:
            c.medication("methotrexate", joints_problem)
        trend.vitals(161.2, index % 3 == 0)
        trend.labs("cbc", "hgb", "hct", "wbc", "plt")
        trend.labs("lab", "crp", "alt")
        if index % 3 == 0:
            trend.labs("lab", "tsh")
            c.immunize("flu")
        if index % 5 == 0:
            c.note("progress", "S: Morning stiffness "
                   + ("two hours; cannot knead piki batter." if index < 5 else
                      "twenty minutes; baking again."), "O: Swelling of the knuckles, "
                   + ("marked." if index < 5 else "slight."), "A: Rheumatoid arthritis.",
                   "P: Methotrexate once a week, blood count and liver test every four months.")


def young_man(c):
    """p10: healthy; a sprain, a sore throat and no question about allergies yet."""
    c.visit(day("2022-06-14"), "problem", "Twisted ankle at stickball", "nurse-practitioner")
    c.condition("ankle-sprain", "2022-06-12", "resolved", "2022-08-01", listed=False)
    c.vitals(bp=(122, 74), weight=76.4, height=181, pulse=64, temp=36.6)
    c.medication("ibuprofen", status="completed", refills=0)
    c.note("progress", "S: Rolled the left ankle while playing.", "O: Swollen, bears weight.",
           "A: Ankle sprain.", "P: Rest, ice, brace for two weeks.")
    c.visit(day("2024-01-09"), "problem", "Sore throat", "nurse-practitioner")
    c.vitals(bp=(118, 72), weight=79.0, height=181, pulse=88, temp=38.4)
    c.text_result("78012-2", "Streptococcus pyogenes Ag [Presence] in Throat by Rapid immunoassay",
                  "Rapid strep test", "Positive", "A", "throat")
    c.condition("strep", "2024-01-07", "resolved", "2024-01-20", listed=False)
    c.medication("amoxicillin", status="completed", refills=0)
    c.visit(day("2025-08-05"), "checkup", "Check-up for the fire crew", "doctor")
    c.vitals(bp=(116, 70), weight=78.2, height=181.5, pulse=58, temp=36.5)
    c.smoking("266919005", "Never smoker")
    c.labs("cbc", hgb=15.1, hct=45.2, wbc=6.0, plt=231)
    c.immunize("tdap", "flu")


def tuberculosis(c):
    """p11: latent tuberculosis found and treated, diabetes from 2022 on."""
    trend = Trend(c, systolic=line(126, 130, 6), diastolic=line(78, 80, 4),
                  weight=line(73, 75.5, 0.9), pulse=line(74, 76, 5), a1c=line(6.2, 7.1, 0.2, 7.6),
                  glucose=line(118, 140, 12, 158), sodium=line(140, 139, 2),
                  potassium=line(4.1, 4.2, 0.3), creatinine=line(0.7, 0.78, 0.04),
                  egfr=line(96, 89, 3), alt=line(26, 33, 6, 44))
    for index, on in enumerate(schedule("2021-01-11", "2026-10-05", 7)):
        c.visit(on, "follow-up" if index else "checkup", "Diabetes and screening", "doctor",
                "outreach")
        if index == 0:
            c.no_known_allergy()
            c.condition("latent-tb", "2021-01-20", "resolved", "2021-06-30")
            c.text_result("71774-4", "Mycobacterium tuberculosis stimulated gamma interferon "
                          "[Interpretation] in Blood", "TB blood test", "Positive", "A")
            c.smoking("266919005", "Never smoker")
        if index == 3:
            sugar = c.condition("t2dm", on.isoformat())
            c.medication("metformin", sugar)
        trend.vitals(156.0, index % 3 == 0)
        trend.labs("lab", "a1c", "alt")
        if index % 2 == 0:
            trend.labs("bmp", "glucose", "sodium", "potassium", "creatinine", "egfr")
            c.immunize("flu")
        if index % 4 == 0:
            c.note("progress", "S: Came by boat with her sister. Feels well, no cough, no night "
                   "sweats.", "O: Lungs clear.", "A: Treated latent tuberculosis. Sugar followed.",
                   "P: Rifampin finished in 2021. Seal oil and berries stay on the table; less "
                   "white bread.")


def father(c):
    """p12: few visits; a descendant who is not enrolled."""
    for index, on in enumerate(schedule("2021-04-19", "2026-04-20", 15)):
        c.visit(on, "checkup", "Check-up", "nurse-practitioner", "outreach")
        if index == 0:
            c.no_known_allergy()
            c.smoking("8517006", "Former smoker")
        c.vitals(bp=(128 + index * 2 + c.wobble(4), 82 + index + c.wobble(3)),
                 weight=90 + index * 1.5, height=178, pulse=72 + c.wobble(5))
        c.labs("lipid", chol=188 + index * 6, trig=140 + index * 9, ldl=112 + index * 4, hdl=44)
        c.immunize("flu")
    c.visit(day("2024-12-03"), "problem", "Blocked nose and fever", "nurse-practitioner",
            "outreach")
    c.condition("sinusitis", "2024-11-29", "resolved", "2024-12-14", listed=False)
    c.vitals(bp=(134, 86), pulse=90, temp=38.1)
    c.note("progress", "S: Blocked nose for four days, pressure over the cheeks.",
           "O: Tender over the left cheek, lungs clear.", "A: Viral sinusitis.",
           "P: Salt water rinses; back in a week when no better. Blood pressure again then.")
