"""S28, S46: what was written into a chart is found nowhere on the disk and in no log."""

import base64
import json
import os
import pathlib

from faultlab.box import PASSWORD, USER, Box
from faultlab.client import Lost
from faultlab.lab import case, require
from faultlab.scan import Needles, scan_bytes, scan_files

# A run of letters that no word, key or code holds; every planted text starts with it.
STEM = "qzxvwkjp"
PHONE_STEM = "5559071"
MRN_STEM = "98340067"
PATIENTS_SHORT, PATIENTS_FULL = 100, 1_000


@case("S28", "planted names, dates, numbers and notes: no trace on the disk in any encoding")
def planted(lab):
    """Plants patients, works with them in every way, then looks at all that is on the disk."""
    temporary = lab.folder / "tmp"
    temporary.mkdir()
    count = lab.pick(PATIENTS_SHORT, PATIENTS_FULL)
    box = Box(lab, lab.data_folder(), env={"TMPDIR": str(temporary)}).start()
    made = plant(box, count)
    work_with(box, made)
    dates = [birth_date(number) for number in range(count)]
    needles = Needles([STEM, PHONE_STEM, MRN_STEM], dates)
    places = [box.folder, temporary, box.log]
    import_with_faults(lab, box, needles)
    live = scan_files(places, needles) + scan_process(box.pid, needles)
    box.stop()
    rest = scan_files(places, needles)
    hits = live + rest
    require(not hits, f"{len(hits)} traces: {'; '.join(sorted(set(hits))[:4])}")
    found = control(lab, needles)
    return f"{len(made)} patients with planted values, 0 traces; control: {found} encodings hit"


def birth_date(number):
    """A day of its own before anybody who is alive was born."""
    return f"{1871 + number // 336}-{number // 28 % 12 + 1:02d}-{number % 28 + 1:02d}"


def word(number, place):
    """A planted word of letters only, so that it also survives name folding."""
    return STEM + place + "".join("abcdefghij"[int(digit)] for digit in f"{number:04d}")


def plant(box, count):
    """Creates patients with a planted value in every field that names or describes a person."""
    client = box.client()
    made = []
    for number in range(count):
        answer = client.create(person(number), f"key-canary-{number:08d}")
        require(answer.is_ok, f"a planted patient was refused: {answer.status} {answer.body[:200]}")
        identity = answer.headers["location"].rstrip("/").split("/")[-3]
        made.append(identity)
        for resource in chart(number, f"Patient/{identity}"):
            answer = client.create(resource)
            require(answer.is_ok, f"a {resource['resourceType']} was refused: {answer.status}")
    client.close()
    return made


