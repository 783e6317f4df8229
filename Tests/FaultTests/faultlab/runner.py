"""Runs the cases one after the other and prints a line for each."""

import json
import pathlib
import random
import shutil
import signal
import tempfile
import time
import traceback

from faultlab.box import Claimed
from faultlab.lab import CASES, Failed, Lab, Skipped

CASE_SECONDS_MAX = {False: 240, True: 7_200}


class TooLong(BaseException):
    """A case that hangs; not an Exception, so that no case swallows it."""


def main(options):
    """Runs what the command line asks for; the exit code."""
    import cases  # registers every case

    del cases
    chosen = choose(options.only)
    if options.list:
        for one in chosen:
            print(f"{one.id:5} {one.title}")
        return 0
    if not pathlib.Path(options.binary).is_file():
        print(f"{options.binary} is not there. Build it first: swift build")
        return 2
    out = pathlib.Path(options.out or tempfile.mkdtemp(prefix="faults-"))
    out.mkdir(parents=True, exist_ok=True)
    seed = options.seed or random.SystemRandom().randrange(1, 1_000_000)
    results = run_all(chosen, options, out, seed)
    (out / "results.json").write_text(json.dumps({"seed": seed, "cases": results}, indent=2))
    return summary(results, out, seed)


def choose(only):
    """The cases named on the command line, or all."""
    wanted = {word.strip().upper() for word in only.split(",") if word.strip()}
    unknown = wanted - {one.id for one in CASES}
    if unknown:
        raise SystemExit(f"No such case: {', '.join(sorted(unknown))}. See --list.")
    return [one for one in CASES if not wanted or one.id in wanted]


def run_all(chosen, options, out, seed):
    """The outcome of each case, as it is written to results.json."""
    signal.signal(signal.SIGALRM, on_alarm)
    signal.signal(signal.SIGTERM, on_alarm)
    work = pathlib.Path(tempfile.mkdtemp(prefix="faultlab-claimed-"))
    results = []
    try:
        claimed = Claimed.make(options.binary, work)
        for one in chosen:
            results.append(run_one(one, options, out, seed, claimed))
    except Failed as failure:
        results.append({"id": "setup", "outcome": "failed", "words": str(failure)})
        print(f"setup failed: {failure}", flush=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return results


def run_one(one, options, out, seed, claimed):
    """Runs one case on a bench of its own."""
    started = time.monotonic()
    place = Lab(options.binary, out / one.id, options.full, f"{seed}/{one.id}", claimed)
    shutil.rmtree(place.out, ignore_errors=True)  # logs of an earlier run
    place.out.mkdir(parents=True)
    signal.alarm(CASE_SECONDS_MAX[options.full])
    try:
        outcome, words = "passed", one.run(place)
    except Skipped as reason:
        outcome, words = "skipped", str(reason)
    except Failed as failure:
        outcome, words = "failed", str(failure)
    except TooLong as reason:
        outcome, words = "failed", str(reason)
    except Exception as error:  # a case that breaks is a failed case, and the next one runs
        place_in_code = traceback.extract_tb(error.__traceback__)[-1]
        outcome, words = "failed", (
            f"{type(error).__name__}: {error}, in {pathlib.Path(place_in_code.filename).name} "
            f"line {place_in_code.lineno}")
        (place.out / "traceback.txt").write_text(traceback.format_exc())
    finally:
        signal.alarm(0)
        place.close()
    seconds = round(time.monotonic() - started, 1)
    print(f"{one.id} {outcome}: {words} ({seconds} s)", flush=True)
    return {"id": one.id, "title": one.title, "outcome": outcome, "words": words,
            "seconds": seconds}


def on_alarm(number, _frame):
    """Ends a case that hangs, or the run when it is told to stop."""
    if number == signal.SIGALRM:
        raise TooLong("took too long and was stopped")
    raise SystemExit(143)


def summary(results, out, seed):
    """Prints the last line; the exit code."""
    count = {word: sum(1 for one in results if one["outcome"] == word)
             for word in ("passed", "failed", "skipped")}
    if count["failed"]:
        print(f"Logs are in {out}; repeat the choices with --seed {seed}.")
    print(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    return 1 if count["failed"] else 0
