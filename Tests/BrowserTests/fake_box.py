"""Answers like the box, with canned patients, to work on the pages without building the server.

The pages are served from web/ with the content policy of the box. Nothing is stored.
Usage: fake_box.py [PORT] [--unclaimed] [--idle SECONDS] [--broken]
With --broken it forgets to put charts on record, sends an inline script and hides the menu's
words: the walk must find all three.
"""

import argparse
import datetime
import hashlib
import http.server
import json
import math
import mimetypes
import pathlib
import re
import time
import unicodedata
import urllib.parse
import uuid

WEB = pathlib.Path(__file__).resolve().parents[2] / "web"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types tribal-ehr"
)
PEOPLE = {
    "maria.yazzie": ("Maria Yazzie, NP", ["NURSE_PRACTITIONER"], ["patients.search", "chart.read"]),
    "ana.begay": ("Ana Begay", ["SYSTEM_ADMIN"],
                  ["patients.search", "chart.read", "audit.read", "sessions.readAll"]),
    "nobody": ("No Role", ["PATIENT"], []),
}
PASSWORD = "correct horse battery staple"
NAMES = [
    ("Begay, Ana Louise", "1980-02-25", "female", "8b0484cd-3dbd-8b8d-1b72-a32f74a5a846", "Kayenta", "Navajo Nation"),
    ("Begay, Ánasázi Néz", "1951-11-03", "male", "10024", "Chinle", "Navajo Nation"),
    ("Begaye, Thomas", "2019-07-30", "male", "10025", "Tuba City", "Navajo Nation"),
    ("Benally, Rose", "1944-05-12", "female", "10026", "Shiprock", "Navajo Nation"),
    ("<img src=x onerror=alert(1)>, \"'&amp; Bobby", "1999-01-01", "male", "10027",
     "<script>alert(2)</script>", "${alert(3)}"),
    ("بن علي، محمد", "1972-04-04", "male", "10028", "Gallup", ""),
    ("Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh-Cholmondeley-Marjoribanks, "
     "Hubert Blaine Adolph Bartholomew Constantine", "1930-06-06", "male", "10029",
     "Llanfairpwllgwyngyllgogerychwyrndrobwll", "Confederated Tribes and Bands of the Yakama Nation"),
    ("🦅 Eagle, Joy 👩🏽‍⚕️", "2001-09-09", "female", "10030", "Crow Agency", "Crow Tribe"),
    ("ᎠᏓᏅᏖᏍᎩ, Sequoyah", "1966", "unknown", "10031", "Tahlequah", "Cherokee Nation"),
    ("Lone Bear, Sam", "1958-12", "male", "10032", "New Town", "Three Affiliated Tribes"),
]
STATE = {"sessions": {}, "audit": [], "tries": {}, "notices": [
    {"id": "n1", "at": "2026-11-20T15:04:00Z", "kind": "account.locked", "isSeen": False,
     "text": "The account maria.yazzie was locked after 10 wrong passwords from 10.0.0.17."},
    {"id": "n2", "at": "2026-11-18T08:00:00Z", "kind": "clock.jumped", "isSeen": True,
     "text": "The clock of the box jumped forward by 3 minutes."}]}


def fold(text):
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)).lower()


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def person_id(index):
    return str(uuid.UUID(hashlib.md5(f"p{index}".encode()).hexdigest()))


def age(born):
    return 2026 - int(born[:4]) - 1


def listed(index):
    name, born, sex, mrn, city, tribe = NAMES[index]
    return {"id": person_id(index), "name": name, "birthDate": born, "ageYears": age(born), "sex": sex,
            "mrn": mrn, "deceased": index == 3, "city": city, "tribe": tribe}


def search(query):
    words = [w for w in re.split(r"[\s,]+", fold(query)) if w]
    found = []
    for index, (name, born, _, mrn, _, _) in enumerate(NAMES):
        parts = re.split(r"[\s,\-]+", fold(name))
        if words and all(any(p.startswith(w) for p in parts) or mrn.startswith(w) or born.startswith(w)
                         for w in words):
            found.append(index)
    return found


