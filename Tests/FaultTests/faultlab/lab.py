"""Cases, their outcome, and the bench that they work on."""

import dataclasses
import os
import pathlib
import random
import shutil
import tempfile


# A word of the negative controls, which only a debug build holds.
CONTROL_WORD = b"synchronous-normal"
NO_CONTROLS = "no control, a release build has none"


class Failed(Exception):
    """A promise was not kept."""


class Skipped(Exception):
    """The case cannot be run on this machine; the text says why."""


@dataclasses.dataclass(frozen=True)
class Case:
    """One promise and how it is tested."""

    id: str
    title: str
    run: object


CASES = []


def case(identity, title):
    """Registers a function that takes a ``Lab`` and returns the figures of a passed run."""

    def register(run):
        CASES.append(Case(identity, title, run))
        return run

    return register


def require(is_kept, words):
    """Fails the case with `words` unless the promise is kept."""
    if not is_kept:
        raise Failed(words)


def require_root():
    """Skips the case where loop devices and mounts are not allowed."""
    if os.geteuid() != 0:
        raise Skipped("needs root for loop devices and mounts")


def require_tool(name):
    """Skips the case where a program of the system is missing."""
    if shutil.which(name) is None:
        raise Skipped(f"{name} is not installed")


def percentile(values, part):
    """The value below which `part` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


class Lab:
    """What one case has at hand; everything it opens is closed by ``close``."""

    def __init__(self, binary, out, is_full, seed, claimed):
        self.binary = str(pathlib.Path(binary).resolve())
        self.out = pathlib.Path(out)
        self.is_full = is_full
        self.random = random.Random(seed)
        self.claimed = claimed
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="faultlab-"))
        self.closers = []
        self.has_controls = CONTROL_WORD in pathlib.Path(self.binary).read_bytes()

    def pick(self, short, full):
        """The count of this run."""
        return full if self.is_full else short

    def defer(self, close):
        """Calls `close` at the end of the case, last come first."""
        self.closers.append(close)

    def data_folder(self, where=None):
        """A claimed data folder that nobody has open, as ``runner`` prepared it."""
        target = pathlib.Path(where or self.folder) / f"data{len(self.closers)}"
        # The box keeps a file of zeros for a full disk; it makes it again where it fits.
        shutil.copytree(
            self.claimed.folder, target, ignore=shutil.ignore_patterns("ballast", "control.sock"))
        os.chmod(target, 0o700)
        self.defer(lambda: None)
        return target

    def close(self):
        """Stops, unmounts and removes everything, whatever happened before."""
        for close in reversed(self.closers):
            try:
                close()
            except (OSError, RuntimeError) as error:
                print(f"  cleaning up: {error}", flush=True)
        shutil.rmtree(self.folder, ignore_errors=True)
