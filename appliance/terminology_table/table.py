"""The form of the table of codes, and how it is written.

All numbers are little-endian words of 32 bits unless something else is said; places are bytes from
the start of the file.

    header      16 words: "TERM", form, CRC-32 of what follows the header, bytes of the file,
                number of systems, place of the directory, number of value sets, their place,
                the rest 0
    directory   one place of a system record for each system, sorted by key
    sets        value sets that draw on more than the definitions hold: pairs of address and
                compose as JSON, sorted by address
    system      64 words, see FIELDS; fields whose names end in _at are places
    text        length as 16 bits, then the UTF-8; equal texts are stored once; place 0 is no text

A concept is a number from 0. Concepts stand in the order of their hierarchy, each followed by all
that is below it, so that a subtree is a stretch of numbers.

    codes_at    for each concept the place of its code
    order_at    the concepts sorted by the bytes of their codes
    tails_at    for each concept the place of the end of its display
    heads_at    for each concept 0, or 1 + the concept whose display its own begins with
    parents_at  for each concept 0, or 1 + its parent
    ends_at     for each concept the first one that is not below it
    flags_at    for each concept a byte, see FLAGS
    ranks_at    for each concept a byte: 0, or how usual it is in primary care, 255 most
    lengths_at  for each concept a byte: how many words its display has
    names_at    other names: pairs of concept and text, sorted by concept
    facts_at    properties: triples of concept, name and value, sorted by concept
    words_at    the distinct words: triples of text, place and bytes of its postings; sorted by bytes
    likes_at    words that mean others: pairs of a word and a phrase of words, sorted

Postings are the concepts a word finds, rising, as differences to the one before (the first to -1),
in groups of seven bits, low ones first; the top bit says that another group follows.
"""
import itertools
import re
import struct
import unicodedata
import zlib

FORM = 1
HEADER_WORDS = 16
FIELDS = [
    "key", "url", "title", "version", "licence", "content", "traits", "count", "codes_at",
    "order_at", "tails_at", "heads_at", "parents_at", "ends_at", "flags_at", "ranks_at",
    "lengths_at", "names_count", "names_at", "facts_count", "facts_at", "words_count", "words_at",
    "likes_count", "likes_at", "source",
]
RECORD_WORDS = 64
TEXTS = ("key", "url", "title", "version", "licence", "source")
COMPLETE, FRAGMENT = 0, 1
# Traits of a system.
CASE_SENSITIVE, IS_A = 1, 2
# Flags of a concept: it only groups others; it is no longer used.
ABSTRACT, INACTIVE = 1, 2
TEXT_BYTES_MAX = 60_000


class Concept:
    def __init__(self, code, display, parent=None, flags=0, names=(), facts=()):
        self.code, self.display, self.parent, self.flags = code, display, parent, flags
        self.names, self.facts, self.rank, self.children = list(names), list(facts), 0, []


class System:
    """A code system, or the part of one that is here."""

    def __init__(self, key, url, title, licence, concepts, version="", source="",
                 content=COMPLETE, traits=CASE_SENSITIVE | IS_A, likes=()):
        self.key, self.url, self.title, self.version = key, url, title, version
        self.licence, self.content, self.traits, self.source = licence, content, traits, source
        self.likes = sorted(set(likes))
        self.concepts = in_order(key, concepts)


def in_order(key, concepts):
    """Each concept followed by all below it."""
    by_code = {}
    for concept in concepts:
        if concept.code in by_code:
            raise SystemExit(f"{key} has {concept.code} twice.")
        by_code[concept.code] = concept
    for concept in concepts:
        if concept.parent is not None:
            concept.above = by_code[concept.parent]
            concept.above.children.append(concept)
    ordered, waiting = [], [found for found in reversed(concepts) if found.parent is None]
    while waiting:
        concept = waiting.pop()
        concept.number = len(ordered)
        ordered.append(concept)
        waiting.extend(reversed(concept.children))
    for concept in reversed(ordered):
        concept.end = concept.children[-1].end if concept.children else concept.number + 1
    return ordered


def words(text):
    """The words of a text as SearchText of the program folds them."""
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", text.lower())
        if not unicodedata.combining(letter))
    plain = plain.translate(str.maketrans({"ł": "l", "ø": "o", "đ": "d", "'": "", "`": "", "’": ""}))
    return re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z]):(?=[a-z])", "", plain))


class Texts:
    """The texts of a file, each once."""

    def __init__(self, start):
        self.places, self.bytes, self.start, self.is_closed = {"": 0}, bytearray(), start, False

    def close(self):
        """Ends the gathering: from here on every text must be there."""
        self.is_closed = True

    def place(self, text):
        if text not in self.places:
            if self.is_closed:
                raise SystemExit(f"A text came too late: {text[:60]}")
            encoded = text.encode()
            if len(encoded) > TEXT_BYTES_MAX:
                raise SystemExit(f"A text is longer than {TEXT_BYTES_MAX} bytes: {text[:60]}…")
            self.places[text] = self.start + len(self.bytes)
            self.bytes += struct.pack("<H", len(encoded)) + encoded
        return self.places[text]


