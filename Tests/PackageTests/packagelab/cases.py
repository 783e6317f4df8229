"""What happens to the package on a machine."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import threading
import time

from .machine import Machine, Unusable

INSTALL_SECONDS_MAX = 60
STOP_SECONDS_MAX = 30
# How much faster than a person the short form goes from installation to vital signs.
HASTE = 8
DATA = "/var/lib/tribal-ehr"
SETTINGS = "/etc/tribal-ehr/tribal-ehr.conf"
UNITS = ("tribal-ehr.socket", "tribal-ehr-http.socket", "tribal-ehr.service")
ANSWERS = {
    "clinicName": "Package Test Clinic", "timeZone": "America/Denver", "boxName": "package-test",
    "administrator": {
        "username": "admin", "password": "walnut tractor lantern 58", "displayName": "An Admin"},
    "recoveryKitFile": "/root/kit.txt",
}
# One person out of the paper register of a clinic that does not exist.
PATIENT = {
    "resourceType": "Patient", "id": "first-patient", "active": True, "gender": "female",
    "name": [{"use": "official", "family": "Tsosie", "given": ["Marigold"]}],
    "birthDate": "1984-03-17",
}
# As in the walk: what a person takes for a key, and before a command.
KEY_SECONDS = 0.12
COMMAND_SECONDS = 4.0
# With more than this waiting for each core, the computer is timed and not the box.
LOAD_MAX = 2.0
ASK = "curl --silent --show-error --insecure --max-time 30"


def install(machine, package):
    """Installs the package as a person without a network does; what was said, and how long."""
    machine.put(f"/root/{package.name}", package.read_bytes())
    began = time.monotonic()
    said = machine.run("dpkg", "--install", f"/root/{package.name}")
    return said, time.monotonic() - began


def set_up(machine):
    """Makes a clinic with the demo patients, by commands of root."""
    machine.put("/root/answers.json", json.dumps(ANSWERS))
    machine.run("tribal-ehr", "setup", "--answers", "/root/answers.json")
    machine.run("tribal-ehr", "demo", "load")
    return count(machine)


def token(machine, user="admin"):
    """A token of the administrator."""
    return machine.run(
        "tribal-ehr", "token", "--user", user, "--scope", "user/*.cruds", "--minutes", "30"
    ).strip().splitlines()[-1]


def count(machine, kind="Patient", user="admin"):
    """How many records of a kind there are, asked over HTTPS."""
    told = machine.shell(
        f"{ASK} --header 'Authorization: Bearer {token(machine, user)}' "
        f"'https://localhost/fhir/{kind}?_summary=count'")
    return json.loads(told)["total"]


def is_active(machine, unit="tribal-ehr.service"):
    """Whether a unit works."""
    return machine.ask("systemctl", "is-active", "--quiet", unit)[0] == 0


def wait_for(machine, what, condition, seconds=60):
    """Waits until a condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come in {seconds} s: " + machine.ask(
            "journalctl", "--no-pager", "--lines=15", "--unit=tribal-ehr")[1]
        time.sleep(0.2)


def is_ready(machine):
    """Whether the box answers."""
    return machine.ask("/bin/sh", "-c", f"{ASK} --fail https://localhost/ready")[0] == 0


def fresh(lab):
    """Installed without a network and without a question, the box serves within a minute."""
    with Machine(lab.archive, lab.log).boot() as machine:
        said, seconds = install(machine, lab.package)
        lab.figures["install"] = f"{seconds:.1f} s until the box answers"
        assert seconds < INSTALL_SECONDS_MAX, f"{seconds:.0f} s"
        assert all(is_active(machine, unit) for unit in UNITS), said
        assert "https://" in said and "setup" in said, said
        machine.run("/bin/sh", "-c", f"{ASK} --fail https://localhost/ready")
        told = machine.shell(f"{ASK} --include http://localhost/").splitlines()[0]
        assert re.search(r" (200|308)", told), told
        modes = machine.shell(f"stat --format '%a %U:%G' {DATA} {SETTINGS} {DATA}/record.sqlite")
        assert modes.split("\n")[:3] == [
            "700 tribal-ehr:tribal-ehr", "640 root:tribal-ehr", "600 tribal-ehr:tribal-ehr"], modes
        machine.run("tribal-ehr", "check-config")
        machine.run("tribal-ehr", "healthcheck")
        status = machine.run("systemctl", "status", "--no-pager", "--full", "tribal-ehr")
        assert "Ready at https://" in status, status


