"""Code systems, and value sets with the codes they stand for."""

CONTENT = ["complete", "fragment", "example", "not-present", "supplement"]
CASE_SENSITIVE, IS_A = 1, 2
# Longer sets that only show what is meant are left out: one, with breeds of animals.
EXAMPLE_CODES_MAX = 2_000
INACTIVE = {"retired", "deprecated", "inactive"}


class CodeSystem:
    """The concepts of one code system in their order, with their parents."""

    def __init__(self, definition):
        self.definition = definition
        self.url = definition["url"]
        self.displays, self.parents = {}, {}
        self.abstract, self.inactive = set(), set()
        self.is_complete = definition["content"] == "complete"
        self.walk(definition.get("concept", []), None)
        for child, parent in self.more_parents(definition.get("concept", [])):
            if child in self.parents and parent not in self.parents[child]:
                self.parents[child].append(parent)

    def walk(self, concepts, parent):
        for concept in concepts:
            code = concept["code"]
            if code in self.displays:
                raise SystemExit(f"{self.url} has {code} twice.")
            self.displays[code] = concept.get("display", "")
            self.parents[code] = [parent] if parent is not None else []
            for item in concept.get("property", []):
                if item["code"] in ("notSelectable", "abstract") and item.get("valueBoolean"):
                    self.abstract.add(code)
                if item["code"] == "status" and item.get("valueCode") in INACTIVE:
                    self.inactive.add(code)
            self.walk(concept.get("concept", []), code)

    def more_parents(self, concepts):
        """Concepts with several parents stand below one and are named as a child by the others."""
        for concept in concepts:
            for item in concept.get("property", []):
                if item["code"] == "child":
                    yield item["valueCode"], concept["code"]
            yield from self.more_parents(concept.get("concept", []))

    def is_a(self, code, ancestor):
        """Whether a code is another or below it."""
        waiting, seen = [code], set()
        while waiting:
            current = waiting.pop()
            if current == ancestor:
                return True
            if current not in seen:
                seen.add(current)
                waiting.extend(self.parents[current])
        return False

    def record(self, table):
        codes = list(self.displays)
        place = {code: number for number, code in enumerate(codes)}
        first = [place[found[0]] + 1 if found else 0 for found in self.parents.values()]
        others = [
            (place[code], place[parent])
            for code, found in self.parents.items()
            for parent in found[1:]
        ]
        definition = self.definition
        bits = CASE_SENSITIVE * definition.get("caseSensitive", False)
        bits |= IS_A * (definition.get("hierarchyMeaning") == "is-a")
        return table.record(
            self.url, definition.get("title", definition["name"]), definition.get("version", ""),
            CONTENT.index(definition["content"]), bits, definition.get("valueSet", ""),
            table.list(codes), table.list(self.displays.values()),
            table.list(first) if any(first) else 0, table.rows(others),
            table.list(place[code] for code in codes if code in self.abstract),
            table.list(place[code] for code in codes if code in self.inactive))


class Codes:
    """What a value set stands for.

    `listed` maps a system and code to a display; `whole` are systems of which any code belongs to
    the set but which are not here; `unknown` are systems of which some codes belong to it, nobody
    here knows which, and holds an empty text if that is so for any system.
    """

    def __init__(self):
        self.listed, self.whole, self.unknown = {}, set(), set()

    @property
    def is_known(self):
        return not self.whole and not self.unknown

    def add(self, other):
        for key, display in other.listed.items():
            self.listed.setdefault(key, display)
        self.whole |= other.whole
        self.unknown |= other.unknown

    @classmethod
    def of_nobody_knows(cls, system=""):
        codes = cls()
        codes.unknown.add(system)
        return codes


