"""Runs the cases and counts."""

import os
import pathlib
import shutil
import signal
import sys
import time
import traceback

from . import cases, checks, upgrades
from .machine import Unusable, made_base


class Lab:
    """What the cases share: the package, a later one, the base of machines, a log."""

    def __init__(self, options, project, log, out):
        self.out = out
        self.project = project
        self.package = pathlib.Path(options.package).resolve()
        self.later = pathlib.Path(options.later).resolve() if options.later else None
        self.program = options.program
        self.is_full = options.full
        self.archive = None
        self.log = log
        self.figures = {}


def say(line):
    """One line, at once."""
    print(line, flush=True)


def run_case(lab, name, case):
    """True, False, or None where this computer cannot carry it."""
    began = time.monotonic()
    try:
        case(lab)
    except Unusable as reason:
        say(f"skipped: {name}: {reason}")
        return None
    except AssertionError as reason:
        say(f"FAILED  {name}: {reason}")
        return False
    except Exception:  # A defect of the lab is a failure of the case.
        say(f"FAILED  {name}: {traceback.format_exc()}")
        return False
    say(f"ok      {name}  ({time.monotonic() - began:.1f} s)")
    return True


def main(options):
    """Runs what was asked for; the exit status."""
    # Told to end, it still takes its machines with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    project = pathlib.Path(__file__).resolve().parents[3]
    out = pathlib.Path(options.out or project / ".build/package-tests").resolve()
    out.mkdir(parents=True, exist_ok=True)
    wanted = [name for name in options.only.split(",") if name]
    chosen = [(name, case) for name, case in checks.ALL if not wanted or name in wanted]
    on_machines = [(name, case) for name, case in cases.ALL + upgrades.ALL
                   if not wanted or name in wanted]
    if options.list:
        for name, case in chosen + on_machines:
            say(f"{name:22} {case.__doc__.splitlines()[0]}")
        return 0
    with open(out / "machines.log", "wb") as log:
        lab = Lab(options, project, log, out)
        results = [run_case(lab, name, case) for name, case in chosen]
        reason = why_no_machines()
        if reason is None:
            try:
                lab.archive = made_base(out)
            except Unusable as error:
                reason = str(error)
        if reason is not None:
            say(f"skipped: {len(on_machines)} cases on machines: {reason}")
            results += [None] * len(on_machines)
        else:
            results += [run_case(lab, name, case) for name, case in on_machines]
        for name, value in lab.figures.items():
            say(f"        {name}: {value}")
    passed, failed = results.count(True), results.count(False)
    say(f"{passed} passed, {failed} failed, {results.count(None)} skipped")
    return 1 if failed else 0


def why_no_machines():
    """Why no machine can be made here, or nothing."""
    if os.geteuid() != 0:
        return "only root can make machines; run it with sudo"
    for command in ("mmdebstrap", "systemd-nspawn", "nsenter"):
        if shutil.which(command) is None:
            return f"{command} is missing; appliance/install-tools package installs it"
    return None
