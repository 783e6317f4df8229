"""The process under test: its data folder, its start, its end, its commands."""

import dataclasses
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

from faultlab.client import Client
from faultlab.lab import Failed

START_SECONDS_MAX = 30
COMMAND_SECONDS_MAX = 120
PASSWORD = "nine blue kettles on a shelf"
USER = "admin"


@dataclasses.dataclass(frozen=True)
class Claimed:
    """A data folder after the setup, copied for each case, and a token that opens it."""

    folder: pathlib.Path
    token: str
    kit: pathlib.Path
    setup_seconds: float

    @staticmethod
    def make(binary, work):
        """Claims a box the unattended way."""
        folder, kit = work / "data", work / "kit.txt"
        answers = work / "answers.json"
        answers.write_text(json.dumps({
            "clinicName": "Fault Lab Clinic", "timeZone": "America/Phoenix",
            "boxName": "faultlab",
            "administrator": {
                "username": USER, "password": PASSWORD, "displayName": "Fault Lab"},
            "recoveryKitFile": str(kit)}))
        started = time.monotonic()
        command(binary, folder, "setup", "--answers", str(answers)).check("setup")
        seconds = time.monotonic() - started
        token = make_token(binary, folder)
        return Claimed(folder, token, kit, seconds)


@dataclasses.dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def json(self):
        """The JSON object of the last line; empty if there is none."""
        lines = [line for line in self.out.splitlines() if line.strip()]
        try:
            return json.loads(lines[-1]) if lines else {}
        except ValueError:
            return {}

    @property
    def text(self):
        """Everything it said."""
        return self.out + self.err

    def check(self, name):
        """Itself, if the command did what it was asked."""
        if self.code != 0:
            raise Failed(f"`{name}` ended with {self.code}: {self.text.strip()[-400:]}")
        return self


def command(binary, folder, *words, env=None, wrapper=(), seconds=COMMAND_SECONDS_MAX):
    """Runs one command of the binary to its end."""
    line = [*wrapper, str(binary), *words, "--data-dir", str(folder)]
    started = time.monotonic()
    done = subprocess.run(
        line, capture_output=True, timeout=seconds, env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL, check=False)
    return Ended(
        done.returncode, done.stdout.decode(errors="replace"),
        done.stderr.decode(errors="replace"), time.monotonic() - started)


def make_token(binary, folder, **more):
    """A bearer token that may do everything with records."""
    words = ["token", "--user", USER, "--scope", "system/*.cruds", "--minutes", "600"]
    ended = command(binary, folder, *words, **more).check("token")
    return ended.out.strip().splitlines()[-1]


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_open(port):
    """Whether somebody takes connections on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Box:
    """One `tribal-ehr serve` that can be started, killed and started again."""

    def __init__(self, lab, folder, token=None, env=None, wrapper=(), before=None):
        self.lab = lab
        self.folder = pathlib.Path(folder)
        self.token = token or lab.claimed.token
        self.env = dict(env or {})
        self.wrapper = list(wrapper)
        self.before = before
        self.port, self.plain_port = free_port(), free_port()
        self.log = lab.out / f"serve-{len(lab.closers)}.log"
        self.process = None
        self.ready_seconds = []
        self.ca = None
        lab.defer(self.kill)

    def start(self, is_waiting=True):
        """Starts the process and waits for the line with the URL."""
        offset = self.log.stat().st_size if self.log.exists() else 0
        line = [
            *self.wrapper, self.lab.binary, "serve", "--data-dir", str(self.folder),
            "--listen", f"127.0.0.1:{self.port}", "--http-listen", f"127.0.0.1:{self.plain_port}"]
        self.began = time.monotonic()
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(
                line, stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                env={**os.environ, **self.env}, preexec_fn=self.before)
        if is_waiting:
            self.wait_ready(offset)
        return self

    def wait_ready(self, offset):
        """Waits for the URL; notes how long it took."""
        while time.monotonic() - self.began < START_SECONDS_MAX:
            text = self.said(offset)
            if f":{self.port}" in text and is_open(self.port):
                self.ready_seconds.append(time.monotonic() - self.began)
                # Read while the disk is there: clients are made after it is gone, too.
                self.ca = (self.folder / "tls" / "ca.pem").read_text(encoding="ascii")
                return
            if self.process.poll() is not None:
                raise Failed(
                    f"serve ended with {self.process.returncode} before it was ready: "
                    f"{text.strip()[-300:]}")
            time.sleep(0.004)
        raise Failed(f"serve was not ready after {START_SECONDS_MAX} s")

    def said(self, offset=0):
        """What the process has written, from a place in its log on."""
        if not self.log.exists():
            return ""
        with open(self.log, "rb") as text:
            text.seek(offset)
            return text.read().decode(errors="replace")

    @property
    def pid(self):
        """The process id of the server itself, below a wrapper."""
        return served_pid(self.process.pid, self.lab.binary)

    @property
    def is_running(self):
        """Whether the process is there."""
        return self.process is not None and self.process.poll() is None

    def client(self, **more):
        """A client that holds the token."""
        more.setdefault("token", self.token)
        more.setdefault("ca", self.ca)
        return Client(self.port, **more)

    def kill(self):
        """Ends the process the hard way."""
        if self.is_running:
            for pid in (self.pid, self.process.pid):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            self.process.wait(30)

    def stop(self, seconds=20):
        """Asks the process to end; the seconds it took and its exit code."""
        if not self.is_running:
            return 0.0, self.process.returncode if self.process else 0
        began = time.monotonic()
        os.kill(self.pid, signal.SIGTERM)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failed(f"serve was still there {seconds} s after SIGTERM") from None
        return time.monotonic() - began, self.process.returncode

    def ended_within(self, seconds):
        """Whether the process has ended, waiting at most `seconds`."""
        try:
            self.process.wait(seconds)
            return True
        except subprocess.TimeoutExpired:
            return False

    def run(self, *words, **more):
        """Runs a command on the same data folder."""
        return command(self.lab.binary, self.folder, *words, **more)

    def verify_audit(self):
        """The outcome of `audit verify`: its JSON and exit code."""
        ended = self.run("audit", "verify", "--json")
        return {**ended.json, "exit": ended.code, "said": ended.text.strip()[-300:]}

    def require_intact(self):
        """The number of entries of a chain that must be whole."""
        verdict = self.verify_audit()
        if verdict.get("status") != "intact" or verdict["exit"] != 0:
            raise Failed(f"audit verify: {verdict['said']}")
        return verdict.get("entries", 0)


def served_pid(pid, binary):
    """The process that runs `binary`: `pid` or one below it."""
    name = os.path.basename(binary)
    for one in [pid, *children(pid)]:
        try:
            target = os.readlink(f"/proc/{one}/exe")
        except OSError:
            continue
        if os.path.basename(target) == name:
            return one
    return pid


def children(pid):
    """All processes below one."""
    found = []
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as text:
            direct = [int(word) for word in text.read().split()]
    except OSError:
        return found
    for one in direct:
        found += [one, *children(one)]
    return found
