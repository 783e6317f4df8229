"""One browser page that is watched: what it logs, what it breaks, what axe finds, how it looks."""

import sys
import json
import pathlib
import re

from axe_playwright_python.sync_playwright import Axe

RULES = {"runOnly": {"type": "tag", "values": [
    "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}

# An answer that the walk asks for on purpose is logged by the browser as a failed resource.
EXPECTED_LOG = re.compile(r"Failed to load resource: .*\b(401|403|404|409|412|422|429|400|500)\b")

COVERED = """() => {
  const node = document.activeElement;
  const box = node.getBoundingClientRect();
  if (node === document.body || box.width === 0 || node.closest('dialog')) return null;
  const banner = document.querySelector('.patient-banner');
  if (!banner || banner.contains(node) || getComputedStyle(banner).position !== 'sticky') return null;
  const seen = document.elementFromPoint(box.left + box.width / 2, Math.min(box.bottom, innerHeight) - 2);
  return seen && banner.contains(seen) ? node.outerHTML.slice(0, 120) : null;
}"""


class Watch:
    """Collects faults of a walk; a walk with a fault fails at its end with all of them."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.faults = []
        self.figures = {}
        self.axe_states = 0
        self.axe = Axe()

    def fault(self, text):
        print(f"FAULT  {text}", flush=True)
        self.faults.append(text)

    def check(self, is_so, text):
        if not is_so:
            self.fault(text)
        return is_so

    def report(self):
        """Prints what the walk measured and where its pictures are; the code to end with."""
        self.figures["states that axe looked at"] = self.axe_states
        print(json.dumps(self.figures, indent=2))
        print(f"pictures in {self.folder}")
        if self.faults:
            print(f"{len(self.faults)} faults", file=sys.stderr)
            return 1
        print("no fault")
        return 0

    def page(self, browser, url, **context):
        made = browser.new_context(ignore_https_errors=True, base_url=url, **context)
        made.set_default_timeout(10_000)
        page = made.new_page()
        page.on("console", lambda message: self.log(message))
        page.on("pageerror", lambda error: self.fault(f"script error: {error}"))
        page.on("dialog", lambda dialog: (self.fault(f"dialog: {dialog.message}"), dialog.dismiss()))
        return page

    def log(self, message):
        # The stream of events ends with the box, which some walks start anew; the page says so itself.
        if message.location.get("url", "").endswith("/api/v1/events"):
            return
        if message.type not in ("error", "warning") or EXPECTED_LOG.search(message.text):
            return
        self.fault(f"console {message.type}: {message.text[:300]}")

    def look(self, page, name, full=False):
        """Runs axe on this state and keeps a picture of it."""
        page.wait_for_timeout(120)
        page.screenshot(path=self.folder / f"{name}.png", full_page=full)
        result = self.axe.run(page, options=RULES)
        self.axe_states += 1
        for violation in result.response["violations"]:
            nodes = "; ".join(node["html"][:140] for node in violation["nodes"][:3])
            self.fault(f"axe on {name}: {violation['id']} ({violation['help']}): {nodes}")

    def fits(self, page, name):
        """No page may need scrolling sideways."""
        wide = page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
        self.check(wide <= 0, f"{name} is {wide} px wider than the window")

    def tab_through(self, page, name, presses):
        """What takes the focus must be seen."""
        for _ in range(presses):
            page.keyboard.press("Tab")
            covered = page.evaluate(COVERED)
            if covered:
                self.fault(f"focus under the banner on {name}: {covered}")
                return

    def tab_to(self, page, wanted, presses_max=80, key="Tab"):
        """Presses Tab until the focused element matches the selector."""
        for _ in range(presses_max):
            if page.evaluate("selector => document.activeElement.matches(selector)", wanted):
                return True
            page.keyboard.press(key)
        self.fault(f"Tab does not reach {wanted}")
        return False
