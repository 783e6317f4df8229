"""The US Core 6.1.0 package as published, with the code systems of R4 that it draws on."""

import gzip
import json
import tarfile

BASE = "http://hl7.org/fhir/us/core/"
EXPECTATION = "http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation"
MUST_SUPPORT = "http://hl7.org/fhir/StructureDefinition/elementdefinition-type-must-support"
COMBINATION = ("http://hl7.org/fhir/StructureDefinition/"
               "capabilitystatement-search-parameter-combination")


class Package:
    """The definitions of the package by their canonical address."""

    def __init__(self, path, base):
        self.by_url, self.profiles = {}, []
        for name in ("valuesets", "codesystems"):
            with gzip.open(base / f"{name}.ndjson.gz", "rt", encoding="utf-8") as lines:
                for line in lines:
                    made = json.loads(line)
                    self.by_url[made["url"]] = made
        with tarfile.open(path) as archive:
            for member in archive:
                if not member.name.startswith("package/") or member.name.count("/") != 1:
                    continue
                if not member.name.endswith(".json"):
                    continue
                made = json.load(archive.extractfile(member))
                if "url" in made and "resourceType" in made:
                    self.by_url[made["url"]] = made
        self.server = self.by_url[BASE + "CapabilityStatement/us-core-server"]
        self.profiles = sorted(
            (item for item in self.by_url.values()
             if item["resourceType"] == "StructureDefinition" and item["type"] != "Extension"
             and item["kind"] == "resource"), key=lambda item: item["url"])

    def codes(self, url):
        """The (system, code) pairs that a value set of the package lists; None if not listed."""
        found = self.by_url.get(url.split("|")[0])
        if found is None:
            return None
        pairs = []
        for part in found.get("compose", {}).get("include", []):
            drawn = self.drawn(part)
            if drawn is None:
                return None
            pairs += drawn
        return pairs

    def drawn(self, part):
        """The pairs of one part of a value set."""
        if "filter" in part:
            return None
        if "valueSet" in part:
            lists = [self.codes(url) for url in part["valueSet"]]
            return lists[0] if len(lists) == 1 and "system" not in part else None
        if "concept" in part:
            return [(part["system"], item["code"]) for item in part["concept"]]
        system = self.by_url.get(part["system"], {})
        if system.get("content") != "complete":
            return None
        return [(part["system"], code) for code in flat(system.get("concept", []))]


def flat(concepts):
    """The codes of a system with those below them."""
    for item in concepts:
        yield item["code"]
        yield from flat(item.get("concept", []))


def expectation(element):
    """SHALL, SHOULD or MAY of an element that carries it; None without one."""
    for extension in (element or {}).get("extension", []):
        if extension["url"] == EXPECTATION:
            return extension["valueCode"]
    return None


def expectations(values, shadows):
    """Each value with its expectation, from a member and its underscore twin."""
    shadows = shadows or [None] * len(values)
    return [(value, expectation(shadow)) for value, shadow in zip(values, shadows)]


def must_support(element):
    """Whether a type or a target profile is marked."""
    return any(item["url"] == MUST_SUPPORT and item.get("valueBoolean") is True
               for item in (element or {}).get("extension", []))
