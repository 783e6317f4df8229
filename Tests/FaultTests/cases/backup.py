"""B01 to B07 and B16: backups cut off, damaged, of the wrong kit, restored; the redo log."""

import os
import shutil
import signal
import subprocess
import time

from faultlab.box import Box, command
from faultlab.disks import LoopDisk
from faultlab.lab import NO_CONTROLS, Failed, case, require
from faultlab.resources import patient
from faultlab.traffic import Recorder, burst, fill, join

ASIDE = "data.before-restore-"


def backups(folder):
    """The finished backups of a folder."""
    return sorted((folder / "backups").glob("*.tribal-ehr-backup"))


def remains(folder):
    """What should not be left of a backup that was cut off, after the next start."""
    found = [path for path in (folder / "backups").glob(".*")] if (folder / "backups").is_dir() else []
    scratch = folder / "scratch"
    return found + (list(scratch.iterdir()) if scratch.is_dir() else [])


def make(box):
    """Makes a backup of a running or a stopped box."""
    return box.run("backup", "create", "--json").check("backup create").json


def restored(lab, file, *more):
    """A new folder into which a backup was restored with the kit."""
    target = lab.folder / f"restored{len(os.listdir(lab.folder))}"
    ended = command(lab.binary, target, "backup", "restore", str(file), "--kit",
                    str(lab.claimed.kit), "--json", *more)
    return target, ended


def entries(folder, lab):
    """Entries in the audit log of a stopped box that was verified."""
    return command(lab.binary, folder, "audit", "verify", "--json").check("audit verify").json


@case("B01", "backups under load: each restores to exactly the moment of its manifest")
def under_load(lab):
    """Eight clients write while backups are made; each is proven, the last one is restored."""
    box = Box(lab, lab.data_folder()).start()
    recorder = Recorder()
    count = lab.pick(4, 200)
    last = None
    for number in range(count):
        writers = burst(box, recorder, f"b{number}", lab.random.random())
        require(recorder.first_answer.wait(10), "no write was acknowledged")
        last = make(box)
        for one in writers:
            one.until.set()
        join(writers)
        proof = box.run("backup", "prove", last["path"], "--json").check("backup prove").json
        require(proof["auditSeq"] == last["auditSeq"], "the proof is of another moment")
        require(proof["sealsOpened"] == proof["sealsTotal"], "not every seal was opened")
    take_turns(box)
    box.stop()
    target, ended = restored(lab, last["path"])
    told = ended.check("backup restore").json
    require(told["auditSeq"] == last["auditSeq"], "another moment was restored")
    verdict = entries(target, lab)
    require(verdict["status"] == "intact", "the restored audit log is broken")
    return f"{count} backups of {recorder.acknowledged} writes, each proven, restored to entry " \
           f"{last['auditSeq']}"