def person(number):
    """A patient whose every field is planted."""
    phone = f"{PHONE_STEM}{number:03d}"
    return {
        "resourceType": "Patient",
        "identifier": [{
            "type": {"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]},
            "system": "urn:faultlab:mrn", "value": f"{MRN_STEM}{number:04d}"}],
        "name": [{"family": word(number, "fam").capitalize(),
                  "given": [word(number, "giv").capitalize()]}],
        "telecom": [{"system": "phone", "value": phone},
                    {"system": "email", "value": f"{word(number, 'mail')}@example.org"}],
        "gender": "female", "birthDate": birth_date(number),
        "address": [{"line": [word(number, "line")], "city": word(number, "city"), "state": "AZ"}],
        "contact": [{"name": {"text": word(number, "kin")}}],
    }


def chart(number, subject):
    """A diagnosis, a measurement and a note, with planted words."""
    reference = {"reference": subject}
    text = f"Seen today. {word(number, 'note')} feels better."
    return [
        {"resourceType": "Condition", "subject": reference,
         "code": {"coding": [{"system": "urn:faultlab", "code": word(number, "code")}],
                  "text": word(number, "cond")},
         "note": [{"text": word(number, "cnote")}]},
        {"resourceType": "Observation", "status": "final", "subject": reference,
         "code": {"text": word(number, "obs")}, "valueString": word(number, "val")},
        {"resourceType": "DocumentReference", "status": "current", "subject": reference,
         "type": {"text": word(number, "doc")},
         "content": [{"attachment": {
             "contentType": "text/plain", "data": base64.b64encode(text.encode()).decode()}}]},
    ]


def work_with(box, made):
    """Reads, searches, changes, signs in, and fails in many ways."""
    client = box.client()
    for number, identity in enumerate(made[:40]):
        client.get(f"/fhir/Patient/{identity}")
        changed = {**person(number), "id": identity, "active": True}
        answer = client.update(changed, 1)
        require(answer.is_ok, f"a planted patient could not be changed: {answer.status}")
        client.get(f"/fhir/Patient?name={word(number, 'fam')[:12]}")
        client.get(f"/fhir/Patient?identifier=urn:faultlab:mrn|{MRN_STEM}{number:04d}")
        client.get(f"/fhir/Patient?birthdate={birth_date(number)}&_unknown={word(number, 'bad')}")
        client.get(f"/fhir/Condition?patient={identity}")
        client.get(f"/fhir/{word(number, 'kind')}/{word(number, 'id')}")
    fail_with(client)
    browse(box)
    client.close()


def fail_with(client):
    """Requests that cannot succeed and carry planted values."""
    planted_word = word(1, "err")
    bodies = [
        b'{"resourceType":"Patient","name":[{"family":"' + planted_word.encode() + b'"',
        {"resourceType": "Patient", planted_word: 1},
        {"resourceType": "Patient", "birthDate": planted_word},
        {"resourceType": planted_word},
        b"\xff\xfe" + planted_word.encode(),
    ]
    for body in bodies:
        client.request("POST", "/fhir/Patient", body)
        client.request("POST", "/fhir", body)
    client.request("PUT", f"/fhir/Patient/{planted_word}!", person(1))
    client.request("GET", "/fhir/Patient", None, {"X-Request-ID": planted_word,
                                                  "User-Agent": planted_word})
    client.request("GET", f"/{planted_word}?{planted_word}={planted_word}")


def import_with_faults(lab, box, needles):
    """A file whose entries are wrong in many ways; what is said of it names no value."""
    bad = [
        {"birthDate": word(3, "date")}, {"gender": word(4, "sex")},
        {"active": word(5, "flag")}, {"link": [{"other": {"reference": word(6, "ref")}}]},
        {"managingOrganization": {"reference": f"Organization/{word(7, 'org')}"}},
        {"name": word(8, "name")}, {"address": [{"line": [""], "city": word(9, "city")}]},
    ]
    path = lab.folder / "planted.json"
    entries = [{"resource": {**person(number), "id": f"planted-{number}", **one}}
               for number, one in enumerate(bad)]
    path.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))
    ended = box.run("import", str(path))
    hits = scan_bytes(ended.text.encode(), needles)
    require(not hits, f"the report of an import quotes planted values: {sorted(set(hits))}")


def browse(box):
    """What the pages ask for, and a sign-in under a planted name."""
    client = box.client(token=None)
    try:
        client.sign_in(word(2, "user"), word(2, "pass"))
        answer = client.sign_in(USER, PASSWORD)
        if answer.status != 200:
            return
        fields = {
            "Cookie": answer.cookies,
            "X-CSRF-Token": answer.json.get("csrfToken", ""), "Content-Type": "application/json",
            "Origin": f"https://127.0.0.1:{client.port}"}
        for number in range(20):
            for asked in (word(number, "fam")[:10], birth_date(number), f"{MRN_STEM}{number:04d}"):
                found = client.request(
                    "POST", "/api/v1/patients/search", {"q": asked, "limit": 5}, fields)
                for item in found.json.get("items", []):
                    client.get(f"/api/v1/patients/{item['id']}/chart", fields)
    finally:
        client.close()


