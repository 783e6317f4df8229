"""D01, D02: the process is killed while it loads a code system or destroys a chart."""

import subprocess
import time

from faultlab.box import Box
from faultlab.lab import case, require
from faultlab.resources import observation, patient

SYSTEM = "https://faultlab.example/codes"


def write_table(path, count, word):
    """A list of codes whose names all hold the same word."""
    lines = ["code,display"] + [f"c{number},{word} {number}" for number in range(count)]
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


def held(client, code):
    """What the box calls a code; None where it does not know it."""
    answer = client.get(f"/fhir/CodeSystem/$lookup?system={SYSTEM}&code={code}")
    if answer.status != 200:
        return None
    return next(
        part["valueString"] for part in answer.json["parameter"] if part["name"] == "display")


def start_command(box, *words):
    """A command beside the running box, not waited for."""
    return subprocess.Popen(
        [box.lab.binary, *words, "--data-dir", str(box.folder)], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@case("D01", "kill -9 while a code system is loaded: the old one or the new one, never a mix")
def load_killed(lab):
    """Rounds of a load that a kill breaks off at another moment each; then one that may end."""
    folder = lab.folder / "tables"
    folder.mkdir()
    count = lab.pick(20_000, 100_000)
    tables = {word: folder / f"{word}.csv" for word in ("Old", "New")}
    for word, path in tables.items():
        write_table(path, count, word)
    box = Box(lab, lab.data_folder()).start()
    load = ["--system", SYSTEM, "--version"]
    box.run("terms", "load", str(tables["Old"]), *load, "1").check("terms load")
    # How long a load takes here, so that kills fall into it.
    began = time.monotonic()
    box.run("terms", "load", str(tables["Old"]), *load, "1").check("terms load")
    whole = time.monotonic() - began
    now, broken = "Old", 0
    for number in range(lab.pick(2, 40)):
        other = "New" if now == "Old" else "Old"
        loading = start_command(box, "terms", "load", str(tables[other]), *load, f"{number + 2}")
        time.sleep(lab.random.uniform(0.1, 1.05) * whole)
        box.kill()
        loading.wait(60)
        box.start()
        found = [held(box.client(), f"c{place}") for place in (0, count // 2, count - 1)]
        words = {(name or "none").split(" ")[0] for name in found}
        require(words in ({now}, {other}), f"after kill {number + 1} the box holds {found}")
        broken += words == {now}
        now = words.pop()
    other = "New" if now == "Old" else "Old"
    box.run("terms", "load", str(tables[other]), *load, "99").check("terms load")
    client = box.client()
    require(held(client, f"c{count - 1}") == f"{other} {count - 1}", "the last load is not held")
    box.require_intact()
    box.stop()
    require(broken > 0, "no kill fell into a load")
    return f"{broken} loads of {count:,} codes broken off, each time the old list held whole"


def chart(client, name):
    """A person with thirty measurements; the addresses of all of them."""
    person = client.create(patient(name)).json["id"]
    made = [client.create(observation(f"{name}-{place}", f"Patient/{person}")).json["id"]
            for place in range(30)]
    return person, [f"/fhir/Patient/{person}"] + [f"/fhir/Observation/{one}" for one in made]


@case("D02", "kill -9 while a chart is destroyed: whole or gone, and the audit log says so")
def purge_killed(lab):
    """Rounds of a chart that is destroyed; box and command are killed at another moment each."""
    box = Box(lab, lab.data_folder()).start()
    words = ["--reason", "Fault Lab destroys this", "--yes"]
    person, _ = chart(box.client(), "first")
    began = time.monotonic()
    box.run("purge", f"Patient/{person}", *words).check("purge")
    whole = time.monotonic() - began
    gone = kept = 0
    for number in range(lab.pick(3, 60)):
        person, places = chart(box.client(), f"p{number}")
        purge = start_command(box, "purge", f"Patient/{person}", *words)
        time.sleep(lab.random.uniform(0.4, 1.0) * whole)
        box.kill()
        # Alone it would go on by itself.
        purge.kill()
        purge.wait(60)
        box.start()
        client = box.client()
        statuses = {client.get(place).status for place in places}
        require(statuses in ({200}, {404}), f"purge {number + 1} left {sorted(statuses)}")
        gone, kept = gone + (statuses == {404}), kept + (statuses == {200})
        if statuses == {200}:
            again = box.run("purge", f"Patient/{person}", *words)
            require(again.code in (0, 1), f"purge ended with {again.code}: {again.text[-200:]}")
            statuses = {client.get(place).status for place in places}
        require(statuses == {404}, "something was left")
    entries = box.require_intact()
    box.stop()
    return f"{gone} charts gone and {kept} whole after a kill, {entries:,} audit entries intact"
