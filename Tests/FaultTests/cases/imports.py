"""I01 to I13: what `import` does with files, disks and ports that are not as they should be."""

import gzip
import json
import os
import signal
import socket
import subprocess
import time

from faultlab.box import Box, command
from faultlab.checker import database
from faultlab.disks import LoopDisk
from faultlab.lab import case, require, require_root
from faultlab.resources import bundle, observation, patient, transaction

BODY_BYTES_OVER = 70 * 1_048_576
DEEP = 100_000


class Desk:
    """A stopped box and files to bring to it."""

    def __init__(self, lab, where=None):
        self.lab = lab
        self.folder = lab.data_folder(where)
        self.files = lab.folder / f"files{len(lab.closers)}"
        self.files.mkdir()

    def write(self, name, content):
        """A file to import."""
        path = self.files / name
        if not isinstance(content, bytes):
            content = json.dumps(content).encode()
        path.write_bytes(content)
        return path

    def bring(self, *paths):
        """Imports; how the command ended. It must end by itself and say something."""
        ended = command(
            self.lab.binary, self.folder, "import", *[str(path) for path in paths])
        require(ended.code in (0, 1), f"import ended with {ended.code}: {ended.text[-300:]}")
        return ended

    def refuse(self, path, *words):
        """Imports a file that must be refused with a message that names it and the cause."""
        before = self.counts()
        ended = self.bring(path)
        require(
            ended.code == 1, f"import of {path.name} ended with {ended.code}: {ended.out[-200:]}")
        self.require_said(ended, path.name, *words)
        require(self.counts() == before, f"{path.name} was refused but left something behind")
        return ended

    def require_said(self, ended, *words):
        """The report must hold each of the words; of a tuple, one."""
        text = ended.text.lower()
        for word in words:
            choices = word if isinstance(word, tuple) else (word,)
            require(
                any(choice.lower() in text for choice in choices),
                f"the report does not say {' or '.join(choices)}: {ended.text.strip()[-300:]}")

    def counts(self):
        """Live resources by type."""
        with database(self.folder) as db:
            return dict(db.execute(
                "SELECT type, count(*) FROM resource_version WHERE is_current = 1"
                " AND is_deleted = 0 GROUP BY type ORDER BY type"))

    def imported(self):
        """Live resources by type without the three types in which the box itself records the act.

        Checks that the record is there: a Provenance for what came in, its Device and Organization.
        """
        counts = self.counts()
        require(counts.pop("Provenance", 0) > 0, "nothing tells where the import came from")
        require(counts.pop("Device", 0) == 1, "the importing device is not recorded once")
        require(counts.pop("Organization", 0) == 1, "the organization is not recorded once")
        return counts

    def versions(self, kind="%"):
        """All versions of all resources, or of those of a type."""
        with database(self.folder) as db:
            return db.execute(
                "SELECT count(*) FROM resource_version WHERE type LIKE ?", [kind]).fetchone()[0]


def people(count, start=0):
    """Patients with ids."""
    return [patient(f"i{number}", f"import-{number}") for number in range(start, start + count)]


@case("I01", "import of malformed JSON: refused with file and place, nothing stored")
def malformed(lab):
    """Several ways of being no JSON."""
    desk = Desk(lab)
    texts = [b'{"resourceType":"Patient",}', b'{"resourceType":"Patient"', b"", b"not json",
             b'{"resourceType":"Patient"}{"resourceType":"Patient"}', b"[1,2]",
             b'{"resourceType":"Patient","active":tru}', b"\0\0\0"]
    for number, text in enumerate(texts):
        desk.refuse(desk.write(f"malformed{number}.json", text))
    lines = b"\n".join(json.dumps(one).encode() for one in people(3))
    mixed = desk.write("mixed.ndjson", lines + b'\n{"resourceType":\n')
    ended = desk.bring(mixed)
    desk.require_said(ended, "mixed.ndjson", "line 4")
    require(desk.counts().get("Patient") == 3, "the good lines were not imported")
    return f"{len(texts)} malformed files refused, 1 bad line of 4 named and left out"


