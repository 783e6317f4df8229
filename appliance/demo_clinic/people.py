"""The clinic, its staff and its twenty patients. All of them are invented."""

from demo_clinic import catalog as codes
from demo_clinic.builder import coding, concept, hl7, resource

CLINIC = "Three Rivers Tribal Health Clinic (demo)"
PHONE = "555-0100"

# key: (given, family, prefix, suffix, gender, specialty, phone)
STAFF = {
    "doctor": ("Rowena", "Graywater", "Dr.", "MD", "female", "Family medicine", "555-0111"),
    "nurse-practitioner": ("Silas", "Birchfield", None, "FNP", "male", "Family practice nursing",
                           "555-0112"),
    "midwife": ("Odette", "Marshwind", None, "CNM", "female", "Midwifery", "555-0113"),
    "counselor": ("Tobias", "Fernhollow", None, "LCSW", "male", "Behavioral health", "555-0114"),
    "nurse": ("Wynona", "Stonebrook", None, "RN", "female", "Nursing and diabetes education",
              "555-0115"),
}

LOCATIONS = {
    "main": ("Three Rivers Main Clinic (demo)", "1 Confluence Road", "Cedar Landing", "00101"),
    "outreach": ("Willow Bend Outreach Clinic (demo)", "20 School Loop", "Willow Bend", "00102"),
}

# key: (code, display as HL7 publishes it, cut there to 50 characters; the name to show)
TRIBES = {
    "navajo": ("170", "Navajo Nation, Arizona, New Mexico & Utah", "Navajo Nation"),
    "oglala": ("177", "Oglala Sioux Tribe of the Pine Ridge Reservation,", "Oglala Sioux Tribe"),
    "mohawk": ("288", "St. Regis Band of Mohawk Indians of New York", "Saint Regis Mohawk Tribe"),
    "tlingit": ("549", "Central Council of the Tlingit and Haida Indian Tb",
                "Central Council of the Tlingit and Haida Indian Tribes"),
    "lummi": ("145", "Lummi Tribe of the Lummi Reservation, Washington", "Lummi Nation"),
    "cherokee": ("40", "Cherokee Nation, Oklahoma", "Cherokee Nation"),
    "red-lake": ("236", "Red Lake Band of Chippewa Indians of the Red Lake",
                 "Red Lake Band of Chippewa Indians"),
    "fort-peck": ("10", "Assiniboine and Sioux Tribes of the Fort Peck Indi",
                  "Assiniboine and Sioux Tribes of Fort Peck"),
    "hopi": ("104", "Hopi Tribe of Arizona", "Hopi Tribe"),
    "choctaw": ("47", "Choctaw Nation of Oklahoma", "Choctaw Nation of Oklahoma"),
    "bethel": ("494", "Orutsararmuit Native Village (aka Bethel)", "Orutsararmiut Native Council"),
    "osage": ("182", "Osage Tribe, Oklahoma", "Osage Nation"),
    "crow": ("70", "Crow Tribe of Montana", "Crow Tribe"),
    "nez-perce": ("171", "Nez Perce Tribe of Idaho", "Nez Perce Tribe"),
}

