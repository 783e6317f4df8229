"""The pages on other screens and in other moods: dark, tablet, enlarged, forced colours, idle, broken."""

SCREENS = [
    ("light-1024", {"viewport": {"width": 1024, "height": 768}, "color_scheme": "light"}),
    ("dark-1280", {"viewport": {"width": 1280, "height": 860}, "color_scheme": "dark"}),
    ("dark-1024", {"viewport": {"width": 1024, "height": 768}, "color_scheme": "dark"}),
    ("tablet", {"viewport": {"width": 768, "height": 1024}, "has_touch": True}),
    ("zoom-200", {"viewport": {"width": 640, "height": 430}, "device_scale_factor": 2}),
    ("zoom-400", {"viewport": {"width": 320, "height": 256}}),
    ("forced-colours", {"viewport": {"width": 1280, "height": 860}, "forced_colors": "active"}),
]
HELP = [
    "sign-in", "patient-search", "chart", "keyboard", "sessions", "second-factor", "audit-log",
    "who-may-see-what", "break-glass", "delegation", "locked-out", "install", "setup",
    "recovery-kit", "practice-clinic", "demo-clinic", "trust-this-device", "certificates",
    "maintenance", "administration", "users", "access-review", "clinic-and-places", "settings",
    "code-systems", "fhir", "vitals", "restore", "time-machine", "backups", "purge",
    "subscriptions", "registration", "merge", "updates",
]


def walk_looks(watch, browser, options, sign_in):
    for name, context in SCREENS:
        page = watch.page(browser, options.url, **context)
        page.goto("/")
        page.wait_for_selector("#username")
        watch.look(page, f"{name}-sign-in")
        watch.fits(page, f"{name}-sign-in")
        sign_in(page, options.admin, options.admin_password)
        walk_screen(watch, page, name, options)
        page.context.close()
    walk_help(watch, browser, options)
    walk_idle(watch, browser, options, sign_in)
    walk_refusals(watch, browser, options)
    walk_two_tabs(watch, browser, options, sign_in)
    if options.fake:
        walk_fake(watch, browser, options, sign_in)


def walk_screen(watch, page, name, options):
    page.wait_for_selector("[data-search]")
    page.keyboard.type(options.letters)
    page.wait_for_selector("a.patient")
    watch.look(page, f"{name}-patients")
    watch.fits(page, f"{name}-patients")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector(".summary")
    watch.look(page, f"{name}-chart")
    watch.fits(page, f"{name}-chart")
    for key, tab in [("5", "vitals"), ("6", "labs"), ("0", "notes")]:
        page.keyboard.press(key)
        page.wait_for_selector(f"#tab-{tab}[aria-selected=true]")
        watch.look(page, f"{name}-{tab}")
        watch.fits(page, f"{name}-{tab}")
    watch.tab_through(page, f"{name}-notes", 20)
    page.goto("/audit")
    page.wait_for_selector(".audit-table")
    watch.look(page, f"{name}-audit")
    watch.fits(page, f"{name}-audit")
    page.goto("/sessions")
    page.wait_for_selector(".sessions .table")
    watch.look(page, f"{name}-sessions")
    watch.fits(page, f"{name}-sessions")


def walk_help(watch, browser, options):
    page = watch.page(browser, options.url, viewport={"width": 1280, "height": 860})
    for topic in HELP:
        page.goto(f"/help/{topic}")
        page.wait_for_selector(".help-text h1")
        watch.look(page, f"help-{topic}")
    links = page.locator(".help a").evaluate_all("all => all.map(link => link.pathname)")
    known = {f"/help/{topic}" for topic in HELP}
    for link in links:
        watch.check(link in known, f"the handbook links to {link}, which is not there")
    page.context.close()


def walk_idle(watch, browser, options, sign_in):
    """A session that nobody uses warns, stays on demand, and ends with nothing left on the screen."""
    page = watch.page(browser, options.url, viewport={"width": 1280, "height": 860})
    page.clock.install()
    page.goto("/")
    sign_in(page, options.admin, options.admin_password)
    page.wait_for_selector("[data-search]")
    page.keyboard.type(options.letters)
    page.clock.run_for(300)
    page.wait_for_selector("a.patient")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector(".summary")
    page.clock.fast_forward(845_000)
    page.clock.run_for(2_000)
    page.wait_for_selector("dialog[open]")
    watch.look(page, "idle-warning")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]", state="detached")
    watch.check(page.locator(".summary").count() == 1, "staying signed in loses the chart")
    page.clock.fast_forward(905_000)
    page.clock.run_for(2_000)
    page.wait_for_selector("#username")
    watch.check(page.locator(".chart").count() == 0, "the chart stays after the idle end")
    watch.check("to=" in page.url, "the way back is lost at the idle end")
    watch.look(page, "idle-ended")
    page.context.close()


