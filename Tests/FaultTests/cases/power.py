"""R02: the power is cut, for real, on a file system of its own."""

import signal
import time

from faultlab.box import Box
from faultlab.checker import check_touched, require_counts, require_sound_database
from faultlab.disks import LoopDisk, freeze
from faultlab.lab import NO_CONTROLS, Failed, case, require, require_root
from faultlab.traffic import Recorder, burst, join, settle

DISK_MIB = 256
XFS_DISK_MIB = 400


@case("R02", "power cut on ext4: nothing acknowledged is lost; not synced, it would be")
def power_cuts(lab):
    """Freeze, shut the file system down without its journal, kill, mount, restart, look."""
    require_root()
    words = [cuts(lab, "ext4", DISK_MIB, lab.pick(50, 1_000))]
    if lab.is_full:
        words.append(cuts(lab, "xfs", XFS_DISK_MIB, 200))
    words.append(control(lab))
    return "; ".join(words)


def cuts(lab, kind, size_mib, count):
    """The run that must lose nothing."""
    disk = LoopDisk(lab, size_mib, kind)
    box = Box(lab, lab.data_folder(disk.mount_point))
    recorder = Recorder()
    disk.sync()
    for number in range(count):
        found = cut_once(lab, disk, box, recorder, f"{kind}{number}")
        require(not found, f"{kind} cut {number + 1}: {'; '.join(found[:3])}")
    require_counts(box, recorder)
    box.require_intact()
    box.stop()
    require_sound_database(box.folder, recorder)
    disk.unmount()
    return f"{count} cuts on {kind}, 0 lost of {recorder.acknowledged:,} acknowledged"


def cut_once(lab, disk, box, recorder, name):
    """One cut; what it lost. Leaves the box running with everything in doubt settled."""
    if not box.is_running:
        box.start()
    writers = burst(box, recorder, name, lab.random.random())
    require(recorder.first_answer.wait(10), f"no write was acknowledged: {recorder.refused[:1]}")
    time.sleep(lab.random.uniform(0.002, 0.05))
    freeze(box.pid, signal.SIGSTOP)
    disk.cut()
    box.kill()
    join(writers)
    disk.power_up()
    box.start()
    found = check_touched(box, recorder, lab.random, 120)
    if not found:
        settle(box, recorder)
    return found


def control(lab):
    """The same with commits that are not synced: it must be noticed."""
    if not lab.has_controls:
        return NO_CONTROLS
    disk = LoopDisk(lab, DISK_MIB)
    box = Box(
        lab, lab.data_folder(disk.mount_point), env={"TRIBAL_EHR_FAULT": "synchronous-normal"})
    recorder = Recorder()
    disk.sync()
    count_max = lab.pick(40, 200)
    for number in range(count_max):
        try:
            found = cut_once(lab, disk, box, recorder, f"n{number}")
        except Failed as failure:
            found = [str(failure)]
        if found:
            return f"control without sync turned red at cut {number + 1} ({found[0]})"
    raise Failed(f"the control without sync lost nothing in {count_max} cuts")
