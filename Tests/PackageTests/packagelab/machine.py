"""A Debian machine without a network: a folder, booted with its own systemd."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

PACKAGES = [
    "adduser", "libsqlite3-0", "libssl3", "libargon2-1", "libxml2", "zlib1g", "libstdc++6",
    "libcurl4", "systemd", "systemd-sysv", "dbus", "init-system-helpers", "curl", "iproute2",
]
RELEASE = "bookworm"
BOOT_SECONDS_MAX = 120
COMMAND_SECONDS_MAX = 240


class Unusable(Exception):
    """This computer cannot carry such machines; the text says why."""


def made_base(cache):
    """The archive that machines are unpacked from, made once with the network."""
    archive = cache / f"{RELEASE}-{len(PACKAGES)}.tar"
    if archive.exists():
        return archive
    cache.mkdir(parents=True, exist_ok=True)
    draft = archive.with_suffix(".draft.tar")
    done = subprocess.run(
        ["mmdebstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", RELEASE, str(draft)],
        capture_output=True, text=True)
    if done.returncode != 0:
        draft.unlink(missing_ok=True)
        raise Unusable("mmdebstrap could not make a Debian: " + done.stderr.strip()[-300:])
    draft.rename(archive)
    return archive


class Machine:
    """One machine; gone with all that is in it after `with`."""

    def __init__(self, archive, log):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tribal-ehr-machine-"))
        self.root = self.folder / f"box{os.getpid()}{time.monotonic_ns() % 1_000_000}"
        self.log = log
        self.outer = None
        self.leader = None
        self.root.mkdir()
        subprocess.run(
            ["tar", "--extract", "--file", archive, "--directory", self.root], check=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.cut_power()
        for _ in range(50):
            shutil.rmtree(self.folder, ignore_errors=True)
            if not self.folder.exists():
                return
            time.sleep(0.1)

    def boot(self):
        """Starts systemd and waits until it has started everything."""
        words = [
            "systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network",
            "--console=pipe", "--link-journal=no", "--directory", str(self.root), "--boot",
        ]
        environment = dict(os.environ, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY="1")
        self.outer = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=environment,
            start_new_session=True)
        deadline = time.monotonic() + BOOT_SECONDS_MAX
        while time.monotonic() < deadline:
            if self.outer.poll() is not None:
                raise Unusable("systemd-nspawn cannot start a machine here; see the log.")
            self.leader = self.leader or self.found_leader()
            if self.leader and self.ask("systemctl", "is-system-running")[1].strip() in (
                    "running", "degraded"):
                return self
            time.sleep(0.25)
        raise Unusable(f"A machine did not boot in {BOOT_SECONDS_MAX} s; see the log.")

    def found_leader(self):
        """The process of the machine's systemd, as this computer counts."""
        waiting = [self.outer.pid]
        while waiting:
            process = waiting.pop()
            try:
                children = pathlib.Path(f"/proc/{process}/task/{process}/children").read_text()
                name = pathlib.Path(f"/proc/{process}/comm").read_text().strip()
            except OSError:
                continue
            if process != self.outer.pid and name == "systemd":
                return process
            waiting += [int(child) for child in children.split()]
        return None

    def ask(self, *words, text=None):
        """Runs a command in the machine: its exit status and all it said."""
        entry = ["nsenter", "--target", str(self.leader), "--mount", "--uts", "--ipc", "--net",
                 "--pid", "--cgroup", "--", "/usr/bin/env", "--ignore-environment",
                 "PATH=/usr/sbin:/usr/bin", "HOME=/root", "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive"]
        try:
            done = subprocess.run(
                entry + [str(word) for word in words], input=text, text=True,
                stdin=None if text is not None else subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, timeout=COMMAND_SECONDS_MAX, cwd="/")
        except subprocess.TimeoutExpired:
            return 124, f"{words[0]} did not end in {COMMAND_SECONDS_MAX} s"
        self.log.write(f"$ {' '.join(map(str, words))}\n{done.stdout}[{done.returncode}]\n".encode())
        self.log.flush()
        return done.returncode, done.stdout

    def run(self, *words, text=None):
        """Runs a command that has to work, and returns what it said."""
        status, output = self.ask(*words, text=text)
        assert status == 0, f"{' '.join(map(str, words))} ended with {status}: {output[-1500:]}"
        return output

    def shell(self, script):
        """Runs a script that has to work."""
        return self.run("/bin/sh", "-euc", script)

    def put(self, path, content, mode=0o600):
        """Writes a file of the machine."""
        place = self.root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            place.write_bytes(content)
        else:
            place.write_text(content)
        place.chmod(mode)

    def exists(self, path):
        """Whether a path is there in the machine."""
        return os.path.lexists(self.root / path.lstrip("/"))

    def cut_power(self):
        """Ends every process of the machine at once."""
        if self.leader:
            try:
                os.kill(self.leader, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if self.outer:
            try:
                self.outer.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.outer.kill()
                self.outer.wait()
        self.leader = self.outer = None
