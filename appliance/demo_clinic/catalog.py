"""Codes and constants of the demo clinic: what can be diagnosed, measured, given and prescribed."""

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CVX = "http://hl7.org/fhir/sid/cvx"
UCUM = "http://unitsofmeasure.org"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"
HL7 = "http://hl7.org/fhir/StructureDefinition/"
FORMATS = "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode"
US_CORE_CATEGORY = "http://hl7.org/fhir/us/core/CodeSystem/us-core-category"
SCREENING = {"sdoh": "SDOH", "functional-status": "Functional Status",
             "disability-status": "Disability Status", "cognitive-status": "Cognitive Status"}
CDC_RACE = "urn:oid:2.16.840.1.113883.6.238"

# key: (SNOMED code, SNOMED display, ICD-10-CM code, ICD-10-CM display, text)
CONDITIONS = {
    "t2dm": ("44054006", "Type 2 diabetes mellitus", "E11.9",
             "Type 2 diabetes mellitus without complications", "Type 2 diabetes"),
    "t2dm-ckd": (None, None, "E11.22",
                 "Type 2 diabetes mellitus with diabetic chronic kidney disease",
                 "Type 2 diabetes with kidney disease"),
    "retinopathy": ("1551000119108",
                    "Nonproliferative diabetic retinopathy due to type 2 diabetes mellitus",
                    "E11.3293", "Type 2 diabetes mellitus with mild nonproliferative diabetic "
                    "retinopathy without macular edema, bilateral", "Mild diabetic retinopathy"),
    "microalbuminuria": ("90781000119102", "Microalbuminuria due to type 2 diabetes mellitus",
                         "E11.29", "Type 2 diabetes mellitus with other diabetic kidney "
                         "complication", "Microalbuminuria due to type 2 diabetes"),
    "prediabetes": ("15777000", "Prediabetes", "R73.03", "Prediabetes", "Prediabetes"),
    "hypertension": ("38341003", "Hypertension", "I10", "Essential (primary) hypertension",
                     "High blood pressure"),
    "hyperlipidemia": ("55822004", "Hyperlipidemia", "E78.5", "Hyperlipidemia, unspecified",
                       "Hyperlipidemia"),
    "ckd2": ("431856006", "Chronic kidney disease stage 2", "N18.2",
             "Chronic kidney disease, stage 2 (mild)", "Chronic kidney disease, stage 2"),
    "ckd4": (None, None, "N18.4", "Chronic kidney disease, stage 4 (severe)",
             "Chronic kidney disease, stage 4"),
    "chf": ("88805009", "Chronic congestive heart failure", "I50.9",
            "Heart failure, unspecified", "Chronic heart failure"),
    "afib": ("49436004", "Atrial Fibrillation", "I48.91", "Unspecified atrial fibrillation",
             "Atrial fibrillation"),
    "copd": ("185086009", "Chronic obstructive bronchitis", "J44.9",
             "Chronic obstructive pulmonary disease, unspecified", "COPD"),
    "gout": ("90560007", "Gout", "M10.9", "Gout, unspecified", "Gout"),
    "osteoporosis": ("64859006", "Osteoporosis", "M81.0",
                     "Age-related osteoporosis without current pathological fracture",
                     "Osteoporosis"),
    "knee-oa": ("239873007", "Osteoarthritis of knee", "M17.9",
                "Osteoarthritis of knee, unspecified", "Osteoarthritis of the knee"),
    "ra": ("69896004", "Rheumatoid arthritis", "M06.9", "Rheumatoid arthritis, unspecified",
           "Rheumatoid arthritis"),
    "hypothyroidism": ("83664006", "Idiopathic atrophic hypothyroidism", "E03.9",
                       "Hypothyroidism, unspecified", "Hypothyroidism"),
    "obesity": ("162864005", "Body mass index 30+ - obesity", "E66.9", "Obesity, unspecified",
                "Obesity"),
    "migraine": (None, None, "G43.909",
                 "Migraine, unspecified, not intractable, without status migrainosus",
                 "Migraine"),
    "depression": ("36923009", "Major depression, single episode", "F32.1",
                   "Major depressive disorder, single episode, moderate", "Depression, moderate"),
    "ptsd": ("47505003", "Posttraumatic stress disorder", "F43.10",
             "Post-traumatic stress disorder, unspecified", "Post-traumatic stress disorder"),
    "adhd": ("192127007", "Child attention deficit disorder", "F90.0",
             "Attention-deficit hyperactivity disorder, predominantly inattentive type",
             "Attention deficit disorder"),
    "pregnancy": ("72892002", "Normal pregnancy", "Z34.90",
                  "Encounter for supervision of normal pregnancy, unspecified, unspecified "
                  "trimester", "Pregnancy"),
    "anemia": ("271737000", "Anemia", "D50.9", "Iron deficiency anemia, unspecified",
               "Iron deficiency anemia"),
    "asthma": ("195967001", "Asthma", "J45.40", "Moderate persistent asthma, uncomplicated",
               "Moderate persistent asthma"),
    "child-asthma": ("233678006", "Childhood asthma", "J45.30",
                     "Mild persistent asthma, uncomplicated", "Mild persistent asthma"),
    "eczema": ("24079001", "Atopic dermatitis", "L20.9", "Atopic dermatitis, unspecified",
               "Eczema"),
    "otitis": ("65363002", "Otitis media", "H66.90",
               "Otitis media, unspecified, unspecified ear", "Ear infection"),
    "strep": ("43878008", "Streptococcal sore throat", "J02.0", "Streptococcal pharyngitis",
              "Strep throat"),
    "bronchitis": ("10509002", "Acute bronchitis", "J20.9", "Acute bronchitis, unspecified",
                   "Acute bronchitis"),
    "sinusitis": ("444814009", "Viral sinusitis", "J01.90", "Acute sinusitis, unspecified",
                  "Viral sinusitis"),
    "ankle-sprain": ("44465007", "Sprain of ankle", "S93.409A",
                     "Sprain of unspecified ligament of unspecified ankle, initial encounter",
                     "Ankle sprain"),
    "caries": (None, None, "K02.9", "Dental caries, unspecified", "Tooth decay"),
    "latent-tb": (None, None, "Z22.7", "Latent tuberculosis", "Latent tuberculosis infection"),
    "back-pain": ("279039007", "Low back pain", "M54.50", "Low back pain, unspecified",
                  "Low back pain"),
    "falls": ("129839007", "At risk for falls", "Z91.81", "History of falling",
              "Falls in the past year"),
    "food-insecurity": ("733423003", "Food insecurity", "Z59.41", "Food insecurity",
                        "Food runs out before the end of the month"),
    "transport": ("713458007", "Lack of access to transportation", "Z59.82",
                  "Transportation insecurity", "No reliable ride to the clinic"),
    "opioid-use": (None, None, "F11.21", "Opioid dependence, in remission",
                   "Opioid use disorder, in remission"),
    "heart-block": ("233917008", "Atrioventricular block", "I44.30",
                    "Unspecified atrioventricular block", "Atrioventricular block"),
    "rhinitis": ("367498001", "Seasonal allergic rhinitis", "J30.2",
                 "Other seasonal allergic rhinitis", "Seasonal allergies"),
}

