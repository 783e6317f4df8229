"""Finds planted texts in files, whatever encoding they are written in."""

import base64
import pathlib

CHUNK_BYTES = 8 * 1_048_576
OVERLAP_BYTES = 256


class Needles:
    """What is looked for: stems that every planted text starts with, and whole dates."""

    def __init__(self, stems, dates):
        self.folded, self.exact = {}, {}
        for stem in stems:
            self.add(stem)
        for date in dates:
            self.folded.setdefault(date.encode(), "date")
            self.folded.setdefault(date.replace("-", "").encode(), "date, digits")
        self.stem, self.date = stems[0], dates[0]

    def add(self, stem):
        """All ways in which a text may be written down."""
        for spelling in {stem, stem.upper(), stem.capitalize()}:
            for name, data in plain_ways(spelling):
                self.folded[data.lower()] = name
            for name, data in base64_ways(spelling):
                self.exact[data] = name

    def samples(self):
        """One sample of each encoding, for the control of the scan."""
        spelled = [*plain_ways(self.stem + "fam"), *base64_ways(self.stem + "fam"),
                   *plain_ways(self.stem.upper() + "FAM")]
        whole = base64.b64encode(f"Seen today. {self.stem}note feels better.".encode())
        return [*spelled, ("date", self.date.encode()), ("base64 text", whole)]


def plain_ways(text):
    """Encodings that are found in lower-case bytes."""
    data = text.encode()
    return [
        ("UTF-8", data), ("UTF-16LE", text.encode("utf-16-le")),
        ("UTF-16BE", text.encode("utf-16-be")), ("UTF-32", text.encode("utf-32-le")),
        ("hex", data.hex().encode()), ("hex of UTF-16", text.encode("utf-16-le").hex().encode()),
        ("reversed", data[::-1]),
    ]


def base64_ways(text):
    """The three ways in which a text may stand in base64, without its uncertain ends."""
    ways = []
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + text.encode())
        first = -(-shift * 8 // 6)
        last = (shift + len(text)) * 8 // 6
        ways.append((f"base64 at {shift}", coded[first:last]))
    return ways


def scan_bytes(data, needles):
    """The names of what is found in some bytes; room kept free is all zeros and holds nothing."""
    if data.count(0) == len(data):
        return []
    lowered = data.lower()
    found = [name for needle, name in needles.folded.items() if needle in lowered]
    return found + [name for needle, name in needles.exact.items() if needle in data]


def scan_files(places, needles):
    """What is found in files and in all files below folders, with the file's name."""
    found = []
    for place in places:
        place = pathlib.Path(place)
        files = sorted(place.rglob("*")) if place.is_dir() else [place]
        for path in files:
            if path.is_file() and not path.is_symlink():
                found += [f"{path.name}: {name}" for name in scan_file(path, needles)]
    return found


def scan_file(path, needles):
    """What is found in one file, read in pieces that overlap."""
    found, rest = set(), b""
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            found.update(scan_bytes(rest + chunk, needles))
            rest = chunk[-OVERLAP_BYTES:]
    return sorted(found)
