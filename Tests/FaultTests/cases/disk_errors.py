"""R05, R06, R08: the disk fails, is full, or goes away."""

import os
import signal
import threading
import time

from faultlab.box import Box
from faultlab.checker import audit_count, losses, require_counts, require_sound_database
from faultlab.client import Lost
from faultlab.disks import LoopDisk
from faultlab.lab import Skipped, case, require, require_root
from faultlab.resources import patient, transaction
from faultlab.strace import Injection
from faultlab.traffic import Act, Recorder, Writer, burst, join, settle

EXIT_SECONDS_MAX = 0.1
# Large enough for the whole of the room that the box keeps for its log.
FULL_DISK_MIB = 1_200
HEAL_SECONDS_MAX = 10
NOT_READY_SECONDS_MAX = 5
CPU_PART_MAX = 0.2


@case("R05", "EIO on fsync: the process ends with a reason, a retry makes one copy")
def failing_sync(lab):
    """The n-th sync of the writer fails, for several n."""
    calls = lab.pick([1, 2, 5], [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30])
    slowest, retried = 0.0, 0
    for nth in calls:
        box = Box(lab, lab.data_folder())
        box.start()
        recorder = Recorder()
        injection = Injection(lab, box.pid, f"fdatasync,fsync:error=EIO:when={nth}")
        writers = burst(box, recorder, f"e{nth}", lab.random.random(), clients=4)
        require(box.ended_within(20), f"sync {nth} failed with EIO and the box went on")
        code = box.process.returncode
        require(code not in (0, -signal.SIGABRT), f"the box ended with {code}")
        require(has_reason(box), "the box said no reason before it ended")
        # A backup and its redo log may fail by themselves; the record has to stop.
        slowest = max(slowest, injection.seconds_to_exit(of="record.sqlite"))
        join(writers)
        box.start()
        found = losses(box, recorder, list(recorder.held))
        require(not found, f"sync {nth}: {'; '.join(found[:3])}")
        retried += settle(box, recorder)
        require_counts(box, recorder)
        box.require_intact()
        box.stop()
    require(slowest <= EXIT_SECONDS_MAX, f"the exit took {slowest * 1_000:.0f} ms after EIO")
    return (f"{len(calls)} syncs failed, exit in {slowest * 1_000:.0f} ms at most, "
            f"{retried} retries made one copy each")


def has_reason(box):
    """Whether the log's end says why."""
    words = box.said()[-2_000:].lower()
    return any(word in words for word in ("stopping to recover", "cannot be written", "i/o"))


@case("R06", "disk full: reads go on and are audited, writes answer 507, it heals by itself")
def full_disk(lab):
    """Fills a disk under load, reads, gives the room back while clients go on asking."""
    require_root()
    disk = LoopDisk(lab, FULL_DISK_MIB)
    box = Box(lab, lab.data_folder(disk.mount_point)).start()
    recorder = Recorder()
    client = box.client()
    write_some(client, recorder, 20)
    heavy = [HeavyWriter(box, recorder, f"h{number}", number) for number in range(6)]
    for one in heavy:
        one.start()
    time.sleep(0.3)
    filler = disk.fill()
    join(heavy, 60)
    require_refusals(recorder, client)
    reads = read_all(client, recorder, lab.pick(100, 1_000))
    closed = read_starved(disk, client, recorder, 20)
    filler.unlink()
    seconds = heal(client, recorder)
    settle(box, recorder)
    found = losses(box, recorder, list(recorder.held))
    require(not found, "; ".join(found[:3]))
    require_counts(box, recorder)
    box.require_intact()
    box.stop()
    require_sound_database(box.folder, recorder)
    audited, answered = audit_count(box.folder, "read"), reads + len(recorder.held)
    answered += 20 - closed
    require(audited >= answered, f"{answered} reads were answered, {audited} are in the audit log")
    return (f"{reads} reads on the full disk, all audited, {closed} of 20 refused without any "
            f"room left; writes 507; "
            f"{recorder.acknowledged:,} acknowledged, 0 lost; healed in {seconds:.1f} s")


class HeavyWriter(Writer):
    """Sends transactions of some hundred kilobytes until one is refused."""

    def next_act(self):
        """A transaction whose patients do not compress."""
        self.number += 1
        marker = f"{self.label}n{self.number}"
        body = transaction(marker, 0)
        for number in range(59):
            body["entry"].append({
                "fullUrl": f"urn:uuid:00000000-0000-4000-8000-{number + 2:012d}",
                "resource": heavy(f"{marker}p{number}"),
                "request": {"method": "POST", "url": "Patient"}})
        return Act("transaction", f"key-{marker}".ljust(16, "-"), "POST", "/fhir", body)

    def step(self):
        """One transaction; False after the first refusal or lost answer."""
        return super().step() and not self.recorder.refused


def heavy(marker):
    """A patient of a few kilobytes that do not compress."""
    made = patient(marker)
    made["address"] = [{"line": [os.urandom(2_500).hex()]}]
    return made