def postings(numbers):
    out, before = bytearray(), -1
    for number in numbers:
        step, before = number - before, number
        while step >= 0x80:
            out.append(step & 0x7F | 0x80)
            step >>= 7
        out.append(step)
    return bytes(out)


class Table:
    def __init__(self, systems, sets):
        self.systems = sorted(systems, key=lambda system: system.key.encode())
        self.sets = sorted(sets, key=lambda pair: pair[0].encode())

    def bytes(self):
        texts = Texts(HEADER_WORDS * 4)
        for system in self.systems:
            self.gather(system, texts)
        sets = [(texts.place(url), texts.place(compose)) for url, compose in self.sets]
        body = bytearray(texts.bytes)
        texts.close()
        places = [self.record(system, texts, body) for system in self.systems]
        directory = self.put(body, struct.pack(f"<{len(places)}I", *places))
        sets_at = self.put(body, struct.pack(f"<{2 * len(sets)}I", *itertools.chain(*sets)))
        total = HEADER_WORDS * 4 + len(body)
        header = [
            int.from_bytes(b"TERM", "little"), FORM, zlib.crc32(body), total, len(places), directory,
            len(sets), sets_at]
        header += [0] * (HEADER_WORDS - len(header))
        return struct.pack(f"<{HEADER_WORDS}I", *header) + bytes(body)

    @staticmethod
    def put(body, block):
        body.extend(bytes(-len(body) % 4))
        place = HEADER_WORDS * 4 + len(body)
        body.extend(block)
        return place

    @staticmethod
    def gather(system, texts):
        """Texts that are read together stand together: words, then codes, then displays."""
        found = {}
        for concept in system.concepts:
            for word in itertools.chain(words(concept.display), *map(words, concept.names)):
                found.setdefault(word, set()).add(concept.number)
        system.words = sorted(found.items(), key=lambda item: item[0].encode())
        for word, _ in system.words:
            texts.place(word)
        for concept in system.concepts:
            texts.place(concept.code)
        for concept in system.concepts:
            concept.head = Table.head(concept)
            start = len(concept.above.display) if concept.head else 0
            concept.tail = concept.display[start:]
            texts.place(concept.tail)
        for text in itertools.chain(
                *(concept.names for concept in system.concepts),
                *(fact for concept in system.concepts for fact in concept.facts),
                *system.likes, (getattr(system, name) for name in TEXTS)):
            texts.place(text)

    def record(self, system, texts, body):
        concepts = system.concepts
        numbers = {concept.code: concept.number for concept in concepts}
        names = [(c.number, texts.place(name)) for c in concepts for name in c.names]
        facts = [(c.number, texts.place(n), texts.place(v)) for c in concepts for n, v in c.facts]
        likes = [(texts.place(word), texts.place(phrase)) for word, phrase in system.likes]
        fields = {
            "content": system.content, "traits": system.traits, "count": len(concepts),
            "names_count": len(names), "facts_count": len(facts),
            "words_count": len(system.words), "likes_count": len(likes)}
        for name in TEXTS:
            fields[name] = texts.place(getattr(system, name))
        found = []
        for word, members in system.words:
            block = postings(sorted(members))
            place = HEADER_WORDS * 4 + len(body)
            body.extend(block)
            found.append((texts.place(word), place, len(block)))
        by_code = sorted(concepts, key=lambda concept: concept.code.encode())
        columns = {
            "codes_at": [texts.place(concept.code) for concept in concepts],
            "order_at": [concept.number for concept in by_code],
            "tails_at": [texts.place(concept.tail) for concept in concepts],
            "heads_at": [concept.head for concept in concepts],
            "parents_at": [numbers[c.parent] + 1 if c.parent is not None else 0 for c in concepts],
            "ends_at": [concept.end for concept in concepts],
            "names_at": list(itertools.chain(*names)), "facts_at": list(itertools.chain(*facts)),
            "words_at": list(itertools.chain(*found)), "likes_at": list(itertools.chain(*likes))}
        for name, column in columns.items():
            fields[name] = self.put(body, struct.pack(f"<{len(column)}I", *column))
        fields["flags_at"] = self.put(body, bytes(concept.flags for concept in concepts))
        fields["ranks_at"] = self.put(body, bytes(concept.rank for concept in concepts))
        fields["lengths_at"] = self.put(
            body, bytes(min(255, len(words(concept.display))) for concept in concepts))
        record = [fields[name] for name in FIELDS]
        return self.put(
            body, struct.pack(f"<{RECORD_WORDS}I", *record, *[0] * (RECORD_WORDS - len(record))))

    @staticmethod
    def head(concept):
        if concept.parent is None or not concept.display.startswith(concept.above.display):
            return 0
        return concept.above.number + 1
