"""R22 to R26: a long day, an upgrade cut off anywhere, going back, an old record, a bad release."""

import json
import os
import pathlib
import shutil
import signal
import threading
import time

from faultlab.box import Box, command
from faultlab.client import Lost
from faultlab.lab import NO_CONTROLS, Failed, case, require
from faultlab.resources import patient
from faultlab.traffic import Recorder, Writer, fill, join

NEXT = {"TRIBAL_EHR_FAULT_RELEASE": "next"}
BROKEN = {"TRIBAL_EHR_FAULT_RELEASE": "next-broken"}
LOSSY = {"TRIBAL_EHR_FAULT_RELEASE": "next-lossy"}
ASIDE = "data.before-upgrade-"
TRIAL_SECONDS_MAX = 20
REFUSAL_SECONDS_MAX = 1.0
# A debug build checks every array index and starts its own way.
REFUSAL_SECONDS_MAX_DEBUG = 3.0
RESTART_SECONDS_MAX = 3.0


def journal(folder):
    """What the folder says of its upgrade."""
    return json.loads((folder / "upgrade.json").read_text())


def remains(folder):
    """Folders that no settled box has."""
    return [path.name for path in folder.iterdir() if path.name.startswith("restore-")]


def wait_confirmed(folder):
    """Waits until a release has shown that it works."""
    deadline = time.monotonic() + TRIAL_SECONDS_MAX
    while journal(folder)["phase"] == "trial":
        require(time.monotonic() < deadline, f"still on trial after {TRIAL_SECONDS_MAX} s")
        time.sleep(0.05)


def exported(box):
    """Every record of the box as it is read, by type and id."""
    client = box.client()
    found = {}
    for kind in ("Patient", "Observation", "Organization", "Device", "Provenance"):
        path = f"/fhir/{kind}?_count=200"
        while path:
            answer = client.request("GET", path)
            require(answer.status == 200, f"{path} answered {answer.status}")
            for entry in answer.json.get("entry", []):
                one = entry["resource"]
                found[(one["resourceType"], one["id"])] = one
            links = {link["relation"]: link["url"] for link in answer.json.get("link", [])}
            path = links.get("next", "")
            path = "/fhir" + path.split("/fhir", 1)[1] if path else ""
    client.close()
    return found


def filled(lab, count=20):
    """A stopped box with patients of this release, and what is in it."""
    box = Box(lab, lab.data_folder()).start()
    fill(box.client(), Recorder(), count)
    content = exported(box)
    box.stop()
    return box, content


