"""Errors of system calls, put into a running process by strace."""

import re
import subprocess
import time

from faultlab.lab import Skipped, require_tool


class Injection:
    """Makes one system call of a process fail; notes when, and when the process ended."""

    def __init__(self, lab, pid, rule):
        require_tool("strace")
        self.log = lab.out / f"strace-{len(lab.closers)}.log"
        calls = rule.split(":")[0]
        self.process = subprocess.Popen(
            ["strace", "-f", "-y", "-ttt", "-p", str(pid), "-o", str(self.log),
             "-e", f"trace={calls},exit_group", "-e", f"inject={rule}"],
            stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        lab.defer(self.stop)
        self.wait_attached(pid)

    def wait_attached(self, pid):
        """Returns once every thread is watched."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                words = self.process.stderr.read().decode(errors="replace").strip()
                raise Skipped(f"strace cannot attach: {words[-200:]}")
            if is_traced(pid):
                time.sleep(0.05)
                return
            time.sleep(0.005)
        raise Skipped("strace did not attach within 10 s")

    def seconds_to_exit(self, of=""):
        """From the injected error to the end of the process.

        Only errors of files with `of` in the name count: the process may go on after others.
        """
        self.process.wait(10)
        failed, ended, files = None, None, {}
        for line in self.log.read_text(errors="replace").splitlines():
            thread, at = line.split(" ", 1)[0], re.search(r"\b(\d{9,}\.\d+)\b", line)
            if not at:
                continue
            name = re.search(r"<(/[^>]*)>", line)
            if name:
                files[thread] = name[1]
            if "(INJECTED)" in line and failed is None and of in files.get(thread, ""):
                failed = float(at[1])
            if "+++ exited" in line or "+++ killed" in line:
                ended = float(at[1])
        if failed is None or ended is None:
            raise Skipped("strace did not see the injected error")
        return ended - failed

    def stop(self):
        """Ends strace."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(5)


def is_traced(pid):
    """Whether a tracer watches the process."""
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as text:
        for line in text:
            if line.startswith("TracerPid:"):
                return int(line.split()[1]) != 0
    return False
