"""Looks at a box after a fault: is everything that was acknowledged there, once and whole?"""

import collections
import contextlib
import json
import pathlib
import shutil
import sqlite3
import tempfile

from faultlab.lab import require
from faultlab.resources import marker_of

DATABASE = "record.sqlite"


def losses(box, recorder, pairs):
    """What is not as acknowledged, in words; empty where all is well."""
    client = box.client(timeout=20)
    found = []
    for pair in pairs:
        version, marker = recorder.held[pair]
        answer = client.get(f"/fhir/{pair[0]}/{pair[1]}")
        if answer.status != 200:
            found.append(f"{pair[0]} version {version} was acknowledged, now {answer.status}")
        elif answer.version < version:
            found.append(f"{pair[0]} is at version {answer.version}, {version} acknowledged")
        elif answer.version == version and marker_of(answer.json) != marker:
            found.append(f"{pair[0]} version {version} holds something else")
    client.close()
    return found


def check_touched(box, recorder, random, count_max=250):
    """Reads back what the last round touched; the losses."""
    pairs = list(recorder.touched)
    recorder.touched = set()
    if len(pairs) > count_max:
        pairs = random.sample(pairs, count_max)
    return losses(box, recorder, pairs)


def require_counts(box, recorder, before=0):
    """Every patient that was asked for once is there once."""
    client = box.client(timeout=30)
    total = client.count("Patient")
    client.close()
    wanted = recorder.count("Patient") + before
    require(total == wanted, f"{wanted} patients were made, the box counts {total}")


@contextlib.contextmanager
def database(folder):
    """A copy of the database of a stopped box, open for reading and for damage."""
    with tempfile.TemporaryDirectory(prefix="faultlab-db-") as place:
        for path in pathlib.Path(folder).glob(DATABASE + "*"):
            shutil.copy(path, place)
        connection = sqlite3.connect(pathlib.Path(place) / DATABASE)
        try:
            yield connection
        finally:
            connection.close()


def require_sound_database(folder, recorder):
    """The checks that need the file itself; the box is stopped."""
    with database(folder) as db:
        words = db.execute("PRAGMA integrity_check").fetchone()[0]
        require(words == "ok", f"integrity_check: {words}")
        require_contiguous(db)
        require_audited(db)
        for pair, (version, _) in recorder.held.items():
            row = db.execute(
                "SELECT max(version) FROM resource_version WHERE type = ? AND id = ?", pair)
            newest = row.fetchone()[0] or 0
            require(newest >= version, f"{pair[0]}: {version} acknowledged, {newest} stored")


def require_contiguous(db):
    """Versions count from 1 without gaps, and the newest alone is current."""
    gaps = db.execute(
        "SELECT count(*) FROM (SELECT type, id FROM resource_version GROUP BY type, id"
        " HAVING count(*) <> max(version) OR min(version) <> 1 OR sum(is_current) <> 1"
        " OR max(CASE WHEN is_current THEN version END) <> max(version))").fetchone()[0]
    require(gaps == 0, f"{gaps} resources have gaps in their versions")


def require_audited(db):
    """Each version has exactly one entry in the audit log."""
    wrong = db.execute(
        "SELECT count(*) FROM (SELECT v.seq FROM resource_version AS v LEFT JOIN audit_entry AS a"
        " ON a.object_seq = v.seq GROUP BY v.seq HAVING count(a.seq) <> 1)").fetchone()[0]
    require(wrong == 0, f"{wrong} versions do not have exactly one audit entry")


def require_exported(box, recorder):
    """The exported audit log tells of every change that was acknowledged; how many lines it has."""
    path = box.lab.out / "audit.ndjson"
    path.unlink(missing_ok=True)
    words = ["audit", "export", "--format", "ndjson", "--output", str(path)]
    box.run(*words).check("audit export")
    told, lines = collections.Counter(), path.read_text(encoding="utf-8").splitlines()
    for line in lines:
        event = json.loads(line)
        if event["subtype"][0]["code"] in ("create", "update") and event["outcome"] == "0":
            told[spoken_of(event)] += 1
    for pair, (version, _) in recorder.held.items():
        require(
            told[pair] >= version,
            f"version {version} of a {pair[0]} was acknowledged, the log tells of {told[pair]}")
    return len(lines)


def spoken_of(event):
    """Type and id of the record that an audit event is about; it comes before its patient."""
    for entity in event.get("entity", []):
        parts = entity.get("what", {}).get("reference", "").split("/")
        if len(parts) >= 2:
            return parts[0], parts[1]
    return None


def audit_count(folder, action=None):
    """How many entries the audit log of a stopped box has."""
    with database(folder) as db:
        if action:
            words = "SELECT count(*) FROM audit_entry WHERE action = ?"
            return db.execute(words, (action,)).fetchone()[0]
        return db.execute("SELECT count(*) FROM audit_entry").fetchone()[0]