def take_turns(box):
    """Backups that are asked for at once wait for each other instead of being refused."""
    asked = [subprocess.Popen(
        [box.lab.binary, "backup", "now", "--data-dir", str(box.folder)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(3)]
    for one in asked:
        words, _ = one.communicate(timeout=60)
        require(one.returncode == 0, f"one of three backups was refused: {words[-300:]}")


@case("B02", "kill -9 and full disk during a backup: no partial file, the last good one untouched")
def cut_off(lab):
    """Kills the box at random moments of a backup, then makes one on a disk that is too small."""
    box = Box(lab, lab.data_folder()).start()
    fill(box.client(), Recorder(), 200)
    good = make(box)
    content = open(good["path"], "rb").read()
    kills = lab.pick(12, 200)
    for number in range(kills):
        asking = subprocess.Popen(
            [lab.binary, "backup", "create", "--data-dir", str(box.folder)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(lab.random.uniform(0.0, 0.6))
        box.kill()
        asking.wait(20)
        cut = set(remains(box.folder))
        box.start()
        # The box may be at the next backup already, which the redo log wants after a kill.
        left = cut & set(remains(box.folder))
        require(not left, f"kill {number + 1} left {left}")
        for path in backups(box.folder):
            box.run("backup", "verify", str(path)).check("backup verify")
    require(open(good["path"], "rb").read() == content, "the good backup was changed")
    full = full_disk(lab, box)
    box.stop()
    return f"{kills} kills, {len(backups(box.folder))} backups, all whole; {full}"


def full_disk(lab, box):
    """A target without room: refused with words, nothing left behind."""
    if os.geteuid() != 0:
        return "full disk not tried without root"
    disk = LoopDisk(lab, 64)
    place = disk.mount_point / "backups"
    place.mkdir()
    disk.fill()
    ended = box.run("backup", "create", "--to", str(place))
    require(ended.code == 1, f"a backup on a full disk ended with {ended.code}")
    require("room" in ended.text or "space" in ended.text, f"it said: {ended.text[-200:]}")
    left = list(place.iterdir())
    require(not left, f"{left} was left on the full disk")
    return "full disk refused with words"


@case("B03", "damaged backups: every change is refused before the live data is touched")
def damaged(lab):
    """Flips, cuts, zeroed blocks, chunks of another backup; then the control, which must restore."""
    box = Box(lab, lab.data_folder()).start()
    fill(box.client(), Recorder(), 50)
    one = open(make(box)["path"], "rb").read()
    fill(box.client(), Recorder(), 5, start=50)
    other = open(make(box)["path"], "rb").read()
    box.stop()
    rounds = lab.pick(25, 300)
    bad = lab.folder / "bad.tribal-ehr-backup"
    for number in range(rounds):
        data = mutated(lab, one, other, number)
        if data == one:
            continue
        bad.write_bytes(data)
        target, ended = restored(lab, bad)
        require(ended.code != 0, f"a damaged backup was restored (round {number})")
        require(str(bad) in ended.text, f"the refusal does not name the file: {ended.text[-200:]}")
        require("defect" not in ended.text, ended.text[-300:])
        require(not (target / "record.sqlite").exists(), "something was restored")
        shutil.rmtree(target, ignore_errors=True)
    bad.write_bytes(one)
    _, ended = restored(lab, bad)
    ended.check("backup restore")
    return f"{rounds} damaged files refused with their name, the whole one restored"


def mutated(lab, one, other, number):
    """One damage of a backup."""
    data = bytearray(one)
    at = lab.random.randrange(len(data))
    if number % 4 == 0:
        data[at] ^= 1 << lab.random.randrange(8)
    elif number % 4 == 1:
        del data[at:]
    elif number % 4 == 2:
        data[at:at + 4_096] = bytes(len(data[at:at + 4_096]))
    else:
        # The end of another backup behind the beginning of this one.
        data = data[:at] + other[at:]
    return bytes(data)


@case("B04", "wrong kit, mistyped kit, kit from before: each is told apart, and can be tried again")
def kits(lab):
    """A code with one wrong letter, the kit of another box, and the kit before a new one."""
    box = Box(lab, lab.data_folder()).start()
    first = make(box)
    fresh = lab.folder / "fresh-kit.txt"
    box.run("keys", "kit", "--output", str(fresh)).check("keys kit")
    second = make(box)
    box.stop()
    target, ended = restored(lab, second["path"])
    require(ended.code == 1 and f"needs kit {second['kits'][0]}" in ended.text
            and f"kit {first['kits'][0]}" in ended.text, f"an old kit: {ended.text[-300:]}")
    text = next(line for line in fresh.read_text().splitlines() if line.startswith("Code:"))
    code = text.split(":", 1)[1].strip()
    wrong = ("1" if code[0] != "1" else "2") + code[1:]
    mistyped = command(lab.binary, target, "backup", "restore", second["path"], "--kit", wrong)
    require(mistyped.code == 1 and "typing mistake" in mistyped.text, mistyped.text[-300:])
    command(lab.binary, target, "backup", "restore", second["path"], "--kit", code).check("restore")
    _, old = restored(lab, first["path"])
    old.check("restore with the kit of its time")
    return "old kit, mistyped kit and right kit told apart; the old kit opens its old backup"


@case("B06", "restore onto another machine: same authority, same users, audit log goes on")
def new_machine(lab):
    """A folder without machine key or certificate becomes the box; a client with its CA connects."""
    box = Box(lab, lab.data_folder()).start()
    created = box.client().create(patient("moved"), "key-of-the-moved-patient")
    require(created.status == 201, f"a create answered {created.status}")
    made = make(box)
    authority = (box.folder / "tls" / "ca.pem").read_bytes()
    before = (box.folder / "machine.key").read_bytes()
    box.stop()
    target, ended = restored(lab, made["path"])
    seconds = ended.check("backup restore").seconds
    require((target / "machine.key").read_bytes() != before, "the old machine key moved along")
    other = Box(lab, target).start()
    require((target / "tls" / "ca.pem").read_bytes() == authority, "another authority")
    require(other.client().count("Patient") == 1, "the patient did not move")
    other.require_intact()
    users = other.run("user", "list", "--json").check("user list").text
    require("admin" in users, "the users did not move")
    other.stop()
    return f"restored in {seconds:.1f} s, the same authority and users"


@case("B07", "restore cut off at every step: the old data or the restored, never some of both")
def cut_off_restore(lab):
    """Kills the restore before each step and at random moments; then looks which record it is."""
    if not lab.has_controls:
        return NO_CONTROLS
    box = Box(lab, lab.data_folder()).start()
    fill(box.client(), Recorder(), 20)
    made = make(box)
    fill(box.client(), Recorder(), 5, start=20)
    box.stop()
    source = box.folder
    stops, old, new = 0, 0, 0
    while True:
        stops += 1
        target = lab.folder / f"cut{stops}"
        shutil.copytree(source, target)
        ended = command(lab.binary, target, "backup", "restore", made["path"], "--replace",
                        env={"TRIBAL_EHR_FAULT": f"restore-stop-{stops}"})
        is_whole = look(lab, target, stops)
        old, new = old + (not is_whole), new + is_whole
        shutil.rmtree(target)
        if ended.code == 0:
            break
        require(ended.code == -signal.SIGKILL, f"stop {stops}: {ended.text[-300:]}")
    rounds = lab.pick(6, 50)
    for number in range(rounds):
        target = lab.folder / f"random{number}"
        shutil.copytree(source, target)
        process = subprocess.Popen(
            [lab.binary, "backup", "restore", made["path"], "--replace", "--data-dir", target],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(lab.random.uniform(0.0, 1.0))
        process.kill()
        process.wait()
        look(lab, target, f"random {number}")
        shutil.rmtree(target)
    require(old > 0 and new > 3, f"{old} old and {new} restored records: the stops do not bite")
    return f"{stops} steps and {rounds} random moments: {old} old, {new} restored, none mixed"


def look(lab, folder, where):
    """Whether the folder holds the restored record; it must be sound, whichever it is."""
    box = Box(lab, folder).start()
    count = box.client().count("Patient")
    box.require_intact()
    box.stop()
    left = [path.name for path in folder.iterdir() if path.name.startswith("restore-")]
    require(not left, f"stop {where} left {left}")
    aside = [path for path in folder.iterdir() if path.name.startswith(ASIDE)]
    if count == 20:
        require(len(aside) == 1, f"stop {where}: {len(aside)} folders with the earlier record")
        return True
    if count != 25:
        raise Failed(f"stop {where}: {count} patients, neither 20 nor 25")
    return False


def segments(folder):
    """The segments of the redo log in a folder, oldest first."""
    return sorted(folder.glob("*.tribal-ehr-redo"))


def wait_for_redo(box, client, count):
    """Writes patients and waits until the log on the disk has grown after them."""
    before = sum(path.stat().st_size for path in segments(box.folder / "backups"))
    for number in range(count):
        made = client.create(patient(f"redo{time.monotonic_ns()}"), f"redo-{time.monotonic_ns()}")
        require(made.status == 201, f"a create answered {made.status}")
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if sum(path.stat().st_size for path in segments(box.folder / "backups")) > before:
            time.sleep(0.5)
            return
        time.sleep(0.05)
    raise Failed("the redo log did not grow")


def first_segment(box):
    """Waits until the box keeps its commits and has the backup that they follow."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        redo = box.run("backup", "status", "--json").json.get("redo", {})
        if redo.get("hasBegun") and not redo.get("needsBackup") and segments(box.folder / "backups"):
            return
        time.sleep(0.2)
    raise Failed("no redo log with its backup within 60 s")


@case("B16", "redo log: kill -9 while appending, torn, damaged, of another box, with a gap")
def redo_log(lab):
    """A record comes back to its last acknowledged write, or says up to when it can."""
    box = Box(lab, lab.data_folder()).start()
    first_segment(box)
    base = backups(box.folder)[-1]
    recorder = Recorder()
    kills = lab.pick(2, 100)
    for number in range(kills):
        writers = burst(box, recorder, f"redo{number}", lab.random.random())
        require(recorder.first_answer.wait(10), "no write was acknowledged")
        time.sleep(lab.random.uniform(0.1, 0.5))
        box.kill()
        for one in writers:
            one.until.set()
        join(writers)
        # What the log holds by then must restore, whatever the kill cut off.
        newest = backups(box.folder)[-1]
        target, ended = restored(lab, newest, "--until", "latest")
        told = ended.check("backup restore --until latest").json
        require(entries(target, lab)["status"] == "intact", "the audit log is broken")
        require("redoCommits" in told, "nothing is told of the redo log")
        shutil.rmtree(target)
        box.start()
        first_segment(box)
    wait_for_redo(box, box.client(), 3)
    count = box.client().count("Patient")
    box.stop()
    newest = backups(box.folder)[-1]
    target, ended = restored(lab, newest, "--until", "latest")
    ended.check("backup restore --until latest")
    other = Box(lab, target).start()
    require(other.client().count("Patient") == count, "the last writes did not come back")
    other.stop()
    return f"{kills} kills, each followed; {refusals(lab, box, newest)}; base {base.name[-30:-18]}"


def refusals(lab, box, newest):
    """Damage, a gap and the log of another box are refused before anything is restored."""
    folder = box.folder / "backups"
    last = segments(folder)[-1]
    content = last.read_bytes()
    torn = content[:-7]
    last.write_bytes(torn)
    _, ended = restored(lab, newest, "--until", "latest")
    told = ended.check("a torn log").json
    require(told["redoTornBytes"] > 0, "a torn end was not told")
    damaged = bytearray(content)
    damaged[len(content) // 2] ^= 0x20
    last.write_bytes(damaged)
    target, ended = restored(lab, newest, "--until", "latest")
    require(ended.code == 1 and not (target / "record.sqlite").exists(),
            f"a damaged log was followed: {ended.text[-300:]}")
    last.write_bytes(content)
    empty = lab.folder / "apart"
    empty.mkdir()
    alone = empty / newest.name
    shutil.copy(newest, alone)
    _, ended = restored(lab, alone, "--until", "latest")
    require(ended.code == 1 and "No redo log" in ended.text, ended.text[-300:])
    _, ended = restored(lab, alone, "--until", "latest", "--redo", str(folder))
    ended.check("a log from another folder")
    _, ended = restored(lab, newest, "--until", "2001-01-01T00:00:00Z")
    require(ended.code == 1 and "older backup" in ended.text, ended.text[-300:])
    return "torn, damaged, missing and too early told apart"
