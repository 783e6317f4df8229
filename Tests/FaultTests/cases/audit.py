"""S24: every read that was answered is on record."""

from faultlab.box import Box
from faultlab.checker import audit_count, require_exported
from faultlab.lab import NO_CONTROLS, case, require
from faultlab.traffic import Recorder, fill


@case("S24", "audit gap: each read that was answered is on record; unaudited, it is noticed")
def gaps(lab):
    """Compares the reads that a recorder outside counted with the log, with and without fault."""
    missing, reads = compare(lab, {})
    require(missing == 0, f"{missing} of {reads} reads and searches are not in the audit log")
    if not lab.has_controls:
        return f"{reads} reads and searches, all on record; {NO_CONTROLS}"
    lost, _ = compare(lab, {"TRIBAL_EHR_FAULT": "no-audit"})
    require(lost > 0, "the control without audit of reads was not noticed")
    return (f"{reads} reads and searches, all on record; "
            f"control without audit turned red ({lost} missing)")


def compare(lab, env):
    """Reads that were answered and are not in the log, and how many there were."""
    box = Box(lab, lab.data_folder(), env=env).start()
    recorder = Recorder()
    client = box.client()
    fill(client, recorder, 10)
    reads = 0
    for _ in range(lab.pick(10, 100)):
        for kind, identity in recorder.held:
            answer = client.get(f"/fhir/{kind}/{identity}")
            require(answer.status == 200, f"a read answered {answer.status}")
            reads += 1
    for number in range(20):
        answer = client.get(f"/fhir/Patient/no-such-patient-{number}")
        require(answer.status == 404, f"a read of nobody answered {answer.status}")
        answer = client.get("/fhir/Patient?_summary=count")
        require(answer.status == 200, f"a search answered {answer.status}")
    if not env:
        require_exported(box, recorder)
    client.close()
    box.stop()
    missing = max(0, reads + 20 - audit_count(box.folder, "read"))
    return missing + max(0, 20 - audit_count(box.folder, "search")), reads + 40
