// web/pages/chart/banner.js - who this chart belongs to, always in sight.
import { icon } from "../../elements/icon.js";
import { formatCode, formatDate } from "../../lib/format.js";
import { element, html } from "../../lib/html.js";

const allergiesShownMax = 6;

/** Returns the banner: name, birth, sex, record number, allergies, death, demo. */
export function banner({ patient, allergies, allergyStatus }) {
  const fact = (label, content) => html`<div><dt>${label}</dt><dd>${content}</dd></div>`;
  const isDeceased = patient.isDeceased || patient.deceasedAt;
  const death = isDeceased
    ? html`<p class="banner-death">${icon("alert")} Deceased: ${(patient.ageText
      || formatDate(patient.deceasedAt)).replace(/^died,? /, "")}</p>` : null;
  const demo = patient.isDemo
    ? html`<p class="banner-demo">DEMO <span>invented patient</span></p>` : null;
  return element`<header class="patient-banner">
    <div class="banner-row">
      <h1><bdi>${patient.name}</bdi></h1>${demo}${death}
      <dl class="banner-facts">
        ${fact("Born", html`<span class="number">${formatDate(patient.birthDate)}</span>
          ${patient.ageText && !isDeceased ? `(${patient.ageText})` : null}`)}
        ${fact("Sex", sexText(patient))}
        ${fact("Record", html`<span class="number">${patient.mrn || "none"}</span>
          <a class="no-print" href="/people/${encodeURIComponent(patient.id)}">Registration</a>`)}
      </dl>
    </div>
    ${mergeLine(patient)}${allergyLine(allergies, allergyStatus)}
  </header>`;
}

// Each record keeps its chart: whoever reads one must know of the other.
function mergeLine({ mergedInto, replaces }) {
  const path = (id) => `/patients/${encodeURIComponent(id)}`;
  if (mergedInto) {
    return html`<p class="banner-death">${icon("alert")} This record was merged and is not used any more.
      <a href="${path(mergedInto)}">Open the chart that is used</a></p>`;
  }
  return (replaces ?? []).map((id) => html`<p>${icon("alert")} An older record of this person has a chart
    of its own. <a href="${path(id)}">Open the older chart</a></p>`);
}

function sexText({ sex, gender }) {
  const differs = gender && sex && gender !== sex;
  return [formatCode(sex || gender || "unknown"), differs ? `gender ${formatCode(gender)}` : null]
    .filter(Boolean).join(", ");
}

/** Says whether an allergy still counts. */
export function isStanding({ status, verification }) {
  return !["inactive", "resolved"].includes(status)
    && !["refuted", "entered-in-error"].includes(verification);
}

function allergyLine(allergies, status) {
  const standing = allergies.filter(isStanding);
  if (standing.length > 0) {
    const shown = [...standing]
      .sort((a, b) => Number(b.criticality === "high") - Number(a.criticality === "high"));
    const more = shown.length - allergiesShownMax;
    return html`<p class="banner-allergies known"><strong>${icon("alert")} Allergies</strong>
      ${shown.slice(0, allergiesShownMax).map((allergy) => html`<span class="allergy">
        <bdi>${allergy.text}</bdi>${allergy.criticality === "high" ? html` <b>high risk</b>` : null}
      </span>`)}${more > 0 ? html`<span class="allergy">and ${more} more</span>` : null}</p>`;
  }
  if (status === "none-known") {
    return html`<p class="banner-allergies none">${icon("check")}
      <strong>No known allergies</strong> asked and recorded</p>`;
  }
  if (status === "known") {
    return html`<p class="banner-allergies none">${icon("check")}
      <strong>No current allergies</strong> earlier ones are listed under Allergies</p>`;
  }
  return html`<p class="banner-allergies not-asked">${icon("question")}
    <strong>Allergies not asked</strong> nothing is recorded either way</p>`;
}
