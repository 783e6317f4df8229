"""Restores a backup from the setup page with Chromium, by keyboard, and looks into it afterwards.

Makes a practice clinic, a backup of it and a bare second box; the second one becomes the clinic from
the file and the kit, and its time machine brings a changed record back.
"""

import argparse
import json
import pathlib
import shutil
import sys
import tempfile

from playwright.sync_api import sync_playwright

from setup_walk import WORDS, Box, CutOffWatch, fill, heading, press, sign_in

USER = "ana.begay"


def make_clinic(program, folder):
    """A clinic with invented people and a backup of it; its kit and the backup's path."""
    box = Box(program, folder)
    kit = pathlib.Path(folder) / "kit.txt"
    answers = pathlib.Path(folder) / "answers.json"
    answers.write_text(json.dumps({
        "clinicName": "Red Mesa Clinic", "timeZone": "America/Phoenix", "boxName": "red-mesa",
        "administrator": {"username": USER, "password": WORDS, "displayName": "Ana Begay",
                          "isClinician": True},
        "recoveryKitFile": str(kit)}), encoding="utf-8")
    box.run("setup", "--answers", str(answers))
    box.run("demo", "load")
    box.run("backup", "create")
    code = next(line for line in kit.read_text().splitlines() if line.startswith("Code:"))
    return code.split(":", 1)[1].strip(), next((box.data / "backups").glob("*.tribal-ehr-backup"))


def restore(watch, browser, box, code, backup):
    """The first screen's choice: a file of this computer, a wrong code, the right one."""
    page = watch.page(browser, box.url, viewport={"width": 1280, "height": 900})
    page.goto("/")
    heading(page, "Set up this box")
    fill(watch, page, "#setup-code", box.code())
    watch.tab_to(page, "[name=kind]")
    page.keyboard.press("ArrowUp")
    press(watch, page, "[type=submit]")
    heading(page, "Restore a backup")
    page.wait_for_selector(".setup-restore form")
    watch.look(page, "restore-1-none", full=True)
    watch.fits(page, "restore-1-none")
    other = pathlib.Path(box.data).parent / "no.tribal-ehr-backup"
    other.write_text("not a backup")
    page.set_input_files("#setup-file", str(other))
    page.wait_for_selector(".errors :text('no whole backup')")
    page.set_input_files("#setup-file", str(backup))
    page.wait_for_selector("[name=backup]:checked")
    watch.check("Red Mesa Clinic" in page.inner_text(".setup-choices"), "the clinic is not named")
    wrong = ("1" if code[0] != "1" else "2") + code[1:]
    fill(watch, page, "#setup-code", wrong)
    page.keyboard.press("Enter")
    page.wait_for_selector(".errors :text('typing mistake')")
    watch.look(page, "restore-2-wrong", full=True)
    page.check("[name=until][value=time]")
    page.wait_for_selector("#setup-until:visible")
    fill(watch, page, "#setup-code", code.lower().replace("-", " "))
    page.keyboard.press("Enter")
    page.wait_for_selector(".errors :text('date and the time')")
    watch.look(page, "restore-2-when", full=True)
    page.check("[name=until][value=latest]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".errors :text('No redo log')", timeout=90_000)
    page.check("[name=until][value=backup]")
    fill(watch, page, "#setup-code", code)
    page.keyboard.press("Enter")
    page.wait_for_selector("progress")
    watch.look(page, "restore-3-running")
    page.wait_for_function(
        "() => document.querySelector('h1')?.textContent === 'This box is set up'", timeout=90_000)
    watch.look(page, "restore-4-done")
    page.context.close()


def look_back(watch, browser, box):
    """Signs in as before, looks into a backup and finds nothing changed."""
    print(box.run("backup", "create").strip().splitlines()[0])
    page = watch.page(browser, box.url, viewport={"width": 1280, "height": 900})
    sign_in(watch, page)
    every_change(watch, page, box)
    page.goto("/admin/time-machine")
    page.wait_for_selector(".time-machine table")
    watch.look(page, "time-machine-1-list", full=True)
    page.click(".time-machine tbody button >> nth=0")
    page.wait_for_selector("#past-patient", timeout=60_000)
    watch.look(page, "time-machine-2-open", full=True)
    page.fill("#past-patient", "be")
    page.keyboard.press("Enter")
    page.wait_for_selector(".results .people, .results .state-note:not(.loading)")
    watch.look(page, "time-machine-3-found", full=True)
    page.click(".people button >> nth=0")
    page.wait_for_selector("#comparison-title", timeout=30_000)
    watch.check("Nothing differs" in page.inner_text(".comparison"), "a fresh backup differs")
    watch.look(page, "time-machine-4-chart", full=True)
    watch.fits(page, "time-machine-4-chart")
    page.context.close()


def every_change(watch, page, box):
    """A place on another disk gets each change, until somebody says copies only."""
    place = pathlib.Path(box.data).parent / "other-disk"
    place.mkdir()
    print(box.run("backup", "places", "add", "Other disk", "--folder", str(place)).strip())
    page.goto("/admin/backups")
    page.wait_for_selector(".place-list td:has-text('until')", timeout=60_000)
    watch.check(any(place.glob("*.tribal-ehr-redo")), "the place has no redo log")
    watch.look(page, "backups-every-change", full=True)
    watch.fits(page, "backups-every-change")
    page.click("[data-key^=redo-]")
    page.wait_for_selector(".place-list td:has-text('not here')")


def main():
    """Both walks; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--out", default="")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="restore-walk-")
    watch = CutOffWatch(options.out or folder + "/looks")
    watch.app = None
    clinic = pathlib.Path(folder) / "clinic"
    bare = pathlib.Path(folder) / "bare"
    clinic.mkdir()
    bare.mkdir()
    box = Box(options.program, bare)
    try:
        code, backup = make_clinic(options.program, clinic)
        box.start()
        with sync_playwright() as play:
            browser = play.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            restore(watch, browser, box, code, backup)
            look_back(watch, browser, box)
            browser.close()
    finally:
        box.kill()
        if options.out:
            shutil.rmtree(folder, ignore_errors=True)
    return watch.report()


if __name__ == "__main__":
    sys.exit(main())
