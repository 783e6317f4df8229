"""The clinic, its staff and its twenty patients. All of them are invented."""

from demo_clinic import catalog as codes
from demo_clinic.builder import coding, concept, hl7, resource

CLINIC = "Three Rivers Tribal Health Clinic (demo)"
PHONE = "555-0100"

# key: (given, family, prefix, suffix, gender, specialty, phone, taxonomy code and name, role code
# and name)
STAFF = {
    "doctor": ("Rowena", "Graywater", "Dr.", "MD", "female", "Family medicine", "555-0111",
               ("207Q00000X", "Family Medicine Physician"),
               ("59058001", "General physician")),
    "nurse-practitioner": ("Silas", "Birchfield", None, "FNP", "male", "Family practice nursing",
                           "555-0112", ("363LF0000X", "Family Nurse Practitioner"),
                           ("224571005", "Nurse practitioner")),
    "midwife": ("Odette", "Marshwind", None, "CNM", "female", "Midwifery", "555-0113",
                ("367A00000X", "Advanced Practice Midwife"), ("309453006", "Registered midwife")),
    "counselor": ("Tobias", "Fernhollow", None, "LCSW", "male", "Behavioral health", "555-0114",
                  ("1041C0700X", "Clinical Social Worker"), ("106328005", "Social worker")),
    "nurse": ("Wynona", "Stonebrook", None, "RN", "female", "Nursing and diabetes education",
              "555-0115", ("163W00000X", "Registered Nurse"), ("224535009", "Registered nurse")),
    "dentist": ("Ignace", "Cedarmere", "Dr.", "DDS", "male", "Dentistry", "555-0116",
                ("122300000X", "Dentist"), ("106289002", "Dentist")),
}

LOCATIONS = {
    "main": ("Three Rivers Main Clinic (demo)", "1 Confluence Road", "Cedar Landing", "00101"),
    "outreach": ("Willow Bend Outreach Clinic (demo)", "20 School Loop", "Willow Bend", "00102"),
}

# key: (name, type code, type display, line, city, postal code, phone)
PARTNERS = {
    "pharmacy": ("Three Rivers Tribal Pharmacy (demo)", "prov", "Healthcare Provider",
                 "3 Confluence Road", "Cedar Landing", "00101", "555-0140"),
    "hospital": ("Great Bend Regional Hospital (demo)", "prov", "Healthcare Provider",
                 "400 Cottonwood Avenue", "Great Bend", "00150", "555-0150"),
    "plan": ("Invented Tribal Health Plan (demo)", "pay", "Payer", "9 Ledger Street",
             "Great Bend", "00150", "555-0160"),
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
            "Red Shale", {"marital": "M", "suffix": "Sr."}),
    "p03": (("Konwahrá:ta",), "Otsi'tsa'ké:ron", "female", "1991-06-21", "mohawk", True, "moh",
            "Cedar Landing", {"marital": "M", "other": ("old", "Konwahrá:ta", "Lakewood", "2016-08-20"),
             "moved": "2016-09-01"}),
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
            "Cedar Landing", {"marital": "S", "moved": "2023-07-01"}),
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


def npi(count):
    """An invented provider number with a right check digit."""
    digits = f"199999{count:03d}"
    doubled = sum(sum(divmod(int(digit) * 2, 10)) if index % 2 == 0 else int(digit)
                  for index, digit in enumerate(digits))
    return {"system": "http://hl7.org/fhir/sid/us-npi", "value": f"{digits}{-(24 + doubled) % 10}"}


def work_address(line, city, postal):
    """The address of a place where people work."""
    return {**address(line, city, postal), "use": "work"}


def staff_references():
    """What charts point to: the people by key, the clinic, its partners and its locations."""
    found = {key: {"reference": f"Practitioner/demo-{key}",
                   "display": " ".join(filter(None, (prefix, given, family))) + f", {suffix}"}
             for key, (given, family, prefix, suffix, *_) in STAFF.items()}
    for key in STAFF:
        found["role-" + key] = {"reference": f"PractitionerRole/demo-role-{key}",
                                "display": found[key]["display"]}
    found["clinic"] = {"reference": "Organization/demo-clinic", "display": CLINIC}
    for key, (name, *_) in PARTNERS.items():
        found[key] = {"reference": f"Organization/demo-{key}", "display": name}
    for key, (name, *_) in LOCATIONS.items():
        found["location-" + key] = {"reference": f"Location/demo-{key}", "display": name}
    return found


def organization(key, count, name, kind, phone, place):
    """An organization with its number and its address."""
    made = resource("Organization", f"demo-{key}", "us-core-organization")
    made.update({
        "identifier": [npi(count), {"system": "urn:tribal-ehr:facility:demo",
                                    "value": f"DEMO-{count}"}],
        "active": True, "type": [hl7("organization-type", *kind)], "name": name,
        "telecom": [{"system": "phone", "value": phone, "use": "work"}],
        "address": [place]})
    return made