def series(key, label, unit, start, spread, count, low=None, high=None, kind="single", panel=None):
    points = []
    for n in range(count):
        value = start + spread * math.sin(n * 1.7) + spread * n / count
        year = 2026 - count // 2 + n // 2
        flag = "H" if high and value > high else "L" if low and value < low else None
        point = {"id": f"{key}-{n}", "at": f"{year}-{4 + 5 * (n % 2):02d}-1{n % 9}T10:2{n % 10}:00-07:00",
                 "value": f"{value:.1f}", "value2": None, "low": None if low is None else str(low),
                 "high": None if high is None else str(high), "interpretation": flag, "status": "final"}
        if kind == "pair":
            point["value"], point["value2"] = f"{value:.0f}", f"{value * 0.63:.0f}"
        if panel is not None:
            point["text"] = None
        points.append(point)
    made = {"key": key, "label": label, "unit": unit, "kind": kind, "points": points}
    if panel is not None:
        made["panel"] = panel or None
    return made


def rich_chart(index):
    vitals = [
        series("85354-9", "Blood pressure", "mmHg", 128, 14, 18, high=140, kind="pair"),
        series("8867-4", "Heart rate", "/min", 74, 8, 18),
        series("29463-7", "Body weight", "kg", 81, 4, 18),
        series("39156-5", "Body mass index", "kg/m2", 29, 1.5, 18, 18.5, 25),
        series("2708-6", "Oxygen saturation", "%", 96, 1.5, 9, 94, 100),
        series("8310-5", "Body temperature", "Cel", 37, 0.4, 6),
        series("72514-3", "Pain severity", "{score}", 2, 2, 5),
    ]
    vitals[0]["points"][3]["status"] = "entered-in-error"
    labs = [
        series("4548-4", "Hemoglobin A1c", "%", 6.8, 0.9, 14, None, 5.7, panel="Diabetes"),
        series("2339-0", "Glucose", "mg/dL", 118, 30, 14, 70, 99, panel="Basic metabolic panel"),
        series("2160-0", "Glomerular filtration rate/1.73 sq M.predicted [Volume Rate/Area] in Serum or Plasma by Creatinine-based formula (MDRD)", "mL/min/{1.73_m2}", 0.9, 0.2, 12, 0.6, 1.2, panel="Basic metabolic panel"),
        series("2947-0", "Sodium", "mmol/L", 139, 2, 12, 136, 144, panel="Basic metabolic panel"),
        series("6298-4", "Potassium", "mmol/L", 4.2, 0.8, 12, 3.5, 5.1, panel="Basic metabolic panel"),
        series("2093-3", "Total cholesterol", "mg/dL", 190, 25, 8, None, 200, panel="Lipid panel"),
        series("2085-9", "HDL cholesterol", "mg/dL", 48, 8, 8, 40, None, panel="Lipid panel"),
        series("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", 13.1, 1.4, 7, 12.0, 15.5, panel="Blood count"),
        {"key": "5778-6", "label": "Urine color", "unit": "", "kind": "text", "panel": None, "points": [
            {"id": "u1", "at": "2026-03-02T09:00:00-07:00", "value": None, "text": "Straw", "low": None,
             "high": None, "interpretation": None, "status": "final"}]},
    ]
    if index == 3:
        labs += [series(f"x{n}", f"Invented analyte {n:02d}", "U/L", 20 + n, 5, 4, 10, 60, panel="")
                 for n in range(60)]
    return vitals, labs


