"""Walks through signing in with second factors on a box of its own, with Chromium.

    factors.py --program .build/debug/tribal-ehr [--port 9120] [--out FOLDER]

It makes a box whose administrators need a second factor, sets up an authenticator app and a passkey
(Chromium's virtual authenticator), signs in with each, prints recovery codes, locks and unlocks with a
PIN, meets the dialog for a fresh proof after the box was killed, and comes back in with the codes of
the box's own command.
"""

import argparse
import base64
import hashlib
import hmac
import json
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

from playwright.sync_api import sync_playwright

from watch import Watch

PASSWORD = "mesa kettle forty violins"
OTHER = "seven copper lanterns adrift"


class Box:
    """A box that runs, can be killed, and starts again."""

    def __init__(self, program, port):
        self.program, self.port = program, port
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="factors-"))
        self.data = self.folder / "data"
        (self.folder / "answers.json").write_text(json.dumps({
            "clinicName": "Red Mesa Clinic", "timeZone": "America/Denver", "boxName": "red-mesa",
            "administrator": {"username": "ana", "password": PASSWORD, "displayName": "Ana Begay"},
            "recoveryKitFile": str(self.folder / "kit.txt")}))
        self.run("setup", "--answers", str(self.folder / "answers.json"))
        self.process = None

    def run(self, *words):
        done = subprocess.run(
            [self.program, *words, "--data-dir", self.data], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{words}: {done.stderr}")
        return done.stdout

    def start(self):
        self.process = subprocess.Popen(
            [self.program, "serve", "--data-dir", self.data, "--listen", f"127.0.0.1:{self.port}",
             "--http-listen", "off"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit("The box does not start.") from None
                time.sleep(0.1)
        raise SystemExit("The box does not answer.")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
        shutil.rmtree(self.folder)


class App:
    """An authenticator app; it never gives a code twice."""

    def __init__(self, key):
        text = key.replace(" ", "")
        self.seed = base64.b32decode(text + "=" * (-len(text) % 8))
        self.last = 0

    def code(self):
        step = max(int(time.time()) // 30, self.last + 1)
        while step > int(time.time()) // 30 + 1:
            time.sleep(1)
        self.last = step
        mac = hmac.new(self.seed, struct.pack(">Q", step), hashlib.sha1).digest()
        at = mac[-1] & 15
        return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def sign_in(page, name, password):
    page.goto("/sign-in")
    page.fill("#username", name)
    page.fill("#password", password)
    page.keyboard.press("Enter")


def sign_out(page):
    page.click("button:has-text('Sign out')")
    page.wait_for_selector("#username")


def walk_first(watch, page):
    """A first sign-in leads to the app, and to nothing else."""
    sign_in(page, "ana", PASSWORD)
    page.wait_for_selector(".factor-choice")
    watch.look(page, "factor-choice")
    page.goto("/sessions")
    page.wait_for_selector(".factor-choice")
    page.click("text=Use an authenticator app")
    page.wait_for_selector("svg.qr")
    page.click("summary:has-text('camera')")
    watch.look(page, "factor-app", full=True)
    app = App(page.inner_text(".app-key"))
    page.fill("#app-code", "000000")
    page.keyboard.press("Enter")
    page.wait_for_selector(".errors .message")
    watch.look(page, "factor-app-wrong")
    page.fill("#app-code", app.code())
    page.keyboard.press("Enter")
    page.wait_for_selector(".codes")
    codes = page.locator(".codes code").all_inner_texts()
    watch.check(len(set(codes)) == 10, f"there are {len(codes)} recovery codes")
    watch.look(page, "factor-codes")
    with page.expect_download() as saved:
        page.click("text=Save as a file")
    text = pathlib.Path(saved.value.path()).read_text()
    watch.check(all(code in text for code in codes), "the saved file lacks a code")
    page.click("text=I have kept them")
    page.wait_for_selector(".sessions .table")
    watch.look(page, "your-sign-in", full=True)
    watch.fits(page, "your-sign-in")
    return app, codes


def walk_second_step(watch, page, app, codes):
    """Wrong, right and recovery codes."""
    sign_out(page)
    sign_in(page, "ana", PASSWORD)
    page.wait_for_selector("#code")
    watch.look(page, "second-step")
    page.fill("#code", "000000")
    page.keyboard.press("Enter")
    page.wait_for_selector(".errors .message")
    watch.look(page, "second-step-wrong")
    page.fill("#code", app.code())
    page.keyboard.press("Enter")
    page.wait_for_selector("nav >> text=Audit log")
    sign_out(page)
    sign_in(page, "ana", PASSWORD)
    page.click("text=Use a recovery code")
    page.fill("#code", codes[0].lower())
    page.keyboard.press("Enter")
    page.wait_for_selector("nav >> text=Audit log")
    page.goto("/sessions")
    page.wait_for_selector("text=9 codes left")


def walk_passkey(watch, page):
    """A passkey is added, is the second step, and signs in alone."""
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable", {"enableUI": False})
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True,
        "automaticPresenceSimulation": True}})
    began = time.time()
    with page.expect_response(lambda r: r.url.endswith("/factors/passkeys")) as made:
        page.click("text=Add a passkey")
    watch.check(made.value.ok, f"the passkey is not taken: {made.value.status}")
    watch.figures["passkey set up, ms"] = round((time.time() - began) * 1_000)
    page.wait_for_selector("text=Passkey 1, for localhost")
    watch.look(page, "your-sign-in-passkey", full=True)
    page.click("button:has-text('Rename') >> nth=-1")
    page.keyboard.type("Key on my ring")
    watch.look(page, "your-sign-in-rename", full=True)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Key on my ring")
    sign_out(page)
    sign_in(page, "ana", PASSWORD)
    page.click("[data-passkey]")
    page.wait_for_selector("nav >> text=Audit log")
    sign_out(page)
    began = time.time()
    page.click("text=Sign in with a passkey")
    page.wait_for_selector("nav >> text=Audit log")
    watch.figures["signed in by passkey alone, ms"] = round((time.time() - began) * 1_000)


def walk_pin(watch, page):
    """The PIN locks and unlocks; what was on the screen is gone meanwhile."""
    page.goto("/sessions")
    page.wait_for_selector("#new-pin")
    page.fill("#new-pin", "123456")
    page.click("text=Set the PIN")
    page.wait_for_selector(".factor-cards .errors .message")
    page.fill("#new-pin", "481920")
    page.click("text=Set the PIN")
    page.wait_for_selector("text=Remove the PIN")
    page.click("summary bdi")
    page.click("text=Lock this page")
    page.wait_for_selector("#pin")
    watch.check(page.locator(".sessions").count() == 0, "the locked page still shows the sessions")
    watch.look(page, "locked")
    page.reload()
    page.wait_for_selector("#pin")
    page.fill("#pin", "111222")
    page.keyboard.press("Enter")
    page.wait_for_selector(".errors .message")
    watch.look(page, "locked-wrong")
    page.fill("#pin", "481920")
    page.keyboard.press("Enter")
    page.wait_for_selector(".sessions .table")


def walk_proof(watch, page, box):
    """After a power cut the session lives, and a change asks for the password."""
    box.kill()
    box.start()
    page.reload()
    page.wait_for_selector("text=9 codes left")
    page.click("text=Make ten new codes")
    page.wait_for_selector("#proof-password")
    watch.look(page, "proof-dialog")
    page.keyboard.press("Escape")
    page.wait_for_selector("#proof-password", state="detached")
    page.click("text=Make ten new codes")
    page.fill("#proof-password", "wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog .errors .message")
    watch.look(page, "proof-dialog-wrong")
    page.fill("#proof-password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".codes")
    page.click("text=I have kept them")
    page.wait_for_selector("text=10 codes left")
    sign_out(page)


def walk_codes(watch, page, box):
    """Codes of the box's own command lead back in."""
    answer = json.loads(box.run("user", "password-code", "ana", "--json").splitlines()[-1])
    page.click("text=I have a code")
    page.wait_for_selector("#new")
    page.keyboard.press("Enter")
    page.wait_for_selector(".errors .message")
    page.fill("#username", "ana")
    page.fill("#code", answer["code"])
    page.fill("#new", OTHER)
    watch.look(page, "new-password")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=The password is changed.")
    answer = json.loads(box.run("user", "reset-factor", "ana", "--json").splitlines()[-1])
    sign_in(page, "ana", OTHER)
    page.click("text=Use a recovery code")
    page.fill("#code", answer["code"])
    page.keyboard.press("Enter")
    page.wait_for_selector(".factor-choice")
    sign_out(page)

    added = box.run("user", "add", "nora", "--role", "NURSE", "--generate", "--json")
    password = json.loads(added.splitlines()[-1])["password"]
    sign_in(page, "nora", password)
    page.wait_for_selector("text=Choose a password of your own")
    watch.look(page, "first-password")
    page.fill("#current", password)
    page.fill("#new", OTHER)
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-search]")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--port", type=int, default=9120)
    parser.add_argument("--out", default="/tmp/factors-walk")
    options = parser.parse_args()
    watch = Watch(options.out)
    box = Box(options.program, options.port)
    try:
        box.start()
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path="/usr/bin/chromium")
            page = watch.page(browser, f"https://localhost:{options.port}",
                              viewport={"width": 1280, "height": 860})
            app, codes = walk_first(watch, page)
            walk_second_step(watch, page, app, codes)
            walk_passkey(watch, page)
            walk_pin(watch, page)
            walk_proof(watch, page, box)
            walk_codes(watch, page, box)
            browser.close()
    finally:
        box.close()
    return watch.report()


if __name__ == "__main__":
    sys.exit(main())
