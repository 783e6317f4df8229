"""Small disks on loop devices that can be filled, cut off and mounted again."""

import fcntl
import os
import pathlib
import shutil
import struct
import subprocess
import time

from faultlab.lab import Skipped, require_root, require_tool

# _IOR('X', 125, __u32) of ext4 and xfs; 2 goes down without flushing the journal.
SHUTDOWN = 0x8004587D
WITHOUT_FLUSH = 2
MAKERS = {"ext4": ["mkfs.ext4", "-q", "-F", "-m", "0"], "xfs": ["mkfs.xfs", "-q", "-f"]}
MIB = 1_048_576


class LoopDisk:
    """A file system of its own in a file."""

    def __init__(self, lab, size_mib, kind="ext4"):
        require_root()
        require_tool(MAKERS[kind][0])
        self.image = lab.folder / f"disk{len(lab.closers)}.img"
        self.mount_point = lab.folder / f"mnt{len(lab.closers)}"
        self.mount_point.mkdir()
        with open(self.image, "wb") as image:
            image.truncate(size_mib * MIB)
        system(*MAKERS[kind], str(self.image))
        lab.defer(self.unmount)
        self.mount()

    def mount(self, options="loop"):
        """Mounts; replays the journal as after a power cut."""
        try:
            system("mount", "-o", options, str(self.image), str(self.mount_point))
        except RuntimeError as error:
            raise Skipped(f"loop devices cannot be mounted here: {error}") from None

    def unmount(self):
        """Unmounts; waits for the last holder of a file."""
        for attempt in range(50):
            if not is_mounted(self.mount_point):
                return
            done = subprocess.run(
                ["umount", str(self.mount_point)], capture_output=True, check=False)
            if done.returncode == 0:
                return
            time.sleep(0.02 * (attempt + 1))
        system("umount", "-l", str(self.mount_point))

    def cut(self):
        """Takes the power away: nothing that is not on the disk yet will be."""
        handle = os.open(self.mount_point, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, SHUTDOWN, struct.pack("I", WITHOUT_FLUSH))
        finally:
            os.close(handle)

    def power_up(self):
        """Unmounts and mounts again."""
        self.unmount()
        self.mount()

    def sync(self):
        """Writes everything down, so that the next cut loses nothing older."""
        os.sync()

    def fill(self):
        """Takes all the free room with a file; its path."""
        filler = self.mount_point / "filler"
        with open(filler, "ab", buffering=0) as file:
            for size in (64 * MIB, MIB, 65_536, 4_096):
                while take(file, size):
                    continue
        return filler

    def free_mib(self):
        """Room left."""
        return shutil.disk_usage(self.mount_point).free / MIB


def is_mounted(folder):
    """Whether something is mounted there; asks the kernel, because a dead disk cannot be asked."""
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        return any(line.split()[1] == str(folder) for line in mounts)


def take(file, size):
    """Makes a file larger; False where the disk has no room for that."""
    before = os.fstat(file.fileno()).st_size
    try:
        os.posix_fallocate(file.fileno(), before, size)
        return True
    except OSError:
        os.ftruncate(file.fileno(), before)
        return False


def system(*words):
    """Runs a program of the system."""
    done = subprocess.run(words, capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{pathlib.Path(words[0]).name}: {done.stderr.decode().strip()}")


def freeze(pid, stop_signal):
    """Stops every thread of a process and waits until the kernel says so."""
    os.kill(pid, stop_signal)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if all(state(pid, thread) in "TtZX" for thread in os.listdir(f"/proc/{pid}/task")):
            return
        time.sleep(0.0005)
    raise RuntimeError(f"process {pid} did not stop")


def state(pid, thread):
    """The state letter of a thread; X where it is gone."""
    try:
        with open(f"/proc/{pid}/task/{thread}/stat", encoding="ascii", errors="replace") as text:
            return text.read().rpartition(")")[2].split()[0]
    except OSError:
        return "X"
