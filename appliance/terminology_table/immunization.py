"""Vaccines and their makers, as the CDC publishes them."""
import xml.etree.ElementTree as ElementTree

from .table import INACTIVE, Concept, System

LICENCE = "Public domain (CDC)"
RETIRED = {"Inactive", "Never Active", "Non-US"}


def rows(path):
    """Each record as a list of its values by name; a name may come twice."""
    for record in ElementTree.parse(path).getroot():
        names = [part.text for part in record.findall("Name")]
        values = [(part.text or "").strip() for part in record.findall("Value")]
        if names:
            yield dict(zip(names, values))
        else:
            yield {part.tag: (part.text or "").strip() for part in record}


def groups(folder):
    found = {}
    for row in rows(folder / "vac2vg.xml"):
        found.setdefault(row["CVXCode"], []).append(
            (row["Vaccine Group Name"], row["CVX for Vaccine Group"]))
    return found


def trade_names(folder):
    found = {}
    for row in rows(folder / "tradename.xml"):
        found.setdefault(row["CVXCode"], []).append((row["CDC Product Name"], row["MVX Code"]))
    return found


def sheets(folder):
    """The newest information statement for each vaccine."""
    found = {}
    for row in rows(folder / "cvxvis.xml"):
        if row.get("Status") == "Current":
            found.setdefault(row["CVXCode"], []).append(
                f"{row['VISDocumentName']}, {row['VISEditionDate']}")
    return found


def vaccines(folder):
    vaccine_groups, traded, statements = groups(folder), trade_names(folder), sheets(folder)
    for row in rows(folder / "cvx.xml"):
        code = row["CVXCode"]
        facts = [("status", row["Status"])]
        facts += [("notes", row["Notes"])] if row.get("Notes") else []
        for name, group in sorted(set(vaccine_groups.get(code, []))):
            facts += [("vaccineGroup", name), ("vaccineGroupCode", group)]
        products = sorted(set(traded.get(code, [])))
        facts += [("tradeName", name) for name, _ in products]
        facts += [("manufacturer", maker) for maker in sorted({maker for _, maker in products})]
        facts += [("visDocument", sheet) for sheet in sorted(set(statements.get(code, [])))]
        names = [row["FullVaccinename"], *(name for name, _ in products)]
        concept = Concept(
            code, row["ShortDescription"], flags=INACTIVE if row["Status"] in RETIRED else 0,
            names=[n for n in dict.fromkeys(names) if n and n != row["ShortDescription"]],
            facts=facts)
        concept.rank = 0 if concept.flags else 100
        yield concept


def makers(folder):
    for row in rows(folder / "mvx.xml"):
        facts = [("status", row["Status"])]
        facts += [("notes", row["Notes"])] if row.get("Notes") else []
        yield Concept(
            row["MVX_CODE"], row["Manufacturer Name"],
            flags=INACTIVE if row["Status"] in RETIRED else 0, facts=facts)


def systems(data):
    folder = data / "terminology" / "cdc-iis"
    return [
        System("cvx", "http://hl7.org/fhir/sid/cvx", "Vaccines administered (CVX)", LICENCE,
               list(vaccines(folder)), source="CDC IIS code sets", likes=spoken()),
        System("mvx", "http://terminology.hl7.org/CodeSystem/MVX", "Makers of vaccines (MVX)",
               LICENCE, list(makers(folder)), source="CDC IIS code sets"),
    ]


def spoken():
    return [
        ("flu", "influenza"), ("shingles", "zoster"), ("chickenpox", "varicella"),
        ("whooping", "pertussis"), ("lockjaw", "tetanus"), ("pneumonia", "pneumococcal"),
        ("covid", "sars cov 2"), ("covid19", "sars cov 2"), ("corona", "sars cov 2"),
        ("measles", "mmr"), ("german", "rubella"), ("cervical", "hpv"),
    ]
