"""The worst that one field can hold: a megabyte of what makes careless code slow."""

import json

MEGABYTE = 1_000_000
# Milliseconds that one field may take. What is built for libFuzzer counts its steps and takes two
# to three times as long as the product.
FIELD_MS_MAX = 50
# Values that repeat to a megabyte; each has undone some matcher, normaliser or number reader.
TEXTS = {
    "a": "a", "nearly": "ab", "blanks": " ", "marks": "e\u0301\u0323", "stacked": "\u0301",
    "digits": "9", "nested": "(", "quotes": "'\"", "commas": ",", "bars": "|$", "slashes": "/a",
    "percent": "%41", "wide": "\ufb01\u1e9e", "dots": "a.", "lines": "\n", "minus": "-1",
    "emails": "a@a.", "zeros": "0", "hangul": "\u1100\u1161\u11a8", "emoji": "\U0001f469\u200d"}
FIELDS = {
    "family": lambda text: {"name": [{"family": text}]},
    "given": lambda text: {"name": [{"given": [text]}]},
    "id": lambda text: {"id": text},
    "birthDate": lambda text: {"birthDate": text},
    "identifier": lambda text: {"identifier": [{"system": text, "value": text[:9]}]},
    "telecom": lambda text: {"telecom": [{"system": "phone", "value": text}]},
    "address": lambda text: {"address": [{"line": [text]}]},
    "reference": lambda text: {"managingOrganization": {"reference": text}},
    "gender": lambda text: {"gender": text},
    "language": lambda text: {"communication": [{"language": {"text": text}}]},
    "profile": lambda text: {"meta": {"profile": [text]}},
    "extension": lambda text: {"extension": [{"url": text, "valueString": "x"}]},
    "member": lambda text: {text: 1},
}
PARAMETERS = [
    ("Patient", "name"), ("Patient", "family:exact"), ("Patient", "name:contains"),
    ("Patient", "phonetic"), ("Patient", "birthdate"), ("Patient", "identifier"),
    ("Patient", "_filter"), ("Patient", "_sort"), ("Patient", "_id"), ("Patient", "_has"),
    ("Patient", "_lastUpdated"), ("Patient", "_profile"), ("Patient", "_include"),
    ("Patient", "_elements"), ("Patient", "_content"), ("Patient", "_count"),
    ("Observation", "value-quantity"), ("Observation", "code-value-quantity"),
    ("Observation", "code"), ("Observation", "code:text"), ("Observation", "date"),
    ("Observation", "subject"), ("ValueSet", "url:below"), ("RiskAssessment", "probability")]


def repeated(text, count):
    """A text of about so many bytes."""
    return text * (count // len(text.encode()) + 1)


def inputs():
    """Target, name and bytes of each."""
    for name, text in TEXTS.items():
        whole = repeated(text, MEGABYTE)
        for field, make in FIELDS.items():
            made = json.dumps({"resourceType": "Patient", **make(whole)}, ensure_ascii=False)
            yield "import", f"{field} {name}", made.encode()
        for target in ("fhirpath", "date", "http"):
            yield target, name, whole.encode()
        yield "json", name, json.dumps(whole, ensure_ascii=False).encode()
        yield "cursor", name, b"\0" + whole.encode()
        for kind, parameter in PARAMETERS:
            # A megabyte is refused by its size; the largest value that is not has to be read.
            for size in (MEGABYTE, 65_000):
                value = repeated(text, size)[:65_536 if size == 65_000 else None]
                yield "search", f"{parameter} {name} {size}", (
                    f"{kind}\0{parameter}\0{value}".encode())
            yield "search", f"name of a parameter {name}", f"{kind}\0{whole}\0x".encode()
