"""R11, R12: one process has the folder, one thread checkpoints."""

import pathlib
import sqlite3
import threading
import time

from faultlab.box import Box, Ended, command, free_port
from faultlab.checker import database, require_counts, require_sound_database
from faultlab.client import Lost
from faultlab.lab import NO_CONTROLS, Failed, case, require, require_tool
from faultlab.traffic import Recorder, Writer, join, settle

SECOND_SECONDS_MAX = 0.2
CONTROL_SECONDS_MAX = 300
SOURCES = pathlib.Path(__file__).resolve().parents[3] / "Sources"
# Where the word for a checkpoint may stand: the binding of SQLite, the writer, the fault itself.
CHECKPOINT_FILES = {
    "SQLite/Connection+Upkeep.swift", "RecordStore/Writing/WriterLoop.swift",
    "RecordStore/FaultControls.swift"}


@case("R11", "one checkpointer: a stress run leaves the database whole")
def checkpoints(lab):
    """Looks at the sources, then writes at full speed; in a full run also with the fault."""
    callers = require_one_caller()
    seconds = lab.pick(20, 600)
    box = Box(lab, lab.data_folder())
    recorder = stress(box, seconds)
    words = (f"1 call site in {callers} files of sources, {recorder.acknowledged:,} changes in "
             f"{seconds} s, database whole")
    return f"{words}; {control(lab)}" if lab.is_full else words


def require_one_caller():
    """Nobody but the writer may checkpoint; the count of files looked at."""
    require(SOURCES.is_dir(), "the sources are not beside the tests")
    found = set()
    files = sorted(SOURCES.rglob("*.swift"))
    for path in files:
        text = path.read_text(encoding="utf-8")
        code = "\n".join(line.split("//")[0] for line in text.splitlines())
        if ".checkpoint(" in code or "wal_checkpoint" in code:
            found.add(str(path.relative_to(SOURCES)))
    strays = found - CHECKPOINT_FILES
    require(not strays, f"a checkpoint outside the writer: {sorted(strays)}")
    require("RecordStore/Writing/WriterLoop.swift" in found, "the writer's checkpoint is not found")
    loop = (SOURCES / "RecordStore/Writing/WriterLoop.swift").read_text(encoding="utf-8")
    require(loop.count(".checkpoint(") == 1, "the writer checkpoints in more than one place")
    return len(files)


def stress(box, seconds):
    """Writers and readers at full speed, then everything is checked; what was recorded."""
    box.start()
    recorder, stop = Recorder(), threading.Event()
    writers = [Writer(box, recorder, f"s{number}", number, stop) for number in range(8)]
    for one in writers:
        one.start()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and box.is_running:
        read_around(box, recorder)
        time.sleep(0.2)
    stop.set()
    join(writers, 40)
    require(box.is_running, f"the box ended under stress: {box.said()[-300:].strip()}")
    settle(box, recorder)
    require_counts(box, recorder)
    box.require_intact()
    box.stop()
    require_sound_database(box.folder, recorder)
    return recorder


def read_around(box, recorder):
    """A few reads beside the writers."""
    client = box.client(timeout=10)
    try:
        for kind, identity in list(recorder.held)[-20:]:
            client.get(f"/fhir/{kind}/{identity}")
    except Lost:
        return
    finally:
        client.close()


def control(lab):
    """With a second checkpointer something must turn red."""
    if not lab.has_controls:
        return NO_CONTROLS
    began = time.monotonic()
    while time.monotonic() - began < CONTROL_SECONDS_MAX:
        box = Box(lab, lab.data_folder(), env={"TRIBAL_EHR_FAULT": "second-checkpointer"})
        try:
            stress(box, 60)
        except (Failed, Lost):
            box.kill()
            seconds = time.monotonic() - began
            words = damage(box.folder)
            require(words != "ok", "the control turned red, but its database is whole")
            return f"control with a second checkpointer red after {seconds:.0f} s ({words})"
    raise Failed("the control with a second checkpointer stayed green for five minutes")


def damage(folder):
    """What SQLite itself says of the database of a box that was killed."""
    with database(folder) as db:
        try:
            return db.execute("PRAGMA integrity_check(1)").fetchone()[0].replace("\n", " ")
        except sqlite3.DatabaseError as error:
            return str(error)


@case("R12", "a second process: refused at once, commands go through the running server")
def second_process(lab):
    """A second `serve`, and commands that must not open the database themselves."""
    box = Box(lab, lab.data_folder()).start()
    bare = min(command_seconds(lab, box) for _ in range(3))
    times = [refused_start(box) for _ in range(lab.pick(5, 50))]
    slowest = max(times)
    require(
        slowest - bare <= SECOND_SECONDS_MAX,
        f"the second start was refused after {slowest * 1_000:.0f} ms, of which the bare start "
        f"of the program takes {bare * 1_000:.0f} ms")
    opened = opened_by_command(lab, box)
    require(not opened, f"`audit verify` beside the server opened {opened}")
    entries = box.require_intact()
    box.stop()
    with database(box.folder) as db:
        words = db.execute("PRAGMA integrity_check").fetchone()[0]
    require(words == "ok", f"integrity_check: {words}")
    return (f"second start refused in {slowest * 1_000:.0f} ms (bare start {bare * 1_000:.0f} ms) "
            f"naming the holder; commands use the server ({entries} entries)")


def command_seconds(lab, box):
    """What the start of the program costs alone."""
    began = time.monotonic()
    ended = command(lab.binary, box.folder, "version")
    if ended.code != 0:
        return 0.0
    return time.monotonic() - began


def refused_start(box):
    """Seconds until a second serve gives up; it must name who holds the folder."""
    ended: Ended = box.run(
        "serve", "--listen", f"127.0.0.1:{free_port()}", "--http-listen",
        f"127.0.0.1:{free_port()}", seconds=20)
    require(ended.code not in (0, None), "a second serve started on the same folder")
    require(str(box.pid) in ended.text, f"the refusal does not name the holder: {ended.text[:200]}")
    return ended.seconds


def opened_by_command(lab, box):
    """Database files that a command opened itself although a server runs."""
    require_tool("strace")
    log = lab.out / "command-strace.log"
    ended = box.run(
        "audit", "verify", "--json",
        wrapper=["strace", "-f", "-o", str(log), "-e", "trace=open,openat"])
    ended.check("audit verify beside the server")
    found = set()
    for line in log.read_text(errors="replace").splitlines():
        if "record.sqlite" in line and "ENOENT" not in line:
            found.add(line.split('"')[1].rsplit("/", 1)[-1])
    return sorted(found)