# key: (LOINC code, display, text, unit, UCUM code, low, high, decimals)
LABS = {
    "a1c": ("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "Hemoglobin A1c", "%", "%",
            "4.0", "5.6", 1),
    "glucose": ("2345-7", "Glucose [Mass/volume] in Serum or Plasma", "Glucose", "mg/dL", "mg/dL",
                "70", "99", 0),
    "creatinine": ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "Creatinine",
                   "mg/dL", "mg/dL", "0.60", "1.20", 2),
    "egfr": ("98979-8", "Glomerular filtration rate/1.73 sq M.predicted [Volume Rate/Area] in "
             "Serum, Plasma or Blood by Creatinine-based formula (CKD-EPI 2021)", "eGFR",
             "mL/min/{1.73_m2}", "mL/min/{1.73_m2}", "60", None, 0),
    "sodium": ("2951-2", "Sodium [Moles/volume] in Serum or Plasma", "Sodium", "mmol/L", "mmol/L",
               "135", "145", 0),
    "potassium": ("2823-3", "Potassium [Moles/volume] in Serum or Plasma", "Potassium", "mmol/L",
                  "mmol/L", "3.5", "5.1", 1),
    "uacr": ("9318-7", "Albumin/Creatinine [Mass Ratio] in Urine", "Urine albumin/creatinine",
             "mg/g", "mg/g", None, "30", 0),
    "chol": ("2093-3", "Cholesterol [Mass/volume] in Serum or Plasma", "Total cholesterol",
             "mg/dL", "mg/dL", None, "200", 0),
    "hdl": ("2085-9", "Cholesterol in HDL [Mass/volume] in Serum or Plasma", "HDL cholesterol",
            "mg/dL", "mg/dL", "40", None, 0),
    "trig": ("2571-8", "Triglyceride [Mass/volume] in Serum or Plasma", "Triglycerides", "mg/dL",
             "mg/dL", None, "150", 0),
    "ldl": ("13457-7", "Cholesterol in LDL [Mass/volume] in Serum or Plasma by calculation",
            "LDL cholesterol", "mg/dL", "mg/dL", None, "100", 0),
    "hgb": ("718-7", "Hemoglobin [Mass/volume] in Blood", "Hemoglobin", "g/dL", "g/dL", "12.0",
            "16.0", 1),
    "hct": ("4544-3", "Hematocrit [Volume Fraction] of Blood by Automated count", "Hematocrit",
            "%", "%", "36.0", "46.0", 1),
    "wbc": ("6690-2", "Leukocytes [#/volume] in Blood by Automated count", "White cells",
            "10*3/uL", "10*3/uL", "4.5", "11.0", 1),
    "plt": ("777-3", "Platelets [#/volume] in Blood by Automated count", "Platelets", "10*3/uL",
            "10*3/uL", "150", "400", 0),
    "tsh": ("3016-3", "Thyrotropin [Units/volume] in Serum or Plasma", "TSH", "m[IU]/L",
            "m[IU]/L", "0.40", "4.50", 2),
    "inr": ("6301-6", "INR in Platelet poor plasma by Coagulation assay", "INR", "{INR}",
            "{INR}", "2.0", "3.0", 1),
    "bnp": ("42637-9", "Natriuretic peptide B [Mass/volume] in Blood", "BNP", "pg/mL", "pg/mL",
            None, "100", 0),
    "urate": ("3084-1", "Urate [Mass/volume] in Serum or Plasma", "Uric acid", "mg/dL", "mg/dL",
              "3.4", "7.0", 1),
    "crp": ("1988-5", "C reactive protein [Mass/volume] in Serum or Plasma",
            "C-reactive protein", "mg/L", "mg/L", None, "5.0", 1),
    "alt": ("1742-6", "Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma",
            "ALT", "U/L", "U/L", "7", "56", 0),
    "lead": ("77307-7", "Lead [Mass/volume] in Venous blood", "Lead", "ug/dL", "ug/dL", None,
             "3.5", 1),
    "gtt": ("20436-2", "Glucose [Mass/volume] in Serum or Plasma --2 hours post dose glucose",
            "Glucose, 2 hours after 75 g", "mg/dL", "mg/dL", None, "140", 0),
}