# key: (given names, family, gender, birth date, tribe, enrolled, language, city, extras)
PATIENTS = {
    "p01": (("Nizhóní", "Dezba"), "Łitsogii", "female", "1961-03-14", "navajo", True, "nv",
            "Cedar Landing", {"marital": "M"}),
    "p02": (("Harlan", "Waŋblí"), "Standing Cedar", "male", "1957-11-02", "oglala", True, "lkt",
            "Red Shale", {"marital": "M"}),
    "p03": (("Konwahrá:ta",), "Otsi'tsa'ké:ron", "female", "1991-06-21", "mohawk", True, "moh",
            "Cedar Landing", {"marital": "M", "other": ("maiden", "Konwahrá:ta", "Lakewood")}),
    "p04": (("Daniel", "Ḵaalgéi"), "X̱'unakáak", "male", "1974-01-30", "tlingit", True, "en",
            "Otter Creek", {"marital": "S"}),
    "p05": (("Leona",), "Sqʷəlsəxʷ", "female", "1949-08-09", "lummi", True, "en", "Cedar Landing",
            {"marital": "W"}),
    "p06": (("Thomas", "Waya"), "Greywillow", "male", "1986-12-19", "cherokee", True, "en",
            "Willow Bend", {"marital": "D", "other": ("nickname", "ᏩᏯ", None)}),
    "p07": (("Waabigwan",), "Makadewaa", "female", "1995-04-05", "red-lake", True, "en",
            "Cedar Landing", {"marital": "S"}),
    "p08": (("Amos",), "Tall Heron", "male", "1939-02-25", "fort-peck", True, "en", "Red Shale",
            {"marital": "M", "died": "2024-03-12T04:20:00-07:00"}),
    "p09": (("Lomasi",), "Qöyangwhoya", "female", "1978-09-17", "hopi", True, "hop",
            "Otter Creek", {"marital": "M"}),
    "p10": (("Isaac", "Nashoba"), "Hashukchito", "male", "2003-05-28", "choctaw", None, "en",
            "Cedar Landing", {"marital": "S"}),
    "p11": (("Agnes",), "Qanikcaar", "female", "1968-07-11", "bethel", True, "esu", "Willow Bend",
            {"marital": "M"}),
    "p12": (("Ruben",), "Bear-Lodgepole", "male", "1982-10-03", "crow", False, "cro", "Red Shale",
            {"marital": "M"}),
    "p13": (("Ayiana",), "Lakewood", "female", "2026-03-18", "mohawk", None, "en",
            "Cedar Landing", {}),
    "p14": (("Elu", "Tsosté"), "Yázhí", "male", "2024-02-08", "navajo", True, "en",
            "Otter Creek", {}),
    "p15": (("Tokála",), "Standing Cedar", "male", "2021-09-01", "oglala", True, "en",
            "Red Shale", {}),
    "p16": (("Mika",), "Bear-Lodgepole", "female", "2019-11-23", "crow", True, "en", "Red Shale",
            {}),
    "p17": (("Heˀkúsin",), "Riverstep", "male", "2017-04-14", "nez-perce", True, "en",
            "Willow Bend", {}),
    "p18": (("Ánii", "Rose"), "Łitsogii", "female", "2014-08-30", "navajo", True, "en",
            "Cedar Landing", {}),
    "p19": (("Wakina",), "Hill-Shonka", "female", "2011-01-16", "osage", True, "en",
            "Cedar Landing", {"other": ("nickname", "𐓏𐓘𐓤𐓣𐓩𐓘", None)}),
    "p20": (("Kele",), "Talawisoma", "male", "2020-05-07", "hopi", False, "en", "Otter Creek", {}),
}

LANGUAGES = {"en": "English", "nv": "Navajo", "lkt": "Lakota", "moh": "Mohawk", "hop": "Hopi",
             "esu": "Central Yupik", "cro": "Crow"}
MARITAL = {"M": "Married", "S": "Never Married", "W": "Widowed", "D": "Divorced"}
STREETS = ("Heron Lane", "Sweetgrass Street", "Juniper Court", "Old Mill Road", "Ridge Road")


def address(line, city, postal):
    """An address in an invented place."""
    return {"use": "home", "line": [line], "city": city, "state": "MT", "postalCode": postal,
            "country": "US"}


def staff_references():
    """What charts point to: the people by key, the clinic and its locations."""
    found = {key: {"reference": f"Practitioner/demo-{key}",
                   "display": " ".join(filter(None, (prefix, given, family))) + f", {suffix}"}
             for key, (given, family, prefix, suffix, *_) in STAFF.items()}
    found["clinic"] = {"reference": "Organization/demo-clinic", "display": CLINIC}
    for key, (name, *_) in LOCATIONS.items():
        found["location-" + key] = {"reference": f"Location/demo-{key}", "display": name}
    return found


