"""Orders, what was handed out for them, and what was put into a body."""

from demo_clinic import catalog as codes
from demo_clinic.builder import concept, hl7

CATEGORIES = {
    "laboratory": ("108252007", "Laboratory procedure"), "imaging": ("363679005", "Imaging"),
    "counselling": ("409063005", "Counselling"), "education": ("409073007", "Education"),
    "surgery": ("387713003", "Surgical procedure"),
    "evaluation": ("386053000", "Evaluation procedure"),
}


def order(c, category, code, reason=None, status="completed"):
    """A ServiceRequest of the open visit; its reference."""
    made = c.add("ServiceRequest", "q", "us-core-servicerequest")
    kind = concept(codes.US_CORE_CATEGORY, "sdoh", "SDOH") if category == "sdoh" \
        else concept(codes.SNOMED, *CATEGORIES[category])
    made.update({
        "status": status, "intent": "order", "category": [kind], "code": code,
        "subject": c.subject, "encounter": c.encounter(),
        "occurrencePeriod": {"start": c.on.isoformat(), "end": c.on.isoformat()},
        "authoredOn": c.moment(30), "requester": c.staff[c.by]})
    if reason:
        made["reasonReference"] = [reason]
        made["reasonCode"] = [{"text": reason["display"]}]
    return {"reference": f"ServiceRequest/{made['id']}", "display": code.get("text", "")}


def dispense(c, prescription, kind="FF", status="completed", minutes=120):
    """What the pharmacy handed over for a prescription."""
    made = c.add("MedicationDispense", "u", "us-core-medicationdispense")
    words = {"FF": "First Fill", "RF": "Refill"}[kind]
    made.update({
        "status": status,
        **{key: prescription[key] for key in ("medicationCodeableConcept", "medicationReference")
           if key in prescription},
        "subject": c.subject, "context": c.encounter(),
        "performer": [{"actor": c.staff["pharmacy"]}, {"actor": c.staff["nurse"]}],
        "authorizingPrescription": [{"reference": f"MedicationRequest/{prescription['id']}"}],
        "type": hl7("v3-ActCode", kind, words),
        "quantity": prescription["dispenseRequest"]["quantity"],
        "dosageInstruction": prescription["dosageInstruction"]})
    if status == "completed":
        made["whenHandedOver"] = c.moment(minutes)


def stocked(c, prescription):
    """Writes the medicine of a prescription as a resource of its own, as a stock list does."""
    made = c.add("Medication", "k", "us-core-medication")
    made["code"] = prescription.pop("medicationCodeableConcept")
    made["status"] = "active"
    prescription["medicationReference"] = {"reference": f"Medication/{made['id']}",
                                           "display": made["code"]["text"]}


def implant(c, code, identifier, made_on, ends_on, lot, serial, status="active"):
    """A device that stays in the body."""
    made = c.add("Device", "x", "us-core-implantable-device")
    human = (f"(01){identifier}(11){made_on[2:].replace('-', '')}"
             f"(17){ends_on[2:].replace('-', '')}(10){lot}(21){serial}")
    made.update({
        "udiCarrier": [{"deviceIdentifier": identifier, "carrierHRF": human,
                        "entryType": "barcode"}],
        "status": status, "distinctIdentifier": f"INVENTED-{serial}",
        "manufacturer": "Invented Devices", "manufactureDate": made_on, "expirationDate": ends_on,
        "lotNumber": lot, "serialNumber": serial,
        "type": concept(codes.SNOMED, *code, code[1]), "patient": c.subject})