def require_refusals(recorder, client):
    """What was refused for lack of room was refused as it should be, and still is."""
    require(recorder.refused, "the disk took everything although it was filled")
    wrong = [one for one in recorder.refused if one[1] != 507]
    require(not wrong, f"a write on the full disk answered {wrong[:1]}")
    answer = write_until_refused(client, recorder)
    require(answer.status == 507, f"a small write on the full disk answered {answer.status}")
    kind = answer.json.get("resourceType")
    require(kind == "OperationOutcome", f"the refusal is a {kind}, no OperationOutcome")


def write_some(client, recorder, count):
    """Creates patients one by one."""
    for number in range(count):
        act = a_create(f"full{number}")
        recorder.note(act, client.request(act.method, act.path, act.body, act.headers))
    require(not recorder.refused, f"a write was refused: {recorder.refused[:1]}")


def a_create(marker, body=None):
    """The creation of one patient."""
    key = f"key-{marker}".ljust(20, "-")
    return Act("create", key, "POST", "/fhir/Patient", body or patient(marker))


def write_until_refused(client, recorder, count_max=20_000):
    """Writes large patients until the box says no; its answer."""
    for number in range(count_max):
        act = a_create(f"fill{number}", heavy(f"fill{number}"))
        answer = client.request(act.method, act.path, act.body, act.headers)
        if not answer.is_ok:
            return answer
        recorder.note(act, answer)
    raise Skipped(f"the disk took {count_max} more writes after it was filled")


def read_all(client, recorder, count):
    """Reads records; each must be answered in full."""
    pairs = list(recorder.held)
    for number in range(count):
        kind, identity = pairs[number % len(pairs)]
        answer = client.get(f"/fhir/{kind}/{identity}")
        require(answer.status == 200, f"read {number + 1} on the full disk: {answer.status}")
    return count


def read_starved(disk, client, recorder, count):
    """Takes the room kept for the log as well: a read is then audited or refused; how many were."""
    disk.fill()
    pairs, refused = list(recorder.held), 0
    for number in range(count):
        kind, identity = pairs[number % len(pairs)]
        status = client.get(f"/fhir/{kind}/{identity}").status
        require(status in (200, 503, 507), f"a read without any room was answered {status}")
        refused += status != 200
    return refused


def heal(client, recorder):
    """Seconds until a write is taken again."""
    began = time.monotonic()
    while time.monotonic() - began < HEAL_SECONDS_MAX:
        act = a_create(f"heal{int((time.monotonic() - began) * 1_000)}")
        answer = client.request(act.method, act.path, act.body, act.headers)
        if answer.is_ok:
            recorder.note(act, answer)
            return time.monotonic() - began
        time.sleep(0.1)
    require(False, f"writes are still refused {HEAL_SECONDS_MAX} s after there is room")


@case("R08", "disk gone: not ready or ended with a reason, no write acknowledged, no spinning")
def lost_disk(lab):
    """The file system is shut down under traffic."""
    require_root()
    disk = LoopDisk(lab, 128)
    folder = lab.data_folder(disk.mount_point)
    disk.sync()
    box = Box(lab, folder).start()
    recorder = Recorder()
    stop = threading.Event()
    writers = [Writer(box, recorder, f"g{number}", number, stop) for number in range(4)]
    for one in writers:
        one.start()
    require(recorder.first_answer.wait(10), "no write was acknowledged")
    time.sleep(0.3)
    disk.cut()
    time.sleep(0.05)
    acknowledged = recorder.acknowledged
    state = watch(box)
    stop.set()
    late = recorder.acknowledged - acknowledged
    require(late == 0, f"{late} writes were acknowledged without a disk")
    box.kill()
    join(writers)
    disk.power_up()
    box.start()
    found = losses(box, recorder, list(recorder.held))
    require(not found, "; ".join(found[:3]))
    settle(box, recorder)
    box.require_intact()
    return f"{state}; {recorder.acknowledged:,} acknowledged, 0 lost"


def watch(box):
    """How the box shows within five seconds that it cannot go on, and what it burns meanwhile."""
    began, spent = time.monotonic(), cpu_seconds(box)
    while time.monotonic() - began < NOT_READY_SECONDS_MAX:
        if not box.is_running:
            seconds = time.monotonic() - began
            require(has_reason(box), "the box ended without a reason")
            return f"ended with {box.process.returncode} and a reason after {seconds:.1f} s"
        if ready_status(box) == 503:
            seconds = time.monotonic() - began
            time.sleep(2)
            burnt = (cpu_seconds(box) - spent) / (time.monotonic() - began)
            require(burnt < CPU_PART_MAX, f"{burnt:.0%} of a core is spent without a disk")
            return f"/ready 503 after {seconds:.1f} s, {burnt:.0%} CPU"
        time.sleep(0.1)
    require(False, f"/ready is not 503 {NOT_READY_SECONDS_MAX} s after the disk went away")


def ready_status(box):
    """What /ready answers; 0 where nothing comes."""
    client = box.client(token=None, timeout=2)
    try:
        return client.once("GET", "/ready").status
    except Lost:
        return 0
    finally:
        client.close()


def cpu_seconds(box):
    """Processor time of the process so far."""
    try:
        with open(f"/proc/{box.pid}/stat", encoding="ascii", errors="replace") as text:
            fields = text.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / 100
