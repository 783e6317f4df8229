// web/pages/admin/setting-words.js - settings in the words of a clinic.

/** The groups in the order of the page. */
export const groupWords = new Map([
  ["sessions", "Sessions"], ["passwords", "Passwords"], ["records", "Records"],
  ["backups", "Backups"],
  ["rates", "How often one may ask"],
  ["outgoing", "Sending to other programs"], ["log", "Log of the program"], ["network", "Network"],
]);

const titles = new Map([
  ["SESSION_IDLE_MINUTES", "Sign out after this long without use"],
  ["SESSION_ABSOLUTE_HOURS", "Sign out after this long in any case"],
  ["SESSIONS_PER_USER", "Sessions of one person at once"],
  ["SESSION_IDLE_MINUTES_BY_ROLE", "The same for some roles"],
  ["PIN_UNLOCK", "A PIN unlocks a page that was left alone"],
  ["SECOND_FACTOR_ROLES", "Roles that must have a second factor"],
  ["SECOND_FACTOR_GRACE_DAYS", "Days to set the second factor up"],
  ["PASSWORD_CHARACTERS_MIN", "Shortest password"],
  ["PASSWORDS_REMEMBERED", "Earlier passwords that cannot be used again"],
  ["PASSWORD_DAYS_MAX", "Passwords expire after"],
  ["BACKUP_EVERY_MINUTES", "A backup is made every"],
  ["BACKUP_NIGHT_HOUR", "Hour of the night's work"],
  ["BACKUP_KEEP_HOURLY", "Hours that keep a backup"],
  ["BACKUP_KEEP_DAILY", "Days that keep a backup"],
  ["BACKUP_KEEP_WEEKLY", "Weeks that keep a backup"],
  ["BACKUP_KEEP_MONTHLY", "Months that keep a backup"],
  ["AUDIT_RETENTION_DAYS", "Audit log is kept at least"],
  ["RATE_API_PER_SECOND", "Requests of one user, a second"],
  ["RATE_OPEN_PER_SECOND", "Requests without a sign-in, a second"],
  ["RATE_SIGN_IN_PER_MINUTE", "Tries to sign in from one address, a minute"],
  ["RATE_ALL_PER_SECOND", "Requests of everybody together, a second"],
  ["VALIDATION", "Records that break rules of FHIR"],
  ["NARRATIVE", "Add a text for people to records without one"],
  ["PROVENANCE", "Keep with each write who made it"],
  ["OUTGOING_HOSTS", "Machines that the box may send to"],
  ["OUTGOING_CA_FILE", "File of further authorities for them"],
  ["ACME_DIRECTORY", "Certificate authority on the internet"],
  ["ACME_NAMES", "Names for its certificate"],
  ["ACME_CONTACT", "Mailbox for the authority"],
  ["ACME_PRIVATE", "The authority is in the clinic's network"],
  ["ACME_DNS_HOOK", "Program for records in the name server"],
  ["LOG_LEVEL", "Level of the log"],
]);

/** Returns the name of a setting for people; for one without words, its key made readable. */
export function titleOf({ key }) {
  const words = key.toLowerCase().replaceAll("_", " ");
  return titles.get(key) ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** Returns a value with its unit: `15 minutes`, `1 hour`, `never`. */
export function withUnit({ key, unit }, value) {
  if (key === "PASSWORD_DAYS_MAX" && value === "0") return "0 days (never)";
  if (!unit || value === "") return value || "(empty)";
  return `${value} ${value === "1" && unit !== "tries" ? unit.replace(/s$/, "") : unit}`;
}

/** Returns where a value comes from. */
export function sourceWords({ source, place, versions = [] }) {
  if (source === "given") return `Set by ${place}`;
  if (source === "page") return `Set here by ${versions[0]?.by ?? "an administrator"}`;
  return "As the box comes";
}