def chart(index):
    name, born, sex, mrn, city, tribe = NAMES[index]
    vitals, labs = rich_chart(index) if index in (0, 3, 4) else ([], [])
    allergies = [
        {"id": "a1", "text": "Penicillin", "criticality": "high", "status": "active",
         "verification": "confirmed", "reactions": ["Anaphylaxis", "Hives"], "recorded": "2004-03-02"},
        {"id": "a2", "text": "Latex", "criticality": "low", "status": "active", "verification": "confirmed",
         "reactions": ["Rash"], "recorded": "2011-06-20"},
        {"id": "a3", "text": "Shellfish", "criticality": "low", "status": "resolved",
         "verification": "confirmed", "reactions": [], "recorded": "1999-01-01"}]
    hostile = "<b onmouseover=alert(1)>bold</b> javascript:alert(1) " if index == 4 else ""
    problems = [{"id": f"c{n}", "text": hostile + text, "code": code, "system": "http://snomed.info/sct",
                 "status": "active" if n < 5 else "resolved", "verification": "confirmed",
                 "onset": onset, "recorded": onset, "isActive": n < 5}
                for n, (text, code, onset) in enumerate([
                    ("Type 2 diabetes mellitus", "44054006", "2009-08-14"),
                    ("Essential hypertension", "59621000", "2012-01-20"),
                    ("Hyperlipidemia", "55822004", "2013"), ("Obesity (BMI 30+)", "162864005", "2015-05"),
                    ("Chronic low back pain", "278860009", "2019-02-11"),
                    ("Acute viral pharyngitis", "195662009", "2021-12-01"),
                    ("Sprain of ankle", "44465007", "2018-07-19")])]
    medications = [{"id": f"m{n}", "text": hostile + text, "code": "860975",
                    "status": "active" if n < 4 else "stopped", "isActive": n < 4, "dosage": dosage,
                    "authoredOn": f"20{24 - n}-0{1 + n}-14T09:30:00-07:00", "reason": reason}
                   for n, (text, dosage, reason) in enumerate([
                       ("Metformin hydrochloride 500 MG oral tablet", "1 tablet twice a day with meals",
                        "Type 2 diabetes mellitus"),
                       ("Lisinopril 10 MG oral tablet", "1 tablet in the morning", "Essential hypertension"),
                       ("Simvastatin 20 MG oral tablet", "1 tablet at night", "Hyperlipidemia"),
                       ("Insulin glargine 100 UNT/ML injectable solution", "18 units at bedtime", None),
                       ("Amoxicillin 250 MG oral capsule", None, None)])]
    encounters = [{"id": f"e{n}", "type": "Encounter for check up" if n % 2 else "Follow-up visit",
                   "class": "ambulatory", "status": "finished",
                   "start": f"{2026 - n // 4}-{1 + n % 12:02d}-12T10:15:00-07:00", "end": None,
                   "reason": "Diabetes follow-up" if n % 3 == 0 else None, "provider": "Dr. Rita Long",
                   "location": "Red Mesa Clinic"} for n in range(64 if index == 0 else 3)]
    note_text = ("Chief complaint\nNone.\n\nHistory of present illness\nAna is a 46 year old woman with type 2"
                 " diabetes. Takes metformin as prescribed.\n\nAssessment and plan\n1. Diabetes: A1c improved."
                 "\n2. Blood pressure above goal; lisinopril raised.\n")
    documents = [{"id": f"d{n}", "title": "Progress note", "category": "Clinical note",
                  "date": f"20{26 - n}-03-12T10:40:00-07:00", "status": "current", "author": "Dr. Rita Long",
                  "contentType": "text/plain", "isNote": True} for n in range(6)]
    return {
        "patient": {"id": person_id(index), "name": name, "otherNames": ["Ana Tso (maiden)"],
                    "birthDate": born, "isDeceased": index == 3,
                    "ageText": "died 09-Jan-2024 at 79 y" if index == 3 else f"{age(born)} y", "sex": sex, "gender": sex, "mrn": mrn,
                    "identifiers": [{"label": "Tribal enrollment", "value": "448-201"}],
                    "deceasedAt": "2024-01-09" if index == 3 else None, "phones": ["928-555-0101 (mobile)"],
                    "emails": ["ana@example.org"], "addresses": [f"12 Mesa Road, {city}, AZ 86033"],
                    "languages": ["English", "Navajo"], "race": "American Indian or Alaska Native",
                    "ethnicity": "Not Hispanic or Latino",
                    "tribalAffiliations": [{"tribe": tribe, "isEnrolled": True}] if tribe else [],
                    "maritalStatus": "Married", "isDemo": True},
        "allergyStatus": "known" if index in (0, 4) else "none-known" if index == 3 else "not-asked",
        "problems": problems if index in (0, 3, 4) else [],
        "medications": medications if index in (0, 3, 4) else [],
        "allergies": allergies if index in (0, 4) else [], "vitals": vitals, "labs": labs,
        "immunizations": [{"id": "i1", "text": "Influenza, seasonal, injectable", "cvx": "140",
                           "date": "2025-10-02", "status": "completed", "lot": "FL-2291",
                           "site": "Left deltoid"},
                          {"id": "i2", "text": "Td (adult), absorbed", "cvx": "113", "date": "2019-04-18",
                           "status": "completed", "lot": None, "site": None}],
        "encounters": encounters, "documents": documents,
        "notes": [{"id": d["id"], "title": d["title"], "date": d["date"], "author": d["author"],
                   "preview": hostile + note_text[:200]} for d in documents],
        "noteText": hostile + note_text, "truncated": ["Observation"] if index == 3 else [],
        "counts": {"Observation": 123}, "openedAt": now()}