@case("R22", "a day in small: people, jobs and backups; memory, files and the log stay bounded")
def soak(lab):
    """Clients write and read while backups are made; drift is looked for after the warm-up."""
    box = Box(lab, lab.data_folder()).start()
    recorder, stop = Recorder(), threading.Event()
    writers = [Writer(box, recorder, f"d{number}", number, stop) for number in range(4)]
    for one in writers:
        one.start()
    seconds, began = lab.pick(12, 3_600), time.monotonic()
    facts = []
    while time.monotonic() - began < seconds:
        box.run("backup", "create", "--json").check("backup create")
        facts.append(measured(box))
        time.sleep(lab.pick(0.5, 60))
    stop.set()
    join(writers)
    require(box.is_running, "the box ended by itself")
    files = [fact["files"] for fact in facts]
    require(max(files) - files[0] <= 16, f"open files went from {files[0]} to {max(files)}")
    log = (box.folder / "record.sqlite-wal").stat().st_size
    require(log < 256 << 20, f"the log has {log >> 20} MiB")
    half = facts[len(facts) // 2:]
    drift = half[-1]["memory"] / half[0]["memory"] - 1
    # A short run sees caches fill; only the long one can tell a leak.
    require(not lab.is_full or drift < 0.05, f"memory grew by {drift:.0%}")
    box.require_intact()
    box.stop()
    return (f"{recorder.acknowledged:,} changes and {len(facts)} backups in {seconds} s, "
            f"{max(files)} files, log {log >> 20} MiB, memory {drift:+.0%} in the second half")


def measured(box):
    """Memory in KiB and open files of the process."""
    status = pathlib.Path(f"/proc/{box.pid}/status").read_text()
    memory = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return {"memory": int(memory), "files": len(os.listdir(f"/proc/{box.pid}/fd"))}


@case("R23", "an upgrade killed before every step: the old record or the new one, and it goes on")
def cut_off(lab):
    """Kills the later release at each of its steps; then whichever release comes next settles it."""
    if not lab.has_controls:
        return NO_CONTROLS
    source, content = filled(lab)
    stops, forward, back = lab.random.randrange(4) if not lab.is_full else 0, 0, 0
    while True:
        # A short run takes every fourth step, from another one on each time.
        stops += lab.pick(4, 1)
        folder = lab.folder / f"cut{stops}"
        shutil.copytree(source.folder, folder, ignore=shutil.ignore_patterns("control.sock"))
        ended = command(lab.binary, folder, "user", "list", env={
            **NEXT, "TRIBAL_EHR_FAULT": f"upgrade-stop-{stops}"})
        if ended.code == 0:
            shutil.rmtree(folder)
            break
        require(ended.code == -signal.SIGKILL, f"stop {stops}: {ended.text[-300:]}")
        if (forward + back) % 2 == 0:
            look(lab, folder, NEXT, content, f"stop {stops} forward")
            forward += 1
        else:
            look(lab, folder, {}, content, f"stop {stops} back")
            back += 1
        shutil.rmtree(folder)
    require(stops > 8, f"only {stops} steps: the stops do not bite")
    return f"{forward + back} kills at {stops - 1} steps: {forward} went on, {back} went back, every record equal"


def look(lab, folder, env, content, where):
    """Starts a release on a folder and compares everything that it reads."""
    box = Box(lab, folder, env=env).start()
    if env:
        wait_confirmed(folder)
    found = exported(box)
    require(found == content, f"{where}: {len(found)} records, {len(content)} before")
    box.require_intact()
    box.stop()
    require(not remains(folder), f"{where} left {remains(folder)}")


@case("R24", "downgrade: refused with the release to install, back by one command, nothing by hand")
def downgrade(lab):
    """The release before meets a later record; without an order it touches nothing."""
    if not lab.has_controls:
        return NO_CONTROLS
    source, content = filled(lab)
    folder = source.folder
    later = Box(lab, folder, env=NEXT).start()
    wait_confirmed(folder)
    answer = later.client().create(patient("since"), "key-of-the-patient-since")
    require(answer.status == 201, f"a create of the later release answered {answer.status}")
    later.stop()
    refused = command(lab.binary, folder, "user", "list")
    limit = REFUSAL_SECONDS_MAX_DEBUG if lab.has_controls else REFUSAL_SECONDS_MAX
    require(refused.code == 1 and refused.seconds < limit, f"{refused.code}, {refused.seconds:.1f} s")
    require("release 99.0.0" in refused.text and "roll-back --confirm" in refused.text, refused.text)
    unsure = command(lab.binary, folder, "upgrade", "roll-back")
    require(unsure.code == 1 and "--confirm" in unsure.text, unsure.text)
    again = Box(lab, folder, env=NEXT).start()
    require(again.client().count("Patient") == 21, "a refused downgrade changed the record")
    again.stop()
    back = command(lab.binary, folder, "upgrade", "roll-back", "--confirm").check("roll-back")
    look(lab, folder, {}, content, "after the roll-back")
    aside = [path for path in folder.iterdir() if path.name.startswith("data.after-upgrade-")]
    require(len(aside) == 1 and (aside[0] / "record.sqlite").exists(), "the later record is gone")
    return f"refused in {refused.seconds:.2f} s, back in {back.seconds:.1f} s, later record kept"


@case("R25", "upgrade path: every record is read as before; a release that loses one is caught")
def path(lab):
    """Forward field by field; then the controls: a step that fails, a step that loses a record."""
    if not lab.has_controls:
        return NO_CONTROLS
    source, content = filled(lab, lab.pick(20, 2_000))
    folder = source.folder
    for fault, word in ((BROKEN, "could not be brought"), (LOSSY, "resource_version has")):
        ended = command(lab.binary, folder, "user", "list", env=fault)
        require(ended.code == 1 and word in ended.text, f"{fault}: {ended.text[-300:]}")
        told = command(lab.binary, folder, "upgrade", "status")
        require(told.code == 1 and "resource_version" in told.text or fault is BROKEN, told.text)
        look(lab, folder, {}, content, f"after {fault}")
    began = time.monotonic()
    look(lab, folder, NEXT, content, "after the upgrade")
    require(any(one.name.startswith(ASIDE) for one in folder.iterdir()), "nothing is kept aside")
    return (f"{len(content)} records equal field by field in {time.monotonic() - began:.1f} s; a "
            "step that fails and one that loses a record were caught")


@case("R26", "a release on trial takes no entry, and what was before comes back without a loss")
def trial(lab):
    """The package's word is waited for; meanwhile nothing is acknowledged; then the return."""
    if not lab.has_controls:
        return NO_CONTROLS
    source, content = filled(lab)
    folder, state = source.folder, lab.folder / "state"
    state.write_text("state=trial\nfrom=1\nto=2\ntries=1\nreason=\n")
    later = Trial(lab, folder, state)
    later.start()
    client = later.client()
    require(client.request("GET", "/ready").status == 200, "not ready during the trial")
    for number in range(5):
        answer = client.create(patient(f"t{number}"), f"key-of-the-trial-{number:04d}")
        require(answer.status == 503, f"an entry was answered {answer.status} during the trial")
        require("updated" in answer.json["issue"][0]["diagnostics"], answer.body[:200])
    later.kill()
    look(lab, folder, {}, content, "after a trial that was not passed")
    require(journal(folder)["phase"] in ("rolled-back", "settled"), journal(folder))
    later = Trial(lab, folder, state)
    later.start()
    state.write_text("state=confirmed\nfrom=1\nto=2\ntries=1\nreason=\n")
    wait_confirmed(folder)
    time.sleep(0.3)
    answer = later.client().create(patient("after"), "key-of-the-patient-after")
    require(answer.status == 201, f"after the trial a create answered {answer.status}")
    later.stop()
    return "5 entries refused on trial, the record of before back, entries taken once confirmed"


class Trial(Box):
    """A later release over which a package watches."""

    def __init__(self, lab, folder, state):
        super().__init__(lab, folder, env=NEXT)
        self.wrapper = [str(written(lab.folder / "serve-watched", (
            "#!/bin/sh\nbinary=$1; shift; command=$1; shift\n"
            f"exec \"$binary\" \"$command\" --upgrade-state {state} \"$@\"\n")))]


def written(place, text):
    """A script that can be run."""
    place.write_text(text)
    place.chmod(0o755)
    return place


@case("R26B", "restart under load: the first answer within 3 s, retries keep everything once")
def restart(lab):
    """SIGTERM while eight clients write, a start at once, every doubt settled by its own key."""
    box = Box(lab, lab.data_folder()).start()
    recorder, waits = Recorder(), []
    for number in range(lab.pick(3, 30)):
        stop = threading.Event()
        writers = [Writer(box, recorder, f"r{number}w{one}", one, stop) for one in range(8)]
        for one in writers:
            one.start()
        require(recorder.first_answer.wait(10), "no write was acknowledged")
        time.sleep(0.5)
        began = time.monotonic()
        box.stop()
        stop.set()
        box.start()
        first_answer(box)
        waits.append(time.monotonic() - began)
        join(writers)
        settle_all(box, recorder)
    require(max(waits) < RESTART_SECONDS_MAX, f"{max(waits):.2f} s until the first answer")
    require(not recorder.refused, f"a write was refused: {recorder.refused[:1]}")
    require(box.client().count("Patient") == recorder.count("Patient"), "a record is there twice")
    box.stop()
    return (f"{len(waits)} restarts, {max(waits):.2f} s at most from SIGTERM to the first answer, "
            f"{recorder.acknowledged:,} changes there once")


def first_answer(box):
    """Asks until somebody answers."""
    while True:
        try:
            if box.client(timeout=5).request("GET", "/ready").status == 200:
                return
        except (Lost, OSError):
            time.sleep(0.01)


def settle_all(box, recorder):
    """Sends again what had no answer, with the same keys."""
    client = box.client(timeout=20)
    for act in recorder.uncertain:
        answer = client.request(act.method, act.path, act.body, act.headers)
        if not answer.is_ok:
            raise Failed(f"the retry of a {act.kind} answered {answer.status}")
        recorder.note(act, answer)
    recorder.uncertain = []
    client.close()
