"""What can be told of a package without installing it."""

import hashlib
import json
import os
import pathlib
import re
import subprocess
import tarfile
import tempfile

BYTES_MAX = 40_000_000
EXPOSURE_MAX = 1.2
ALLOWED = {
    "adduser", "libargon2-1", "libc6", "libcurl4", "libgcc-s1", "libsqlite3-0", "libssl3",
    "libstdc++6", "libxml2", "zlib1g",
}
WANTED = {
    "./usr/bin/tribal-ehr": 0o755,
    "./usr/lib/tribal-ehr/upgrade-gate": 0o755,
    "./lib/systemd/system/tribal-ehr-rehearsal.service": 0o644,
    "./lib/systemd/system/tribal-ehr-upgrade.path": 0o644,
    "./lib/systemd/system/tribal-ehr-upgrade.service": 0o644,
    "./etc/tribal-ehr/tribal-ehr.conf": 0o644,
    "./lib/systemd/system/tribal-ehr.service": 0o644,
    "./lib/systemd/system/tribal-ehr.socket": 0o644,
    "./lib/systemd/system/tribal-ehr-http.socket": 0o644,
    "./usr/share/man/man8/tribal-ehr.8.gz": 0o644,
    "./usr/share/doc/tribal-ehr/copyright": 0o644,
    "./usr/share/doc/tribal-ehr/changelog.gz": 0o644,
    "./usr/share/doc/tribal-ehr/sbom.cdx.json": 0o644,
    "./usr/share/doc/tribal-ehr/UCUM-LICENSE.md": 0o644,
    "./usr/share/lintian/overrides/tribal-ehr": 0o644,
}


def output(*words, **more):
    """What a command says, which has to work."""
    done = subprocess.run(words, capture_output=True, text=True, **more)
    assert done.returncode == 0, f"{words[0]}: {(done.stdout + done.stderr).strip()[-1500:]}"
    return done.stdout


def field(lab, name):
    """A field of the package."""
    return output("dpkg-deb", "--field", str(lab.package), name).strip()


def unpacked(lab, folder):
    """The files of the package, unpacked."""
    output("dpkg-deb", "--extract", str(lab.package), folder)
    return pathlib.Path(folder)


def size(lab):
    """The package is small enough for a slow line."""
    bytes_now = lab.package.stat().st_size
    lab.figures["package"] = f"{bytes_now / 1e6:.1f} MB"
    lab.figures["installed"] = f"{int(field(lab, 'Installed-Size')) / 1024:.0f} MiB"
    assert bytes_now <= BYTES_MAX, f"{bytes_now} bytes, more than {BYTES_MAX}"


def depends(lab):
    """Nothing but libraries of the system is asked for."""
    asked = {
        re.split(r"[ (:]", one.strip())[0]
        for one in re.split(r"[,|]", field(lab, "Depends")) if one.strip()}
    assert asked <= ALLOWED, f"{sorted(asked - ALLOWED)} are no libraries of the box"
    assert {"libsqlite3-0", "libssl3", "libargon2-1", "libxml2", "libc6"} <= asked, sorted(asked)


def files(lab):
    """Every file is there, with its mode, and belongs to root."""
    fetched = subprocess.run(
        ["dpkg-deb", "--fsys-tarfile", str(lab.package)], capture_output=True, check=True).stdout
    with tempfile.NamedTemporaryFile() as archive:
        archive.write(fetched)
        archive.flush()
        with tarfile.open(archive.name) as tar:
            found = {member.name: member for member in tar if member.isfile()}
    assert set(found) == set(WANTED), sorted(set(found) ^ set(WANTED))
    for name, mode in WANTED.items():
        assert found[name].mode == mode, f"{name} has {found[name].mode:o}"
        assert found[name].uid == found[name].gid == 0, f"{name} belongs to {found[name].uname}"


def lintian(lab):
    """lintian finds no error and no warning."""
    words = ["lintian", "--fail-on", "error,warning", "--tag-display-limit", "0", str(lab.package)]
    if os.geteuid() == 0:
        words.insert(1, "--allow-root")
    output(*words)


