"""Later releases that work, that do not, and that nobody signed."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import time

from .cases import DATA, install, is_active, is_ready, count, set_up, wait_for
from .machine import Machine

STATE = "/var/lib/tribal-ehr-upgrade/state"
RETURN_SECONDS_MAX = 300
BROKEN = "#!/bin/sh\necho 'I am broken.' >&2\nexit 1\n"


def repacked(lab, version, program):
    """The package with another program and version."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tribal-ehr-repack-"))
    try:
        root = folder / "root"
        subprocess.run(["dpkg-deb", "--raw-extract", lab.package, root], check=True)
        binary = root / "usr/bin/tribal-ehr"
        binary.write_text(program)
        binary.chmod(0o755)
        control = root / "DEBIAN/control"
        lines = [
            f"Version: {version}" if line.startswith("Version:") else line
            for line in control.read_text().splitlines()]
        control.write_text("\n".join(lines) + "\n")
        target = folder / f"tribal-ehr_{version}_repacked.deb"
        subprocess.run(
            ["dpkg-deb", "--root-owner-group", "-Znone", "--build", root, target],
            check=True, stdout=subprocess.DEVNULL)
        return target, folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def state(machine):
    """What the gate has written down."""
    lines = machine.run("cat", STATE).splitlines()
    return dict(line.split("=", 1) for line in lines)


def main_process(machine):
    """The process of the service."""
    return machine.run("systemctl", "show", "--property=MainPID", "--value", "tribal-ehr").strip()


def kept(lab):
    """A later release is backed up for, rehearsed, tried and confirmed; what was there is there."""
    with Machine(lab.archive, lab.log).boot() as machine:
        install(machine, lab.package)
        patients = set_up(machine)
        said, seconds = install(machine, lab.later)
        lab.figures["upgrade"] = f"{seconds:.1f} s with backup and rehearsal"
        now = state(machine)
        assert now["state"] == "confirmed" and now["to"] == "99.0.0", f"{now}: {said}"
        assert machine.exists("/usr/lib/tribal-ehr/previous/tribal-ehr")
        assert count(machine) == patients
        status = machine.run("tribal-ehr", "backup", "status", "--json")
        causes = [one.get("cause") for one in json.loads(status.splitlines()[-1])["backups"]]
        assert "upgrade" in causes, causes
        told = machine.run("tribal-ehr", "upgrade", "status")
        assert "99.0.0 works" in told, told
        machine.run("tribal-ehr", "upgrade", "roll-back", "--confirm")
        wait_for(machine, "The release before", lambda: is_ready(machine))
        assert state(machine)["state"] == "ordered" and count(machine) == patients


def broken(lab):
    """A release that cannot open the record is taken back before anybody is stopped for it."""
    package, folder = repacked(lab, "99.1.0", BROKEN)
    try:
        with Machine(lab.archive, lab.log).boot() as machine:
            install(machine, lab.package)
            patients = set_up(machine)
            before = main_process(machine)
            said, seconds = install(machine, package)
            lab.figures["broken release"] = f"{seconds:.1f} s until it was taken back"
            assert "NOT made" in said, said
            assert main_process(machine) == before, "The box was stopped for it."
            assert state(machine)["state"] == "failed" and count(machine) == patients
            machine.run("systemctl", "restart", "tribal-ehr")
            assert is_ready(machine) and count(machine) == patients
            status, told = machine.ask("tribal-ehr", "upgrade", "status")
            assert status == 1 and "99.1.0 was not made" in told, told
            install(machine, lab.later.with_name(lab.later.name))
            assert state(machine)["state"] == "confirmed", "A good one is not taken afterwards."
    finally:
        shutil.rmtree(folder)


def does_not_start(lab):
    """A release that passes the rehearsal and does not come up is replaced by itself, also when the
    power goes in between."""
    package, folder = repacked(lab, "99.1.0", BROKEN)
    try:
        with Machine(lab.archive, lab.log).boot() as machine:
            install(machine, lab.package)
            patients = set_up(machine)
            machine.put("/etc/systemd/system/tribal-ehr-rehearsal.service.d/pass.conf",
                        "[Service]\nExecStart=\nExecStart=/bin/true\nNoExecPaths=\n", mode=0o644)
            machine.run("systemctl", "daemon-reload")
            began = time.monotonic()
            machine.put("/root/broken.deb", package.read_bytes())
            installing = subprocess.Popen(
                ["nsenter", "--target", str(machine.leader), "--all", "--",
                 "/usr/bin/env", "--ignore-environment", "PATH=/usr/sbin:/usr/bin", "LC_ALL=C",
                 "dpkg", "--install", "/root/broken.deb"],
                stdout=lab.log, stderr=lab.log, stdin=subprocess.DEVNULL, cwd="/")
            wait_for(machine, "The trial", lambda: machine.exists(STATE), 120)
            wait_for(machine, "A start", lambda: int(state(machine)["tries"] or 0) > 0
                     or state(machine)["state"] != "trial", 120)
            machine.cut_power()
            installing.wait(timeout=60)
            machine.boot()
            wait_for(machine, "The release before", lambda: is_ready(machine), RETURN_SECONDS_MAX)
            lab.figures["return by itself"] = f"{time.monotonic() - began:.0f} s with a power cut"
            now = state(machine)
            assert now["state"] == "rolled-back", now
            assert count(machine) == patients
            machine.run("dpkg", "--configure", "--pending")
            assert is_ready(machine) and count(machine) == patients
    finally:
        shutil.rmtree(folder)


