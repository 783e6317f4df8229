"""Walks through the administrator's pages of a running box with Chromium, by keyboard alone.

Adds a user, a location and a provider, changes the clinic and a setting and sets them back, decides and
signs an access review, and is overtaken by a second administrator on the way. Every page and state is
looked at by axe, in light and dark, at 1280 and 1024 px. May be run again on the same box.
"""

import argparse
import sys
import time

from playwright.sync_api import sync_playwright

from watch import Watch

PAGES = ["", "/users", "/users/new", "/roles", "/access-reviews", "/sessions", "/clinic", "/locations",
         "/locations/new", "/providers", "/providers/new", "/settings", "/code-systems", "/backups",
         "/backups/kept", "/purge", "/subscriptions"]
SCREENS = [
    ("dark-1280", {"viewport": {"width": 1280, "height": 860}, "color_scheme": "dark"}),
    ("light-1024", {"viewport": {"width": 1024, "height": 768}, "color_scheme": "light"}),
    ("dark-1024", {"viewport": {"width": 1024, "height": 768}, "color_scheme": "dark"}),
    ("zoom-400", {"viewport": {"width": 320, "height": 256}}),
]

RIGHTS_PAGES = ["/certificates", "/access-rules", "/emergencies", "/delegations"]


def sign_in(page, user, password):
    page.wait_for_selector("#username")
    page.keyboard.type(user)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")


def settle(page):
    page.wait_for_selector(".admin-body, .page h1")
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => !document.querySelector('.state-note.loading')")


def from_top(page):
    page.evaluate("document.querySelector('h1').tabIndex = -1; document.querySelector('h1').focus()")


def press(watch, page, selector, key="Enter"):
    from_top(page)
    if watch.tab_to(page, selector, presses_max=160):
        page.keyboard.press(key)


def write(watch, page, selector, text):
    from_top(page)
    if watch.tab_to(page, selector, presses_max=160):
        page.keyboard.press("Control+a")
        page.keyboard.type(text)


def walk_users(watch, page, mark):
    press(watch, page, ".admin-nav a[href='/admin/users']")
    page.wait_for_selector("tbody a[href^='/admin/users/']")
    watch.look(page, "admin-users", full=True)
    write(watch, page, "#f-search", "nobody is called this")
    page.wait_for_selector(".state-note")
    watch.look(page, "admin-users-none")
    press(watch, page, "a[href='/admin/users/new']")
    page.wait_for_selector("#f-username")
    watch.look(page, "admin-user-new", full=True)
    press(watch, page, "[type=submit]")
    page.wait_for_selector(".errors .message")
    watch.check(page.evaluate("document.activeElement.matches('.message')"),
                "the error summary of a user does not take the focus")
    watch.look(page, "admin-user-errors")
    write(watch, page, "#f-username", f"walk.{mark}")
    write(watch, page, "#f-displayName", f"Walk {mark}")
    press(watch, page, "[name=roles][value=NURSE]", key="Space")
    press(watch, page, "[type=submit]")
    page.wait_for_selector(".secret")
    watch.look(page, "admin-user-added")
    press(watch, page, "a.button[href^='/admin/users/']:not([href$='/users'])")
    page.wait_for_selector(".facts")
    watch.look(page, "admin-user", full=True)


def walk_conflict(watch, page, mark):
    user = page.url.rsplit("/", 1)[-1]
    page.evaluate("""async path => {
      const me = await (await fetch('/api/v1/auth/me')).json();
      const now = await (await fetch('/api/v1' + path)).json();
      const answer = await fetch('/api/v1' + path, {
        method: 'PUT', body: JSON.stringify({displayName: 'Written meanwhile', roles: now.roles}),
        headers: {'Content-Type': 'application/json', 'X-CSRF-Token': me.csrfToken,
          'If-Match': `"${now.version}"`}});
      if (!answer.ok) throw new Error(`meanwhile: ${answer.status}`);
    }""", f"/users/{user}")
    write(watch, page, "#f-displayName", f"Walk again {mark}")
    press(watch, page, "form [type=submit]")
    page.wait_for_selector(".message.warn")
    told = page.locator(".message.warn").inner_text()
    watch.check("Written meanwhile" in told and f"Walk again {mark}" in told,
                "whoever comes second is not shown both")
    watch.look(page, "admin-user-conflict", full=True)
    press(watch, page, ".choices .button.first")
    page.wait_for_selector(".message.good")
    watch.check(f"Walk again {mark}" in page.locator("h1").inner_text(), "mine was not saved")


