"""Search parameters and compartments."""
from .structures import last

TYPES = [
    "number", "date", "string", "token", "reference", "composite", "quantity", "uri", "special",
]
MULTIPLE_OR, MULTIPLE_AND = 1, 2
EXAMPLES = {"example", "example-reference", "example-extension"}
ITSELF = "{def}"
EVERY = ("Resource", "DomainResource")


def branches(expression):
    """The parts of an expression between the bars that stand in no brackets and no quotes."""
    parts, depth, quoted = [""], 0, False
    for letter in expression:
        if letter == "'":
            quoted = not quoted
        elif not quoted and letter in "([":
            depth += 1
        elif not quoted and letter in ")]":
            depth -= 1
        if letter == "|" and depth == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def expression_for(type_name, parameter):
    """The part of the expression that can find something in a resource of one type."""
    expression = parameter.get("expression", "")
    parts = branches(expression)
    heads = [part.lstrip("(").split(".")[0].split(" ")[0] for part in parts]
    kept = [part for part, head in zip(parts, heads) if head == type_name or not head[:1].isupper()]
    return " | ".join(kept) if kept else expression


def record(table, parameter, expression):
    components = (
        table.record(part["definition"], part["expression"])
        for part in parameter.get("component", []))
    bits = MULTIPLE_OR * parameter.get("multipleOr", True)
    bits |= MULTIPLE_AND * parameter.get("multipleAnd", True)
    return table.record(
        parameter["url"], parameter["code"], TYPES.index(parameter["type"]), expression,
        table.list(parameter["base"]), table.list(parameter.get("target", [])),
        table.list(parameter.get("comparator", [])), table.list(parameter.get("modifier", [])),
        table.list(components), bits, parameter.get("derivedFrom", ""))


def usable(parameter):
    """Whether a server could offer the parameter: it is no example, it belongs to a type, and says
    what it finds or is one that the specification describes in words."""
    if parameter["id"] in EXAMPLES or not parameter.get("base"):
        return False
    return bool(parameter.get("expression")) or set(parameter["base"]) <= set(EVERY)


def add_searches(table, source):
    offered = [parameter for parameter in source.r4("searchparameters") if usable(parameter)]
    offered += [parameter for parameter in source.us_core("searchparameters") if usable(parameter)]
    own = {}
    for parameter in offered:
        for name in parameter["base"]:
            own.setdefault(name, {})[parameter["code"]] = parameter
    rows = []
    for definition in source.r4("structuredefinitions"):
        name = definition["type"]
        if definition["kind"] != "resource":
            continue
        found = dict(own.get("Resource", {}))
        if last(definition.get("baseDefinition", "")) == "DomainResource":
            found |= own.get("DomainResource", {})
        found |= own.get(name, {})
        entries = [
            (code, record(table, parameter, expression_for(name, parameter)))
            for code, parameter in found.items()
        ]
        rows.append((name, table.directory(entries)))
    table.roots["searches_by_type"] = table.directory(rows)
    table.roots["searches_by_url"] = table.directory(
        (parameter["url"], record(table, parameter, parameter.get("expression", "")))
        for parameter in offered)


def add_compartments(table, source):
    rows = []
    for definition in source.r4("compartmentdefinitions"):
        if "example" in definition["id"]:
            continue
        members = (
            (entry["code"], table.list(code for code in entry["param"] if code != ITSELF))
            for entry in definition["resource"] if set(entry.get("param", [])) - {ITSELF})
        rows.append((
            definition["code"],
            table.record(definition["code"], definition["url"], table.directory(members))))
    table.roots["compartments"] = table.directory(rows)
