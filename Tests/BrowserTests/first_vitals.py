"""From a box that belongs to nobody to the first saved vital signs, as fast as a person types.

    first_vitals.py --url https://localhost:8443 --http http://localhost:8080 --code CODE \
        --console "COMMAND …" --patient FILE [--spent SECONDS] [--out FOLDER]

Keyboard only, with the pauses of somebody who does this for the first time. The browser trusts the
box by the authority that its trust page hands out, and by nothing else: a certificate that does not
fit ends the walk. The patient comes from a file that the console imports; `--console` is what a
command of the box is written behind, and `--spent` what the installation took before.
"""

import argparse
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import time
import urllib.request

from playwright.sync_api import sync_playwright

from factors import App
from watch import Watch

SECONDS_MAX = 300
# A practised person: 500 keys a minute in words, 150 from a sheet of paper.
KEY_SECONDS = 0.12
COPIED_KEY_SECONDS = 0.4
# What a person needs before a field, on a screen that is seen for the first time, and with a phone
# or a printer in the hand.
FIELD_SECONDS = 1.0
SCREEN_SECONDS = 4.0
THING_SECONDS = 10.0
BOX_NAME = "red-mesa"
WORDS = "correct horse battery staple"
VITALS = ["128/76", "72", "16", "98.6", "97", "", "158 lb", "5'4\"", "2"]


