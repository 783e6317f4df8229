"""Must-support elements as FHIRPath expressions that hold where the element is present."""

from us_core_checks.package import must_support

# Every vital sign inherits the components of panels. Only panels have them: blood pressure,
# pulse oximetry with its flow of oxygen, and the base profile.
PANELS = {"us-core-blood-pressure", "us-core-pulse-oximetry", "us-core-vital-signs"}


def checks(package, profile):
    """The must-support elements of a profile, each with its expression."""
    rows = Rows(package, profile)
    found = []
    for element in profile["snapshot"]["element"]:
        asked = element.get("mustSupport") or element.get("short", "").startswith("(USCDI)")
        if asked and "." in element["id"] and not rows.is_left_out(element):
            found += rows.checks(element)
    return found


class Rows:
    """The elements of one profile by their id."""

    def __init__(self, package, profile):
        self.package, self.profile = package, profile
        self.by_id = {item["id"]: item for item in profile["snapshot"]["element"]}

    def is_left_out(self, element):
        """Elements that nothing of the kind can have."""
        name = self.profile["id"]
        is_vital = self.by_id.get(self.profile["type"] + ".category:VSCat") is not None
        path = element["id"].split(".", 1)[1]
        if is_vital and name not in PANELS and path.startswith("component"):
            return True
        return name == "us-core-blood-pressure" and path.startswith("value[x]")

    def checks(self, element):
        """One check for an element, or one for each of its marked types."""
        parts = element["id"].split(".")
        here = self.expression(parts)
        row = {"element": element["id"], "expression": here + ".exists()"}
        fixed = literal(element)
        if fixed is not None:
            row["expression"] = f"{here}.where($this = {fixed}).exists()"
        if element["id"].endswith("[x]") or element.get("sliceName"):
            kinds = [one["code"] for one in element.get("type", []) if must_support(one)]
            if len(kinds) >= 1:
                return [{"element": f"{element['id']} as {kind}",
                         "expression": here.removesuffix(f".ofType({kind})")
                         + f".ofType({kind}).exists()"} for kind in kinds]
        targets = self.targets(element)
        if targets:
            row["reference"] = here + ".reference"
            row["targets"] = targets
        return [row]

    @staticmethod
    def targets(element):
        """The types and profiles that a reference has to be seen pointing to."""
        every, marked = [], []
        for one in element.get("type", []):
            if one["code"] != "Reference":
                continue
            shadows = one.get("_targetProfile") or []
            for index, url in enumerate(one.get("targetProfile", [])):
                every.append(url)
                if index < len(shadows) and must_support(shadows[index]):
                    marked.append(url)
        chosen = marked or (every if len(every) == 1 else [])
        return [url for url in chosen if not url.endswith("/Resource")]

    def expression(self, parts):
        """The path to an element through its slices."""
        said, walked = parts[0], parts[0]
        for part in parts[1:]:
            walked += "." + part
            said = self.step(said, walked, part)
        return said

    def step(self, said, walked, part):
        """One step: a member, a choice, an extension or a slice."""
        name, _, slice_name = part.partition(":")
        element = self.by_id[walked]
        if name == "extension" and slice_name:
            url = element["type"][0]["profile"][0].split("|")[0]
            return f"{said}.extension.where(url = '{url}')"
        if name.endswith("[x]"):
            member = f"{said}.{name[:-3]}"
            kinds = [one["code"] for one in element.get("type", [])]
            if slice_name or len(kinds) == 1:
                return f"{member}.ofType({kinds[0]})"
            return member
        if slice_name:
            return f"{said}.{name}.where({self.condition(walked, element)})"
        return f"{said}.{name}"

    def condition(self, walked, element):
        """What tells the members of a slice from others."""
        found = patterns(element, "$this")
        sliced = self.by_id[walked.rsplit(":", 1)[0]]["slicing"]
        for one in sliced["discriminator"]:
            if one["path"] != "$this":
                found += patterns(self.by_id.get(f"{walked}.{one['path']}", {}), one["path"])
        if found:
            return " and ".join(found)
        binding = element.get("binding", {})
        pairs = self.package.codes(binding.get("valueSet", ""))
        if pairs is None:
            raise ValueError(f"{walked}: nothing tells the slice")
        systems = {}
        for system, code in pairs:
            systems.setdefault(system, []).append(f"code = '{code}'")
        return " or ".join(
            f"coding.where(system = '{system}' and ({' or '.join(codes)})).exists()"
            for system, codes in systems.items())


def literal(element):
    """The FHIRPath literal of a fixed simple value; None without one."""
    for key, value in element.items():
        if key.startswith("fixed") and isinstance(value, str):
            return f"'{value}'"
    return None


def patterns(element, path):
    """Conditions for the fixed and pattern values of an element."""
    fixed = literal(element)
    if fixed is not None:
        return [f"{path}.where($this = {fixed}).exists()"]
    found = []
    for key, value in element.items():
        if key == "patternCodeableConcept":
            for one in value["coding"]:
                found.append(f"{path}.coding.where({members(one)}).exists()")
        elif key in ("patternCoding", "patternIdentifier"):
            found.append(members(value) if path == "$this"
                         else f"{path}.where({members(value)}).exists()")
    return found


def members(value):
    """The system and the code or value of a coding."""
    return " and ".join(f"{key} = '{value[key]}'" for key in ("system", "code", "value")
                        if key in value)


def first_searches(package, profile):
    """The fixed values by which the resources of a profile are searched first."""
    rows = {item["id"]: item for item in profile["snapshot"]["element"]}
    kind = profile["type"]
    found = []
    code = rows.get(f"{kind}.code", {}).get("patternCodeableConcept")
    if code:
        return [["code", one["system"], one["code"]] for one in code["coding"]]
    slices = [item["patternCoding"] for key, item in rows.items()
              if key.startswith(f"{kind}.code.coding:") and "patternCoding" in item]
    if slices:
        return [["code", one["system"], one["code"]] for one in slices]
    for key, item in rows.items():
        if not key.startswith(f"{kind}.category:") or "." in key[len(kind) + 1:]:
            continue
        if "patternCodeableConcept" in item:
            one = item["patternCodeableConcept"]["coding"][0]
            found.append(["category", one["system"], one["code"]])
            continue
        children = [rows.get(f"{key}.coding.{part}", {}) for part in ("system", "code")]
        if "fixedUri" in children[0] and "fixedCode" in children[1]:
            found.append(["category", children[0]["fixedUri"], children[1]["fixedCode"]])
            continue
        for system, value in package.codes(item.get("binding", {}).get("valueSet", "")) or []:
            found.append(["category", system, value])
    return found
