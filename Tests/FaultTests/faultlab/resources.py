"""FHIR resources that carry a marker to know them again by."""

MARKER_SYSTEM = "urn:faultlab:marker"


def patient(marker, identity=None):
    """An invented patient."""
    made = {
        "resourceType": "Patient",
        "identifier": [{"system": MARKER_SYSTEM, "value": marker}],
        "name": [{"family": f"Lab{marker}", "given": ["Fault"]}],
        "gender": "unknown",
        "birthDate": "1980-02-25",
    }
    return {**made, "id": identity} if identity else made


def observation(marker, subject, identity=None):
    """A measurement of a patient; `subject` is a reference."""
    made = {
        "resourceType": "Observation",
        "identifier": [{"system": MARKER_SYSTEM, "value": marker}],
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "subject": {"reference": subject},
        "effectiveDateTime": "2024-05-01T10:00:00Z",
        "valueQuantity": {
            "value": 72, "unit": "/min", "system": "http://unitsofmeasure.org", "code": "/min"},
    }
    return {**made, "id": identity} if identity else made


def transaction(marker, observations=2):
    """A Bundle that creates a patient and measurements of that patient, all or none."""
    person = "urn:uuid:00000000-0000-4000-8000-000000000001"
    entries = [{
        "fullUrl": person, "resource": patient(marker),
        "request": {"method": "POST", "url": "Patient"}}]
    for number in range(observations):
        entries.append({
            "fullUrl": f"urn:uuid:00000000-0000-4000-8000-{number + 2:012d}",
            "resource": observation(f"{marker}-{number}", person),
            "request": {"method": "POST", "url": "Observation"}})
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def bundle(kind, resources):
    """A Bundle without requests, such as a collection."""
    return {"resourceType": "Bundle", "type": kind,
            "entry": [{"resource": one} for one in resources]}


def marker_of(resource):
    """The marker that a resource carries."""
    for one in resource.get("identifier", []):
        if one.get("system") == MARKER_SYSTEM:
            return one.get("value")
    return None