# What a result is made from; everything that is not named is made from blood.
SPECIMENS = {"uacr": "urine", "throat": "throat", "urine": "urine", "cervix": "cervix"}

# key: (SNOMED code, display, text)
SPECIMEN_TYPES = {
    "blood": ("119297000", "Blood specimen", "Blood"),
    "urine": ("122575003", "Urine specimen", "Urine"),
    "throat": ("258529004", "Throat swab", "Throat swab"),
    "cervix": (None, None, "Cervical smear"),
}

# text: (SNOMED code, display)
FINDINGS = {
    "Positive": ("10828004", "Positive"), "Negative": ("260385009", "Negative"),
    "Nonreactive": ("131194007", "Non-Reactive"),
    "O Rh positive": ("278147001", "Blood group O Rh(D) positive"),
}

# text: (system, code, display)
REACTIONS = {
    "Hives": (SNOMED, "247472004", "Hives"), "Itching": (SNOMED, "418290006", "Itching"),
    "Swelling of the face": (SNOMED, "278528006", "Facial swelling"),
    "Rash": (SNOMED, "271807003", "Eruption of skin"),
    "Runny nose": (SNOMED, "64531003", "Nasal discharge"),
    "Itchy eyes": (SNOMED, "74776002", "Itching of eye"),
    "Vomiting": (SNOMED, "422400008", "Vomiting"),
    "Anaphylaxis": (SNOMED, "39579001", "Anaphylaxis"),
    "Not known any more": ("http://terminology.hl7.org/CodeSystem/data-absent-reason", "unknown",
                           "Unknown"),
}

