"""Profiles and operations."""
from .source import written
from .structures import ABSTRACT, KINDS, STRENGTHS, element_record, upper

CONSTRAINT = 1 << 9
RULES = ["closed", "open", "openAtEnd"]
DISCRIMINATORS = ["value", "exists", "pattern", "type", "profile"]
CONTEXTS = ["fhirpath", "element", "extension"]
VALUES = ["fixed", "pattern", "minValue", "maxValue"]
IN_SYSTEM, ON_TYPE, ON_INSTANCE, CHANGES_STATE = 1, 2, 4, 8


def slicing(table, element):
    found = element.get("slicing")
    if found is None:
        return 0
    discriminators = (
        table.record(DISCRIMINATORS.index(part["type"]), part["path"])
        for part in found.get("discriminator", []))
    return table.record(
        RULES.index(found["rules"]), int(found.get("ordered", False)), table.list(discriminators))


def values(table, element):
    """Fixed values, patterns and limits: the sort, the type and the value as JSON.

    The key of a value ends in its type with the first letter made large; that of a primitive type
    is small, and its value no JSON object.
    """
    found = []
    for sort, prefix in enumerate(VALUES):
        for key, value in element.items():
            kind = key.removeprefix(prefix)
            if kind != key and kind[:1].isupper():
                name = kind if isinstance(value, dict) else kind[0].lower() + kind[1:]
                found.append(table.record(sort, name, written(value)))
    return table.list(found)


def row(table, element, owner):
    """An element with its place: the id and the path of what it stands in, and its slice."""
    parts = slicing(table, element), values(table, element)
    inside, _, name = element["id"].rpartition(".")
    outside, _, path_name = element["path"].rpartition(".")
    slice_name = name.partition(":")[2]
    if name != path_name + (":" + slice_name if slice_name else ""):
        raise SystemExit(f"The id {element['id']} does not follow from its path.")
    return (
        inside, outside, slice_name, element_record(table, element, owner),
        table.record(*parts) if any(parts) else 0)


def profile_record(table, definition):
    kind = KINDS[definition["kind"]] | (ABSTRACT if definition["abstract"] else 0)
    kind |= CONSTRAINT if definition.get("derivation") == "constraint" else 0
    contexts = (
        table.record(CONTEXTS.index(context["type"]), context["expression"])
        for context in definition.get("context", []))
    rows = [
        row(table, element, definition["type"]) for element in definition["snapshot"]["element"]
    ] if definition.get("derivation") == "constraint" else []
    return table.record(
        definition["url"], definition["name"], definition.get("title", ""),
        definition.get("version", ""), definition["type"], definition.get("baseDefinition", ""),
        kind, table.rows(rows), table.list(contexts),
        table.list(definition.get("contextInvariant", [])))


def add_profiles(table, source):
    """The definitions of types, whose elements are those of the type, and all profiles; the two
    examples that say only what they change are left out."""
    definitions = source.r4("structuredefinitions") + source.r4("profiles-and-extensions")
    definitions += source.us_core("profiles-and-extensions")
    table.roots["profiles"] = table.directory(
        (definition["url"], profile_record(table, definition))
        for definition in definitions if "snapshot" in definition)


def parameter_record(table, parameter):
    parts = table.list(parameter_record(table, part) for part in parameter.get("part", []))
    bound = parameter.get("binding", {})
    return table.record(
        parameter["name"], int(parameter["use"] == "out"), parameter["min"],
        upper(parameter["max"]), parameter.get("type", ""), parameter.get("searchType", ""),
        table.list(parameter.get("targetProfile", [])),
        table.record(STRENGTHS.index(bound["strength"]), bound["valueSet"], "") if bound else 0,
        parts)


def add_operations(table, source):
    rows = []
    for definition in source.r4("operationdefinitions") + source.us_core("operationdefinitions"):
        bits = IN_SYSTEM * definition["system"] | ON_TYPE * definition["type"]
        bits |= ON_INSTANCE * definition["instance"]
        bits |= CHANGES_STATE * definition.get("affectsState", False)
        parameters = (parameter_record(table, part) for part in definition.get("parameter", []))
        rows.append((definition["url"], table.record(
            definition["url"], definition["name"], definition["code"], bits,
            table.list(definition.get("resource", [])), table.list(parameters))))
    table.roots["operations"] = table.directory(rows)
