"""S33: a key that is not quite the key."""

import hashlib
import json
import time

from faultlab.box import Box
from faultlab.lab import Failed, case, require
from faultlab.resources import patient

REFUSE_SECONDS_MAX = 1.0
# Files that a refused start may touch: they hold nothing of the record.
UNIMPORTANT = {"lock", "control.sock"}


@case("S33", "wrong key at start: refused within a second, nothing written")
def wrong_keys(lab):
    """One bit of the machine key or of the key ring turned, or a file missing."""
    box = Box(lab, lab.data_folder()).start()
    created = box.client().create(patient("key"), "key-of-the-key-case")
    require(created.status == 201, f"a create answered {created.status}")
    box.stop()
    slowest, count = 0.0, 0
    for name, damage in damages(lab, box.folder):
        original = (box.folder / name).read_bytes()
        damage(box.folder / name)
        slowest = max(slowest, refuse(box, name))
        (box.folder / name).write_bytes(original)
        (box.folder / name).chmod(0o600)
        count += 1
    box.start()
    require(box.client().count("Patient") == 1, "the record is not there with the right key")
    box.stop()
    return f"{count} wrong keys, refused in {slowest:.2f} s at most, 0 bytes written"


def damages(lab, folder):
    """Pairs of a file's name and what is done to it."""
    for bit in lab.pick([0, 77, 255], range(0, 256, 8)):
        yield "machine.key", lambda path, bit=bit: flip_key_bit(path, bit)
    places = ring_places(folder)
    for at in lab.random.sample(places, min(len(places), lab.pick(4, 40))):
        yield "keyring.json", lambda path, at=at: change_letter(path, at)
    yield "machine.key", lambda path: path.unlink()
    yield "keyring.json", lambda path: path.unlink()


def flip_key_bit(path, bit):
    """Turns a bit of the key, whether it is stored in hex or as bytes."""
    data = bytearray(path.read_bytes())
    text = bytes(data).strip()
    if len(text) >= 64 and all(letter in b"0123456789abcdefABCDEF" for letter in text[-64:]):
        at = data.rindex(text) + len(text) - 64 + bit // 4
        data[at] = ord("0123456789abcdef"[int(chr(data[at]), 16) ^ (1 << bit % 4)])
    else:
        data[bit // 8 % len(data)] ^= 1 << bit % 8
    path.write_bytes(bytes(data))
    path.chmod(0o600)


def ring_places(folder):
    """Where in the key ring a wrapped key stands: the places of its long values."""
    text = (folder / "keyring.json").read_text(encoding="utf-8")
    places = []
    for value in long_values(json.loads(text)):
        start = text.index(value)
        places += [start + len(value) // 3, start + len(value) // 2]
    require(places, "keyring.json holds no wrapped key")
    return places


def long_values(tree):
    """All texts of 40 letters or more."""
    if isinstance(tree, str):
        return [tree] if len(tree) >= 40 else []
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, list):
        return [text for one in tree for text in long_values(one)]
    return []


def change_letter(path, at):
    """Another letter in one place."""
    text = path.read_text(encoding="utf-8")
    other = "1" if text[at] != "1" else "2"
    path.write_text(text[:at] + other + text[at + 1:], encoding="utf-8")
    path.chmod(0o600)


def refuse(box, name):
    """Seconds until the start was refused; the folder must be as it was."""
    before = fingerprint(box.folder)
    began = time.monotonic()
    offset = box.log.stat().st_size
    box.start(is_waiting=False)
    ended = box.ended_within(10)
    seconds = time.monotonic() - began
    if not ended:
        box.kill()
        raise Failed(f"the box started although {name} was damaged")
    said = box.said(offset).strip()
    require(box.process.returncode != 0, f"with {name} damaged the exit code is 0")
    require(said, f"with {name} damaged the box said nothing")
    require(seconds < REFUSE_SECONDS_MAX, f"with {name} damaged the refusal took {seconds:.2f} s")
    changed = {
        path for path, digest in fingerprint(box.folder).items() if before.get(path) != digest}
    require(not changed, f"with {name} damaged these files were written: {sorted(changed)}")
    return seconds


def fingerprint(folder):
    """Digest of each file; a side file of the database counts only if it holds something."""
    found = {}
    for path in folder.rglob("*"):
        relative = str(path.relative_to(folder))
        if path.is_file() and relative not in UNIMPORTANT and not relative.endswith("-shm"):
            data = path.read_bytes()
            if data:
                found[relative] = hashlib.sha256(data).hexdigest()
    return found
