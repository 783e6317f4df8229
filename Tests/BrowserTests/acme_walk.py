"""Gets a certificate from an invented authority on the page, with Chromium.

    acme_walk.py --program .build/debug/tribal-ehr [--out FOLDER]

The authority runs here, looks at the box's plain port as one on the internet would, and signs with a
root of its own. It checks no signatures: the tests of the program do. The box is killed while a
certificate is on trial, too.
"""

import argparse
import base64
import http.client
import http.server
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

from playwright.sync_api import sync_playwright

from setup_walk import WORDS, Box, CutOffWatch, heading, sign_in

NAME = "ehr.clinic.example"
GONE = "gone.clinic.example"


def plain(text):
    """What stands in base64url."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Authority(http.server.ThreadingHTTPServer):
    """An authority that speaks as much ACME as one order takes."""

    def __init__(self, folder, box):
        super().__init__(("127.0.0.1", 0), Asked)
        self.folder, self.box, self.names, self.state = pathlib.Path(folder), box, [], "pending"
        self.base = f"http://127.0.0.1:{self.server_port}"
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-keyout", "root.key", "-out", "root.pem", "-days", "3650", "-subj",
                     "/CN=Invented Root", "-addext", "basicConstraints=critical,CA:TRUE")
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def look(self, token):
        """Whether the box shows the proof of a token under the name."""
        if GONE in self.names:
            return False
        asked = http.client.HTTPConnection("127.0.0.1", self.box.http, timeout=10)
        asked.request("GET", f"/.well-known/acme-challenge/{token}", headers={"Host": self.names[0]})
        answer = asked.getresponse()
        return answer.status == 200 and answer.read().decode().startswith(f"{token}.")

    def sign(self, request):
        """The certificate for a signing request, with the root behind it."""
        (self.folder / "request.der").write_bytes(request)
        (self.folder / "names").write_text(
            "extendedKeyUsage=serverAuth\nsubjectAltName=" + ",".join(f"DNS:{n}" for n in self.names))
        self.openssl("req", "-inform", "DER", "-in", "request.der", "-out", "request.pem")
        self.openssl("x509", "-req", "-in", "request.pem", "-CA", "root.pem", "-CAkey", "root.key",
                     "-days", "90", "-extfile", "names", "-out", "leaf.pem")
        return (self.folder / "leaf.pem").read_text() + (self.folder / "root.pem").read_text()


class Asked(http.server.BaseHTTPRequestHandler):
    """One request to the authority."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        base = self.server.base
        self.say({"newNonce": f"{base}/nonce", "newAccount": f"{base}/account",
                  "newOrder": f"{base}/order"})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        payload = plain(body["payload"])
        sent = json.loads(payload) if payload else {}
        authority, base = self.server, self.server.base
        order = {"authorizations": [f"{base}/proof"], "finalize": f"{base}/finalize",
                 "certificate": f"{base}/certificate"}
        if self.path == "/account":
            return self.say({}, 201, f"{base}/account/1")
        if self.path == "/order":
            if "identifiers" in sent:
                authority.names = [one["value"] for one in sent["identifiers"]]
                authority.state = "pending"
            return self.say({"status": authority.state, **order}, 201, f"{base}/order")
        if self.path == "/proof":
            error = {"error": {"detail": "Nobody answers."}} if authority.state == "invalid" else {}
            status = "valid" if authority.state == "ready" else authority.state
            return self.say({
                "status": status, "identifier": {"type": "dns", "value": authority.names[0]},
                "challenges": [{"type": "http-01", "token": "walk-1", "url": f"{base}/challenge",
                                **error}]})
        if self.path == "/challenge":
            authority.state = "ready" if authority.look("walk-1") else "invalid"
        if self.path == "/finalize":
            authority.chain = authority.sign(plain(sent["csr"]))
            authority.state = "valid"
        if self.path == "/certificate":
            return self.say(authority.chain)
        return self.say({})

    def say(self, content, status=200, location=None):
        body = (content if isinstance(content, str) else json.dumps(content)).encode()
        self.send_response(status)
        self.send_header("Replay-Nonce", "walk-nonce")
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)