def not_well(lab):
    """A release that starts and does not answer is replaced by itself within five minutes."""
    script = ("#!/bin/sh\n[ \"$1\" = serve ] || exit 1\n"
              "printf READY=1 | perl -MIO::Socket::UNIX -e '"
              "my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Peer => $ENV{NOTIFY_SOCKET}) "
              "or die; $s->send(\"READY=1\")'\nexec sleep 9999\n")
    package, folder = repacked(lab, "99.2.0", script)
    loose = "[Service]\nNoExecPaths=\nNotifyAccess=all\nMemoryDenyWriteExecute=no\nWatchdogSec=0\n"
    try:
        with Machine(lab.archive, lab.log).boot() as machine:
            install(machine, lab.package)
            patients = set_up(machine)
            machine.put("/etc/systemd/system/tribal-ehr-rehearsal.service.d/pass.conf",
                        "[Service]\nExecStart=\nExecStart=/bin/true\nNoExecPaths=\n", mode=0o644)
            machine.put("/etc/systemd/system/tribal-ehr.service.d/loose.conf", loose, mode=0o644)
            machine.run("systemctl", "daemon-reload")
            said, seconds = install(machine, package)
            lab.figures["not well"] = f"{seconds:.0f} s until the release before was back"
            assert seconds < RETURN_SECONDS_MAX, f"{seconds:.0f} s"
            assert "NOT made" in said, said
            wait_for(machine, "The release before", lambda: is_ready(machine))
            assert state(machine)["state"] == "rolled-back" and count(machine) == patients
    finally:
        shutil.rmtree(folder)


def signed(lab):
    """Only signed packages are installed by command or by the page, and root checks its own copy."""
    keys = pathlib.Path(tempfile.mkdtemp(prefix="tribal-ehr-keys-"))
    sign = lab.project / "appliance/sign-package"
    try:
        subprocess.run([sign, "--make-keys", keys], check=True, stdout=subprocess.DEVNULL)
        later = keys / lab.later.name
        shutil.copy(lab.later, later)
        subprocess.run([sign, "--key", keys / "package.key", later], check=True,
                       stdout=subprocess.DEVNULL)
        seal = later.with_name(later.name + ".sig").read_text()
        with Machine(lab.archive, lab.log).boot() as machine:
            install(machine, lab.package)
            patients = set_up(machine)
            machine.put("/root/later.deb", later.read_bytes())
            told = machine.ask("tribal-ehr", "upgrade", "install", "/root/later.deb")
            assert told[0] == 1 and "There is no signature" in told[1], told
            machine.put("/root/later.deb.sig", seal)
            told = machine.ask("tribal-ehr", "upgrade", "check", "/root/later.deb")
            assert told[0] == 1 and "trusts nobody" in told[1], told
            machine.run("mkdir", "-p", "/etc/tribal-ehr/package-keys")
            machine.put("/etc/tribal-ehr/package-keys/maker.pem",
                        (keys / "package.pem").read_bytes(), mode=0o644)
            machine.run("tribal-ehr", "upgrade", "check", "/root/later.deb")
            by_page(machine, later.read_bytes(), seal, patients)
    finally:
        shutil.rmtree(keys)


def by_page(machine, package, seal, patients):
    """Leaves the wishes that the page leaves: a forged one, then a sound one."""
    folder = f"{DATA}/upgrade"
    result = "/var/lib/tribal-ehr-upgrade/result.json"
    for is_sound in (False, True):
        machine.put(f"{folder}/package.deb", package if is_sound else package[:-1] + b"x")
        machine.put(f"{folder}/package.deb.sig", seal)
        machine.put(f"{folder}/request.draft", "install")
        machine.shell(f"rm -f {result}; chown -R tribal-ehr: {folder}; "
                      f"mv {folder}/request.draft {folder}/request")
        wait_for(machine, "The result", lambda: machine.exists(result), 180)
        told = json.loads(machine.run("cat", result))
        assert told["done"] == is_sound, told
        assert is_sound or "was changed" in told["text"], told
        assert not machine.exists(f"{folder}/request")
    assert state(machine)["to"] == "99.0.0" and count(machine) == patients
    assert is_active(machine)


ALL = [
    ("upgrade-kept", kept), ("upgrade-broken", broken), ("upgrade-no-start", does_not_start),
    ("upgrade-not-well", not_well), ("upgrade-signed", signed),
]