def walk_acts(watch, page):
    def act(label):
        page.locator("td.end button", has_text=label).evaluate("node => node.dataset.act = 'now'")
        press(watch, page, "[data-act=now]")
        page.wait_for_selector("dialog[open]")

    page.locator("td.end button", has_text="Make a code").evaluate("node => node.dataset.act = 'code'")
    press(watch, page, "[data-act=code]")
    page.wait_for_selector(".secret")
    watch.check(len(page.inner_text(".secret").strip()) == 19, "no code is shown")
    watch.look(page, "admin-user-code")
    act("Make a temporary password")
    watch.look(page, "admin-user-ask")
    page.keyboard.press("Enter")
    page.wait_for_selector(".secret")
    watch.look(page, "admin-user-reset")
    act("Close the account")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    watch.check(page.locator(".facts", has_text="Closed").count() == 0, "Escape closed the account")
    act("Close the account")
    page.keyboard.press("Enter")
    page.wait_for_selector(".facts >> text=Closed")
    watch.look(page, "admin-user-closed", full=True)


def walk_review(watch, page):
    press(watch, page, ".admin-nav a[href='/admin/access-reviews']")
    settle(page)
    watch.look(page, "admin-reviews")
    press(watch, page, ".message .button.first")
    page.wait_for_selector(".decide")
    watch.look(page, "admin-review", full=True)
    press(watch, page, "form [type=submit]")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".errors .message")
    watch.check("left" in page.locator(".errors .message").inner_text(),
                "an undecided review could be signed")
    for number in range(page.locator(".decide").count()):
        radio = page.locator(".decide").nth(number).locator("input[value=keep]")
        if radio.is_checked():
            continue
        name = radio.get_attribute("id")
        press(watch, page, f"[id='{name}']", key="Space")
        page.wait_for_function("id => document.getElementById(id)?.checked", arg=name)
        page.wait_for_load_state("networkidle")
    page.wait_for_function("() => document.querySelector('.left').textContent.includes('Sign')")
    write(watch, page, "#f-statement", "Asked the chief nurse.")
    press(watch, page, "form [type=submit]")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".message.good")
    watch.look(page, "admin-review-signed", full=True)
    page.pdf(path=watch.folder / "access-review.pdf", format="Letter")


def walk_clinic(watch, page, mark):
    press(watch, page, ".admin-nav a[href='/admin/clinic']")
    page.wait_for_selector("#f-clinicName")
    before = page.locator("#f-clinicName").input_value()
    watch.look(page, "admin-clinic", full=True)
    write(watch, page, "#f-clinicName", f"Walk clinic {mark}")
    write(watch, page, "#f-phone", "call us")
    press(watch, page, "form [type=submit]")
    page.wait_for_selector(".errors .message")
    watch.look(page, "admin-clinic-errors", full=True)
    write(watch, page, "#f-phone", "928 555 0142")
    press(watch, page, "form [type=submit]")
    page.wait_for_selector(".message.good")
    watch.look(page, "admin-clinic-saved", full=True)
    press(watch, page, "tbody tr:nth-child(2) button")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("Enter")
    page.wait_for_function("name => document.querySelector('#f-clinicName')?.value === name", arg=before)
    watch.check(True, "the earlier facts are back")


def walk_places(watch, page, mark):
    press(watch, page, ".admin-nav a[href='/admin/locations']")
    settle(page)
    press(watch, page, "a[href='/admin/locations/new']")
    page.wait_for_selector("#f-name")
    press(watch, page, "form [type=submit]")
    page.wait_for_selector(".errors .message")
    watch.look(page, "admin-location-errors", full=True)
    write(watch, page, "#f-name", f"Building {mark}")
    write(watch, page, "#f-city", "Kayenta")
    press(watch, page, "form [type=submit]")
    page.wait_for_url("**/admin/locations/0*")
    page.wait_for_selector("#f-name")
    watch.look(page, "admin-location", full=True)
    press(watch, page, ".admin-nav a[href='/admin/locations']")
    page.wait_for_selector(f"text=Building {mark}")
    watch.look(page, "admin-locations", full=True)