def scan_process(pid, needles):
    """Traces in the environment and the arguments of the process, and in files it has deleted."""
    found = []
    for name in ("environ", "cmdline"):
        data = pathlib.Path(f"/proc/{pid}/{name}").read_bytes()
        found += [f"/proc/{name}: {hit}" for hit in scan_bytes(data, needles)]
    for handle in os.listdir(f"/proc/{pid}/fd"):
        path = f"/proc/{pid}/fd/{handle}"
        try:
            if "(deleted)" in os.readlink(path):
                data = pathlib.Path(path).read_bytes()
                found += [f"deleted file: {hit}" for hit in scan_bytes(data, needles)]
        except OSError:
            continue
    return found


def control(lab, needles):
    """How many encodings of a planted control file are found; it must be all."""
    missed = []
    for name, data in needles.samples():
        path = lab.folder / "control"
        path.write_bytes(b"\0\1\2" + data + b"\3\4")
        if not scan_files([path], needles):
            missed.append(name)
    require(not missed, f"the scan misses {missed}")
    return len(needles.samples())


@case("S46", "line breaks and escape codes in fields and errors: the log stays clean")
def log_injection(lab):
    """Sends CR, LF and ANSI codes wherever a text can be sent, then reads the log."""
    box = Box(lab, lab.data_folder()).start()
    client = box.client()
    sent = 0
    for number, poison in enumerate(poisons()):
        sent += send_everywhere(client, poison, number)
    client.close()
    require(box.is_running, "the box ended")
    box.stop()
    log = pathlib.Path(box.log).read_bytes()
    controls = sorted({byte for byte in log if (byte < 32 and byte not in b"\n\t") or byte == 127})
    require(not controls, f"control characters in the log: {controls}")
    require(STEM.encode() not in log.lower(), "a planted value is in the log")
    forged = [line for line in log.splitlines() if line.startswith(b"FORGED")]
    require(not forged, "a line of the log was forged")
    return f"{sent} requests with CR, LF and ANSI codes, 0 traces in {len(log):,} bytes of log"


def poisons():
    """Texts that would break a log apart."""
    return [f"{STEM}\r\nFORGED level=error {STEM}", f"{STEM}\nFORGED {STEM}",
            f"{STEM}\x1b[2J\x1b[31m{STEM}", f"{STEM}\x00\x07\x08{STEM}",
            f"{STEM}\u2028FORGED{STEM}"]


def send_everywhere(client, poison, number):
    """One poison in bodies, paths, queries, header fields and sign-ins; how many requests."""
    quoted = "".join(f"%{byte:02x}" for byte in poison.encode())
    field = "".join(letter for letter in poison if letter >= " " or letter == "\x1b")
    field = field.encode("latin-1", "ignore").decode("latin-1")
    asks = [
        ("POST", "/fhir/Patient", {"resourceType": "Patient", "name": [{"family": poison}]}, None),
        ("POST", "/fhir/Patient", {"resourceType": poison}, None),
        ("POST", "/fhir/Patient", {"resourceType": "Patient", poison: poison}, None),
        ("POST", "/fhir/Patient", poison.encode(), None),
        ("PUT", f"/fhir/Patient/{quoted}", {"resourceType": "Patient", "id": poison}, None),
        ("GET", f"/fhir/{quoted}/{quoted}", None, None),
        ("GET", f"/fhir/Patient?name={quoted}&{quoted}=1", None, None),
        ("GET", f"/{quoted}", None, None),
        ("GET", "/fhir/Patient/x", None, {"User-Agent": field, "X-Request-ID": field}),
        ("GET", "/fhir/Patient/x", None, {"Authorization": f"Bearer {field}"}),
        ("POST", "/fhir/Patient", {"resourceType": "Patient"}, {"Idempotency-Key": field}),
    ]
    for method, path, body, headers in asks:
        try:
            client.request(method, path, body, headers)
        except (Lost, ValueError):
            continue
    client.address = f"127.3.0.{number + 1}"
    client.close()
    try:
        client.sign_in(poison, poison)
    except Lost:
        pass
    return len(asks) + 1
