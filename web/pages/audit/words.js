// web/pages/audit/words.js - what an audit entry says, as a sentence.

/** The actions that can be asked for, with their words. */
export const actions = [
  ["sign-in", "Signed in"], ["sign-out", "Signed out"], ["search", "Searched"], ["read", "Read"],
  ["create", "Added"], ["update", "Changed"], ["delete", "Removed"], ["export", "Exported"],
  ["administer", "Administered"],
];

const nouns = {
  AllergyIntolerance: "an allergy", Condition: "a problem", DocumentReference: "a document",
  DiagnosticReport: "a report", Encounter: "an encounter", Immunization: "an immunization",
  MedicationRequest: "a medication", Observation: "a result", Patient: "a patient record",
  Procedure: "a procedure", AuditEvent: "the audit log", Bundle: "a bundle of records",
};

/** Returns `{ before, patient, after }`: the sentence around the patient's name. */
export function sentenceOf(entry) {
  const said = sentence(entry);
  const whose = said.patient ? entry.patientName || "a patient" : null;
  return { before: said.before, patient: whose, after: said.after ?? "" };
}

function sentence({ action, area = "", type, patientId, patientName, detail }) {
  const hasPatient = Boolean(patientId || patientName);
  const of = hasPatient ? " of " : "";
  switch (action) {
    case "sign-in": return { before: "signed in" };
    case "sign-out": return { before: "signed out" };
    case "search":
      if (area.includes("audit")) return { before: "searched the audit log" };
      return { before: `searched for ${type && type !== "Patient" ? type : "patients"}${of}`,
        patient: hasPatient };
    case "read": return readSentence(area, type, hasPatient);
    case "export": return { before: `exported ${hasPatient ? "records of " : "records"}`, patient: hasPatient };
    case "administer": return { before: `administered: ${detail || area || "the box"}`, patient: false };
    default: {
      const verb = { create: "added", update: "changed", delete: "removed" }[action] ?? action;
      return { before: `${verb} ${nouns[type] ?? type ?? "a record"}${of}`, patient: hasPatient };
    }
  }
}

function readSentence(area, type, hasPatient) {
  if (area.includes("audit") || type === "AuditEvent") return { before: "read the audit log" };
  if (area.includes("note") && hasPatient) return { before: "opened a note of ", patient: true };
  if (area.includes("chart") && hasPatient) return { before: "opened the chart of ", patient: true };
  if (area.includes("session")) return { before: "looked at sessions" };
  if (area.includes("notice")) return { before: "looked at notices" };
  return { before: `read ${nouns[type] ?? type ?? "a record"}${hasPatient ? " of " : ""}`,
    patient: hasPatient };
}

/** Returns the outcome as `{ word, tone }`. */
export function outcomeOf({ outcome, code }) {
  if (outcome === "ok") return { word: "Done", tone: "" };
  const reason = code ? `: ${code.replaceAll("-", " ").replaceAll(".", " ")}` : "";
  if (outcome === "refused") return { word: `Refused${reason}`, tone: "warn" };
  return { word: `Failed${reason}`, tone: "danger" };
}

/** Returns who did it. */
export function actorOf({ displayName, name, kind }) {
  if (displayName || name) return displayName || name;
  return kind === "machine" ? "The box" : "Somebody not signed in";
}