def listening(lab):
    """Ports 80 and 443 are the only ones of TCP, and the service holds no right of root."""
    with Machine(lab.archive, lab.log).boot() as machine:
        install(machine, lab.package)
        told = machine.run("ss", "--listening", "--tcp", "--numeric", "--no-header")
        ports = {line.split()[3].rsplit(":", 1)[1] for line in told.splitlines()}
        assert ports == {"80", "443"}, told
        process = main_process(machine)
        facts = machine.run("cat", f"/proc/{process}/status")
        assert re.search(r"^CapEff:\s+0+$", facts, re.M), facts
        assert re.search(r"^CapBnd:\s+0+$", facts, re.M), facts
        assert re.search(r"^NoNewPrivs:\s+1$", facts, re.M), facts
        assert re.search(r"^Seccomp:\s+2$", facts, re.M), facts
        memory = int(re.search(r"^VmRSS:\s+(\d+)", facts, re.M)[1])
        lab.figures["memory"] = f"{memory / 1024:.0f} MiB after the start"


def main_process(machine):
    """The process of the service, as the machine counts."""
    return machine.run(
        "systemctl", "show", "--property=MainPID", "--value", "tribal-ehr").strip()


def machine_key(lab):
    """The key of the machine is sealed by systemd, and lies in no file of the data folder."""
    with Machine(lab.archive, lab.log).boot() as machine:
        install(machine, lab.package)
        set_up(machine)
        assert machine.exists("/etc/credstore.encrypted/tribal-ehr.machine-key")
        assert not machine.exists(f"{DATA}/machine.key"), "The key lies beside the record."
        machine.run("systemctl", "restart", "tribal-ehr")
        machine.run("tribal-ehr", "doctor")
        # Another machine's credential: the recovery kit is the way in.
        machine.shell("""
            systemctl stop tribal-ehr.socket tribal-ehr-http.socket tribal-ehr
            head -c 32 /dev/urandom >/root/other
            systemd-creds encrypt --name=machine-key --with-key=host /root/other /root/other.sealed
            mv /root/other.sealed /etc/credstore.encrypted/tribal-ehr.machine-key""")
        machine.ask("timeout", "10", "systemctl", "start", "tribal-ehr")
        assert not is_ready(machine), "A key of another machine opened the record."
        machine.shell("systemctl stop tribal-ehr.socket tribal-ehr-http.socket tribal-ehr")
        machine.run("tribal-ehr", "keys", "open", "--recovery-code-file", "/root/kit.txt")
        machine.run("systemctl", "start", *UNITS)
        assert count(machine) > 0


def upgrade(lab):
    """An upgrade keeps records and edited settings, and turns nobody away meanwhile."""
    with Machine(lab.archive, lab.log).boot() as machine:
        install(machine, lab.package)
        patients = set_up(machine)
        machine.shell(f"printf 'SESSION_IDLE_MINUTES=7\\n' >>{SETTINGS}")
        refused, answered, stop = [], [], threading.Event()

        def knock():
            # As browsers do, once more where a connection ends before anything was answered.
            words = f"{ASK} --retry 1 --retry-delay 1 --retry-all-errors --fail"
            while not stop.is_set():
                status, told = machine.ask("/bin/sh", "-c", f"{words} https://localhost/ready")
                (answered if status == 0 else refused).append(told)
                # Faster than this is a flood, which the box turns away.
                time.sleep(0.05)

        knocking = threading.Thread(target=knock)
        knocking.start()
        said, _ = install(machine, lab.later)
        time.sleep(1)
        stop.set()
        knocking.join()
        assert answered and not refused, f"{len(refused)} of {len(answered)}: {refused[:1]}"
        assert "updated" in said, said
        assert count(machine) == patients
        assert "SESSION_IDLE_MINUTES=7" in machine.run("cat", SETTINGS)
        modes = machine.run("stat", "--format", "%a %U:%G", SETTINGS)
        assert modes.strip() == "640 root:tribal-ehr", modes
        machine.run("tribal-ehr", "audit", "verify")