# key: (LOINC code, display, members)
PANELS = {
    "lipid": ("57698-3", "Lipid panel with direct LDL - Serum or Plasma", "Lipid panel",
              ("chol", "trig", "ldl", "hdl")),
    "bmp": ("51990-0", "Basic metabolic panel - Blood", "Basic metabolic panel",
            ("glucose", "sodium", "potassium", "creatinine", "egfr")),
    "cbc": ("58410-2", "CBC panel - Blood by Automated count", "Complete blood count",
            ("hgb", "hct", "wbc", "plt")),
    "lab": ("11502-2", "Laboratory report", "Laboratory report", ()),
}

# key: (LOINC code, display, text, unit, UCUM code, profile, decimals)
VITALS = {
    "weight": ("29463-7", "Body weight", "Weight", "kg", "kg", "us-core-body-weight", 1),
    "height": ("8302-2", "Body height", "Height", "cm", "cm", "us-core-body-height", 1),
    "bmi": ("39156-5", "Body mass index (BMI) [Ratio]", "BMI", "kg/m2", "kg/m2", "us-core-bmi", 1),
    "head": ("9843-4", "Head Occipital-frontal circumference", "Head circumference", "cm", "cm",
             "us-core-head-circumference", 1),
    "pulse": ("8867-4", "Heart rate", "Heart rate", "/min", "/min", "us-core-heart-rate", 0),
    "breaths": ("9279-1", "Respiratory rate", "Respiratory rate", "/min", "/min",
                "us-core-respiratory-rate", 0),
    "temp": ("8310-5", "Body temperature", "Temperature", "Cel", "Cel",
             "us-core-body-temperature", 1),
    "spo2": ("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry",
             "Oxygen saturation", "%", "%", "us-core-pulse-oximetry", 0),
    "head-percentile": ("8289-1", "Head Occipital-frontal circumference Percentile",
                        "Head circumference percentile", "%", "%",
                        "head-occipital-frontal-circumference-percentile", 0),
    "bmi-percentile": ("59576-9", "Body mass index (BMI) [Percentile] Per age and sex",
                       "BMI percentile", "%", "%", "pediatric-bmi-for-age", 0),
    "weight-percentile": ("77606-2", "Weight-for-length Per age and sex",
                          "Weight for length percentile", "%", "%",
                          "pediatric-weight-for-height", 0),
    "peak-flow": ("19935-6", "Maximum expiratory gas flow Respiratory system airway by Peak flow "
                  "meter", "Peak flow", "L/min", "L/min", "us-core-vital-signs", 0),
}

