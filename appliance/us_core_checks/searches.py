"""What the server's capability statement of US Core asks of each resource type."""

from us_core_checks.package import COMBINATION, expectation, expectations


def types(package):
    """Searches, parameters, includes and profiles by resource type."""
    return {item["type"]: one_type(package, item)
            for item in package.server["rest"][0]["resource"]}


def one_type(package, item):
    """What is asked of one type; searches that are only allowed are left out."""
    searches = [{"names": [one["name"]], "level": expectation(one)}
                for one in item.get("searchParam", [])]
    for extension in item.get("extension", []):
        if extension["url"] == COMBINATION:
            searches.append({
                "names": [part["valueString"] for part in extension["extension"]
                          if part["url"] == "required"],
                "level": expectation(extension)})
    searches = [one for one in searches if one["level"] in ("SHALL", "SHOULD")]
    names = {name for one in searches for name in one["names"]}
    made = {
        "level": expectation(item),
        "read": dict((one["code"], expectation(one))
                     for one in item.get("interaction", [])).get("read"),
        "profiles": item.get("supportedProfile", []),
        "searches": searches,
        "parameters": {one["name"]: parameter(package, item["type"], one)
                       for one in item.get("searchParam", []) if one["name"] in names},
        "includes": [value for value, _ in expectations(
            item.get("searchInclude", []), item.get("_searchInclude"))],
        "revincludes": [value for value, _ in expectations(
            item.get("searchRevInclude", []), item.get("_searchRevInclude"))],
    }
    return made


def parameter(package, kind, one):
    """How a parameter is found in a resource and in which forms it has to be understood."""
    found = package.by_url.get(one["definition"])
    if found is None:
        # A parameter of the base specification that US Core names without a rule of its own.
        return {"type": one["type"], "expression": f"{kind}.{one['name'].lstrip('_')}"}
    # What a reference points to stands in its text; the tests resolve nothing here.
    expression = found["expression"].replace("resolve() is Patient",
                                             "reference.startsWith('Patient/')")
    made = {"type": found["type"], "expression": expression}
    comparators = [value for value, level in expectations(
        found.get("comparator", []), found.get("_comparator")) if level == "SHALL"]
    if comparators:
        made["comparators"] = comparators
    level = expectation(found.get("_multipleOr"))
    if found.get("multipleOr") and level in ("SHALL", "SHOULD"):
        made["or"] = level
    return made