def remove(lab):
    """Removed and purged, the record stays and the person is told; installed again, it serves."""
    with Machine(lab.archive, lab.log).boot() as machine:
        install(machine, lab.package)
        patients = set_up(machine)
        said = machine.run("dpkg", "--remove", "tribal-ehr")
        assert DATA in said, said
        assert not machine.exists("/usr/bin/tribal-ehr")
        assert machine.exists(SETTINGS) and machine.exists(f"{DATA}/record.sqlite")
        assert machine.ask("ss", "-Hltn")[1].strip() == "", "Something listens still."
        said = machine.run("dpkg", "--purge", "tribal-ehr")
        assert "is kept" in said and DATA in said, said
        assert not machine.exists(SETTINGS) and machine.exists(f"{DATA}/record.sqlite")
        said, _ = install(machine, lab.package)
        assert "with the record that was" in said, said
        assert count(machine) == patients
        machine.run("tribal-ehr", "audit", "verify")


def purge_on_order(lab):
    """Only the words in the file that is meant for it let a purge delete the record."""
    with Machine(lab.archive, lab.log).boot() as machine:
        install(machine, lab.package)
        set_up(machine)
        machine.put(f"{DATA}/delete-on-purge", "yes\n")
        machine.run("dpkg", "--purge", "tribal-ehr")
        assert machine.exists(f"{DATA}/record.sqlite"), "Any word deletes the record."
        install(machine, lab.package)
        machine.put(f"{DATA}/delete-on-purge", "delete every record of this clinic\n")
        said = machine.run("dpkg", "--purge", "tribal-ehr")
        assert "was deleted" in said, said
        assert not machine.exists(DATA)
        assert not machine.exists("/etc/credstore.encrypted/tribal-ehr.machine-key")
        left = machine.shell(
            "find /etc /lib/systemd /var/lib/systemd /usr -name '*tribal-ehr*' -not -path '/proc/*'")
        assert left.strip() == "", left


def taken_port(lab):
    """Where another program has the port, the installation says so, and goes on once it is free."""
    with Machine(lab.archive, lab.log).boot() as machine:
        machine.put("/etc/systemd/system/other.socket", """
[Socket]
ListenStream=443
Service=other.service
""")
        machine.put("/etc/systemd/system/other.service", "[Service]\nExecStart=/bin/sleep 9999\n")
        machine.run("systemctl", "start", "other.socket")
        said, seconds = install(machine, lab.package)
        assert seconds < INSTALL_SECONDS_MAX, f"{seconds:.0f} s"
        assert "does not run yet" in said and "443 is in use" in said, said
        machine.run("systemctl", "stop", "other.socket", "other.service")
        machine.run("systemctl", "restart", *UNITS)
        assert is_ready(machine)


def dirty_settings(lab):
    """Settings that cannot be used stop an upgrade before it begins, and a start with all that is
    wrong."""
    with Machine(lab.archive, lab.log).boot() as machine:
        install(machine, lab.package)
        machine.shell(f"printf 'SESION_IDLE_MINUTES=7\\nLOG_LEVEL=loud\\n' >>{SETTINGS}")
        machine.put(f"/root/{lab.later.name}", lab.later.read_bytes())
        status, said = machine.ask("dpkg", "--install", f"/root/{lab.later.name}")
        assert status != 0 and "nothing is upgraded" in said and "LOG_LEVEL" in said, said
        assert is_ready(machine), "The box that ran was stopped."
        machine.ask("timeout", "10", "systemctl", "restart", "tribal-ehr")
        log = machine.run("journalctl", "--no-pager", "--unit=tribal-ehr", "--lines=40")
        assert "SESSION_IDLE_MINUTES?" in log and "LOG_LEVEL" in log, log
        machine.shell(f"sed --in-place '/^SESION\\|^LOG_LEVEL/d' {SETTINGS}")
        wait_for(machine, "The box", lambda: is_ready(machine))