class Terminology:
    """All code systems and value sets of a source."""

    def __init__(self, source):
        self.bound = {
            found["url"]: found["strongestBinding"]
            for found in source.r4("bound-valueset-expansions")
        }
        systems = source.r4("codesystems") + source.us_core("codesystems")
        sets = source.r4("valuesets") + source.us_core("valuesets")
        self.systems = {system["url"]: CodeSystem(system) for system in systems}
        self.sets = {found["url"]: found for found in sets}
        self.done = {}

    def codes(self, url):
        """The codes of a value set, worked out once."""
        url = url.split("|")[0]
        if url not in self.sets:
            return Codes.of_nobody_knows()
        if url not in self.done:
            self.done[url] = Codes.of_nobody_knows()  # What a set in a circle finds of itself.
            codes = self.composed(self.sets[url]["compose"])
            is_example = self.bound.get(url, "example") == "example"
            if is_example and len(codes.listed) > EXAMPLE_CODES_MAX:
                codes = Codes.of_nobody_knows()
            self.done[url] = codes
        return self.done[url]

    def composed(self, compose):
        codes = Codes()
        for part in compose.get("include", []):
            codes.add(self.part(part))
        for part in compose.get("exclude", []):
            excluded = self.part(part)
            if not excluded.is_known:
                return Codes.of_nobody_knows()
            for key in excluded.listed:
                codes.listed.pop(key, None)
            codes.unknown |= {system for system, _ in excluded.listed if system in codes.whole}
            codes.whole -= codes.unknown
        return codes

    def part(self, part):
        """The codes of one include or exclude: of its system, in all of its value sets."""
        found = [self.codes(url) for url in part.get("valueSet", [])]
        if "system" in part:
            found.insert(0, self.of_system(part))
        if len(found) == 1:
            return found[0]
        if not found or not all(codes.is_known for codes in found):
            return Codes.of_nobody_knows(part.get("system", ""))
        both = Codes()
        both.listed = {
            key: display for key, display in found[0].listed.items()
            if all(key in codes.listed for codes in found[1:])
        }
        return both

    def of_system(self, part):
        url = part["system"]
        system = self.systems.get(url)
        is_complete = system is not None and system.is_complete
        codes = Codes()
        if "concept" in part:
            for concept in part["concept"]:
                own = system.displays.get(concept["code"], "") if system else ""
                codes.listed[url, concept["code"]] = concept.get("display") or own
        elif "filter" in part:
            if not is_complete or not all(is_understood(system, rule) for rule in part["filter"]):
                return Codes.of_nobody_knows(url)
            for code, display in system.displays.items():
                if all(passes(system, code, rule) for rule in part["filter"]):
                    codes.listed[url, code] = display
        elif is_complete:
            codes.listed = {(url, code): text for code, text in system.displays.items()}
        else:
            codes.whole.add(url)
        return codes


def is_understood(system, rule):
    """Whether a filter is one by the hierarchy, from a code that exists."""
    is_hierarchy = rule["op"] in ("is-a", "descendent-of", "is-not-a")
    return rule["property"] == "concept" and is_hierarchy and rule["value"] in system.displays


def passes(system, code, rule):
    if rule["op"] == "descendent-of":
        return code != rule["value"] and system.is_a(code, rule["value"])
    return system.is_a(code, rule["value"]) == (rule["op"] == "is-a")


def value_set_record(table, definition, codes):
    groups = {}
    for (system, code), display in codes.listed.items():
        groups.setdefault(system, {})[code] = display
    return table.record(
        definition["url"], definition.get("title", definition["name"]),
        definition.get("version", ""),
        table.list(
            table.record(system, table.list(found), table.list(found.values()))
            for system, found in groups.items()),
        table.list(sorted(codes.whole)), table.list(sorted(codes.unknown)))


def add_terminology(table, source):
    terminology = Terminology(source)
    table.roots["code_systems"] = table.directory(
        (url, system.record(table)) for url, system in terminology.systems.items())
    table.roots["value_sets"] = table.directory(
        (url, value_set_record(table, definition, terminology.codes(url)))
        for url, definition in terminology.sets.items())
