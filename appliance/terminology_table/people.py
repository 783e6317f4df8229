"""What a registration asks: race and ethnicity, tribe, language, state."""
import csv
import gzip
import json

from .table import ABSTRACT, INACTIVE, Concept, System

USUAL_LANGUAGES = [
    "en", "es", "nv", "chr", "cr", "oj", "lkt", "dak", "apw", "hop", "zun", "cho", "mus", "esu",
    "ik", "chy", "arp", "bla", "cro", "kio", "com", "ood", "yaq", "tli", "hai", "fr", "tl", "vi",
    "zh", "ko", "ar", "ru", "hmn", "so", "haw", "ase",
]


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def tree(path, abstract=()):
    return [
        Concept(row["code"], row["display"], row["parent"] or None,
                ABSTRACT if row["code"] in abstract else 0)
        for row in rows(path)]


def languages(path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        registry = json.load(file)
    for item in registry:
        subtag = item.get("Subtag") or item.get("Tag")
        if item["Type"] != "language" or ".." in subtag:
            continue
        names = item["Description"]
        concept = Concept(
            subtag, names[0], names=list(dict.fromkeys(names[1:])),
            flags=INACTIVE if "Deprecated" in item else 0,
            facts=[("scope", item["Scope"])] if "Scope" in item else [])
        if subtag in USUAL_LANGUAGES:
            concept.rank = 255 - 4 * USUAL_LANGUAGES.index(subtag)
        yield concept


def subtags(path, kind):
    """Scripts or regions that may follow a language."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        registry = json.load(file)
    return [
        Concept(item["Subtag"], item["Description"][0]) for item in registry
        if item["Type"] == kind and ".." not in item["Subtag"]]


def systems(data):
    folder = data / "terminology"
    return [
        System("race-ethnicity", "urn:oid:2.16.840.1.113883.6.238", "CDC race and ethnicity",
               "Public domain (CDC)", tree(folder / "cdcrec-race-ethnicity.tsv",
                                           {"1000-9", "2133-7"}), source="CDCREC"),
        System("tribes", "http://terminology.hl7.org/CodeSystem/v3-TribalEntityUS",
               "Federally recognised tribal entities", "CC0 (HL7)",
               tree(folder / "tribal-entity-us.tsv",
                    {"_NativeEntityAlaska", "_NativeEntityContiguous"}),
               source="HL7 v3 TribalEntityUS in FHIR 4.0.1 (2019)"),
        System("languages", "urn:ietf:bcp:47", "Languages (BCP 47)",
               "Public registry (IANA)", list(languages(folder / "bcp47-registry.json.gz")),
               version="2024-05-16", source="IANA language subtag registry", traits=0),
        System("-scripts", "", "", "", subtags(folder / "bcp47-registry.json.gz", "script")),
        System("-regions", "", "", "", subtags(folder / "bcp47-registry.json.gz", "region")),
        System("states", "https://www.usps.com/", "States and territories (USPS)",
               "Public domain", [
                   Concept(row["code"], row["display"])
                   for row in rows(folder / "usps-states.tsv")], source="US Core"),
    ]
