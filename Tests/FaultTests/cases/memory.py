"""S35: what lies in the memory of the box stays there."""

import ctypes
import os
import shutil
import signal
import subprocess
import time

from faultlab.box import Box
from faultlab.lab import Skipped, case, require, require_root

NOBODY = 65_534
PTRACE_ATTACH, PTRACE_DETACH = 16, 17


@case("S35", "memory: no debugger, no look inside, no core file for the box's own user")
def closed_memory(lab):
    """The box runs as a user of its own; a program of the same user tries what root could."""
    require_root()
    own = owned_binary(lab)
    folder = lab.data_folder()
    hand_over(lab.folder, folder)
    # Swift's own report of a crash takes longer than the case waits.
    box = Box(lab, folder, env={"SWIFT_BACKTRACE": "enable=no"}, before=become_nobody)
    lab.binary = own
    box.start()
    require(looks(box.pid) == [], f"the box lets its own user {', '.join(looks(box.pid))}")
    open_to_all = subprocess.Popen(["sleep", "60"], preexec_fn=become_nobody)
    lab.defer(open_to_all.kill)
    time.sleep(0.2)
    control = looks(open_to_all.pid)
    require("read its memory" in control, "the control found nothing open, so the case proves none")
    with open(f"/proc/{box.pid}/limits", encoding="ascii") as limits:
        core = next(line for line in limits if line.startswith("Max core file size"))
    require(core.split()[4:6] == ["0", "0"], f"core files are allowed: {core.strip()}")
    os.kill(box.pid, signal.SIGABRT)
    require(box.ended_within(10), "the box survived an abort")
    left = [path.name for path in folder.rglob("core*")]
    require(not left, f"an abort left {left}")
    return f"refused: memory, debugger, core file; control: {', '.join(control)}"


def owned_binary(lab):
    """A copy of the program that any user may run; the checkout may lie where only root looks."""
    copy = lab.folder / os.path.basename(lab.binary)
    shutil.copy2(lab.binary, copy)
    copy.chmod(0o755)
    lab.folder.chmod(0o711)
    done = subprocess.run(
        [str(copy), "version"], capture_output=True, preexec_fn=become_nobody, check=False)
    if done.returncode != 0:
        raise Skipped("another user cannot run the program here")
    return str(copy)


def hand_over(top, folder):
    """Gives a folder and all in it to the other user."""
    for path in [top, folder, *folder.rglob("*")]:
        os.chown(path, NOBODY, NOBODY)


def become_nobody():
    """Runs in the child before the program."""
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def looks(pid):
    """What a program of the other user can do to a process, in words."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        become_nobody()
        os.write(writer, ", ".join(attempts(pid)).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as words:
        found = words.read().decode()
    os.waitpid(child, 0)
    return [word for word in found.split(", ") if word]


def attempts(pid):
    """Tries; the names of what worked."""
    worked = []
    try:
        with open(f"/proc/{pid}/mem", "rb", buffering=0):
            worked.append("read its memory")
    except OSError:
        pass
    library = ctypes.CDLL(None, use_errno=True)
    if library.ptrace(PTRACE_ATTACH, pid, 0, 0) == 0:
        os.waitpid(pid, 0)
        library.ptrace(PTRACE_DETACH, pid, 0, 0)
        worked.append("attach a debugger")
    return worked
