// web/pages/chart/lists.js - the parts of the chart that are lists.
import { icon } from "../../elements/icon.js";
import { formatCode, formatDate, formatDateTime } from "../../lib/format.js";
import { html } from "../../lib/html.js";
import { isStanding } from "./banner.js";
import { tableCard } from "./rows.js";

const bdi = (text) => html`<bdi>${text ?? ""}</bdi>`;
const day = (text) => html`<span class="nowrap number">${formatDate(text)}</span>`;
const codeText = ({ text, code }) => html`<bdi>${text}</bdi>
  ${code ? html`<span class="code">${code}</span>` : null}`;

/** Returns the status of an entry as a tag: standing entries stand out, ended ones do not. */
export function statusTag(status, isActive) {
  if (!status) return null;
  const tone = status === "entered-in-error" ? "danger" : isActive ? "good" : "";
  return html`<span class="tag ${tone}">${formatCode(status)}</span>`;
}

/** Returns the problems, the current ones apart from the past ones. */
export function problemsPanel({ problems }) {
  const columns = [
    { head: "Problem", cell: codeText, isRowHead: true },
    { head: "Status", cell: (item) => statusTag(item.status, item.isActive) },
    { head: "Verification", cell: (item) => formatCode(item.verification) },
    { head: "Onset", cell: (item) => day(item.onset) },
    { head: "Recorded", cell: (item) => day(item.recorded) },
  ];
  return halves(problems, (item) => item.isActive, [
    { title: "Active problems", empty: "No active problem is recorded." },
    { title: "Past problems", empty: "No past problem is recorded." },
  ], { columns, what: "problem", many: "problems" });
}

/** Returns the medications, the current ones apart from the past ones. */
export function medicationsPanel({ medications }) {
  const columns = [
    { head: "Medication", cell: codeText, isRowHead: true },
    { head: "Directions", cell: (item) => bdi(item.dosage) },
    { head: "For", cell: (item) => bdi(item.reason) },
    { head: "Status", cell: (item) => statusTag(item.status, item.isActive) },
    { head: "Written", cell: (item) => day(item.authoredOn) },
  ];
  return halves(medications, (item) => item.isActive, [
    { title: "Active medications", empty: "No active medication is recorded." },
    { title: "Past medications", empty: "No past medication is recorded." },
  ], { columns, what: "medication", many: "medications" });
}

/** Returns the allergies and what is known when there are none. */
export function allergiesPanel({ allergies, allergyStatus }) {
  const columns = [
    { head: "Substance", cell: codeText, isRowHead: true },
    { head: "Risk", cell: (item) => criticality(item.criticality) },
    { head: "Reactions", cell: (item) => bdi(item.reactions.join(", ")) },
    { head: "Status", cell: (item) => statusTag(item.status, isStanding(item)) },
    { head: "Verification", cell: (item) => formatCode(item.verification) },
    { head: "Recorded", cell: (item) => day(item.recorded) },
  ];
  const empty = allergyStatus === "none-known"
    ? "No known allergies: the patient was asked, and there are none."
    : "Nobody has recorded whether this patient has allergies. Ask before prescribing.";
  return tableCard({
    title: "Allergies", items: allergies, columns, empty, what: "allergy", many: "allergies",
  });
}

function criticality(code) {
  if (code === "high") return html`<span class="tag danger">${icon("alert")}High</span>`;
  return { low: "Low", "unable-to-assess": "Not assessed" }[code] ?? "";
}

/** Returns the immunizations. */
export function immunizationsPanel({ immunizations }) {
  return tableCard({
    title: "Immunizations", items: immunizations, empty: "No immunization is recorded.",
    what: "immunization", many: "immunizations",
    columns: [
      { head: "Vaccine", cell: (item) => codeText({ text: item.text, code: item.cvx && `CVX ${item.cvx}` }),
        isRowHead: true },
      { head: "Given", cell: (item) => (item.date ? day(item.date) : "Date not known") },
      { head: "Status", cell: (item) => statusTag(item.status, item.status === "completed") },
      { head: "Lot", cell: (item) => item.lot ?? "" },
      { head: "Site", cell: (item) => bdi(item.site) },
    ],
  });
}

/** Returns the encounters. */
export function encountersPanel({ encounters }) {
  return tableCard({
    title: "Encounters", items: encounters, empty: "No encounter is recorded.",
    what: "encounter", many: "encounters",
    columns: [
      { head: "Start", cell: (item) => html`<span class="nowrap number">
          ${formatDateTime(item.start)}</span>` },
      { head: "Visit", cell: (item) => bdi(item.type), isRowHead: true },
      { head: "Kind", cell: (item) => formatCode(item.class) },
      { head: "Reason", cell: (item) => bdi(item.reason) },
      { head: "With", cell: (item) => bdi(item.provider) },
      { head: "Where", cell: (item) => bdi(item.location) },
      { head: "Status", cell: (item) => statusTag(item.status, item.status === "in-progress") },
    ],
  });
}

/** Returns the documents; those that are notes open as text. */
export function documentsPanel({ documents, patient }) {
  return tableCard({
    title: "Documents", items: documents, empty: "No document is recorded.",
    what: "document", many: "documents",
    columns: [
      { head: "Document", isRowHead: true, cell: (item) => (item.isNote
        ? html`<a href="/patients/${encodeURIComponent(patient.id)}/notes/${
          encodeURIComponent(item.id)}"><bdi>${item.title}</bdi></a>` : bdi(item.title)) },
      { head: "Kind", cell: (item) => bdi(item.category) },
      { head: "Date", cell: (item) => day(item.date) },
      { head: "Author", cell: (item) => bdi(item.author) },
      { head: "Format", cell: (item) => formatName(item.contentType) },
      { head: "Status", cell: (item) => statusTag(item.status, item.status === "current") },
    ],
  });
}

const formats = {
  "text/plain": "Text", "text/html": "Web page", "text/rtf": "Rich text", "application/pdf": "PDF",
  "image/jpeg": "Picture", "image/png": "Picture", "image/tiff": "Picture",
  "application/dicom": "DICOM", "text/xml": "XML", "application/xml": "XML",
};

function formatName(contentType) {
  const media = (contentType ?? "").split(";")[0].trim().toLowerCase();
  return formats[media] ?? media;
}

function halves(items, isCurrent, titles, table) {
  const groups = [items.filter(isCurrent), items.filter((item) => !isCurrent(item))];
  return html`<div class="stack">${groups.map((group, index) =>
    (index === 1 && group.length === 0 ? null
      : tableCard({ ...table, ...titles[index], items: group })))}</div>`;
}