def walk_refusals(watch, browser, options):
    page = watch.page(browser, options.url, viewport={"width": 1280, "height": 860})
    page.goto("/")
    page.wait_for_selector("#username")
    page.keyboard.type("nobody.by.this.name")
    page.keyboard.press("Tab")
    page.keyboard.type("a wrong password")
    page.keyboard.press("Enter")
    page.wait_for_selector(".errors [role=alert]")
    watch.check(page.evaluate("document.activeElement.matches('[role=alert]')"),
                "the refusal does not take the focus")
    watch.check(page.input_value("#password") == "", "the wrong password stays in the field")
    watch.look(page, "sign-in-refused")
    page.context.close()


def walk_two_tabs(watch, browser, options, sign_in):
    """What one tab does to the session, the other tab of the browser sees."""
    first = watch.page(browser, options.url, viewport={"width": 1280, "height": 860})
    first.goto("/")
    sign_in(first, options.admin, options.admin_password)
    first.wait_for_selector("[data-search]")
    first.keyboard.type(options.letters)
    first.wait_for_selector("a.patient")
    first.keyboard.press("ArrowDown")
    first.keyboard.press("Enter")
    first.wait_for_selector(".summary")
    second = first.context.new_page()
    second.goto("/sessions")
    second.wait_for_selector(".sessions .table")
    second.click(".bar-button")
    first.wait_for_selector("#username")
    watch.check(first.locator(".chart").count() == 0, "signing out in one tab leaves the chart in the other")
    second.wait_for_selector("#username")
    second.bring_to_front()
    sign_in(second, options.user, options.password)
    first.wait_for_selector(".person")
    second.wait_for_selector(".person")
    watch.check(first.locator(".person summary").inner_text() == second.locator(".person summary").inner_text(),
                "two tabs show two people")
    first.context.clear_cookies()
    second.keyboard.press("Escape")
    second.goto("/sessions")
    second.wait_for_selector("#username")
    watch.check("to=%2Fsessions" in second.url, "the page asked for is forgotten when the session is over")
    first.context.close()


def walk_fake(watch, browser, options, sign_in):
    """Faults and hostile text that only the fake box brings on demand."""
    page = watch.page(browser, options.url, viewport={"width": 1280, "height": 860})
    page.goto("/")
    sign_in(page, options.admin, options.admin_password)
    page.wait_for_selector("[data-search]")
    for number, query in enumerate(["bobby", "wolfe", "محمد", "joy", "benally"]):
        page.keyboard.press("Control+k")
        page.wait_for_selector("[data-search]")
        page.fill("[data-search]", query)
        page.wait_for_selector("a.patient mark")
        page.keyboard.press("Enter")
        page.wait_for_selector(".summary")
        watch.look(page, f"fake-hostile-{number}", full=True)
        watch.fits(page, f"fake-hostile-{number}")
    watch.check(page.locator("img, script[src='x']").count() == 0, "hostile text became markup")
    page.keyboard.press("Control+k")
    page.wait_for_selector("[data-search]")
    page.keyboard.type("slow")
    page.wait_for_timeout(150)
    page.fill("[data-search]", "rose")
    page.wait_for_selector("a.patient mark")
    page.wait_for_timeout(2_300)
    watch.check(page.locator("a.patient").count() == 1, "an older query's answer replaced a newer one")
    for query, selector, name in [("fail", ".message.danger", "failed"), ("qqqq", ".no-match", "none")]:
        page.fill("[data-search]", query)
        page.wait_for_selector(selector)
        watch.look(page, f"fake-search-{name}")
    page.goto("/patients/nobody")
    page.wait_for_selector(".message.danger")
    watch.look(page, "fake-chart-failed")
    page.goto("/nowhere")
    page.wait_for_selector("h1")
    watch.look(page, "fake-missing")
    page.goto("/sessions")
    page.wait_for_selector("#new")
    page.fill("#current", "x")
    page.fill("#new", "short")
    page.locator("#new").press("Enter")
    page.wait_for_selector("form .message.danger")
    watch.look(page, "fake-password-refused", full=True)
    page.context.close()
