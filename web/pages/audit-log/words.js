// web/pages/audit-log/words.js - what an audit entry says, as a sentence.

/** The actions that can be asked for, with their words. */
export const actions = [
  ["sign-in", "Signed in"], ["sign-out", "Signed out"], ["search", "Searched"], ["read", "Read"],
  ["vread", "Read an earlier version"], ["create", "Added"], ["update", "Changed"],
  ["delete", "Removed"], ["export", "Exported"],
  ["administer", "Administered"],
];

const nouns = {
  AllergyIntolerance: "an allergy", Condition: "a problem", DocumentReference: "a document",
  DiagnosticReport: "a report", Encounter: "an encounter", Immunization: "an immunization",
  MedicationRequest: "a medication", Observation: "a result", Patient: "a patient record",
  RegistrationDraft: "a step of a registration", Coverage: "a coverage", RelatedPerson: "a contact",
  Procedure: "a procedure", Bundle: "a bundle of records", Notice: "a notice", Session: "a session",
  Token: "an access token", User: "an account",
  Clinic: "the clinic's facts", Setting: "a setting", AccessReview: "an access review",
  Location: "a location", Practitioner: "a provider", PractitionerRole: "the work of a provider",
};
const parts = {
  Notice: "the notices", Session: "sessions", User: "accounts", Token: "access tokens",
  Setting: "the settings", AccessReview: "access reviews", Location: "the list of locations",
  Practitioner: "the list of staff", Organization: "the list of organizations",
};

const reasons = {
  login: "wrong name or password", throttled: "too many tries", forbidden: "not for this role",
  "not-found": "not there", expired: "session over",
};

/** Returns `{ before, patient, after }`: the sentence around the patient's name. */
export function sentenceOf(entry) {
  const said = sentence(entry);
  const whose = said.patient ? entry.patientName || "a patient" : null;
  return { before: said.before, patient: whose, after: said.after ?? "" };
}

function sentence({ action, area = "", type, patientId, patientName }) {
  const patient = Boolean(patientId || patientName);
  const of = patient ? " of " : "";
  const noun = nouns[type] ?? (type ? `a record (${type})` : "a record");
  switch (action) {
    case "sign-in": return { before: "signed in" };
    case "sign-out": return { before: "signed out" };
    case "search":
      if (area === "audit") return { before: "read the audit log" };
      if (type === "Patient") return { before: "searched for patients" };
      if (!patient && parts[type]) return { before: `looked at ${parts[type]}` };
      return { before: `listed records (${type ?? area})${of}`, patient };
    case "read":
      if (area === "audit") return { before: "had the audit log verified" };
      if (type === "Chart") return { before: "opened the chart of ", patient: true };
      if (type === "DocumentReference" && patient) return { before: "opened a note of ", patient };
      return { before: `read ${noun}${of}`, patient };
    case "vread": return { before: `read an earlier version of ${noun}${of}`, patient };
    case "export": return { before: `exported records${of}`, patient };
    case "administer": return { before: `administered ${nouns[type] ?? area}${of}`, patient };
    default: {
      const verb = { create: "added", update: "changed", delete: "removed" }[action] ?? action;
      return { before: `${verb} ${noun}${of}`, patient };
    }
  }
}

/** Returns the outcome as `{ word, tone }`. */
export function outcomeOf({ outcome, code }) {
  if (outcome === "ok") return { word: "Done", tone: "" };
  const reason = code ? `: ${reasons[code] ?? code.replaceAll("-", " ")}` : "";
  if (outcome === "refused") return { word: `Refused${reason}`, tone: "warn" };
  return { word: `Failed${reason}`, tone: "danger" };
}

/** Returns who did it. */
export function actorOf({ displayName, name, kind }) {
  if (kind === "anonymous" || !(displayName || name)) {
    return kind === "machine" ? "The box" : "Somebody not signed in";
  }
  return displayName || name;
}