def card(page):
    page.goto("/certificates")
    heading(page, "Certificates")
    page.wait_for_selector("[data-acme]")
    return page.locator("[data-acme]")


def ask(watch, page):
    watch.tab_to(page, "[data-now]")
    page.keyboard.press("Enter")


def confirm(watch, browser, page, name):
    """Opens the address of the trial in another tab, as the page says."""
    page.wait_for_selector("text=Trying the certificate")
    watch.look(page, name, full=True)
    other = page.context.new_page()
    other.goto(page.get_attribute("[data-acme] .errors a", "href"))
    other.wait_for_selector("text=The certificate is confirmed")
    watch.look(other, f"{name}-confirmed")
    other.close()
    page.wait_for_selector("text=The certificate is in force")


def walk(watch, browser, box, authority):
    page = watch.page(browser, box.url, viewport={"width": 1280, "height": 860})
    sign_in(watch, page)
    card(page)
    watch.look(page, "acme-off", full=True)
    box.run("setting", "set", "ACME_DIRECTORY", f"{authority.base}/directory")
    box.run("setting", "set", "ACME_NAMES", GONE)
    found = card(page)
    watch.check(GONE in found.inner_text(), "the page does not name what the certificate is for")
    ask(watch, page)
    page.wait_for_selector("[data-acme] .message.danger")
    watch.check("Nobody answers." in found.inner_text(), "the words of the authority are not shown")
    watch.look(page, "acme-failed", full=True)
    watch.fits(page, "acme-failed")
    box.run("setting", "set", "ACME_NAMES", NAME)
    card(page)
    ask(watch, page)
    page.wait_for_selector("text=Trying the certificate")
    # The power fails while it is on trial: nothing of it is kept.
    box.restart()
    told = box.run("certificate", "acme")
    watch.check("No certificate yet" in told, f"after a power cut: {told}")
    watch.check("own certificate" not in box.run("certificate", "show"), "a trial outlives the power")
    card(page)
    ask(watch, page)
    # The box forgot with its power that the person proved who they are.
    page.wait_for_selector("#proof-password")
    page.keyboard.type(WORDS)
    page.keyboard.press("Enter")
    confirm(watch, browser, page, "acme-trial")
    page.wait_for_timeout(1_500)
    found = card(page)
    watch.check("by itself" in found.inner_text(), "the page does not say when it is renewed")
    watch.look(page, "acme-on", full=True)
    told = box.run("certificate", "acme", "status")
    watch.check("renewed by itself" in told, f"the command says: {told}")
    told = box.run("certificate", "acme", "now", "--without-trial")
    watch.check("renewed by itself" in told, f"the second one: {told}")
    page.context.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="the built tribal-ehr")
    parser.add_argument("--out", default="/tmp/tribal-ehr-acme", help="folder for pictures")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    watch = CutOffWatch(options.out)
    folder = tempfile.mkdtemp()
    box = Box(options.program, folder)
    answers = pathlib.Path(folder) / "answers.json"
    answers.write_text(json.dumps({
        "clinicName": "Red Mesa Clinic", "timeZone": "America/Denver", "boxName": "red-mesa",
        "administrator": {"username": "ana.begay", "password": WORDS, "displayName": "Ana Begay"},
        "recoveryKitFile": f"{folder}/kit.txt"}))
    box.run("setup", "--answers", str(answers))
    authority = Authority(folder, box)
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=options.chromium,
            args=[f"--host-resolver-rules=MAP {NAME} 127.0.0.1"])
        try:
            box.start()
            walk(watch, browser, box, authority)
        finally:
            box.kill()
            authority.shutdown()
        browser.close()
    shutil.rmtree(folder)
    return watch.report()


if __name__ == "__main__":
    sys.exit(main())
