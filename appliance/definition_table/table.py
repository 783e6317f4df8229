"""The form of definitions.bin.

Everything is a 32-bit word in little-endian order, but for the bytes of the texts.

    header       20 words: the letters FHIR; the number of this form; the CRC-32 of everything after
                 the header; the count of bytes of the file; the count of texts; where (in bytes) the
                 places of the texts start; where their bytes start; where the words start; the count
                 of words; then the roots, one word each in the order of ROOTS; zeros
    places       for each text where its bytes start, and one more for where the last one ends
    bytes        the texts in UTF-8, sorted by their bytes; the first is empty
    words        the lists and records

A list is its count and its items; a record is its fields, whose order the writing function and the
reading Swift type agree on. An item or field is a number, the index of a text, or the place of
another list or record, counted in words. Place 0 holds the empty list and stands for "none".
A directory is a list of records written one after the other, sorted by their first field, a text.
Equal texts, lists and records are stored once.
"""
import struct
import zlib

FORM = 1
HEADER_WORDS = 20
ROOTS = [
    "types", "resource_types", "searches_by_type", "searches_by_url", "compartments", "value_sets",
    "code_systems", "profiles", "operations",
]
UNBOUNDED = 0xFFFF_FFFF


class Table:
    """Collects texts, records and lists, and gives the file."""

    def __init__(self):
        self.words = [0]
        self.places = {}
        self.texts = {""}
        self.roots = dict.fromkeys(ROOTS, 0)

    def record(self, *fields):
        """The place of a record; a field is a text or a number."""
        if fields not in self.places:
            self.places[fields] = len(self.words)
            self.words.extend(fields)
            self.texts.update(field for field in fields if isinstance(field, str))
        return self.places[fields]

    def list(self, items):
        """The place of a list of texts or numbers."""
        items = tuple(items)
        return self.record(len(items), *items) if items else 0

    def directory(self, rows):
        """The place of a list of rows, sorted by the text each starts with."""
        rows = sorted(rows, key=lambda row: row[0].encode())
        for row, following in zip(rows, rows[1:]):
            if row[0] == following[0]:
                raise SystemExit(f"{row[0]} is defined twice.")
        if not rows:
            return 0
        return self.record(len(rows), *(field for row in rows for field in row))

    def bytes(self):
        texts = sorted(text.encode() for text in self.texts)
        index = {text.decode(): number for number, text in enumerate(texts)}
        places, end = [], 0
        for text in texts:
            places.append(end)
            end += len(text)
        places.append(end)
        words = [index[word] if isinstance(word, str) else word for word in self.words]
        blob = b"".join(texts)
        blob += bytes(-len(blob) % 4)
        places_at = HEADER_WORDS * 4
        bytes_at = places_at + len(places) * 4
        words_at = bytes_at + len(blob)
        body = struct.pack(f"<{len(places)}I", *places) + blob
        body += struct.pack(f"<{len(words)}I", *words)
        header = [
            int.from_bytes(b"FHIR", "little"), FORM, zlib.crc32(body), places_at + len(body),
            len(texts), places_at, bytes_at, words_at, len(words),
        ]
        header += [self.roots[name] for name in ROOTS]
        header += [0] * (HEADER_WORDS - len(header))
        return struct.pack(f"<{HEADER_WORDS}I", *header) + body
