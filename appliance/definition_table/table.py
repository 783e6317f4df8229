"""The form of definitions.bin.

All numbers are in little-endian order.

    header       20 numbers of 32 bits: the letters FHIR; the number of this form; the CRC-32 of
                 everything after the header; the count of bytes of the file; the count of texts;
                 where (in bytes) the blocks, the offsets, the bytes and the words start; the count
                 of words; then the roots in the order of ROOTS; zeros
    blocks       in 32 bits where the bytes of each 16th text start
    offsets      for each text, in 16 bits, where its bytes start after those of its block; one more
                 for where the last one ends
    bytes        the texts in UTF-8, sorted by their bytes; the first is empty
    words        the lists and records, each word 24 bits; and one byte more, so that a word can be
                 read as 32 bits of which the upper ones do not count

A list is its count and its items; a record is its fields, whose order the writing function and the
reading Swift type agree on. An item or field is a number, the index of a text, or the place of
another list or record, counted in words. Place 0 holds the empty list and stands for "none".
A list has at most ITEMS_MAX items. A directory is a list of records written one after the other, sorted by their first field, a text.
Equal texts, lists and records are stored once.
"""
import itertools
import struct
import zlib

FORM = 1
BLOCK = 16
ITEMS_MAX = 10_000
HEADER_WORDS = 20
ROOTS = [
    "types", "resource_types", "searches_by_type", "searches_by_url", "compartments", "value_sets",
    "code_systems", "profiles", "operations",
]
UNBOUNDED = 0xFF_FFFF


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
        return self.rows([(item,) for item in items])

    def directory(self, rows):
        """The place of a list of rows, sorted by the text each starts with."""
        rows = sorted(rows, key=lambda row: row[0].encode())
        for row, following in zip(rows, rows[1:]):
            if row[0] == following[0]:
                raise SystemExit(f"{row[0]} is defined twice.")
        return self.rows(rows)

    def rows(self, rows):
        """The place of a list of records that are written one after the other."""
        if len(rows) > ITEMS_MAX:
            raise SystemExit(f"A list of {len(rows)} items is longer than readers of the table allow.")
        return self.record(len(rows), *(field for row in rows for field in row)) if rows else 0

    def bytes(self):
        texts = sorted(text.encode() for text in self.texts)
        index = {text.decode(): number for number, text in enumerate(texts)}
        starts = [0, *itertools.accumulate(map(len, texts))]
        blocks = starts[::BLOCK]
        offsets = [start - blocks[number // BLOCK] for number, start in enumerate(starts)]
        words = [index[word] if isinstance(word, str) else word for word in self.words]
        blob = b"".join(texts)
        blocks_at = HEADER_WORDS * 4
        offsets_at = blocks_at + len(blocks) * 4
        bytes_at = offsets_at + len(offsets) * 2
        words_at = bytes_at + len(blob)
        body = struct.pack(f"<{len(blocks)}I{len(offsets)}H", *blocks, *offsets) + blob
        body += b"".join(word.to_bytes(3, "little") for word in words) + bytes(1)
        header = [
            int.from_bytes(b"FHIR", "little"), FORM, zlib.crc32(body), blocks_at + len(body),
            len(texts), blocks_at, offsets_at, bytes_at, words_at, len(words),
        ]
        header += [self.roots[name] for name in ROOTS]
        header += [0] * (HEADER_WORDS - len(header))
        return struct.pack(f"<{HEADER_WORDS}I", *header) + body
