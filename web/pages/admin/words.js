// web/pages/admin/words.js - roles, areas and acts in the words of a clinic.

/** The roles in the order of the matrix: name and what it is for. */
export const roleWords = new Map([
  ["SYSTEM_ADMIN", ["System administrator",
    "Runs the box: users, settings, keys, certificates. Opens no chart."]],
  ["ADMIN", ["Administrator", "Manages staff, schedules and sessions; reads charts for oversight."]],
  ["PHYSICIAN", ["Physician", "Diagnoses, orders and prescribes; sees every clinical part of a chart."]],
  ["NURSE", ["Nurse", "Records and changes clinical data; sees behavioral health."]],
  ["MEDICAL_ASSISTANT", ["Medical assistant", "Records visits, vital signs, allergies and shots."]],
  ["PHARMACIST", ["Pharmacist", "Manages medications; records allergies and shots."]],
  ["LAB", ["Laboratory", "Works on lab orders and records results."]],
  ["RADIOLOGY", ["Radiology", "Works on imaging orders and records reports."]],
  ["FRONT_DESK", ["Front desk", "Registers patients, books visits, takes insurance."]],
  ["BILLING", ["Billing", "Writes claims; reads what a claim needs."]],
  ["PATIENT", ["Patient", "Reads their own chart and nothing else."]],
]);

/** Returns the name of a role. */
export const roleName = (role) => roleWords.get(role)?.[0] ?? role;

/** Returns the names of several roles, in the order of the matrix. */
export const roleNames = (roles) =>
  [...roleWords.keys()].filter((role) => roles.includes(role)).map(roleName).join(", ");

/** The areas of records and of the box. */
export const areaWords = new Map([
  ["demographics", "Patients: names, addresses, identifiers"],
  ["encounters", "Visits"], ["allergies", "Allergies"], ["observations", "Vital signs and results"],
  ["immunizations", "Immunizations"], ["clinical", "Problems, procedures, care plans"],
  ["medications", "Medications"], ["orders", "Orders and tasks"],
  ["documents", "Documents and notes"], ["schedule", "Appointments"],
  ["billing", "Insurance and claims"], ["consents", "Consents"],
  ["directory", "Locations and providers"], ["definitions", "Code lists and forms"],
  ["users", "Users"], ["own-account", "One's own account"], ["sessions", "Sessions of others"],
  ["audit", "Audit log"], ["system", "The box: settings, notices, keys"],
  ["import", "Importing records"],
]);

/** The protected parts of a chart. */
export const compartmentWords = new Map([
  ["general", "General chart"], ["part2", "Substance use treatment (42 CFR Part 2)"],
  ["behavioral", "Behavioral health"], ["blood-quantum", "Blood quantum"],
  ["traditional", "Traditional medicine"], ["system", "Records of no patient"],
]);

const acts = [
  [["read", "search"], "see"], [["create"], "add"], [["update"], "change"], [["delete"], "delete"],
  [["export"], "export"], [["administer"], "administer"],
];

/** Returns what a cell of the matrix allows: `see, add, change`. */
export function cellWords(cell) {
  if (!cell) return "";
  const words = acts.filter(([verbs]) => verbs.some((verb) => cell.verbs.includes(verb)))
    .map(([, word]) => word);
  return words.join(", ") + (cell.isOwnOnly ? " (own chart only)" : "");
}

/** Returns the states of a user as `{ word, kind }`, the one that matters most first. */
export function userStates(user) {
  if (user.isDisabled) return [{ word: "Closed", kind: "danger" }];
  const states = [];
  if (user.lockedUntil) states.push({ word: "Locked", kind: "warn" });
  if (user.mustChangePassword) states.push({ word: "Must choose a password", kind: "low" });
  if (!user.lastUsedAt) states.push({ word: "Never signed in", kind: "" });
  return states.length ? states : [{ word: "Active", kind: "good" }];
}

const dayMs = 86_400_000;

/** Returns whether a user fits a search text, a role and a state. */
export function fitsFilter(user, { text, role, state }, nowMs = Date.now()) {
  const words = (text ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const told = `${user.displayName} ${user.username}`.toLowerCase();
  if (!words.every((word) => told.includes(word))) return false;
  if (role && !user.roles.includes(role)) return false;
  switch (state) {
    case "active": return !user.isDisabled;
    case "closed": return user.isDisabled;
    case "locked": return Boolean(user.lockedUntil);
    case "unused": return !user.isDisabled && isStale(user, nowMs);
    default: return true;
  }
}

/** Returns whether an account was not used for 90 days. */
export function isStale(user, nowMs = Date.now()) {
  return nowMs - Date.parse(user.lastUsedAt ?? user.createdAt) > 90 * dayMs;
}