def old_owner(lab):
    """A record of a user that is gone is taken over."""
    with Machine(lab.archive, lab.log).boot() as machine:
        install(machine, lab.package)
        patients = set_up(machine)
        machine.shell(f"""
            dpkg --purge tribal-ehr
            deluser --quiet tribal-ehr
            chown --recursive 4242:4242 {DATA}""")
        install(machine, lab.package)
        assert count(machine) == patients
        owner = machine.run("stat", "--format", "%U", f"{DATA}/record.sqlite").strip()
        assert owner == "tribal-ehr", owner


def stop_under_load(lab):
    """A stop under load ends within 30 s, keeps what was acknowledged, and copies the log."""
    with Machine(lab.archive, lab.log).boot() as machine:
        install(machine, lab.package)
        set_up(machine)
        machine.put("/root/token", token(machine))
        machine.put("/root/load", LOAD, mode=0o755)
        loads = [
            threading.Thread(target=machine.ask, args=("/root/load", number))
            for number in range(4)]
        for load in loads:
            load.start()
        wait_for(machine, "Load", lambda: machine.exists("/root/acknowledged-3"))
        time.sleep(2)
        machine.run("systemctl", "stop", "tribal-ehr.socket", "tribal-ehr-http.socket")
        began = time.monotonic()
        machine.run("systemctl", "stop", "tribal-ehr")
        seconds = time.monotonic() - began
        lab.figures["stop under load"] = f"{seconds:.1f} s"
        assert seconds < STOP_SECONDS_MAX, f"{seconds:.0f} s"
        for load in loads:
            load.join()
        result = machine.run(
            "systemctl", "show", "--property=Result", "--value", "tribal-ehr").strip()
        assert result == "success", result
        log = machine.root / DATA.lstrip("/") / "record.sqlite-wal"
        assert not log.exists() or log.stat().st_size == 0, f"{log.stat().st_size} bytes of log"
        check_acknowledged(machine)


def check_acknowledged(machine):
    """Starts the box and asks for every record that it had acknowledged."""
    machine.run("systemctl", "start", *UNITS)
    names = machine.shell("cat /root/acknowledged-*").split()
    assert len(names) > 20, f"Only {len(names)} records were made."
    machine.put("/root/names", "\n".join(names) + "\n")
    machine.put("/root/token", token(machine))
    missing = machine.shell(f"""
        bearer="Authorization: Bearer $(cat /root/token)"
        while read -r name; do
            {ASK} --fail --output /dev/null --header "$bearer" \\
                "https://localhost/fhir/$name" || printf '%s\\n' "$name"
        done </root/names""")
    assert missing.strip() == "", f"lost: {missing.split()[:5]}"


LOAD = f"""#!/bin/sh
bearer="Authorization: Bearer $(cat /root/token)"
number=0
while [ $number -lt 2000 ]; do
    number=$((number + 1))
    name=Patient/load-$1-$number
    printf '{{"resourceType":"Patient","id":"load-%s-%s","name":[{{"family":"Load"}}]}}' \\
        "$1" "$number" >/root/body-$1
    {ASK} --fail --output /dev/null --request PUT --header "$bearer" \\
        --header 'Content-Type: application/fhir+json' --data-binary @/root/body-$1 \\
        "https://localhost/fhir/$name" || exit 0
    printf '%s\\n' "$name" >>/root/acknowledged-$1
done
"""