def walk_providers(watch, page, mark):
    press(watch, page, ".admin-nav a[href='/admin/providers']")
    settle(page)
    press(watch, page, "a[href='/admin/providers/new']")
    page.wait_for_selector("#f-npi")
    write(watch, page, "#f-given", "Ruth")
    write(watch, page, "#f-family", f"Walk {mark}")
    write(watch, page, "#f-npi", "1234567890")
    press(watch, page, "form [type=submit]")
    page.wait_for_selector(".errors .message")
    watch.check(page.locator("#f-npi[aria-invalid=true]").count() == 1, "the wrong NPI is not marked")
    watch.look(page, "admin-provider-errors", full=True)
    write(watch, page, "#f-npi", npi(mark))
    write(watch, page, "#f-specialty", "Family medicine")
    press(watch, page, "form [type=submit]")
    page.wait_for_url("**/admin/providers/0*")
    page.wait_for_selector("#f-npi")
    watch.look(page, "admin-provider", full=True)
    press(watch, page, ".admin-nav a[href='/admin/providers']")
    page.wait_for_selector(f"text=Walk {mark}")
    watch.look(page, "admin-providers", full=True)


def npi(mark):
    """A number with a right check digit, another one for each walk."""
    digits = "1" + mark[-8:].rjust(8, "0")
    total = 24
    for index, digit in enumerate(digits):
        doubled = int(digit) * (2 if index % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return digits + str(-total % 10)


def walk_settings(watch, page):
    press(watch, page, ".admin-nav a[href='/admin/settings']")
    page.wait_for_selector("#f-SESSION_IDLE_MINUTES")
    watch.look(page, "admin-settings", full=True)
    write(watch, page, "#f-SESSION_IDLE_MINUTES", "0")
    page.keyboard.press("Enter")
    page.wait_for_selector(".setting .message.danger")
    watch.look(page, "admin-settings-errors")
    write(watch, page, "#f-SESSION_IDLE_MINUTES", "20")
    page.keyboard.press("Enter")
    page.wait_for_selector(".setting .tag.good")
    watch.check("20" == page.locator("#f-SESSION_IDLE_MINUTES").input_value(), "20 minutes were not kept")
    watch.look(page, "admin-settings-saved")
    idle = page.evaluate("async () => (await (await fetch('/api/v1/auth/me')).json()).idleSeconds")
    watch.check(idle == 1200, f"the session says {idle} s instead of 1200 at once")
    press(watch, page, ".setting .link-button")
    page.wait_for_function("() => document.querySelector('#f-SESSION_IDLE_MINUTES')?.value === '15'")


def walk_codes(watch, page):
    """Finds a diagnosis by everyday words, takes it with the keyboard, and finds nothing for nonsense."""
    press(watch, page, ".admin-nav a[href='/admin/code-systems']")
    page.wait_for_selector("code-search input")
    watch.look(page, "admin-code-systems", full=True)
    write(watch, page, "code-search input", "sugar diab")
    page.wait_for_selector("code-search [role=option]")
    watch.look(page, "admin-code-systems-found")
    page.keyboard.press("ArrowDown")
    active = page.get_attribute("code-search input", "aria-activedescendant")
    watch.check(active and page.get_attribute(f"#{active}", "aria-selected") == "true",
                "the arrow marks no code")
    page.keyboard.press("Enter")
    page.wait_for_selector(".chosen dl")
    watch.check(page.text_content(".chosen code") == "E11.9", "sugar diabetes is not E11.9")
    watch.check(page.is_hidden("code-search [role=listbox]"), "the list stays open")
    watch.look(page, "admin-code-systems-chosen")
    write(watch, page, "code-search input", "zzqqzz")
    page.wait_for_function(
        "() => document.querySelector('.code-state').textContent.startsWith('Nothing fits')")
    page.keyboard.press("Escape")

def walk_backups(watch, page):
    """Makes a backup, adds a place that cannot be, looks ahead, and gets the words of each refusal."""
    press(watch, page, ".admin-nav a[href='/admin/backups']")
    page.wait_for_selector(".backups .status h2")
    watch.look(page, "admin-backups", full=True)
    press(watch, page, "[data-key=make]")
    page.wait_for_selector("text=A backup was made", timeout=30_000)
    page.wait_for_selector(".backups td .tag.good")
    watch.look(page, "admin-backups-made", full=True)
    press(watch, page, "[name=kind]:checked", key="ArrowDown")
    write(watch, page, "#place-name", "NAS")
    write(watch, page, "#place-address", "/mnt/no-such-share")
    page.keyboard.press("Enter")
    page.wait_for_selector(".errors .message.danger")
    watch.check("Nothing is mounted" in page.inner_text(".errors .message.danger >> nth=0"),
                "a share that is not mounted is not named as one")
    watch.look(page, "admin-backups-no-share", full=True)
    write(watch, page, "#kit-code", "not a code")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=no code of a recovery kit", timeout=30_000)
    watch.look(page, "admin-backups-drill", full=True)
    press(watch, page, "a[href='/admin/backups/kept']")
    page.wait_for_selector(".timeline svg")
    watch.look(page, "admin-backups-kept", full=True)
    write(watch, page, "#kept-monthly", "x")
    page.keyboard.press("Enter")
    page.wait_for_selector(".errors .message.danger")
    page.goto("/admin/users")
    page.wait_for_selector(".backup-line a[href='/admin/backups']")
    page.goto("/admin/settings")


def walk_states(watch, page):
    """Pages without an answer, and in words of the box where it refuses."""
    page.route("**/api/v1/users", lambda route: route.fulfill(status=500, body="{}"))
    page.goto("/admin/users")
    page.wait_for_selector(".message.danger")
    watch.look(page, "admin-users-failed")
    page.unroute("**/api/v1/users")
    press(watch, page, ".message.danger button")
    page.wait_for_selector("tbody a[href^='/admin/users/']")
    page.goto("/admin/users/none")
    page.wait_for_selector(".message.danger")
    watch.look(page, "admin-user-missing")


def walk_screens(watch, browser, options):
    for name, context in SCREENS:
        page = watch.page(browser, options.url, **context)
        page.goto("/admin")
        sign_in(page, options.admin, options.admin_password)
        settle(page)
        for path in PAGES:
            page.goto(f"/admin{path}")
            settle(page)
            shot = f"admin{path.replace('/', '-')}-{name}"
            watch.look(page, shot, full=True)
            watch.fits(page, shot)
        page.context.close()


def walk_rights(watch, browser, options):
    """Who may see which charts: an emergency from its opening to its review, and what surrounds it."""
    page = watch.page(browser, options.url, viewport={"width": 1280, "height": 860})
    page.goto("/")
    sign_in(page, options.user, options.password)
    page.wait_for_selector("[data-search]")
    page.keyboard.type("lits")
    page.wait_for_selector("a.patient")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector(".summary")
    patient = page.url.split("/patients/")[1].split("/")[0]
    press(watch, page, ".emergency-offer button")
    page.wait_for_selector("dialog[open]")
    watch.look(page, "rights-emergency-ask")
    page.keyboard.press("Escape")
    page.goto("/delegations")
    settle(page)
    watch.look(page, "rights-delegations", full=True)
    page.context.close()
    for name, context in SCREENS:
        page = watch.page(browser, options.url, **context)
        page.goto("/admin")
        sign_in(page, options.admin, options.admin_password)
        settle(page)
        for path in RIGHTS_PAGES + [f"/access-report/{patient}"]:
            page.goto(path)
            settle(page)
            shot = f"rights-{path.split('/')[1]}-{name}"
            watch.look(page, shot, full=True)
            watch.fits(page, shot)
        page.context.close()


def walk_clinician(watch, browser, options):
    page = watch.page(browser, options.url, viewport={"width": 1280, "height": 860})
    page.goto("/admin/users")
    sign_in(page, options.user, options.password)
    page.wait_for_selector("text=Not for your role")
    watch.check(page.locator("a[href='/admin']").count() == 0, "a clinician is shown the area")
    watch.look(page, "admin-refused")
    page.context.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--admin", required=True)
    parser.add_argument("--admin-password", required=True)
    parser.add_argument("--out", default="/tmp/tribal-ehr-walk", help="folder for pictures and the PDF")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    watch = Watch(options.out)
    mark = str(time.time_ns() // 1_000_000)[-9:]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=options.chromium)
        page = watch.page(browser, options.url, viewport={"width": 1280, "height": 860})
        page.goto("/admin")
        sign_in(page, options.admin, options.admin_password)
        page.wait_for_selector(".admin-nav")
        watch.look(page, "admin-overview")
        walk_users(watch, page, mark)
        walk_conflict(watch, page, mark)
        walk_acts(watch, page)
        for word in ("roles", "sessions"):
            press(watch, page, f".admin-nav a[href='/admin/{word}']")
            settle(page)
            page.wait_for_selector(".card .table")
            watch.look(page, f"admin-{word}", full=True)
        walk_review(watch, page)
        walk_clinic(watch, page, mark)
        walk_places(watch, page, mark)
        walk_providers(watch, page, mark)
        walk_settings(watch, page)
        walk_codes(watch, page)
        walk_backups(watch, page)
        walk_states(watch, page)
        page.context.close()
        walk_screens(watch, browser, options)
        walk_clinician(watch, browser, options)
        walk_rights(watch, browser, options)
        browser.close()
    return watch.report()


if __name__ == "__main__":
    sys.exit(main())