def clinic_resources():
    """The organization, its locations and its staff."""
    made = resource("Organization", "demo-clinic", "us-core-organization")
    made.update({
        "identifier": [{"system": "urn:tribal-ehr:facility:demo", "value": "DEMO-1"}],
        "active": True, "type": [hl7("organization-type", "prov", "Healthcare Provider")],
        "name": CLINIC, "telecom": [{"system": "phone", "value": PHONE}],
        "address": [address("1 Confluence Road", "Cedar Landing", "00101")]})
    found = [made]
    for key, (name, line, city, postal) in LOCATIONS.items():
        made = resource("Location", f"demo-{key}", "us-core-location")
        made.update({"status": "active", "name": name,
                     "telecom": [{"system": "phone", "value": PHONE}],
                     "address": address(line, city, postal),
                     "managingOrganization": {"reference": "Organization/demo-clinic"}})
        found.append(made)
    for key, (given, family, prefix, suffix, gender, specialty, phone) in STAFF.items():
        made = resource("Practitioner", f"demo-{key}", "us-core-practitioner")
        name = {"use": "official", "family": family, "given": [given], "suffix": [suffix]}
        if prefix:
            name["prefix"] = [prefix]
        made.update({
            "identifier": [{"system": "urn:tribal-ehr:staff:demo", "value": f"STAFF-{key}"}],
            "active": True, "name": [name], "gender": gender})
        role = resource("PractitionerRole", f"demo-role-{key}", "us-core-practitionerrole")
        role.update({
            "active": True, "practitioner": {"reference": f"Practitioner/demo-{key}"},
            "organization": {"reference": "Organization/demo-clinic"},
            "specialty": [{"text": specialty}],
            "location": [{"reference": "Location/demo-main"}],
            "telecom": [{"system": "phone", "value": phone},
                        {"system": "email", "value": f"{family.lower()}@example.org"}]})
        found += [made, role]
    return found


def extensions(tribe, enrolled, gender):
    """Race, ethnicity, tribal affiliation and birth sex by US Core."""
    code, display, text = TRIBES[tribe]
    affiliation = [{"url": "tribalAffiliation", "valueCodeableConcept": concept(
        codes.TERMINOLOGY + "v3-TribalEntityUS", code, display, text)}]
    if enrolled is not None:
        affiliation.append({"url": "isEnrolled", "valueBoolean": enrolled})
    return [
        {"url": codes.US_CORE + "us-core-race", "extension": [
            {"url": "ombCategory", "valueCoding": coding(
                codes.CDC_RACE, "1002-5", "American Indian or Alaska Native")},
            {"url": "text", "valueString": "American Indian or Alaska Native"}]},
        {"url": codes.US_CORE + "us-core-ethnicity", "extension": [
            {"url": "ombCategory", "valueCoding": coding(
                codes.CDC_RACE, "2186-5", "Not Hispanic or Latino")},
            {"url": "text", "valueString": "Not Hispanic or Latino"}]},
        {"url": codes.US_CORE + "us-core-tribal-affiliation", "extension": affiliation},
        {"url": codes.US_CORE + "us-core-birthsex",
         "valueCode": "F" if gender == "female" else "M"},
    ]


def patient_resource(key):
    """The Patient of a key."""
    given, family, gender, born, tribe, enrolled, language, city, extras = PATIENTS[key]
    count = int(key[1:])
    names = [{"use": "official", "family": family, "given": list(given)}]
    if "other" in extras:
        use, other_given, other_family = extras["other"]
        other = {"use": use, "given": [other_given]}
        names.append({**other, "family": other_family} if other_family else other)
    made = resource("Patient", f"demo-{key}", "us-core-patient")
    made.update({
        "extension": extensions(tribe, enrolled, gender),
        "identifier": [{
            "use": "usual", "type": hl7("v2-0203", "MR", "Medical record number"),
            "system": "urn:tribal-ehr:mrn:demo", "value": f"{700100 + count * 7}"}],
        "active": True, "name": names,
        "telecom": [{"system": "phone", "value": f"555-01{20 + count}", "use": "mobile"}],
        "gender": gender, "birthDate": born,
        "address": [address(f"{count * 11} {STREETS[count % len(STREETS)]}", city,
                            f"001{count:02d}")],
        "communication": [{
            "language": concept("urn:ietf:bcp:47", language, LANGUAGES[language],
                                LANGUAGES[language]), "preferred": True}],
        "managingOrganization": {"reference": "Organization/demo-clinic"},
    })
    if language != "en":
        made["communication"].append({"language": concept("urn:ietf:bcp:47", "en", "English",
                                                          "English")})
    if count % 3 == 1:
        made["telecom"].append({"system": "email", "value": f"patient{count:02d}@example.org"})
    if "marital" in extras:
        made["maritalStatus"] = hl7("v3-MaritalStatus", extras["marital"],
                                    MARITAL[extras["marital"]])
    if "died" in extras:
        made["deceasedDateTime"] = extras["died"]
    return made
