"""Clients that write, and the recorder outside the box that notes each acknowledgement."""

import dataclasses
import random
import threading
import time

from faultlab.client import Lost
from faultlab.lab import Failed, require
from faultlab.resources import observation, patient, transaction


@dataclasses.dataclass
class Act:
    """One change that a client asked for."""

    kind: str  # create, update or transaction
    key: str
    method: str
    path: str
    body: dict
    if_match: int = 0

    @property
    def headers(self):
        """The header fields that make a retry safe."""
        fields = {"Idempotency-Key": self.key}
        if self.if_match:
            fields["If-Match"] = f'W/"{self.if_match}"'
        return fields


class Recorder:
    """What the box has acknowledged; lives outside the victim."""

    def __init__(self):
        self.lock = threading.Lock()
        self.held = {}  # (type, id) -> (version, marker)
        self.touched = set()
        self.uncertain = []
        self.acknowledged = 0
        self.refused = []
        self.first_answer = threading.Event()

    def note(self, act, answer):
        """Takes an answer down; the (type, id) pairs that it made or changed."""
        with self.lock:
            if not answer.is_ok:
                self.refused.append((act.kind, answer.status, answer.body[:200]))
                return []
            self.acknowledged += 1
            pairs = [self.hold(*made) for made in changes(act, answer)]
        self.first_answer.set()
        return pairs

    def hold(self, kind, identity, version, marker):
        """Notes one version of one resource."""
        pair = (kind, identity)
        known = self.held.get(pair)
        if known is None or known[0] < version:
            self.held[pair] = (version, marker)
        self.touched.add(pair)
        return pair

    def doubt(self, act):
        """Notes a request whose answer never came."""
        with self.lock:
            self.uncertain.append(act)

    def count(self, kind):
        """How many resources of a type were acknowledged."""
        return sum(1 for pair in self.held if pair[0] == kind)


def changes(act, answer):
    """The (type, id, version, marker) that an acknowledged act made."""
    if act.kind == "transaction":
        entries = answer.json.get("entry", [])
        asked = act.body["entry"]
        if len(entries) != len(asked):
            raise Failed(f"a transaction of {len(asked)} entries answered {len(entries)}")
        for wanted, entry in zip(asked, entries):
            kind, identity, version = parts(entry.get("response", {}).get("location", ""))
            yield kind, identity, version, wanted["resource"]["identifier"][0]["value"]
        return
    marker = act.body["identifier"][0]["value"]
    if act.kind == "update":
        yield act.body["resourceType"], act.body["id"], answer.version, marker
        return
    kind, identity, version = parts(answer.headers.get("location", ""))
    yield kind, identity, version or answer.version, marker


def parts(location):
    """Type, id and version of `…/Patient/ID/_history/3`."""
    words = location.rstrip("/").split("/")
    if "_history" in words:
        at = words.index("_history")
        return words[at - 2], words[at - 1], int(words[at + 1])
    if len(words) < 2:
        raise Failed(f"the answer names no location: {location!r}")
    return words[-2], words[-1], 1


class Writer(threading.Thread):
    """A client that creates, updates and sends transactions until it is stopped or cut off."""

    def __init__(self, box, recorder, name, seed, until=None):
        super().__init__(daemon=True)
        self.client = box.client(timeout=10)
        self.recorder = recorder
        self.label = name
        self.random = random.Random(seed)
        self.until = until or threading.Event()
        self.own = []
        self.subject = {}
        self.number = 0
        self.broken = None

    def run(self):
        """Writes until the connection is cut."""
        try:
            while not self.until.is_set():
                if not self.step():
                    return
        except Failed as failure:
            self.broken = failure
        finally:
            self.client.close()

    def step(self):
        """One change; False where no answer came."""
        act = self.next_act()
        try:
            answer = self.client.request(act.method, act.path, act.body, act.headers)
        except Lost:
            self.recorder.doubt(act)
            return False
        made = self.recorder.note(act, answer)
        for pair in made:
            if pair not in self.subject:
                self.own.append(pair)
                self.subject[pair] = f"Patient/{made[0][1]}"
        return True

    def next_act(self):
        """A create, an update of a resource of its own, or a transaction."""
        self.number += 1
        marker = f"{self.label}n{self.number}"
        key = f"key-{marker}-{self.random.randrange(10**12):012d}"[:64].ljust(16, "-")
        dice = self.random.random()
        if dice < 0.2:
            return Act("transaction", key, "POST", "/fhir", transaction(marker))
        if dice < 0.5 and self.own:
            return self.an_update(marker, key)
        return Act("create", key, "POST", "/fhir/Patient", patient(marker))

    def an_update(self, marker, key):
        """A change of a resource that this client made, from the version it knows."""
        kind, identity = self.random.choice(self.own[-20:])
        version = self.recorder.held[(kind, identity)][0]
        if kind == "Patient":
            body = patient(marker, identity)
        else:
            body = observation(marker, self.subject[(kind, identity)], identity)
        return Act("update", key, "PUT", f"/fhir/{kind}/{identity}", body, version)


def settle(box, recorder):
    """Asks again for everything in doubt, with the same keys: each must now be answered."""
    client = box.client(timeout=20)
    for act in recorder.uncertain:
        answer = client.request(act.method, act.path, act.body, act.headers)
        if not answer.is_ok:
            raise Failed(
                f"the retry of a {act.kind} with its own key answered {answer.status}: "
                f"{answer.body[:200].decode(errors='replace')}")
        recorder.note(act, answer)
    settled = len(recorder.uncertain)
    recorder.uncertain = []
    client.close()
    return settled


def burst(box, recorder, round_name, seed, clients=8):
    """Starts the clients of one round."""
    recorder.first_answer.clear()
    writers = [
        Writer(box, recorder, f"{round_name}c{number}", f"{seed}/{round_name}/{number}")
        for number in range(clients)]
    for one in writers:
        one.start()
    return writers


def join(writers, seconds=20):
    """Waits for the clients; fails where one of them saw a broken answer."""
    deadline = time.monotonic() + seconds
    for one in writers:
        one.join(max(0.1, deadline - time.monotonic()))
        if one.broken:
            raise one.broken
        if one.is_alive():
            raise Failed("a client still waited for an answer after the box was gone")


def fill(client, recorder, count, start=0):
    """Creates patients and changes each of them once."""
    for number in range(start, start + count):
        key = f"key-fill-{number:08d}"
        act = Act("create", key, "POST", "/fhir/Patient", patient(f"a{number}"))
        answer = client.request(act.method, act.path, act.body, act.headers)
        require(answer.is_ok, f"a create answered {answer.status}")
        (_, identity), = recorder.note(act, answer)
        changed = patient(f"a{number}b", identity)
        act = Act("update", key + "b", "PUT", f"/fhir/Patient/{identity}", changed, 1)
        answer = client.request(act.method, act.path, act.body, act.headers)
        require(answer.is_ok, f"an update answered {answer.status}")
        recorder.note(act, answer)