# key: (RxNorm code, display, dose, dose unit, times, period unit, as needed, patient instruction)
MEDICATIONS = {
    "metformin": ("860975", "24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet",
                  2, "tablet", 1, "d", False, "Take 2 tablets by mouth once a day with supper"),
    "insulin": ("106892", "insulin human, isophane 70 UNT/ML / Regular Insulin, Human 30 UNT/ML "
                "Injectable Suspension [Humulin]", 18, "unit", 2, "d", False,
                "Inject 18 units under the skin twice a day before meals"),
    "lisinopril": ("314076", "lisinopril 10 MG Oral Tablet", 1, "tablet", 1, "d", False,
                   "Take 1 tablet by mouth every morning"),
    "amlodipine": ("197361", "Amlodipine 5 MG Oral Tablet", 1, "tablet", 1, "d", False,
                   "Take 1 tablet by mouth once a day"),
    "simvastatin": ("312961", "Simvastatin 20 MG Oral Tablet", 1, "tablet", 1, "d", False,
                    "Take 1 tablet by mouth at bedtime"),
    "atorvastatin": ("259255", "Atorvastatin 80 MG Oral Tablet", 1, "tablet", 1, "d", False,
                     "Take 1 tablet by mouth at bedtime"),
    "aspirin": ("243670", "Aspirin 81 MG Oral Tablet", 1, "tablet", 1, "d", False,
                "Take 1 tablet by mouth once a day"),
    "furosemide": ("313988", "Furosemide 40 MG Oral Tablet", 1, "tablet", 2, "d", False,
                   "Take 1 tablet by mouth twice a day"),
    "metoprolol": ("866414", "24 HR metoprolol succinate 100 MG Extended Release Oral Tablet "
                   "[Toprol]", 1, "tablet", 1, "d", False, "Take 1 tablet by mouth once a day"),
    "warfarin": ("855332", "Warfarin Sodium 5 MG Oral Tablet", 1, "tablet", 1, "d", False,
                 "Take 1 tablet by mouth every evening; dose by INR"),
    "alendronate": ("904419", "Alendronic acid 10 MG Oral Tablet", 1, "tablet", 1, "d", False,
                    "Take 1 tablet by mouth every morning, upright, with a glass of water"),
    "allopurinol": ("197319", "Allopurinol 100 MG Oral Tablet", 1, "tablet", 1, "d", False,
                    "Take 1 tablet by mouth once a day"),
    "fluticasone-salmeterol": ("896209", "60 ACTUAT Fluticasone propionate 0.25 MG/ACTUAT / "
                               "salmeterol 0.05 MG/ACTUAT Dry Powder Inhaler", 1, "puff", 2, "d",
                               False, "Inhale 1 puff twice a day and rinse the mouth"),
    "albuterol": ("745679", "200 ACTUAT Albuterol 0.09 MG/ACTUAT Metered Dose Inhaler", 2, "puff",
                  4, "d", True, "Inhale 2 puffs every 6 hours as needed for wheeze"),
    "fluticasone": ("895994", "120 ACTUAT Fluticasone propionate 0.044 MG/ACTUAT Metered Dose "
                    "Inhaler", 2, "puff", 2, "d", False,
                    "Inhale 2 puffs twice a day with a spacer"),
    "levothyroxine": ("966222", "Levothyroxine Sodium 0.075 MG Oral Tablet", 1, "tablet", 1, "d",
                      False, "Take 1 tablet by mouth every morning on an empty stomach"),
    "methotrexate": ("105586", "Methotrexate 10 MG Oral Tablet", 1, "tablet", 1, "wk", False,
                     "Take 1 tablet by mouth ONCE A WEEK on Mondays"),
    "naproxen": ("198014", "Naproxen 500 MG Oral Tablet", 1, "tablet", 2, "d", True,
                 "Take 1 tablet by mouth twice a day with food as needed for pain"),
    "sertraline": ("312941", "sertraline 50 MG Oral Tablet", 1, "tablet", 1, "d", False,
                   "Take 1 tablet by mouth once a day"),
    "ferrous": ("310325", "ferrous sulfate 325 MG Oral Tablet", 1, "tablet", 1, "d", False,
                "Take 1 tablet by mouth once a day"),
    "amoxicillin": ("308182", "Amoxicillin 250 MG Oral Capsule", 1, "capsule", 3, "d", False,
                    "Take 1 capsule by mouth three times a day for 10 days"),
    "doxycycline": ("1652673", "Doxycycline Monohydrate 50 MG Oral Tablet", 2, "tablet", 2, "d",
                    False, "Take 2 tablets by mouth twice a day for 7 days"),
    "ibuprofen": ("310965", "Ibuprofen 200 MG Oral Tablet", 2, "tablet", 3, "d", True,
                  "Take 2 tablets by mouth every 8 hours as needed for pain"),
    "acetaminophen": ("313782", "Acetaminophen 325 MG Oral Tablet", 2, "tablet", 4, "d", True,
                      "Take 2 tablets by mouth every 6 hours as needed for pain"),
    "cetirizine": ("1014676", "cetirizine hydrochloride 5 MG Oral Tablet", 1, "tablet", 1, "d",
                   False, "Take 1 tablet by mouth once a day in allergy season"),
    "hydrocortisone": ("106258", "Hydrocortisone 10 MG/ML Topical Cream", 1, "application", 2,
                       "d", True, "Rub a thin layer on the rash twice a day as needed"),
    "epinephrine": ("1870230", "NDA020800 0.3 ML Epinephrine 1 MG/ML Auto-Injector", 1,
                    "injection", 1, "d", True,
                    "Inject into the outer thigh at once for a severe reaction; call 911"),
    "methylphenidate": ("1091392", "Methylphenidate Hydrochloride 20 MG Oral Tablet", 1, "tablet",
                        1, "d", False, "Take 1 tablet by mouth every morning on school days"),
    "nicotine": ("198031", "24hr nicotine transdermal patch", 1, "patch", 1, "d", False,
                 "Put 1 patch on clean skin every morning"),
}

