"""ICD-10-CM: codes, what is below what, inclusion terms, and how people say it in a clinic."""
import gzip
import pathlib
import xml.etree.ElementTree as ElementTree

from .table import ABSTRACT, IS_A, Concept, System

HERE = pathlib.Path(__file__).resolve().parent
INCLUSION_CHARACTERS_MAX = 200


def lines(name):
    """The lines of a list of ours, without remarks."""
    text = (HERE / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


class Tabular:
    """The tabular list: what codes include, and which chapter a section is of."""

    def __init__(self, path):
        with gzip.open(path, "rb") as file:
            root = ElementTree.parse(file).getroot()
        self.version = root.find("version").text
        self.chapters = {
            section.get("id"): chapter.find("name").text
            for chapter in root.iter("chapter") for section in chapter.iter("section")}
        self.included = {}
        for item in root.iter("diag"):
            names = [
                note.text.strip() for kind in ("inclusionTerm", "includes")
                for part in item.findall(kind) for note in part.findall("note") if note.text]
            self.included[item.find("name").text] = [
                name for name in names if len(name) <= INCLUSION_CHARACTERS_MAX]


def concepts(folder):
    tabular = Tabular(folder / "icd10cm-tabular-2026-04-01.xml.gz")
    with gzip.open(folder / "icd10cm-2026.tsv.gz", "rt", encoding="utf-8") as file:
        next(file)
        rows = list(dict.fromkeys(tuple(line.rstrip("\n").split("\t")) for line in file))
    with_children = {row[3] for row in rows if row[3] != row[0]}
    made = []
    for code, billable, kind, parent, description in rows:
        if parent == code:
            # The source takes a section of one category for both: B20, Z66 and others lose their
            # place and that they can be billed.
            kind, parent = "category", tabular.chapters[code]
            billable = "0" if code in with_children else "1"
        names = tabular.included.get(code, [])
        made.append(Concept(
            code, description, parent or None, 0 if billable == "1" else ABSTRACT,
            names=[name for name in dict.fromkeys(names) if name != description],
            facts=[("kind", kind)] if kind in ("chapter", "block") else []))
    return made, tabular.version


def add_spoken(made):
    """Gives the usual codes their rank, and codes the names that people say."""
    by_code = {concept.code: concept for concept in made}
    rows = [line.split("|") for line in lines("spoken_icd10cm.txt")]
    for number, (code, names) in enumerate((part.strip() for part in row) for row in rows):
        is_tree = code.endswith("*")
        concept = by_code.get(code.rstrip("*"))
        if concept is None:
            raise SystemExit(f"spoken_icd10cm.txt names {code}, which ICD-10-CM does not have.")
        spoken = [name.strip() for name in names.split(";") if name.strip()]
        if not is_tree:
            if concept.flags & ABSTRACT:
                raise SystemExit(f"spoken_icd10cm.txt names {code}, which is not billable.")
            concept.rank = max(concept.rank, 255 - number * 200 // len(rows))
        for target in below(concept) if is_tree else [concept]:
            known = {name.lower() for name in target.names}
            target.names = [n for n in spoken if n.lower() not in known] + target.names


def below(concept):
    yield concept
    for child in concept.children:
        yield from below(child)


def system(data):
    made, version = concepts(data / "terminology" / "icd-10-cm")
    likes = []
    for line in lines("like_words.txt"):
        word, phrases = (part.strip() for part in line.split("|"))
        likes += [(word, phrase.strip()) for phrase in phrases.split(";")]
    whole = System(
        "icd-10-cm", "http://hl7.org/fhir/sid/icd-10-cm", "ICD-10-CM",
        "Public domain (NCHS and CMS)", made, version=version,
        source="Tabular list of 1 April 2026", traits=IS_A, likes=likes)
    add_spoken(whole.concepts)
    return whole
