"""Types and their elements."""
from .table import UNBOUNDED

KINDS = {"primitive-type": 0, "complex-type": 1, "resource": 2}
BACKBONE = 3
ABSTRACT = 1 << 8
STRENGTHS = ["required", "extensible", "preferred", "example"]
SYSTEM = "http://hl7.org/fhirpath/System."


def last(url):
    """The part of an address after the last slash."""
    return url.rsplit("/", 1)[-1]


def type_code(element, kind, owner):
    """The code of one type of an element; what the specification writes as a type of the
    expression language comes out as the primitive that it stands for."""
    code = kind["code"] or SYSTEM
    if not code.startswith(SYSTEM):
        return code
    if element["base"]["path"] == "Resource.id":
        return "id"
    if element["path"] == f"{owner}.value":
        return owner
    if element["base"]["path"] == "Extension.url":
        return "uri"
    return kind.get("fhirType", "string")


def referred(element):
    """The path of the element whose content another one has; a profile may name a slice of it."""
    steps = element["contentReference"].split("#")[-1].split(".")
    return ".".join(step.split(":")[0] for step in steps)


def element_types(table, element, owner):
    """The list of the types of an element: code, profiles of references, own profiles."""
    if "contentReference" in element:
        return table.list([table.record(referred(element), 0, 0)])
    return table.list(
        table.record(
            type_code(element, kind, owner), table.list(kind.get("targetProfile", [])),
            table.list(kind.get("profile", [])))
        for kind in element.get("type", []))


def binding(table, element):
    found = element.get("binding")
    if found is None:
        return 0
    return table.record(
        STRENGTHS.index(found["strength"]), found.get("valueSet", ""),
        found.get("maxValueSet", ""))


def invariants(table, element):
    return table.list(
        table.record(
            rule["key"], int(rule["severity"] == "warning"), rule["human"],
            rule.get("expression", ""), rule.get("source", ""))
        for rule in element.get("constraint", []))


def flags(element):
    bits = [
        element["path"].endswith("[x]"), element.get("isSummary", False),
        element.get("isModifier", False), "xmlAttr" in element.get("representation", []),
        element.get("mustSupport", False),
    ]
    return sum(1 << place for place, bit in enumerate(bits) if bit)


def upper(limit):
    return UNBOUNDED if limit == "*" else int(limit)


def element_record(table, element, owner):
    """What an element says but for where it stands."""
    name = element["path"].rsplit(".", 1)[-1].removesuffix("[x]")
    reference = referred(element) if "contentReference" in element else ""
    return table.record(
        name, flags(element), element["min"], upper(element["max"]),
        element_types(table, element, owner), binding(table, element), invariants(table, element),
        reference)


def json_names(element, owner, parents):
    """Under which member names an element is written in JSON, and as which type each; and the
    name of a choice, which stands in no JSON, without a type."""
    name = element["path"].rsplit(".", 1)[-1]
    codes = [type_code(element, kind, owner) for kind in element.get("type", [])]
    if name.endswith("[x]"):
        stem = name.removesuffix("[x]")
        return [(stem, "")] + [(stem + code[0].upper() + code[1:], code) for code in codes]
    if "contentReference" in element:
        return [(name, referred(element))]
    if element["path"] in parents:
        return [(name, element["path"])]
    return [(name, codes[0])]


def type_record(table, path, definition, elements, parents):
    """One type: a whole definition, or the part of one below `path`."""
    owner = definition["type"]
    children = [
        element for element in elements
        if element["path"].rpartition(".")[0] == path
    ]
    head = next(element for element in elements if element["path"] == path)
    if path == owner:
        kind = KINDS[definition["kind"]] | (ABSTRACT if definition["abstract"] else 0)
        base = last(definition.get("baseDefinition", ""))
        url = definition["url"]
    else:
        kind, base, url = BACKBONE, head["type"][0]["code"], ""
    names = [
        (name, place, code)
        for place, element in enumerate(children)
        for name, code in json_names(element, owner, parents)
    ]
    regex = next(
        (kind["regex"] for element in children for kind in element.get("type", [])
         if element["path"] == f"{owner}.value" and "regex" in kind), "")
    return table.record(
        path, kind, base, table.list(element_record(table, child, owner) for child in children),
        table.directory(names), element_record(table, head, owner), regex, url)


def add_types(table, source):
    rows, resources = [], []
    for definition in source.r4("structuredefinitions"):
        elements = definition["snapshot"]["element"]
        parents = {element["path"].rpartition(".")[0] for element in elements} - {""}
        for path in [e["path"] for e in elements if e["path"] in parents or "." not in e["path"]]:
            rows.append((path, type_record(table, path, definition, elements, parents)))
        if definition["kind"] == "resource" and not definition["abstract"]:
            resources.append(definition["type"])
    table.roots["types"] = table.directory(rows)
    table.roots["resource_types"] = table.list(sorted(resources))