def clinic_resources():
    """The organizations, the locations, the address for secure mail and the staff."""
    found = [organization("clinic", 1, CLINIC, ("prov", "Healthcare Provider"), PHONE,
                          work_address("1 Confluence Road", "Cedar Landing", "00101"))]
    for count, (key, (name, code, display, *place, phone)) in enumerate(PARTNERS.items(), 2):
        found.append(organization(key, count, name, (code, display), phone, work_address(*place)))
    for key, (name, line, city, postal) in LOCATIONS.items():
        made = resource("Location", f"demo-{key}", "us-core-location")
        made.update({"status": "active", "name": name,
                     "telecom": [{"system": "phone", "value": PHONE, "use": "work"}],
                     "address": work_address(line, city, postal),
                     "managingOrganization": {"reference": "Organization/demo-clinic"}})
        found.append(made)
    mail = resource("Endpoint", "demo-mail")
    mail.update({
        "status": "active", "name": "Secure mail of the invented clinic",
        "connectionType": coding(codes.TERMINOLOGY + "endpoint-connection-type", "direct-project",
                                 "Direct Project"),
        "managingOrganization": {"reference": "Organization/demo-clinic"},
        "payloadType": [{"text": "Any document"}],
        "address": "mailto:clinic@direct.example.org"})
    found.append(mail)
    for count, key in enumerate(STAFF, 11):
        found += staff_member(key, count)
    return found


def staff_member(key, count):
    """A Practitioner with the PractitionerRole."""
    given, family, prefix, suffix, gender, specialty, phone, taxonomy, role_code = STAFF[key]
    made = resource("Practitioner", f"demo-{key}", "us-core-practitioner")
    name = {"use": "official", "family": family, "given": [given], "suffix": [suffix]}
    if prefix:
        name["prefix"] = [prefix]
    telecom = [{"system": "phone", "value": phone, "use": "work"},
               {"system": "email", "value": f"{family.lower()}@example.org", "use": "work"}]
    made.update({
        "identifier": [npi(count), {"system": "urn:tribal-ehr:staff:demo",
                                    "value": f"STAFF-{key}"}],
        "active": True, "name": [name], "telecom": telecom,
        "address": [work_address("1 Confluence Road", "Cedar Landing", "00101")],
        "gender": gender})
    role = resource("PractitionerRole", f"demo-role-{key}", "us-core-practitionerrole")
    role.update({
        "active": True,
        "practitioner": {"reference": f"Practitioner/demo-{key}",
                         "display": f"{given} {family}, {suffix}"},
        "organization": {"reference": "Organization/demo-clinic", "display": CLINIC},
        "code": [concept(codes.SNOMED, *role_code)],
        "specialty": [concept("http://nucc.org/provider-taxonomy", *taxonomy, specialty)],
        "location": [{"reference": "Location/demo-main"}],
        "telecom": telecom, "endpoint": [{"reference": "Endpoint/demo-mail"}]})
    return [made, role]


def extensions(tribe, enrolled, gender, is_adult):
    """Race, ethnicity, tribal affiliation, sex and gender identity by US Core."""
    code, display, text = TRIBES[tribe]
    affiliation = [{"url": "tribalAffiliation", "valueCodeableConcept": concept(
        codes.TERMINOLOGY + "v3-TribalEntityUS", code, display, text)}]
    if enrolled is not None:
        affiliation.append({"url": "isEnrolled", "valueBoolean": enrolled})
    found = [
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
        {"url": codes.US_CORE + "us-core-sex",
         "valueCode": "248152002" if gender == "female" else "248153007"},
    ]
    if is_adult:
        identity = (("446141000124107", "Identifies as female gender", "Woman")
                    if gender == "female" else
                    ("446151000124109", "Identifies as male gender", "Man"))
        found.append({"url": codes.US_CORE + "us-core-genderIdentity",
                      "valueCodeableConcept": concept(codes.SNOMED, *identity)})
    return found


def patient_resource(key):
    """The Patient of a key."""
    given, family, gender, born, tribe, enrolled, language, city, extras = PATIENTS[key]
    count = int(key[1:])
    names = [{"use": "official", "family": family, "given": list(given)}]
    if "suffix" in extras:
        names[0]["suffix"] = [extras["suffix"]]
    if "other" in extras:
        use, other_given, other_family, *ended = extras["other"]
        other = {"use": use, "given": [other_given]}
        if ended:
            other["period"] = {"end": ended[0]}
        names.append({**other, "family": other_family} if other_family else other)
    made = resource("Patient", f"demo-{key}", "us-core-patient")
    made.update({
        "extension": extensions(tribe, enrolled, gender, "marital" in extras),
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
    if "moved" in extras:
        made["address"][0]["period"] = {"start": extras["moved"]}
        made["address"].append({**address("7 Old Ferry Road", "Otter Creek", "00103"),
                                "use": "old", "period": {"end": extras["moved"]}})
    if "marital" in extras:
        made["maritalStatus"] = hl7("v3-MaritalStatus", extras["marital"],
                                    MARITAL[extras["marital"]])
    if "died" in extras:
        made["deceasedDateTime"] = extras["died"]
    return made
