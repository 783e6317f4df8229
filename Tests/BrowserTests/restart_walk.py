"""Saves vital signs with Chromium while the box is away, and looks at the page of updates.

The box is ended by SIGKILL under a filled form; what was typed has to stay, to be sent by itself when the
box is back, and to be there once.
"""

import argparse
import json
import pathlib
import shutil
import sys
import tempfile
import time

from playwright.sync_api import sync_playwright

from restore_walk import USER
from setup_walk import WORDS, Box, CutOffWatch, sign_in

WAITING = ".message:text('What you typed stays')"
RELEASE = {"version": "1.0.0", "program": "1.0.0", "isPackaged": True, "isAsked": False}
STATES = {
    "updates-2-choose": RELEASE,
    "updates-3-waiting": {
        **RELEASE, "waiting": {"version": "1.1.0", "bytes": 15_757_048, "schemaStep": 30}},
    "updates-4-trial": {
        **RELEASE, "package": {"state": "trial", "from": "1.0.0", "to": "1.1.0"}},
    "updates-5-back": {
        **RELEASE, "package": {
            "state": "rolled-back", "from": "1.0.0", "to": "1.1.0",
            "notice": "Release 1.1.0 did not work: it was started twice and did not come up. Release "
                      "1.0.0 is back, with the record as it was."}},
    "updates-6-works": {
        **RELEASE, "version": "1.1.0",
        "package": {"state": "confirmed", "from": "1.0.0", "to": "1.1.0"},
        "record": {"phase": "settled", "version": "1.1.0", "hasBefore": True,
                   "endedAt": "2026-11-20T18:00:00Z"}},
}


def make_clinic(box, folder):
    """A clinic with invented people and a clinician."""
    answers = pathlib.Path(folder) / "answers.json"
    answers.write_text(json.dumps({
        "clinicName": "Red Mesa Clinic", "timeZone": "America/Phoenix", "boxName": "red-mesa",
        "administrator": {"username": USER, "password": WORDS, "displayName": "Ana Begay",
                          "isClinician": True},
        "recoveryKitFile": str(pathlib.Path(folder) / "kit.txt")}), encoding="utf-8")
    box.run("setup", "--answers", str(answers))
    box.run("demo", "load")


def heart_rates(page):
    """How many heart rates there are; asked by the page itself."""
    return page.evaluate("""async () => (await (await fetch(
        "/fhir/Observation?code=8867-4&value-quantity=73&_summary=count")).json()).total""")


def save_while_away(watch, page, box):
    """A form that is sent while nobody answers."""
    page.goto("/patients")
    page.wait_for_selector("[data-search]")
    page.keyboard.type("lits")
    page.wait_for_selector("a.patient")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector(".summary")
    page.keyboard.press("v")
    page.wait_for_selector("#v-systolic:focus")
    page.fill("#v-heart-rate", "73")
    before = heart_rates(page)
    box.kill()
    page.keyboard.press("Enter")
    page.wait_for_selector(WAITING)
    watch.check(page.input_value("#v-heart-rate") == "73", "what was typed is gone")
    watch.check(page.is_disabled("#v-heart-rate"), "what is on its way can be changed")
    watch.look(page, "restart-1-waiting", full=True)
    watch.fits(page, "restart-1-waiting")
    began = time.monotonic()
    box.start()
    page.wait_for_selector(".message.good:focus", timeout=30_000)
    watch.figures["saved after the box was back, seconds"] = round(time.monotonic() - began, 1)
    watch.look(page, "restart-2-saved")
    made = heart_rates(page) - before
    watch.check(made == 1, f"{made} heart rates were made instead of one")


def lose_the_answer(watch, page, box):
    """The box keeps what was sent and ends before it answers: the retry adds nothing."""
    page.keyboard.press("v")
    page.wait_for_selector("#v-systolic:focus")
    page.fill("#v-heart-rate", "73")
    before = heart_rates(page)
    lost = []

    def drop(route):
        if not lost:
            lost.append(route.fetch())
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/api/v1/observations/vitals", drop)
    page.keyboard.press("Enter")
    page.wait_for_selector(".message.good:focus", timeout=30_000)
    page.unroute("**/api/v1/observations/vitals")
    watch.check(bool(lost), "no answer was lost")
    made = heart_rates(page) - before
    watch.check(made == 1, f"{made} heart rates were made instead of one")


def telling(answer):
    """Answers in the place of the box."""
    return lambda route: route.fulfill(json=answer)


def updates(watch, page):
    """The page of updates, as it is here and as it is on a box with a package."""
    page.goto("/admin/updates")
    page.wait_for_selector(".updates .message")
    watch.check("not installed as a package" in page.inner_text(".updates"), "no word about the package")
    watch.look(page, "updates-1-own", full=True)
    for name, answer in STATES.items():
        page.route("**/api/v1/upgrade", telling(answer))
        page.goto("/")
        page.goto("/admin/updates")
        page.wait_for_selector(".updates .message")
        watch.look(page, name, full=True)
        watch.fits(page, name)
        if name == "updates-2-choose":
            page.click(".updates [type=submit]")
            page.wait_for_selector("#package[aria-invalid]")
            watch.look(page, "updates-2-nothing-chosen", full=True)
        page.unroute("**/api/v1/upgrade")


def main():
    """The walk; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--out", default="")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="restart-walk-")
    watch = CutOffWatch(options.out or folder + "/looks")
    watch.app = None
    box = Box(options.program, folder)
    try:
        make_clinic(box, folder)
        box.start()
        with sync_playwright() as play:
            browser = play.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            page = watch.page(browser, box.url, viewport={"width": 1280, "height": 900})
            sign_in(watch, page)
            save_while_away(watch, page, box)
            lose_the_answer(watch, page, box)
            updates(watch, page)
            browser.close()
    finally:
        box.kill()
        if options.out:
            shutil.rmtree(folder, ignore_errors=True)
    return watch.report()


if __name__ == "__main__":
    sys.exit(main())
