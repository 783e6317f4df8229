"""S25: whoever changes the audit log, or a record behind its back, is found out."""

import contextlib
import pathlib
import shutil
import sqlite3

from faultlab.box import Box, command
from faultlab.checker import DATABASE
from faultlab.lab import case, require
from faultlab.traffic import Recorder, fill

ENTRIES = 160
SIDE_FILES = ("-wal", "-shm")


@case("S25", "tampering with the log or a record is detected and the first bad entry named")
def tampering(lab):
    """Damages copies of a stopped data folder, each in one way, and verifies each."""
    folder, older = two_states(lab)
    # A verification is itself put on record, so a copy is looked at.
    verdict = verify(lab, shutil.copytree(folder, lab.folder / "whole"))
    require(verdict["exit"] == 0, f"the chain is broken before any damage: {verdict['said']}")
    last = verdict["entries"]
    missed = []
    for name, damage in MATRIX.items():
        words = tried(lab, folder, older, name, damage, last)
        if words:
            missed.append(words)
    require(not missed, f"{len(missed)} of {len(MATRIX)} not detected: {'; '.join(missed)}")
    return f"{len(MATRIX)} ways of tampering, all detected, first bad entry named"


def two_states(lab):
    """A stopped folder, and a copy of it as it was some changes earlier."""
    box = Box(lab, lab.data_folder()).start()
    recorder = Recorder()
    client = box.client()
    fill(client, recorder, ENTRIES // 4)
    box.stop()
    older = lab.folder / "older"
    shutil.copytree(box.folder, older)
    box.start()
    client = box.client()
    fill(client, recorder, ENTRIES // 4, start=ENTRIES // 4)
    box.stop()
    return box.folder, older


def verify(lab, folder):
    """What `audit verify` says about a folder."""
    ended = command(lab.binary, folder, "audit", "verify", "--json")
    return {**ended.json, "exit": ended.code, "said": ended.text.strip()[-300:]}


def tried(lab, folder, older, name, damage, last):
    """Words about what was missed; empty if the damage was found."""
    copy = lab.folder / "tampered"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    with opened(copy) as db:
        expected = damage(db, Target(copy, older, last))
    verdict = verify(lab, copy)
    if verdict["exit"] == 0 or verdict.get("status") == "intact":
        return f"{name}: said to be intact"
    first = first_bad(verdict)
    if first is None:
        return f"{name}: no first bad entry named ({verdict['said'][-160:]})"
    if expected and first not in expected:
        return f"{name}: entry {first} named, expected {sorted(expected)[:3]}"
    return ""


def first_bad(verdict):
    """The sequence that the verdict names."""
    bad = verdict.get("firstBad")
    if isinstance(bad, dict):
        return bad.get("seq")
    return bad


class Target:
    """The folder to damage, an older state of it, and the number of its last entry."""

    def __init__(self, folder, older, last):
        self.folder, self.older, self.last = pathlib.Path(folder), pathlib.Path(older), last
        self.middle = last // 2


@contextlib.contextmanager
def opened(folder):
    """The database of a folder, everything in one file, triggers and keys off."""
    db = sqlite3.connect(pathlib.Path(folder) / DATABASE, isolation_level=None)
    try:
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        yield db
    finally:
        db.close()


def change_text(db, to):
    """Another action in one entry."""
    db.execute("UPDATE audit_entry SET action = 'search' || action WHERE seq = ?", (to.middle,))
    return {to.middle}


def change_time(db, to):
    """An hour earlier."""
    db.execute("UPDATE audit_entry SET at_ms = at_ms - 3600000 WHERE seq = ?", (to.middle,))
    return {to.middle}


def change_sealed(db, to):
    """One bit of the sealed part."""
    flip(db, "audit_entry", "sealed_entry", to.middle)
    return {to.middle}


def change_mac(db, to):
    """One bit of the digest."""
    flip(db, "audit_entry", "mac", to.middle)
    return {to.middle}


def flip(db, table, column, seq):
    """Changes one bit in the middle of a value."""
    value = bytearray(db.execute(
        f"SELECT {column} FROM {table} WHERE seq = ?", (seq,)).fetchone()[0])
    value[len(value) // 2] ^= 1
    db.execute(f"UPDATE {table} SET {column} = ? WHERE seq = ?", (bytes(value), seq))


def delete_middle(db, to):
    """One entry taken out."""
    db.execute("DELETE FROM audit_entry WHERE seq = ?", (to.middle,))
    return {to.middle}


def delete_and_close_gap(db, to):
    """One entry taken out and the rest moved up."""
    db.execute("DELETE FROM audit_entry WHERE seq = ?", (to.middle,))
    db.execute("UPDATE audit_entry SET seq = -seq WHERE seq > ?", (to.middle,))
    db.execute("UPDATE audit_entry SET seq = -seq - 1 WHERE seq < 0")
    db.execute("UPDATE audit_head SET seq = seq - 1")
    return {to.middle}


def delete_tail(count):
    """The last entries taken off."""

    def damage(db, to):
        db.execute("DELETE FROM audit_entry WHERE seq > ?", (to.last - count,))
        return {to.last - count + 1}

    return damage


def delete_tail_with_head(db, to):
    """The tail cut back to an older state whose head is known."""
    with opened(to.older) as old:
        seq, mac, head_mac = old.execute("SELECT seq, mac, head_mac FROM audit_head").fetchone()
    db.execute("DELETE FROM audit_entry WHERE seq > ?", (seq,))
    db.execute(
        "UPDATE audit_head SET seq = ?, mac = ?, head_mac = ?", (seq, mac, head_mac))
    return {seq + 1}


def swap(db, to):
    """Two neighbours change places."""
    low, high = to.middle, to.middle + 1
    db.execute("UPDATE audit_entry SET seq = -1 WHERE seq = ?", (low,))
    db.execute("UPDATE audit_entry SET seq = ? WHERE seq = ?", (low, high))
    db.execute("UPDATE audit_entry SET seq = ? WHERE seq = -1", (high,))
    return {low}


def replace_last(db, to):
    """The last entry becomes a copy of the one before."""
    db.execute(
        "UPDATE audit_entry SET (at_ms, action, actor_tag, patient_tag, sealed_entry, mac) ="
        " (SELECT at_ms, action, actor_tag, patient_tag, sealed_entry, mac FROM audit_entry"
        "  WHERE seq = ?) WHERE seq = ?", (to.last - 1, to.last))
    return {to.last}


def rewrite_without_key(db, to):
    """All digests made anew by somebody who does not have the key."""
    db.execute("UPDATE audit_entry SET mac = randomblob(32)")
    db.execute("UPDATE audit_head SET mac = (SELECT mac FROM audit_entry WHERE seq = ?)",
               (to.last,))
    return {1}


def empty_log(db, _):
    """The whole log emptied, its head too."""
    db.execute("DELETE FROM audit_entry")
    db.execute("DELETE FROM audit_head")
    return set()


def roll_back_record(db, _):
    """The newest version of one record removed, the one before made current."""
    seq, kind, identity = newest_version(db)
    entry = entry_of(db, seq)
    db.execute("DELETE FROM resource_version WHERE seq = ?", (seq,))
    db.execute(
        "UPDATE resource_version SET is_current = 1 WHERE type = ? AND id = ? AND version = 1",
        (kind, identity))
    return {entry}


def older_made_current(db, _):
    """Both versions kept, the older one shown."""
    seq, kind, identity = newest_version(db)
    db.execute("UPDATE resource_version SET is_current = (version = 1)"
               " WHERE type = ? AND id = ?", (kind, identity))
    return set(entries_of_resource(db, kind, identity)) | {entry_of(db, seq)}


def older_body(db, _):
    """The body of the first version under the second."""
    seq, kind, identity = newest_version(db)
    db.execute(
        "UPDATE resource_version SET sealed_body = (SELECT sealed_body FROM resource_version"
        " WHERE type = ? AND id = ? AND version = 1) WHERE seq = ?", (kind, identity, seq))
    return {entry_of(db, seq)}


def changed_body(db, _):
    """One bit of a record."""
    seq, _, _ = newest_version(db)
    flip(db, "resource_version", "sealed_body", seq)
    return {entry_of(db, seq)}


def planted_version(db, _):
    """A version that nobody wrote."""
    columns = [row[1] for row in db.execute("PRAGMA table_info(resource_version)")]
    values = [{"seq": "(SELECT max(seq) + 1 FROM resource_version)", "id": "'planted'"}.get(
        name, name) for name in columns]
    db.execute(f"INSERT INTO resource_version ({', '.join(columns)}) SELECT {', '.join(values)}"
               " FROM resource_version ORDER BY seq LIMIT 1")
    return set()


def older_database(db, to):
    """The database file of an earlier day in place of today's."""
    db.close()
    with opened(to.older) as old:
        seq = old.execute("SELECT seq FROM audit_head").fetchone()[0]
    for ending in SIDE_FILES:
        (to.folder / (DATABASE + ending)).unlink(missing_ok=True)
    shutil.copy(to.older / DATABASE, to.folder / DATABASE)
    return {seq + 1}


def newest_version(db):
    """Sequence, type and id of a record that has two versions."""
    return db.execute(
        "SELECT seq, type, id FROM resource_version WHERE version = 2 AND is_current = 1"
        " ORDER BY seq LIMIT 1 OFFSET 5").fetchone()


def entry_of(db, seq):
    """The entry of the log about one version."""
    return db.execute("SELECT seq FROM audit_entry WHERE object_seq = ?", (seq,)).fetchone()[0]


def entries_of_resource(db, kind, identity):
    """The entries of the log about all versions of one record."""
    return [row[0] for row in db.execute(
        "SELECT a.seq FROM audit_entry AS a JOIN resource_version AS v ON v.seq = a.object_seq"
        " WHERE v.type = ? AND v.id = ?", (kind, identity))]


MATRIX = {
    "action changed": change_text,
    "time changed": change_time,
    "sealed part changed": change_sealed,
    "digest changed": change_mac,
    "middle deleted": delete_middle,
    "middle deleted, gap closed": delete_and_close_gap,
    "last 1 deleted": delete_tail(1),
    "last 100 deleted": delete_tail(100),
    "tail cut back to an older head": delete_tail_with_head,
    "neighbours swapped": swap,
    "last replaced": replace_last,
    "digests made anew without the key": rewrite_without_key,
    "log emptied": empty_log,
    "record rolled back": roll_back_record,
    "older version made current": older_made_current,
    "older body in place": older_body,
    "body changed": changed_body,
    "version planted": planted_version,
    "older database in place": older_database,
}