def exposure(lab):
    """The sandbox of the unit is as tight as promised."""
    with tempfile.TemporaryDirectory() as folder:
        unit = unpacked(lab, folder) / "lib/systemd/system/tribal-ehr.service"
        told = output("systemd-analyze", "security", "--offline=true", str(unit))
        found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", told)
        assert found, told[-300:]
        lab.figures["exposure"] = found[1]
        assert float(found[1]) <= EXPOSURE_MAX, f"{found[1]} is more than {EXPOSURE_MAX}"
        loose = unit.read_text().replace("NoNewPrivileges=yes", "").replace(
            "SystemCallFilter=@system-service", "").replace("CapabilityBoundingSet=\n", "")
        unit.write_text(loose)
        worse = output("systemd-analyze", "security", "--offline=true", str(unit))
        number = re.search(r"level for \S+: ([0-9.]+)", worse)
        assert number and float(number[1]) > EXPOSURE_MAX, "The check does not see a loose unit."


def program(lab):
    """The program needs no toolchain, and the system looks its libraries up at the start."""
    with tempfile.TemporaryDirectory() as folder:
        binary = unpacked(lab, folder) / "usr/bin/tribal-ehr"
        told = output("readelf", "--dynamic", "--wide", str(binary))
        assert "RUNPATH" not in told and "RPATH" not in told, "The program has a RUNPATH."
        assert "BIND_NOW" in told or "NOW" in told, "Addresses are looked up late."
        assert "libswift" not in told, "The program needs the toolchain."
        assert "GNU_RELRO" in output("readelf", "--segments", "--wide", str(binary))


def parts_list(lab):
    """The list of parts names what is linked, with versions, for the very program."""
    with tempfile.TemporaryDirectory() as folder:
        root = unpacked(lab, folder)
        parts = json.loads((root / "usr/share/doc/tribal-ehr/sbom.cdx.json").read_text())
        digest = hashlib.sha256((root / "usr/bin/tribal-ehr").read_bytes()).hexdigest()
    own = parts["metadata"]["component"]
    assert own["hashes"][0]["content"] == digest, "It is the list of another program."
    assert own["version"] == field(lab, "Version")
    found = {one["name"]: one for one in parts["components"]}
    for name in ("hummingbird", "swift-nio", "swift-nio-ssl", "boringssl", "swift", "libsqlite3-0"):
        assert found.get(name, {}).get("version"), f"{name} is missing"
    assert "async-http-client" not in found, "It names what is not linked."


def manual(lab):
    """The manual names every command and troff has nothing to say about it."""
    with tempfile.TemporaryDirectory() as folder:
        root = unpacked(lab, folder)
        page = root / "usr/share/man/man8/tribal-ehr.8.gz"
        text = output("zcat", str(page))
        for command in ("serve", "import", "user add", "audit verify", "keys kit", "doctor"):
            assert f".SS tribal\\-ehr {command}" in text, f"{command} is missing"
        warned = subprocess.run(
            ["groff", "-K", "utf8", "-man", "-Tutf8", "-ww", "-z"], input=text, capture_output=True, text=True)
        assert not warned.stderr.strip(), warned.stderr[:500]


def same_bytes(lab):
    """Built again from the same tree, the package has the same bytes."""
    with tempfile.TemporaryDirectory() as folder:
        words = [str(lab.project / "appliance/build-deb"), "--out", folder,
                 "--version", field(lab, "Version")]
        if lab.program:
            words += ["--program", str(lab.program)]
        again = output(*words).splitlines()[-1]
        first, second = (
            hashlib.sha256(pathlib.Path(one).read_bytes()).hexdigest()
            for one in (lab.package, again))
    assert first == second, f"{first} and {second}"
    lab.figures["sha256"] = first


ALL = [
    ("size", size), ("depends", depends), ("files", files), ("lintian", lintian),
    ("exposure", exposure), ("program", program), ("parts-list", parts_list), ("manual", manual),
    ("same-bytes", same_bytes),
]
