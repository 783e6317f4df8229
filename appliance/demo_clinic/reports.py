"""Reports with their text: radiology, cardiology, pathology, and documents from elsewhere."""

import base64
import struct
import zlib

from demo_clinic import catalog as codes
from demo_clinic.builder import absent, concept, hl7, number, quantity

CATEGORIES = {"radiology": ("LP29684-5", "Radiology"), "cardiology": ("LP29708-2", "Cardiology"),
              "pathology": ("LP7839-6", "Pathology")}


def finding(c, category, code, value, unit=None):
    """A clinical result of the open visit; its reference. None stands for a missing value."""
    made = c.observation(category, "us-core-observation-clinical-result", code, 20)
    if value is None:
        made["dataAbsentReason"] = absent("error", "Error")
    elif isinstance(value, str):
        made["valueString"] = value
    elif isinstance(value, dict):
        made["valueCodeableConcept"] = value
    else:
        made["valueQuantity"] = quantity(value, unit, unit)
    return {"reference": f"Observation/{made['id']}", "display": code["text"]}


def loinc(code, display, text):
    """A LOINC concept with the words that people use."""
    return concept(codes.LOINC, code, display, text)


def report(c, kind, code, results, note_kind, *paragraphs, by="hospital"):
    """A report whose text is also a document; both point to the same file."""
    note = c.note(note_kind, *paragraphs)
    attachment = note["content"][0]["attachment"]
    stored = c.add("Binary", "b")
    stored.update({"contentType": "text/plain", "securityContext": c.subject,
                   "data": attachment["data"]})
    attachment["url"] = f"Binary/{stored['id']}"
    attachment["title"] = code["text"]
    note["author"].append(c.staff[by])
    note["description"] = f"{codes.NOTE_TYPES[note_kind][1]}: {code['text']}"
    made = c.add("DiagnosticReport", "r", "us-core-diagnosticreport-note")
    made.update({
        "status": "final",
        "category": [concept(codes.LOINC, *CATEGORIES[kind], CATEGORIES[kind][1])],
        "code": code, "subject": c.subject, "encounter": c.encounter(),
        "effectiveDateTime": c.moment(20), "issued": c.moment(240),
        "performer": [c.staff[by], c.staff[c.by]], "result": results,
        "presentedForm": [{"contentType": "text/plain; charset=utf-8",
                           "url": f"Binary/{stored['id']}", "title": code["text"]}]})
    return made


def strip(c, made):
    """A picture of a heart tracing, kept with its report."""
    image = c.add("Media", "w")
    image.update({
        "status": "completed", "type": hl7("media-type", "image", "Image"), "subject": c.subject,
        "encounter": c.encounter(), "createdDateTime": c.moment(15),
        "content": {"contentType": "image/png", "title": "Heart tracing",
                    "data": base64.b64encode(tracing()).decode()}})
    made["media"] = [{"comment": "Lead II", "link": {"reference": f"Media/{image['id']}"}}]


def tracing():
    """A small black and white PNG of five heartbeats."""
    width, height = 240, 40
    rows = [bytearray(b"\xff" * (width // 8)) for _ in range(height)]
    beat = {10: 2, 11: 3, 12: 2, 19: -3, 20: 14, 21: 22, 22: 8, 23: -6, 24: -2, 33: 3, 34: 4,
            35: 4, 36: 3}
    last = 0
    for x in range(width):
        now = beat.get(x % 48, 0)
        for level in range(min(last, now), max(last, now) + 1):
            rows[28 - level][x // 8] &= ~(128 >> x % 8) & 255
        last = now
    raw = b"".join(b"\0" + bytes(row) for row in rows)

    def chunk(name, data):
        whole = name + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    # Stored, not compressed: every version of zlib writes the same bytes.
    return (b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(raw, 0)) + chunk(b"IEND", b""))


def free_text_result(c, code, text):
    """A laboratory result that is a sentence."""
    made = c.sample_result(code, "urine")
    made["valueString"] = text


def spoiled_result(c, code):
    """A laboratory result that could not be had."""
    made = c.sample_result(code)
    made["dataAbsentReason"] = absent("error", "Error")
    made["note"] = [{"text": "The sample was clotted. Taken again at the next visit."}]


def spirometry(c, liters, percent):
    """What a breathing test found."""
    finding(c, "procedure", loinc("20150-9", "FEV1", "FEV1"), number(liters, 2), "L")
    finding(c, "procedure", loinc("20152-5", "FEV1 measured/predicted", "FEV1 of predicted"),
            number(percent, 0), "%")