def killed(lab):
    """Killed, the box is back within seconds and who asks meanwhile waits; so after a power cut."""
    machine = Machine(lab.archive, lab.log)
    with machine.boot():
        install(machine, lab.package)
        patients = set_up(machine)
        for _ in range(3):
            process = main_process(machine)
            machine.shell(f"kill -9 {process}")
            began = time.monotonic()
            assert is_ready(machine), "A request was turned away."
            lab.figures["answer after a kill"] = f"{time.monotonic() - began:.1f} s"
            assert main_process(machine) != process
        machine.cut_power()
        machine.boot()
        wait_for(machine, "The box", lambda: is_ready(machine))
        assert count(machine) == patients
        machine.run("tribal-ehr", "audit", "verify")


def hung(lab):
    """A process that hangs is ended by the watchdog and started anew."""
    with Machine(lab.archive, lab.log).boot() as machine:
        machine.put("/etc/systemd/system/tribal-ehr.service.d/quick.conf",
                    "[Service]\nWatchdogSec=6\nTimeoutAbortSec=3\n", mode=0o644)
        install(machine, lab.package)
        process = main_process(machine)
        time.sleep(13)
        assert main_process(machine) == process, "A box that works was ended."
        machine.shell(f"kill -STOP {process}")
        wait_for(machine, "A new process", lambda: is_active(machine) and main_process(
            machine) not in (process, "0"), seconds=40)
        assert "Watchdog timeout" in machine.run(
            "journalctl", "--no-pager", "--unit=tribal-ehr"), "It ended for another reason."
        assert is_ready(machine)


def filters_addresses(machine):
    """Whether systemd can filter addresses here: a unit that may speak with nobody cannot send."""
    send = 'exit(defined(send(S, "x", 0, sockaddr_in(9, inet_aton("127.0.0.1")))) ? 0 : 1)'
    return machine.ask(
        "systemd-run", "--quiet", "--wait", "--property=IPAddressDeny=any", "/usr/bin/perl",
        "-MSocket", "-e", f"socket(S, AF_INET, SOCK_DGRAM, 17); {send}")[0] != 0


def breakout(lab):
    """From inside of the sandbox nothing gets out, and the same tries do get out without it."""
    with Machine(lab.archive, lab.log).boot() as machine:
        install(machine, lab.package)
        machine.run("systemctl", "stop", *UNITS)
        machine.shell("""
            echo x >/root/secret
            ip address add 203.0.113.9/32 dev lo""")
        perl = (lab.project / "Tests/PackageTests/packagelab/probes.pl").read_text()
        machine.put("/usr/share/probes.pl", perl, mode=0o644)
        unit = machine.run("cat", "/lib/systemd/system/tribal-ehr.service")
        unit = re.sub(r"^ExecStart=.*", "ExecStart=/usr/bin/perl /usr/share/probes.pl", unit, flags=re.M)
        unit = re.sub(r"^ExecPaths=", "ExecPaths=/usr/bin/perl ", unit, flags=re.M)
        unit = re.sub(r"^(Type|Sockets|WatchdogSec|Restart|Wants|After|Also)=.*\n", "", unit, flags=re.M)
        unit = unit.replace("[Service]", "[Service]\nType=oneshot\nSyslogIdentifier=inside")
        machine.put("/etc/systemd/system/inside.service", unit, mode=0o644)
        machine.put("/etc/systemd/system/outside.service", """
[Service]
Type=oneshot
SyslogIdentifier=outside
WorkingDirectory=/root
Environment=PROBE_FOLDER=/root
ExecStart=/usr/bin/perl /usr/share/probes.pl
""", mode=0o644)
        results = {}
        for name in ("outside", "inside"):
            machine.ask("systemctl", "start", f"{name}.service")
            told = machine.run("journalctl", "--no-pager", "--output=cat", f"--identifier={name}")
            results[name] = dict(
                reversed(line.split()) for line in told.splitlines()
                if line.startswith(("refused ", "escaped ")))
        inside, outside = results["inside"], results["outside"]
        assert len(inside) >= 20, machine.ask("systemctl", "status", "inside", "--no-pager")[1]
        escaped = sorted(name for name, how in inside.items() if how == "escaped")
        working = sorted(name for name, how in outside.items() if how == "escaped")
        if not filters_addresses(machine):
            lab.figures["skipped: leave-the-clinic"] = "no IP filter for units on this computer"
            inside.pop("leave-the-clinic")
            escaped = [name for name in escaped if name in inside]
        lab.figures["breakout"] = (
            f"{len(escaped)} of {len(inside)} tries got out; without the sandbox {len(working)}")
        silent = sorted(set(inside) - set(working))
        lab.figures["tries that fail without the sandbox too"] = ", ".join(silent) or "none"
        assert not escaped, f"got out: {escaped}"
        assert len(working) >= 20, f"Only {working} work at all; the tries prove nothing."


