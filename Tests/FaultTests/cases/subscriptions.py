"""S44: the process is killed while it tells a program of changes."""

import http.server
import threading
import time

from faultlab.box import Box, free_port
from faultlab.lab import case, require
from faultlab.resources import observation, patient

WAIT_SECONDS_MAX = 60


class Listener:
    """A program on this computer that is told of changes; fails now and then."""

    def __init__(self, lab):
        self.random, self.told, self.lock = lab.random, [], threading.Lock()
        self.port = free_port()
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                self.send_response(owner.take(self.headers, self.path, body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_POST = do_PUT = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        lab.defer(self.server.shutdown)

    def take(self, headers, path, _body):
        """Notes an event; 500 for one in fifty, which must come again."""
        number = int(headers["Tribal-EHR-Event"])
        with self.lock:
            if number and self.random.random() < 0.02:
                return 500
            if number:
                self.told.append((number, path.split("/")[-1]))
        return 200


def write(box, person, count, stop, made):
    """Writes measurements until the box is killed; notes the acknowledged ones in order."""
    client = box.client(timeout=10)
    try:
        for number in range(count):
            if stop.is_set():
                return
            answer = client.create(observation(f"{len(made)}-{number}", person))
            if answer.status != 201:
                return
            made.append(identity(answer))
    except Exception:  # noqa: BLE001  (the kill cuts the connection)
        return


@case("S44", "kill -9 while a program is told: every acknowledged change comes, in order")
def told_over_kills(lab):
    """Rounds of writing that end with a kill; then everything must have been told."""
    listener = Listener(lab)
    env = {"TRIBAL_EHR_OUTGOING_HOSTS": f"127.0.0.1:{listener.port}+private+http"}
    box = Box(lab, lab.data_folder(), env=env).start()
    client = box.client()
    person = "Patient/" + identity(client.create(patient("told")))
    made = client.request("POST", "/fhir/Subscription", {
        "resourceType": "Subscription", "status": "requested", "reason": "Fault Lab",
        "criteria": "Observation?code=8867-4",
        "channel": {"type": "rest-hook", "payload": "application/fhir+json",
                    "endpoint": f"http://127.0.0.1:{listener.port}/hook"}})
    require(made.status == 201, f"the subscription answered {made.status}: {made.body[:200]}")
    subscription = identity(made)
    wait(lambda: client.get(f"/fhir/Subscription/{subscription}").json.get("status") == "active",
         "the subscription did not become active")
    acknowledged = []
    kills = lab.pick(4, 100)
    for _ in range(kills):
        stop = threading.Event()
        writer = threading.Thread(
            target=write, args=(box, person, 400, stop, acknowledged), daemon=True)
        writer.start()
        time.sleep(lab.random.uniform(0.2, 1.0))
        box.kill()
        stop.set()
        writer.join(20)
        box.start()
    wait(lambda: set(acknowledged) <= {name for _, name in listener.told},
         f"not every one of {len(acknowledged)} changes was told")
    again = check_order(listener.told, acknowledged)
    box.require_intact()
    box.stop()
    require(len(acknowledged) > kills, "hardly anything was written")
    return f"{kills} kills, {len(acknowledged):,} changes told in order, {again} of them twice"


def identity(answer):
    """The id of a record that was made."""
    return answer.json.get("id") or answer.headers["location"].split("/")[-3]


def check_order(told, acknowledged):
    """The same number is always the same record, none is missing, and none comes too early."""
    by_number, highest, again = {}, 0, 0
    for number, name in told:
        require(by_number.setdefault(number, name) == name, f"event {number} was two records")
        require(number <= highest + 1, f"event {number} came before event {highest + 1}")
        again += number <= highest
        highest = max(highest, number)
    order = [by_number[number] for number in sorted(by_number)]
    require(len(set(order)) == len(order), "a change was told as two events")
    place = {name: index for index, name in enumerate(order)}
    places = [place[name] for name in acknowledged]
    require(places == sorted(places), "changes were told in another order than written")
    return again


def wait(is_so, otherwise):
    """Waits until something is so."""
    until = time.monotonic() + WAIT_SECONDS_MAX
    while not is_so():
        require(time.monotonic() < until, otherwise)
        time.sleep(0.05)
