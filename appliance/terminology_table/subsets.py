"""The few codes of LOINC, RxNorm and SNOMED CT that samples and value sets use, and usual units."""
import json
import re

from .icd10cm import lines
from .people import rows
from .table import CASE_SENSITIVE, FRAGMENT, TEXT_BYTES_MAX, Concept, System

LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"
FORMS = {
    LOINC: re.compile(r"(LP|LA|LG)?[0-9]{1,7}-[0-9]"), RXNORM: re.compile(r"[0-9]{1,8}"),
    SNOMED: re.compile(r"[0-9]{6,18}")}


def listed(source):
    """What value sets of the standard and of US Core list by name."""
    for found in source.r4("valuesets") + source.us_core("valuesets"):
        for part in found.get("compose", {}).get("include", []):
            for concept in part.get("concept", []):
                yield part.get("system"), concept["code"], concept.get("display", "")


def open_sets(source):
    """Value sets that choose by rules, or from systems that a clinic can load."""
    for found in source.r4("valuesets") + source.us_core("valuesets"):
        parts = found.get("compose", {}).get("include", []) + found["compose"].get("exclude", [])
        draws = any("filter" in part or "concept" not in part for part in parts)
        text = json.dumps(found["compose"], ensure_ascii=False, separators=(",", ":"))
        if draws and len(text.encode()) <= TEXT_BYTES_MAX:
            yield found["url"], text


def gathered(data, source):
    found = {url: {} for url in FORMS}

    def add(system, code, display):
        if system in found and FORMS[system].fullmatch(code) and display:
            found[system].setdefault(code, display)

    folder = data / "terminology"
    for name, url in (("loinc", LOINC), ("rxnorm", RXNORM), ("snomed", SNOMED)):
        for row in rows(folder / f"{name}-used.tsv"):
            add(url, row["code"], row["display"])
    for row in rows(folder / "us-core-3.1.0-allergy-substance.tsv"):
        add(row["system"], row["code"], row["display"])
    for system, code, display in listed(source):
        add(system, code, display)
    return found


def part(key, url, title, licence, found):
    return System(
        key, url, title, licence,
        [Concept(code, display) for code, display in sorted(found[url].items())],
        source="Codes that US Core, FHIR R4 and sample records use", content=FRAGMENT,
        traits=CASE_SENSITIVE)


def units():
    for line in lines("usual_units.txt"):
        code, name = (half.strip() for half in line.split("|"))
        concept = Concept(code, name)
        concept.rank = 100
        yield concept


def systems(data, source):
    found = gathered(data, source)
    return [
        part("loinc", LOINC, "LOINC",
             "LOINC is copyright Regenstrief Institute, Inc. and the LOINC Committee; free under "
             "the licence at https://loinc.org/license", found),
        part("rxnorm", RXNORM, "RxNorm",
             "Produced by the US National Library of Medicine", found),
        part("snomed", SNOMED, "SNOMED CT",
             "Copyright International Health Terminology Standards Development Organisation; in "
             "the US free under the affiliate licence of the National Library of Medicine", found),
        System("ucum", "http://unitsofmeasure.org", "Units of measure (UCUM)",
               "UCUM is copyright 1999-2024 Regenstrief Institute, Inc.; used unmodified under the "
               "UCUM licence 1.1", list(units()), version="2.2",
               source="ucum-essence.xml of 2024-06-17; listed are usual units"),
    ]