class Box(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=None, kind="application/json", headers=()):
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        if body is not None:
            self.send_header("Content-Type", kind)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        try:
            self.wfile.write(data)
        except BrokenPipeError:
            self.close_connection = True

    def fail(self, status, code, message, details=(), headers=()):
        self.answer(status, {"error": {"status": status, "code": code, "message": message,
                                       "details": list(details), "requestId": "req-0001"}}, headers=headers)

    def audit(self, action, area, patient=None, outcome="ok", code=None, name=None, kind=None, item=None):
        if self.server.broken and kind == "Chart":
            return
        session = self.session() or {}
        name = name or session.get("username")
        STATE["audit"].append({
            "seq": len(STATE["audit"]) + 1, "at": now(), "name": name,
            "displayName": PEOPLE.get(name, (None,))[0], "roles": PEOPLE.get(name, (None, []))[1],
            "kind": "person", "action": action, "area": area, "type": kind, "id": item,
            "patientId": None if patient is None else person_id(patient),
            "patientName": None if patient is None else NAMES[patient][0], "outcome": outcome, "code": code,
            "address": "127.0.0.1", "requestId": "req", "session": "s", "detail": None})

    def session(self):
        found = re.search(r"__Host-tribal-ehr-session=(\w+)", self.headers.get("Cookie", ""))
        session = STATE["sessions"].get(found.group(1)) if found else None
        if session and time.time() - session["seen"] > self.server.idle:
            return None
        if session:
            session["seen"] = time.time()
        return session

    def me(self, session):
        display, roles, permissions = PEOPLE[session["username"]]
        end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=8)
        return {"user": {"id": session["username"], "username": session["username"], "displayName": display,
                         "roles": roles, "permissions": permissions}, "csrfToken": session["csrf"],
                "idleSeconds": self.server.idle, "absoluteExpiresAt": end.strftime("%Y-%m-%dT%H:%M:%SZ")}

    def do_GET(self):
        path = self.path.split("?")[0]
        if path.startswith("/a/current/"):
            return self.asset(path.removeprefix("/a/current/"))
        if not path.startswith("/api/"):
            return self.asset("index.html")
        if path == "/api/v1/box":
            return self.answer(200, {"clinicName": "Red Mesa Clinic", "claimed": not self.server.unclaimed,
                                     "demo": True})
        session = self.session()
        if not session:
            return self.fail(401, "login", "Your session has ended. Sign in again.")
        return self.signed_in_get(path, session)

    def signed_in_get(self, path, session):
        if path == "/api/v1/auth/me":
            return self.answer(200, self.me(session))
        if path == "/api/v1/auth/factors":
            return self.answer(200, {"items": [], "recoveryCodesLeft": 0, "isRequired": False,
                                     "isRequiredOfAnybody": True, "hasPIN": False,
                                     "isPINAllowed": True})
        if path == "/api/v1/sessions":
            return self.answer(200, {"items": [
                {"id": key, "username": s["username"], "displayName": PEOPLE[s["username"]][0],
                 "createdAt": s["created"], "lastSeenAt": now(), "address": "127.0.0.1", "agent": s["agent"],
                 "isCurrent": s is session} for key, s in STATE["sessions"].items()
                if "all=true" in self.path or s["username"] == session["username"]]})
        if path == "/api/v1/notices":
            return self.answer(200, {"items": STATE["notices"]})
        if path == "/api/v1/audit/verify":
            time.sleep(0.6)
            return self.answer(200, {"status": "intact", "entries": len(STATE["audit"]), "seconds": 0.12,
                                     "firstBad": None, "headMac": "9f3c" * 16, "anchoredAt": now(),
                                     "anchoredSeq": len(STATE["audit"])})
        if path == "/api/v1/audit":
            self.audit("search", "audit", kind="AuditLog")
            query = dict(urllib.parse.parse_qsl(self.path.partition("?")[2]))
            items = [e for e in reversed(STATE["audit"]) if query.get("user", e["name"]) == e["name"]
                     and query.get("action", e["action"]) == e["action"]]
            return self.answer(200, {"items": items[:100], "nextBefore": None, "total": len(items)})
        found = re.fullmatch(r"/api/v1/patients/([^/]+)/(chart|notes/([^/]+))", path)
        index = next((i for i in range(len(NAMES)) if found and person_id(i) == found.group(1)), None)
        if index is None:
            return self.fail(404, "not-found", "There is no such patient. Search again.")
        made = chart(index)
        text = made.pop("noteText")
        if found.group(2) == "chart":
            self.audit("read", "demographics", index, kind="Chart", item=person_id(index))
            return self.answer(200, made)
        self.audit("read", "documents", index, kind="DocumentReference", item=found.group(3))
        return self.answer(200, {**made["notes"][0], "contentType": "text/plain", "text": text})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        path = self.path.split("?")[0]
        if path == "/api/v1/auth/login":
            return self.login(body)
        session = self.session()
        if not session:
            return self.fail(401, "login", "Your session has ended. Sign in again.")
        if self.headers.get("X-CSRF-Token") != session["csrf"]:
            return self.fail(403, "forbidden", "The request does not come from this page. Load it again.")
        return self.signed_in_post(path, body, session)

    def signed_in_post(self, path, body, session):
        if path == "/api/v1/auth/logout":
            self.audit("sign-out", "own-account", kind="Session")
            STATE["sessions"] = {k: s for k, s in STATE["sessions"].items() if s is not session}
            return self.answer(204)
        if path == "/api/v1/auth/password":
            if len(body.get("new", "")) < 12:
                return self.fail(400, "invalid", "The password is not changed.", [
                    {"location": "new", "message": "The new password is too short: use 12 characters or more."}])
            return self.answer(204)
        if path == "/api/v1/patients/search":
            if body["q"] == "slow":
                time.sleep(2)
            if body["q"] == "fail":
                return self.fail(500, "exception", "The box met a defect. Try again; tell an administrator.")
            found = search(body["q"])
            self.audit("search", "demographics", kind="Patient")
            return self.answer(200, {"total": len(found), "isTotalExact": True, "tookMs": 0.4,
                                     "items": [listed(i) for i in found[:body.get("limit", 20)]]})
        if path.startswith("/api/v1/notices/"):
            for notice in STATE["notices"]:
                notice["isSeen"] |= notice["id"] in path
            return self.answer(204)
        return self.fail(404, "not-found", "There is no such address.")

    def login(self, body):
        name = body.get("username", "")
        if STATE["tries"].get(name, 0) >= 3:
            return self.fail(429, "throttled", "Too many tries.", headers=[("Retry-After", "840")])
        if name not in PEOPLE or body.get("password") != PASSWORD:
            STATE["tries"][name] = STATE["tries"].get(name, 0) + 1
            self.audit("sign-in", "own-account", outcome="refused", code="login", name=name)
            return self.fail(401, "login", "User name or password is not right.")
        key, csrf = uuid.uuid4().hex, uuid.uuid4().hex
        STATE["sessions"][key] = {"username": name, "csrf": csrf, "created": now(), "seen": time.time(),
                                  "agent": self.headers.get("User-Agent")}
        self.audit("sign-in", "own-account", name=name)
        cookie = f"__Host-tribal-ehr-session={key}; Path=/; Secure; HttpOnly; SameSite=Strict"
        return self.answer(200, self.me(STATE["sessions"][key]), headers=[("Set-Cookie", cookie)])

    def do_DELETE(self):
        key = self.path.rsplit("/", 1)[1]
        STATE["sessions"].pop(key, None)
        self.answer(204)

    def asset(self, name):
        file = (WEB / name).resolve()
        if WEB not in file.parents or not file.is_file():
            return self.fail(404, "not-found", "There is no such address.")
        kind = mimetypes.guess_type(file.name)[0] or "text/plain"
        data = file.read_bytes()
        if self.server.broken and file.name == "index.html":
            data += b"<script>0</script>"
        if self.server.broken and file.name == "app-header.css":
            data += b".app-row nav a { color: var(--bar) !important; }"
        return self.answer(200, data, f"{kind}; charset=utf-8")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", nargs="?", type=int, default=8765)
    parser.add_argument("--unclaimed", action="store_true")
    parser.add_argument("--broken", action="store_true")
    parser.add_argument("--idle", type=int, default=900)
    options = parser.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", options.port), Box)
    server.idle, server.unclaimed, server.broken = options.idle, options.unclaimed, options.broken
    print(f"http://localhost:{options.port}  maria.yazzie or ana.begay / {PASSWORD}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