# words in a goal: (SNOMED code, display)
GOALS = {
    "HbA1c under 7": ("165679005", "Hemoglobin A1c less than 7% indicating good diabetic control"),
    "Food on the table": ("1078229009", "Food security"),
}


def goal(text):
    """A goal in words, with its code where there is one."""
    found = [{"system": SNOMED, "code": code, "display": display}
             for words, (code, display) in GOALS.items() if words in text]
    return {**({"coding": found} if found else {}), "text": text}


# key: CVX code and the short name CDC publishes
VACCINES = {
    "hepb": ("08", "Hep B, adolescent or pediatric"),
    "rota": ("119", "rotavirus, monovalent"),
    "dtap": ("20", "DTaP"),
    "hib": ("49", "Hib (PRP-OMP)"),
    "ipv": ("10", "IPV"),
    "pcv": ("216", "Pneumococcal conjugate PCV20, polysaccharide CRM197 conjugate, adjuvant, PF"),
    "mmr": ("03", "MMR"),
    "var": ("21", "varicella"),
    "hepa": ("83", "Hep A, ped/adol, 2 dose"),
    "flu": ("140", "Influenza, split virus, trivalent, PF"),
    "tdap": ("115", "Tdap"),
    "hpv": ("165", "HPV9"),
    "menacwy": ("203", "meningococcal conjugate quadrivalent, MenACWY-TT (MCV4)"),
    "zoster": ("187", "zoster recombinant"),
    "covid": ("309", "COVID-19, mRNA, LNP-S, PF, tris-sucrose, 30 mcg/0.3 mL"),
    "rsv": ("306", "RSV, mAb, nirsevimab-alip, 0.5 mL, neonate to 24 months"),
}

# When influenza vaccine is in the refrigerator.
FLU_MONTHS = (9, 10, 11, 12, 1)