class Person:
    """Somebody at the keyboard of a tablet, and now and then at the console."""

    def __init__(self, watch, console, haste=1.0):
        self.watch, self.console, self.page = watch, console, None
        # How many times as fast as a person.
        self.haste = haste
        self.keys = 0
        # What axe and the pictures took, which is neither the person's time nor the box's.
        self.looked = 0.0

    def wait(self, seconds):
        time.sleep(seconds / self.haste)

    def type(self, words, seconds=KEY_SECONDS):
        self.keys += len(words)
        self.page.keyboard.type(words, delay=seconds / self.haste * 1_000)

    def key(self, name):
        self.keys += 1
        self.page.keyboard.press(name)
        self.wait(KEY_SECONDS)

    def reach(self, selector):
        """Tab, as often as it takes."""
        for _ in range(60):
            if self.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
                return
            self.key("Tab")
        self.watch.fault(f"Tab does not reach {selector}")

    def fill(self, selector, words, seconds=KEY_SECONDS):
        self.reach(selector)
        self.wait(FIELD_SECONDS)
        self.page.keyboard.press("Control+a")
        self.type(words, seconds)

    def press(self, selector):
        self.reach(selector)
        self.wait(FIELD_SECONDS)
        self.key("Enter")

    def screen(self, name, words=None):
        """Waits for a screen, has axe look at it, and reads it."""
        if words:
            self.page.wait_for_function(
                "words => document.querySelector('h1')?.textContent.trim() === words", arg=words)
        self.page.wait_for_load_state("networkidle")
        began = time.monotonic()
        self.watch.look(self.page, name, full=True)
        self.looked += time.monotonic() - began
        self.wait(SCREEN_SECONDS)

    def order(self, *words):
        """Types a command at the console; what it says."""
        self.wait(FIELD_SECONDS + KEY_SECONDS * len(" ".join(words)))
        done = subprocess.run(
            [*self.console, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=120, check=False)
        self.watch.check(done.returncode == 0, f"{words[0]} {words[1]} failed: {done.stdout[-400:]}")
        return done.stdout


def trust(person, http, home):
    """Takes the authority from the trust page into the device, as its steps say."""
    with urllib.request.urlopen(f"{http}/trust/ca.pem", timeout=10) as answer:
        file = home / "box.pem"
        file.write_bytes(answer.read())
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    for words in (["-N", "--empty-password"], ["-A", "-n", "box", "-t", "C,,", "-i", str(file)]):
        subprocess.run(["certutil", *words, "-d", f"sql:{database}"], check=True)
    person.wait(2 * THING_SECONDS)


def set_up(person, code):
    page = person.page
    page.goto("/")
    person.screen("first-1-code", "Set up this box")
    person.fill("#setup-code", code.lower(), COPIED_KEY_SECONDS)
    person.press("[type=submit]")
    person.screen("first-2-clinic", "Your clinic")
    person.fill("#setup-clinicName", "Red Mesa Clinic")
    person.fill("#setup-boxName", BOX_NAME)
    person.reach("#setup-timeZone")
    person.type("America/Phoenix")
    person.press("[type=submit]")
    person.screen("first-3-administrator", "First administrator")
    person.fill("#setup-displayName", "Ana Begay")
    person.fill("#setup-username", "ana.begay")
    person.fill("#setup-password", WORDS)
    person.reach("[name=isClinician]")
    person.wait(FIELD_SECONDS)
    person.key("Space")
    person.press("[type=submit]")
    person.screen("first-4-kit", "Recovery kit")
    person.press(".setup-actions button")
    page.wait_for_selector(".kit-sheet")
    groups = page.locator(".kit-code b").all_inner_texts()
    # The printer.
    person.wait(THING_SECONDS)
    for group in page.evaluate(
            "[...document.querySelectorAll('.setup-groups input')].map(i => Number(i.name.slice(6)))"):
        person.fill(f"#setup-group-{group}", groups[group - 1].lower(), COPIED_KEY_SECONDS)
    person.press("[type=submit]")
    person.screen("first-5-ready", "Red Mesa Clinic is ready")


def sign_in(person):
    page = person.page
    page.goto("/")
    page.wait_for_selector("#username")
    person.screen("first-6-sign-in")
    person.fill("#username", "ana.begay")
    person.fill("#password", WORDS)
    person.key("Enter")
    page.wait_for_selector(".factor-choice")
    person.screen("first-7-factor", "Set up a second factor")
    app_button = "button:has-text('Use an authenticator app')"
    page.locator(app_button).evaluate("node => node.setAttribute('data-walk', 'app')")
    person.press("[data-walk=app]")
    page.wait_for_selector("svg.qr")
    person.screen("first-8-app")
    app = App(page.locator(".app-key").text_content())
    # The phone.
    person.wait(THING_SECONDS)
    person.fill("#app-code", app.code(), COPIED_KEY_SECONDS)
    person.key("Enter")
    page.wait_for_selector(".codes")
    person.screen("first-9-codes")
    # The printer again.
    person.wait(THING_SECONDS)
    page.locator("button:has-text('I have kept them')").evaluate(
        "node => node.setAttribute('data-walk', 'kept')")
    person.press("[data-walk=kept]")
    page.wait_for_function("() => !/^\\/(sign-in|first-steps)/.test(location.pathname)")
    page.wait_for_selector(".person")


def bring_patient(person, options):
    """A patient from the paper register of the clinic, as a file."""
    told = person.order(options.program, "import", options.patient, *options.folder)
    person.watch.check("1" in told, f"the import says {told[-200:]}")


def save_vitals(person, letters):
    page = person.page
    page.goto("/patients")
    page.wait_for_selector("[data-search]")
    person.wait(FIELD_SECONDS)
    person.type(letters)
    page.wait_for_selector("a.patient")
    person.key("ArrowDown")
    person.wait(FIELD_SECONDS)
    person.key("Enter")
    page.wait_for_selector(".summary")
    person.screen("first-10-chart")
    person.key("v")
    page.wait_for_selector("#v-systolic:focus")
    person.screen("first-11-vitals")
    page.locator("#v-systolic").focus()
    for text in VITALS:
        person.wait(FIELD_SECONDS)
        person.type(text)
        person.key("Tab")
    person.key("Enter")
    page.wait_for_selector(".message.good:focus")


def walk(watch, options, play):
    person = Person(watch, shlex.split(options.console), options.haste)
    began = time.monotonic() - options.spent
    stages = {"installation": options.spent}

    def passed(name):
        stages[name] = time.monotonic() - began - person.looked - sum(stages.values())

    with tempfile.TemporaryDirectory() as folder:
        home = pathlib.Path(folder)
        trust(person, options.http, home)
        passed("trust")
        name = f"{BOX_NAME}.local"
        browser = play.chromium.launch(
            executable_path=options.chromium, env={**os.environ, "HOME": str(home)},
            args=["--no-sandbox", f"--host-resolver-rules=MAP {name} 127.0.0.1"])

        def page(url):
            # Its own certificates count: no page opens that the device does not trust.
            made = browser.new_context(base_url=url, viewport={"width": 1280, "height": 860})
            made.set_default_timeout(20_000)
            opened = made.new_page()
            opened.on("console", watch.log)
            opened.on("pageerror", lambda error: watch.fault(f"script error: {error}"))
            return opened

        person.page = page(options.url)
        set_up(person, options.code)
        passed("setup")
        person.page.context.close()
        person.page = page(options.url.replace("//localhost", f"//{name}"))
        sign_in(person)
        passed("sign-in")
        bring_patient(person, options)
        passed("patient")
        save_vitals(person, "tso")
        passed("vital signs")
        took = time.monotonic() - began - person.looked
        watch.look(person.page, "first-12-saved")
        watch.check(person.page.url.endswith("/vitals"), "the trends do not follow the save")
        browser.close()
    watch.figures["stages, seconds"] = {name: round(value, 1) for name, value in stages.items()}
    watch.figures["keys pressed in the browser"] = person.keys
    watch.figures["axe and pictures beside that, seconds"] = round(person.looked, 1)
    watch.figures["to the first saved vital signs, seconds"] = round(took, 1)
    watch.check(took <= options.seconds_max,
                f"the first vital signs took {took:.0f} s, more than {options.seconds_max}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", required=True, help="the box by HTTPS, as localhost")
    parser.add_argument("--http", required=True, help="the box by plain HTTP")
    parser.add_argument("--code", required=True, help="the setup code")
    parser.add_argument("--console", default="", help="words before a command of the box")
    parser.add_argument("--program", default="tribal-ehr", help="the program at the console")
    parser.add_argument("--folder", default=[], type=shlex.split, help="words behind an import")
    parser.add_argument("--patient", required=True, help="a file with one patient, at the console")
    parser.add_argument("--spent", type=float, default=0, help="seconds that have passed before")
    parser.add_argument("--seconds-max", type=float, default=SECONDS_MAX, help="the limit")
    parser.add_argument("--haste", type=float, default=1, help="times the pace of a person")
    parser.add_argument("--out", default="/tmp/tribal-ehr-first", help="folder for pictures")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    watch = Watch(options.out)
    with sync_playwright() as play:
        walk(watch, options, play)
    return watch.report()


if __name__ == "__main__":
    sys.exit(main())
