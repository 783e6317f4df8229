"""Reads the reference data."""
import gzip
import json


class Number(float):
    """A number that remembers how it was written."""

    def __new__(cls, text):
        number = super().__new__(cls, text)
        number.text = text
        return number


class Source:
    """The files of FHIR R4 and US Core below one folder."""

    def __init__(self, folder):
        self.folder = folder

    def lines(self, path):
        """The documents of a compressed file with one JSON document a line, in their order."""
        with gzip.open(self.folder / f"{path}.ndjson.gz", "rt", encoding="utf-8") as file:
            return [json.loads(line, parse_float=Number) for line in file]

    def r4(self, name):
        return self.lines(f"fhir-r4/{name}")

    def us_core(self, name):
        return self.lines(f"us-core-6.1.0/{name}")


def written(value):
    """JSON without blanks in which each number stands as it was written."""
    if isinstance(value, dict):
        members = (f"{json.dumps(key)}:{written(item)}" for key, item in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(written(item) for item in value) + "]"
    if isinstance(value, Number):
        return value.text
    return json.dumps(value, ensure_ascii=False)
