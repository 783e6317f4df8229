"""R17: the clock of the machine is wrong."""

import os
import pathlib

from faultlab.box import PASSWORD, USER, Box, make_token
from faultlab.checker import database, losses
from faultlab.lab import Skipped, case, require, require_tool
from faultlab.resources import patient
from faultlab.traffic import Act, Recorder

# What `date` would say, for faketime; the last one is a clock that was set right again.
CLOCKS = ["@1970-01-01 00:05:00", "+10y", "-10y", "+400d", "+0"]
LIBRARIES = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"]


@case("R17", "a wrong clock: the box starts, writes, signs in; the log keeps its order")
def wrong_clocks(lab):
    """Starts the same folder under five clocks, then turns the clock of a running box."""
    require_tool("faketime")
    folder, recorder = lab.data_folder(), Recorder()
    for number, clock in enumerate(CLOCKS):
        under_clock(lab, folder, recorder, clock, number)
    turned = turned_while_running(lab, folder, recorder)
    box = Box(lab, folder).start()
    box.token = make_token(lab.binary, folder)
    found = losses(box, recorder, list(recorder.held))
    require(not found, "; ".join(found[:3]))
    entries = box.require_intact()
    box.stop()
    require_order(folder)
    return (f"{len(CLOCKS)} clocks, {recorder.acknowledged} changes, {turned}; "
            f"{entries} audit entries in order of their sequence")


def fake(clock):
    """The environment of a process with a clock of its own; timers stay real."""
    library = next((one for one in LIBRARIES if os.path.exists(one)), None)
    if library is None:
        raise Skipped("libfaketime is not installed")
    # Without shared memory of its own the library would move the environment at start, and Swift
    # finds the arguments of the program by where the environment lies.
    return {
        "LD_PRELOAD": library, "FAKETIME_SHARED": "/none /none", "FAKETIME": clock,
        "NO_FAKE_STAT": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}


def under_clock(lab, folder, recorder, clock, number):
    """Start, sign in, write, read, stop; all under one clock."""
    env = fake(clock)
    box = Box(lab, folder, env=env).start()
    box.token = make_token(lab.binary, folder)
    # The clock of the client is right, so that the certificate has expired or does not hold yet.
    client = box.client(ca=None)
    for step in range(5):
        write(client, recorder, f"t{number}s{step}", clock)
    cookie = sign_in(client)
    require(me(client, cookie) == 200, f"a session does not hold under the clock {clock}")
    box.require_intact()
    seconds, code = box.stop()
    require(code == 0 and seconds < 5, f"stop under the clock {clock}: {code}, {seconds:.1f} s")


def write(client, recorder, marker, clock):
    """One create that must be taken."""
    act = Act("create", f"key-{marker}".ljust(16, "-"), "POST", "/fhir/Patient", patient(marker))
    answer = client.request(act.method, act.path, act.body, act.headers)
    require(answer.is_ok, f"a write under the clock {clock} answered {answer.status}")
    recorder.note(act, answer)


def turned_while_running(lab, folder, recorder):
    """A session outlives a clock that jumps; it is timed by a clock that nobody sets."""
    stamp = pathlib.Path(lab.folder) / "clock"
    stamp.write_text("+0\n")
    env = {**fake("+0"), "FAKETIME_TIMESTAMP_FILE": str(stamp), "FAKETIME_NO_CACHE": "1"}
    del env["FAKETIME"]
    box = Box(lab, folder, env=env).start()
    client = box.client(ca=None)
    cookie = sign_in(client)
    for clock in ("+6m", "-6m", "+400d", "-10y", "+0"):
        stamp.write_text(clock + "\n")
        require(
            me(client, cookie) == 200,
            f"a session of a few seconds ended when the clock was turned by {clock}")
    client.token = make_token(lab.binary, folder)
    write(client, recorder, "turned", "turned")
    box.stop()
    return "a session outlived 5 turns of the clock"


def sign_in(client):
    """The cookie of a session."""
    answer = client.sign_in(USER, PASSWORD)
    require(answer.status == 200, f"sign-in answered {answer.status}")
    return answer.cookies


def me(client, cookie):
    """The status that a session is answered."""
    token, client.token = client.token, None
    status = client.get("/api/v1/auth/me", {"Cookie": cookie}).status
    client.token = token
    return status


def require_order(folder):
    """The sequence has no gaps although the times jump."""
    with database(folder) as db:
        count, last = db.execute("SELECT count(*), max(seq) FROM audit_entry").fetchone()
        back = db.execute(
            "SELECT count(*) FROM audit_entry AS a JOIN audit_entry AS b ON b.seq = a.seq + 1"
            " WHERE b.at_ms < a.at_ms").fetchone()[0]
    require(count == last, f"{last - count} entries of the log are missing")
    require(back > 0, "the clock of the box did not move; the test proves nothing")