# months: vaccines due at the well-child visit of that age
CHILD_SCHEDULE = {
    0: ("hepb",), 2: ("hepb", "rota", "dtap", "hib", "ipv", "pcv"),
    4: ("rota", "dtap", "hib", "ipv", "pcv"), 6: ("hepb", "dtap", "ipv", "pcv"),
    9: (), 12: ("mmr", "var", "hepa", "hib", "pcv"), 15: ("dtap",), 18: ("hepa",), 24: (), 30: (),
    36: (), 48: ("dtap", "ipv", "mmr", "var"), 60: (), 72: (), 84: (), 96: (), 108: (), 120: (),
    132: ("tdap", "hpv", "menacwy"), 144: ("hpv",), 156: (), 168: (), 180: (),
}

# key: (class code, class display, SNOMED type, display)
VISITS = {
    "checkup": ("AMB", "ambulatory", "185349003", "Encounter for check up"),
    "problem": ("AMB", "ambulatory", "185347001", "Encounter for problem"),
    "follow-up": ("AMB", "ambulatory", "390906007", "Follow-up encounter"),
    "well-child": ("AMB", "ambulatory", "410620009", "Well child visit"),
    "prenatal": ("AMB", "ambulatory", "424619006", "Prenatal visit"),
    "emergency": ("EMER", "emergency", "50849002", "Emergency room admission"),
    "hospital": ("IMP", "inpatient encounter", "32485007", "Hospital admission"),
    "telephone": ("VR", "virtual", "185317003", "Telephone encounter"),
    "counseling": ("AMB", "ambulatory", "409063005", "Counseling"),
    "dental": ("AMB", "ambulatory", "34043003", "Dental consultation and report"),
}

NOTE_TYPES = {
    "progress": ("11506-3", "Progress note"),
    "history": ("34117-2", "History and physical note"),
    "consult": ("11488-4", "Consult note"),
    "discharge": ("18842-5", "Discharge summary"),
    "nurse": ("34746-8", "Nurse Note"),
    "procedure": ("28570-0", "Procedure note"),
    "imaging": ("18748-4", "Diagnostic imaging study"),
    "laboratory": ("11502-2", "Laboratory report"),
    "pathology": ("11526-1", "Pathology study"),
    "mental-health": ("75443-2", "Mental health Outpatient Note"),
}

# months, then median length (cm), weight (kg) and head (cm) by sex: WHO under 24 months, CDC after.
GROWTH_MONTHS = (0, 2, 4, 6, 9, 12, 15, 18, 24, 30, 36, 48, 60, 72, 84, 96, 108, 120, 132, 144,
                 156, 168, 180, 192)
GROWTH = {
    ("male", "height"): (49.9, 58.4, 63.9, 67.6, 72.0, 75.8, 79.2, 82.3, 86.8, 90.6, 94.7, 101.9,
                         108.6, 115.1, 121.5, 127.6, 133.3, 138.4, 143.3, 148.8, 155.8, 163.5,
                         169.7, 173.4),
    ("female", "height"): (49.2, 57.1, 62.1, 65.7, 70.1, 74.0, 77.5, 80.7, 85.4, 89.6, 93.6, 100.5,
                           107.4, 114.4, 121.2, 127.4, 132.7, 137.8, 143.7, 150.9, 157.0, 160.3,
                           161.8, 162.5),
    ("male", "weight"): (3.35, 5.57, 7.0, 7.93, 8.9, 9.65, 10.31, 10.94, 12.6, 13.43, 14.26, 16.15,
                         18.3, 20.58, 22.96, 25.53, 28.42, 31.78, 35.72, 40.27, 45.37, 50.78,
                         56.07, 60.75),
    ("female", "weight"): (3.23, 5.13, 6.42, 7.3, 8.23, 8.95, 9.6, 10.23, 11.97, 12.9, 13.79,
                           15.71, 17.84, 20.14, 22.65, 25.5, 28.84, 32.72, 37.02, 41.46, 45.66,
                           49.23, 51.95, 53.82),
    ("male", "head"): (34.5, 39.1, 41.6, 43.3, 45.0, 46.1, 46.8, 47.4, 48.6, 49.2, 49.7),
    ("female", "head"): (33.9, 38.3, 40.6, 42.2, 43.8, 44.9, 45.7, 46.2, 47.4, 48.1, 48.6),
}