@case("I02", "import of a truncated or damaged gzip: refused, nothing half-written")
def truncated_gzip(lab):
    """Cuts a compressed Bundle short, and damages its checksum."""
    desk = Desk(lab)
    whole = gzip.compress(json.dumps(bundle("collection", people(50))).encode())
    damaged = whole[:-8] + b"\1\2\3\4" + whole[-4:]
    for name, data in (("half.json.gz", whole[:len(whole) // 2]), ("end.json.gz", whole[:-5]),
                       ("sum.json.gz", damaged), ("fake.json.gz", b"{}")):
        desk.refuse(desk.write(name, data))
    bomb = gzip.compress(b" " * (400 * 1_048_576), 9)
    desk.refuse(desk.write("bomb.json.gz", bomb))
    desk.bring(desk.write("whole.json.gz", whole)).check("import of the whole file")
    require(desk.counts().get("Patient") == 50, "the whole file was not imported")
    return "4 broken files and a 400 MiB bomb refused, the whole one imported"


@case("I03", "import of a transaction with one bad entry: all or nothing")
def bad_transaction(lab):
    """One entry among good ones cannot be stored."""
    desk = Desk(lab)
    made = transaction("bad", 5)
    made["entry"][3]["resource"] = {"resourceType": "Nonsense"}
    desk.refuse(desk.write("transaction.json", made), ("entry 3", "entry[3]", "entry 4"))
    desk.bring(desk.write("good.json", transaction("good", 5))).check("import of the good one")
    counts = desk.imported()
    require(counts == {"Observation": 5, "Patient": 1}, f"after the good one: {counts}")
    return "nothing of the bad one stored, its entry named; the good one stored"


@case("I04", "import of a collection with one bad entry: the rest goes in, the entry is named")
def bad_collection(lab):
    """One entry among good ones cannot be stored."""
    desk = Desk(lab)
    resources = people(6)
    resources[2] = {"resourceType": "Nonsense", "id": "x"}
    ended = desk.bring(desk.write("collection.json", bundle("collection", resources)))
    desk.require_said(ended, "collection.json", ("entry 2", "entry[2]", "entry 3"))
    require(ended.code == 1, f"an import with a reject ended with {ended.code}")
    require(desk.imported() == {"Patient": 5}, f"stored: {desk.counts()}")
    return "5 of 6 stored, the sixth named"


@case("I05", "import of a resource over the size limit: refused with the limit")
def oversize(lab):
    """One resource too large, alone and in a Bundle."""
    desk = Desk(lab)
    big = {**patient("big", "big"), "language": "x" * BODY_BYTES_OVER}
    desk.refuse(desk.write("big.json", big), ("large", "size", "limit", "bytes", "mib", "mb"))
    return "70 MiB refused, the limit named"


@case("I06", "import of invalid UTF-8: refused with the place")
def invalid_utf8(lab):
    """Bytes that are no text: in a value, cut off at the end, overlong, surrogates."""
    desk = Desk(lab)
    bad_bytes = (b"\xff", b"\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80")
    for number, bad in enumerate(bad_bytes):
        text = b'{"resourceType":"Patient","id":"u","name":[{"family":"' + bad + b'"}]}'
        desk.refuse(desk.write(f"utf{number}.json", text), ("utf-8", "utf8"))
    return "5 kinds of invalid bytes refused"


@case("I07", "import of deep nesting: refused, no crash")
def deep_nesting(lab):
    """A hundred thousand brackets."""
    desk = Desk(lab)
    for name, text in (("array.json", b"[" * DEEP), ("object.json", b'{"a":' * DEEP),
                       ("closed.json", b'{"resourceType":"Patient","extension":' + b"[" * DEEP
                        + b"]" * DEEP + b"}")):
        desk.refuse(desk.write(name, text))
    return f"3 files of {DEEP:,} levels refused"


@case("I08", "import of duplicate keys: refused with the key's place")
def duplicate_keys(lab):
    """The same key twice, plainly and by escape."""
    desk = Desk(lab)
    for number, text in enumerate((
            b'{"resourceType":"Patient","id":"d","gender":"male","gender":"female"}',
            b'{"resourceType":"Patient","id":"d","gender":"male","g\\u0065nder":"female"}',
            b'{"resourceType":"Patient","id":"d","name":[{"family":"A","family":"B"}]}')):
        desk.refuse(
            desk.write(f"twice{number}.json", text), ("twice", "duplicate", "double", "once"))
    return "3 kinds refused"


@case("I09", "disk full during import: a clear message, nothing half-written, repeat succeeds")
def full_disk(lab):
    """A disk with a few megabytes left, an import that needs more."""
    require_root()
    disk = LoopDisk(lab, 200)
    desk = Desk(lab, disk.mount_point)
    paths = [desk.write(f"part{number}.json", bundle("transaction", []) | {"entry": [
        {"resource": one, "request": {"method": "PUT", "url": f"Patient/{one['id']}"}}
        for one in heavy_people(200, number * 200)]}) for number in range(30)]
    filler = disk.fill()
    with open(filler, "r+b") as file:
        file.truncate(max(0, filler.stat().st_size - 3 * 1_048_576))
    ended = desk.bring(*paths)
    require(ended.code == 1, "an import onto a full disk claims success")
    desk.require_said(ended, ("full", "space"))
    stored = desk.counts().get("Patient", 0)
    require(stored % 200 == 0, f"{stored} patients: a transaction is stored in part")
    filler.unlink()
    desk.bring(*paths).check("the repeated import")
    require(desk.imported() == {"Patient": 6_000}, f"after the repeat: {desk.counts()}")
    return f"stopped after {stored:,} of 6,000 with a message, 6,000 after the repeat"


def heavy_people(count, start):
    """Patients that take some room, and do not compress."""
    made = people(count, start)
    for one in made:
        one["address"] = [{"line": [os.urandom(1_500).hex()]}]
    return made


@case("I10", "read-only data folder: every command says so, nothing is made anew")
def read_only(lab):
    """The disk of the folder is mounted read-only."""
    require_root()
    disk = LoopDisk(lab, 64)
    desk = Desk(lab, disk.mount_point)
    path = desk.write("people.json", bundle("collection", people(2)))
    disk.unmount()
    disk.mount("loop,ro")
    box = Box(lab, desk.folder)
    box.start(is_waiting=False)
    require(box.ended_within(10), "serve goes on with a read-only data folder")
    require(box.process.returncode != 0, "serve on a read-only folder ended with 0")
    for text in (box.said(), desk.bring(path).text):
        require(
            any(word in text.lower() for word in ("read-only", "cannot be written")),
            f"the message does not name the cause: {text.strip()[:300]}")
        require(str(desk.folder) in text, "the message does not name the folder")
    disk.unmount()
    disk.mount()
    desk.bring(path).check("import once the disk can be written again")
    return "serve and import refuse and name folder and cause; afterwards all works"


@case("I11", "busy port: the start is refused, the message names the port")
def busy_port(lab):
    """Somebody else listens already."""
    box = Box(lab, lab.data_folder())
    for name in ("port", "plain_port"):
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", getattr(box, name)))
            holder.listen()
            offset = box.log.stat().st_size if box.log.exists() else 0
            box.start(is_waiting=False)
            if not box.ended_within(10):
                box.kill()
                require(False, f"serve goes on although its {name} is taken")
            text = box.said(offset)
            require(box.process.returncode != 0, "serve on a busy port ended with 0")
            require(str(getattr(box, name)) in text, f"the port is not named: {text.strip()[:200]}")
    box.start()
    box.stop()
    return "both ports, named in the message"


@case("I12", "the same file twice doubles nothing")
def twice(lab):
    """Bundles of three kinds and lines, each imported three times, also under another name."""
    desk = Desk(lab)
    paths = [
        desk.write("collection.json", bundle("collection", people(20))),
        desk.write("transaction.json", transaction("again", 4)),
        desk.write("lines.ndjson", b"\n".join(
            json.dumps(one).encode() for one in people(20, 100))),
        desk.write("single.json", observation("single", "Patient/import-1", "single-1")),
    ]
    desk.bring(*paths).check("the first import")
    counts, versions = desk.counts(), desk.versions()
    desk.bring(*paths).check("the second import")
    renamed = [path.rename(path.with_name("copy-" + path.name)) for path in paths]
    desk.bring(*renamed).check("the third import")
    require(desk.counts() == counts, f"{counts} became {desk.counts()}")
    require(desk.versions() == versions, f"{versions} versions became {desk.versions()}")
    return f"{sum(counts.values())} resources, {versions} versions after one and three imports"


@case("I13", "kill during import: the repeat completes it, nothing is there twice")
def killed(lab):
    """Kills the command at random points, then lets it run to its end."""
    desk = Desk(lab)
    paths = [desk.write(f"part{number}.json", bundle("collection", people(300, number * 300)))
             for number in range(10)]
    kills = lab.pick(6, 60)
    for _ in range(kills):
        kill_import(lab, desk, paths)
    desk.bring(*paths).check("the import after the kills")
    require(desk.imported() == {"Patient": 3_000}, f"stored: {desk.counts()}")
    versions = desk.versions("Patient")
    require(versions == 3_000, f"{versions} versions of 3,000 patients")
    ended = command(lab.binary, desk.folder, "audit", "verify", "--json").check("audit verify")
    return f"{kills} kills, then 3,000 of 3,000 once, {ended.json.get('entries')} entries intact"


def kill_import(lab, desk, paths):
    """Starts an import and kills it a little later."""
    line = [lab.binary, "import", *[str(path) for path in paths], "--data-dir", str(desk.folder)]
    with subprocess.Popen(
            line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL) as process:
        time.sleep(lab.random.uniform(0.05, 0.8))
        process.send_signal(signal.SIGKILL)
