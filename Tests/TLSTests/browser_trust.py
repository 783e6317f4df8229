#!/usr/bin/env python3
"""Trust as a real browser sees it.

A profile that took the box's authority opens the box under its name without a warning, and refuses a
certificate that the same box shows under a foreign name. A profile without it refuses the box. The
trust page says so: yellow without, green with, and goes on to the record.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import tempfile

from playwright.sync_api import sync_playwright

parser = argparse.ArgumentParser()
for option in ("https", "http", "ca", "name", "out"):
    parser.add_argument(f"--{option}", required=True)
options = parser.parse_args()
out = pathlib.Path(options.out)
port = options.https.rsplit(":", 1)[1]
plain_port = options.http.rsplit(":", 1)[1]
address = options.https.rsplit(":", 1)[0]
https = f"https://{options.name}:{port}"
trust_page = f"http://{options.name}:{plain_port}/trust"


def say(what, is_ok):
    """One line for the caller."""
    print(f"ok {what}" if is_ok else f"{what}: it is not so", flush=True)


def take_authority(home):
    """Puts the authority into the database that Chromium on Linux reads."""
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    subprocess.run(["certutil", "-N", "--empty-password", "-d", f"sql:{database}"], check=True)
    subprocess.run(
        ["certutil", "-A", "-n", "box", "-t", "C,,", "-i", options.ca, "-d", f"sql:{database}"],
        check=True)


def chromium(player, home):
    """A browser with a home of its own, in which the names lead to the box."""
    rules = f"MAP {options.name} {address}, MAP bank.example {address}"
    return player.chromium.launch(
        executable_path=shutil.which("chromium"),
        args=["--no-sandbox", f"--host-resolver-rules={rules}"],
        env={**os.environ, "HOME": str(home)})


def opens(browser, target):
    """Whether a page opens, in a tab of its own; the browser's refusal is the word behind ERR_."""
    page = browser.new_page()
    try:
        page.goto(target, wait_until="domcontentloaded", timeout=20_000)
        return "yes"
    except Exception as refusal:  # The library has one kind of error for all of them.
        text = str(refusal)
        start = text.find("ERR_")
        return text[start:].split()[0] if start >= 0 else text.splitlines()[0]
    finally:
        page.close()


def with_trust(player, home):
    """What a device sees that took the authority."""
    take_authority(home)
    browser = chromium(player, home)
    say("Chromium with the authority opens the box without a warning", opens(browser, https) == "yes")
    refused = opens(browser, f"https://bank.example:{port}/")
    say("Chromium with the authority refuses a foreign name", refused.startswith("ERR_CERT"))
    page = browser.new_page(viewport={"width": 1100, "height": 1500})
    page.goto(trust_page)
    page.wait_for_selector("#state.good", timeout=20_000)
    page.screenshot(path=str(out / "trust-good.png"), full_page=True)
    page.click("#go")
    page.wait_for_url(f"{https}/**", timeout=20_000)
    say("the check on the trust page turns green and goes on to the record", True)
    browser.close()


def without_trust(player, home):
    """What a device sees that did not."""
    home.mkdir()
    browser = chromium(player, home)
    refused = opens(browser, https)
    say("Chromium without the authority refuses the box", refused == "ERR_CERT_AUTHORITY_INVALID")
    page = browser.new_page(viewport={"width": 1100, "height": 1500})
    page.goto(trust_page)
    page.wait_for_selector("#state.warn", timeout=20_000)
    page.screenshot(path=str(out / "trust-warn.png"), full_page=True)
    page.set_viewport_size({"width": 390, "height": 844})
    page.screenshot(path=str(out / "trust-phone.png"), full_page=True)
    for target in ("/trust/ca.crt", "/trust/ca.pem", "/trust/ca.mobileconfig"):
        answer = page.request.get(f"http://{options.http}{target}")
        say(f"the trust page offers {target}", answer.status == 200 and len(answer.body()) > 300)
    browser.close()


with sync_playwright() as player, tempfile.TemporaryDirectory() as folder:
    without_trust(player, pathlib.Path(folder) / "stranger")
    with_trust(player, pathlib.Path(folder) / "friend")