def typed(machine, *words):
    """A command that a person types at the console; what it said."""
    time.sleep(COMMAND_SECONDS + KEY_SECONDS * len(" ".join(words)))
    return machine.run(*words)


def first_vitals(lab):
    """From apt install to the first saved vital signs, under 5 minutes at the pace of a person.

    The short form is some times as fast, and shows that the way is there.
    """
    haste = 1 if lab.is_full else HASTE
    python = pathlib.Path(
        os.environ.get("TRIBAL_EHR_BROWSER_VENV", lab.project / ".build/venv")) / "bin/python"
    for need in (shutil.which("chromium"), shutil.which("certutil"), python.exists()):
        if not need:
            raise Unusable("no browser here; appliance/install-tools test installs it")
    if os.getloadavg()[0] > LOAD_MAX * (os.cpu_count() or 1):
        raise Unusable("this computer is busy with other work, so nothing can be timed on it")
    with Machine(lab.archive, lab.log).boot() as machine:
        machine.put(f"/root/{lab.package.name}", lab.package.read_bytes(), mode=0o644)
        machine.put("/root/register.json", json.dumps(PATIENT))
        began = time.monotonic()
        said = typed(machine, "apt", "install", f"/root/{lab.package.name}")
        code = re.search(r"((?:[0-9A-Z]{4}-){6}[0-9A-Z]{4})", said)
        assert code, f"The installation shows no setup code: {said[-600:]}"
        inside = ["nsenter", "--target", str(machine.leader)]
        console = inside + ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--"]
        done = subprocess.run(
            inside + ["--net", "--", str(python),
                      str(lab.project / "Tests/BrowserTests/first_vitals.py"),
                      "--url", "https://localhost", "--http", "http://localhost",
                      "--code", code[1], "--console", " ".join(console),
                      "--patient", "/root/register.json", "--haste", str(haste),
                      "--spent", f"{time.monotonic() - began:.2f}",
                      "--out", str(lab.out / "first-vitals")],
            capture_output=True, text=True, check=False, timeout=900)
        lab.log.write((done.stdout + done.stderr).encode())
        assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
        found = re.search(r'first saved vital signs, seconds": ([0-9.]+)', done.stdout)
        lab.figures["first vital signs"] = (
            f"{found[1]} s after apt install was begun"
            + (f", {HASTE} times as fast as a person" if haste > 1 else ""))
        stages = re.search(r'"stages, seconds": \{(.*?)\}', done.stdout, re.S)
        lab.figures["of these"] = " ".join(stages[1].replace('"', "").split())
        assert count(machine, "Observation", "ana.begay") > 0, "Nothing was kept."


ALL = [
    ("fresh", fresh), ("first-vitals", first_vitals), ("listening", listening), ("machine-key", machine_key),
    ("upgrade", upgrade), ("remove", remove), ("purge-on-order", purge_on_order),
    ("taken-port", taken_port), ("dirty-settings", dirty_settings), ("old-owner", old_owner),
    ("stop-under-load", stop_under_load), ("killed", killed), ("hung", hung),
    ("breakout", breakout),
]
