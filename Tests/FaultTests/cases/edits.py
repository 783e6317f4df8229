"""R18, R19: two people change the same record; an answer gets lost and the client asks again."""

import random
import threading
import time

from faultlab.box import Box
from faultlab.client import Lost
from faultlab.lab import case, require
from faultlab.proxy import DroppingProxy
from faultlab.resources import marker_of, patient

RESOURCES = 50
CLIENTS = 8


class Register:
    """What the clients know of one record: which change made which version."""

    def __init__(self, identity):
        self.id = identity
        self.made = {1: "first"}
        self.lock = threading.Lock()
        self.collisions = 0

    def take(self, version, marker):
        """Notes that a change was acknowledged as making `version`."""
        with self.lock:
            if version in self.made and self.made[version] != marker:
                self.collisions += 1
            self.made[version] = marker

    @property
    def newest(self):
        """The newest version that was acknowledged."""
        return max(self.made)


class Editor(threading.Thread):
    """Changes records, one in five times from a version that it knows to be old."""

    def __init__(self, box, registers, name, stop):
        super().__init__(daemon=True)
        self.client = box.client(timeout=10)
        self.registers, self.label, self.stop = registers, name, stop
        self.random = random.Random(name)
        self.uncertain, self.wrong = [], []
        self.accepted = self.refused = 0

    def run(self):
        """Edits until told to stop or cut off."""
        number = 0
        try:
            while not self.stop.is_set():
                number += 1
                self.edit(self.random.choice(self.registers), f"{self.label}e{number}")
        except Lost:
            return
        finally:
            self.client.close()

    def edit(self, register, marker):
        """One change from the version that the client has just read, or an older one."""
        known = register.newest
        is_stale = known > 1 and self.random.random() < 0.2
        version = self.random.randrange(1, known) if is_stale else known
        key = f"key-{marker}".ljust(16, "-")
        try:
            answer = self.client.update(patient(marker, register.id), version, key)
        except Lost:
            self.uncertain.append((register, marker, version, key))
            raise
        if answer.is_ok:
            self.accept(register, marker, version, answer.version, is_stale)
        elif answer.status == 412:
            self.refused += 1
        else:
            self.wrong.append(f"a change from version {version} answered {answer.status}")

    def accept(self, register, marker, version, made, is_stale):
        """A change was acknowledged: it must have made the very next version."""
        self.accepted += 1
        if is_stale:
            self.wrong.append(f"a change from the old version {version} was taken")
        if made != version + 1:
            self.wrong.append(f"a change from version {version} made version {made}")
        register.take(made, marker)


@case("R18", "concurrent edits: one winner a version, 412 for every stale one, kills included")
def concurrent_edits(lab):
    """Eight clients on fifty records with If-Match, in rounds that end with a kill."""
    box = Box(lab, lab.data_folder()).start()
    registers = seed_registers(box)
    accepted = refused = 0
    rounds = lab.pick(3, 40)
    for number in range(rounds):
        editors = edit_round(box, registers, number, lab.pick(2.0, 6.0))
        accepted += sum(one.accepted for one in editors)
        refused += sum(one.refused for one in editors)
        accepted += settle_edits(box, editors)
    check_registers(box, registers)
    box.require_intact()
    box.stop()
    require(refused > 0, "no stale change was tried")
    return (f"{accepted:,} changes of {RESOURCES} records by {CLIENTS} clients, {rounds} kills, "
            f"{refused:,} stale ones refused with 412, 0 lost, 0 double")


def seed_registers(box):
    """The records that are changed."""
    client = box.client()
    made = []
    for number in range(RESOURCES):
        answer = client.create(patient("first"), f"key-register-{number:04d}")
        require(answer.status == 201, f"a create answered {answer.status}")
        made.append(Register(answer.json.get("id") or answer.headers["location"].split("/")[-3]))
    client.close()
    return made


def edit_round(box, registers, number, seconds):
    """Eight editors for some seconds, then a kill; the box runs again afterwards."""
    stop = threading.Event()
    editors = [Editor(box, registers, f"r{number}c{one}", stop) for one in range(CLIENTS)]
    for one in editors:
        one.start()
    time.sleep(seconds)
    box.kill()
    stop.set()
    for one in editors:
        one.join(15)
    wrong = [words for one in editors for words in one.wrong]
    require(not wrong, f"{len(wrong)} wrong answers: {wrong[:1]}")
    box.start()
    return editors


def settle_edits(box, editors):
    """Asks again for the edits in doubt: done once, or never and now stale."""
    client = box.client()
    accepted = 0
    for register, marker, version, key in [act for one in editors for act in one.uncertain]:
        answer = client.update(patient(marker, register.id), version, key)
        require(answer.is_ok or answer.status == 412, f"a retried edit answered {answer.status}")
        if answer.is_ok:
            require(answer.version == version + 1, "a retried edit made another version")
            register.take(answer.version, marker)
            accepted += 1
    client.close()
    return accepted


def check_registers(box, registers):
    """Each version has one author, no version is missing, the newest holds the last author."""
    client = box.client()
    for register in registers:
        require(register.collisions == 0, f"two changes were both told to be version "
                                          f"{register.newest} of one record")
        versions = sorted(register.made)
        require(versions == list(range(1, len(versions) + 1)), "a version has no author")
        answer = client.get(f"/fhir/Patient/{register.id}")
        require(answer.version == register.newest, f"the record is at version {answer.version}, "
                                                   f"{register.newest} was acknowledged")
        require(marker_of(answer.json) == register.made[register.newest], "a change was lost")
    client.close()


@case("R19", "lost answers: retries with the same key make no second copy")
def lost_answers(lab):
    """A proxy cuts the connection before one answer in ten arrives; the client asks again."""
    box = Box(lab, lab.data_folder()).start()
    count = lab.pick(2_000, 100_000)
    proxy = DroppingProxy(box.port, part=0.1, seed=lab.random.random())
    lab.defer(proxy.close)
    numbers = iter(range(count))
    lock, wrong, retries = threading.Lock(), [], []

    def ask():
        client = box.client(timeout=20)
        client.port = proxy.port
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            try:
                retries.append(create_surely(client, number))
            except Exception as error:  # noqa: BLE001  (told below, in the case's own thread)
                wrong.append(f"{type(error).__name__}: {error}")
                return

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(CLIENTS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    require(not wrong, f"{len(wrong)} clients gave up: {wrong[:1]}")
    total = box.client(timeout=60).count("Patient")
    require(total == count, f"{count:,} creates made {total:,} records")
    require(sum(retries) > count / 50, "the proxy dropped too little to prove anything")
    box.require_intact()
    box.stop()
    return f"{count:,} creates, {sum(retries):,} retries after lost answers, 0 duplicates"


def create_surely(client, number):
    """Creates one record however often it takes; how many retries that were."""
    for attempt in range(60):
        try:
            answer = client.create(patient(f"p{number}"), f"key-proxy-{number:08d}")
        except Lost:
            continue
        require(answer.status == 201, f"a create answered {answer.status}: {answer.body[:120]}")
        return attempt
    raise Lost("60 answers in a row were lost")
