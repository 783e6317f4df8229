"""R09, R10: limits of the process, signals, memory."""

import os
import resource
import signal
import socket
import threading
import time

from faultlab.box import Box
from faultlab.checker import losses
from faultlab.client import Lost
from faultlab.lab import Failed, case, require
from faultlab.resources import patient, transaction
from faultlab.traffic import Act, Recorder, Writer, join, settle

DRAIN_SECONDS_MAX = 5.0
MEMORY_MIB_MAX = 256
MIB = 1_048_576


@case("R09", "limits and signals: no crash, SIGTERM drains without a failed request")
def limits(lab):
    """File size, descriptors, SIGHUP, SIGXFSZ, clients that hang up, SIGTERM under load."""
    words = [file_size(lab), descriptors(lab), rude_clients(lab), drain(lab)]
    return "; ".join(words)


def file_size(lab):
    """`ulimit -f`: an error of the write, not the death of the process by SIGXFSZ."""
    folder = lab.data_folder()
    largest = max(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    bytes_max = largest + MIB

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_max, bytes_max))

    box = Box(lab, folder, before=limited).start()
    recorder = Recorder()
    status = write_to_the_limit(box.client(), recorder)
    if box.ended_within(1):
        code = box.process.returncode
        require(code > 0, f"the file-size limit killed the box with signal {-code}")
        status = f"exit {code} with a reason"
    box.kill()
    require(status is not None, "an answer was lost and the box went on")
    box.before = None
    box.start()
    require(not losses(box, recorder, list(recorder.held)), "lost under ulimit -f")
    box.require_intact()
    box.stop()
    return f"ulimit -f: {status}"


def write_to_the_limit(client, recorder, count_max=5_000):
    """Writes until the box says that it cannot; the status, or None where no answer came."""
    for number in range(count_max):
        body = patient(f"f{number}")
        body["address"] = [{"line": [os.urandom(2_000).hex()]}]
        act = Act("create", f"key-file-size-{number:06d}", "POST", "/fhir/Patient", body)
        try:
            answer = client.request(act.method, act.path, act.body, act.headers)
        except Lost:
            return None
        if answer.status >= 500:
            return answer.status
        require(answer.is_ok, f"a write under ulimit -f answered {answer.status}")
        recorder.note(act, answer)
    raise Failed(f"{count_max:,} writes passed the file-size limit")


def descriptors(lab):
    """`ulimit -n 64`: connections wait or are refused, afterwards it answers again."""

    def limited():
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

    box = Box(lab, lab.data_folder(), before=limited).start()
    idle = []
    for _ in range(100):
        try:
            idle.append(socket.create_connection(("127.0.0.1", box.port), timeout=2))
        except OSError:
            break
    time.sleep(0.5)
    require(box.is_running, f"100 connections ended a box with 64 descriptors: "
                            f"{box.process.returncode}")
    for one in idle:
        one.close()
    answered = wait_answer(box, 10)
    require(answered, "the box does not answer after its descriptors ran out")
    box.stop()
    return f"ulimit -n 64: {len(idle)} connections survived"


def wait_answer(box, seconds):
    """Whether the box answers a question within some seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        client = box.client(timeout=3)
        try:
            if client.once("GET", "/fhir/Patient?_summary=count").status == 200:
                return True
        except Lost:
            time.sleep(0.1)
        finally:
            client.close()
    return False


def rude_clients(lab):
    """SIGHUP, SIGPIPE, SIGXFSZ and clients that reset the connection in the middle."""
    box = Box(lab, lab.data_folder()).start()
    for number in range(lab.pick(50, 500)):
        client = box.client(timeout=5)
        try:
            client.connection = client.connect()
            client.connection.request("GET", "/fhir/Patient?_summary=count", None, client.fields(
                None, None))
            hang_up(client.connection.sock)
        except OSError:
            continue
    for number in (signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ):
        os.kill(box.pid, number)
        time.sleep(0.1)
        require(box.is_running, f"{number.name} ended the box: {box.process.returncode}")
    require(wait_answer(box, 5), "the box does not answer after rude clients")
    box.stop()
    return "SIGHUP, SIGPIPE, SIGXFSZ and resets survived"


def hang_up(channel):
    """Resets a connection."""
    channel.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    os.close(channel.detach())


def drain(lab):
    """SIGTERM while eight clients are in the middle of a transaction each."""
    box = Box(lab, lab.data_folder()).start()
    sent, failed, done = [], [], []
    barrier = threading.Barrier(9)

    def ask(number):
        client = box.client(timeout=15)
        client.get("/fhir/Patient?_summary=count")
        barrier.wait(10)
        sent.append(number)
        try:
            answer = client.request("POST", "/fhir", transaction(f"d{number}", 150))
            (done if answer.is_ok else failed).append(answer.status)
        except Lost as lost:
            failed.append(str(lost))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    barrier.wait(10)
    time.sleep(0.15)
    seconds, code = box.stop(DRAIN_SECONDS_MAX + 10)
    for one in threads:
        one.join(20)
    require(not failed, f"{len(failed)} of 8 requests under way failed: {failed[:1]}")
    require(seconds <= DRAIN_SECONDS_MAX, f"SIGTERM took {seconds:.1f} s")
    require(code == 0, f"after SIGTERM the exit code is {code}")
    return f"SIGTERM drained {len(done)} requests in {seconds:.1f} s"


@case("R10", "memory: an upload over the limit is refused, load stays within 256 MiB")
def memory(lab):
    """Reads the largest resident size of the process after load and after oversize bodies."""
    box = Box(lab, lab.data_folder()).start()
    recorder, stop = Recorder(), threading.Event()
    writers = [Writer(box, recorder, f"m{number}", number, stop) for number in range(8)]
    for one in writers:
        one.start()
    time.sleep(lab.pick(4, 60))
    stop.set()
    join(writers)
    settle(box, recorder)
    refused = [oversize(box, mib) for mib in (20, 80)]
    peak = resident_mib(box.pid, "VmHWM")
    require(peak <= MEMORY_MIB_MAX, f"{peak:.0f} MiB resident at most")
    require(wait_answer(box, 5), "the box does not answer after oversize bodies")
    box.stop()
    return f"peak {peak:.0f} MiB after {recorder.acknowledged:,} changes, oversize: {refused}"


def oversize(box, mib):
    """What a body over the limit is answered."""
    client = box.client(timeout=30)
    body = b'{"resourceType":"Patient","language":"' + b"x" * (mib * MIB) + b'"}'
    try:
        status = client.once("POST", "/fhir/Patient", body).status
    except Lost:
        return "closed"
    require(status == 413, f"a body of {mib} MiB answered {status}")
    return status


def resident_mib(pid, name):
    """A memory figure of a process."""
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as text:
        for line in text:
            if line.startswith(name + ":"):
                return int(line.split()[1]) / 1_024
    raise Failed(f"/proc says no {name}")


