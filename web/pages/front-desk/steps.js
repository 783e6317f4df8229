// web/pages/front-desk/steps.js - what each step of the registration asks for.
//
// A field is `{ name, label }` with one of `date`, `choices` (a list of the box, or pairs), `many` (several
// of a list), `flag`, `area`, `tribe`, `language`, `place`; a list is `{ list, one, fields }`. `more` puts
// a field behind the fold, `isSecret` hides it until somebody asks.

const nameKinds = [["legal", "Legal name"], ["used", "Name in use"], ["former", "Former name"],
  ["maiden", "Maiden name"], ["nickname", "Nickname"], ["traditional", "Traditional name"]];
const addressKinds = [["home", "Home"], ["mailing", "Mail"], ["seasonal", "Part of the year"],
  ["former", "Former"]];
const phoneKinds = [["mobile", "Mobile"], ["home", "Home"], ["work", "Work"]];

/** The steps that are saved, in their order. */
export const steps = [
  { key: "identity", title: "Who it is", fields: [
    { list: "names", one: "Name", add: "Add another name", shown: 1, fields: [
      { name: "family", label: "Family name" }, { name: "given", label: "Given names" },
      { name: "kind", label: "Kind of name", choices: nameKinds },
      { name: "suffix", label: "Suffix", hint: "Jr., III", more: true },
      { name: "prefix", label: "Title", more: true },
      { name: "from", label: "Used since", date: true, more: true },
      { name: "to", label: "Used until", date: true, more: true }] },
    { name: "birthDate", label: "Date of birth", date: true,
      hint: "2/25/1980, 25-Feb-1980, Feb 1980 or 1980." },
    { name: "sex", label: "Sex on record", choices: "sex", isRequired: true },
    { name: "race", label: "Race, as the patient says", many: "race" },
    { name: "ethnicity", label: "Ethnicity", choices: "ethnicity" },
    { name: "birthSex", label: "Sex at birth", choices: "birthSex", more: true },
    { name: "genderIdentity", label: "Gender", choices: "genderIdentity", more: true },
    { name: "maritalStatus", label: "Marital status", choices: "maritalStatus", more: true },
    { name: "mothersMaidenName", label: "Mother’s maiden name", more: true },
    { name: "nameUnknown", label: "Nobody knows the name", flag: true, more: true },
    { name: "birthDateUnknown", label: "Nobody knows the date of birth", flag: true, more: true },
    { list: "chartNumbers", one: "Chart number", add: "Add a chart number of a place", shown: 0,
      fields: [{ name: "facility", label: "Place", place: true },
        { name: "number", label: "Number", hint: "1 to 6 digits." }] }] },
  { key: "tribal", title: "Tribe and eligibility", fields: [
    { list: "tribes", one: "Tribe", add: "Add another tribe", shown: 1, fields: [
      { name: "name", label: "Tribe", tribe: true },
      { name: "standing", label: "Standing", choices: "standing" },
      { name: "number", label: "Enrollment number", isSecret: true },
      { name: "proof", label: "Proof seen", hint: "CDIB, tribal card, letter", more: true },
      { name: "verifiedOn", label: "Seen on", date: true, more: true }] },
    { name: "beneficiary", label: "Beneficiary class", choices: "beneficiary" },
    { name: "eligibility", label: "Eligible for", choices: "eligibility" },
    { name: "eligibilityReasons", label: "Because", many: "eligibilityReason" },
    { name: "eligibilitySince", label: "Eligible since", date: true },
    { name: "eligibilityNote", label: "Note on eligibility", more: true },
    { name: "community", label: "Community of residence" },
    { name: "communitySince", label: "Lives there since", date: true }] },
  { key: "contact", title: "How to reach them", fields: [
    { list: "addresses", one: "Address", add: "Add another address", shown: 1, fields: [
      { name: "line", label: "Street, box or mile post" }, { name: "city", label: "Town" },
      { name: "state", label: "State" }, { name: "postalCode", label: "ZIP code" },
      { name: "directions", label: "How to get there, in words", area: true },
      { name: "kind", label: "Kind of address", choices: addressKinds, more: true },
      { name: "county", label: "County", more: true },
      { name: "season", label: "Season, and who is there", more: true },
      { name: "from", label: "Since", date: true, more: true },
      { name: "to", label: "Until", date: true, more: true }] },
    { list: "phones", one: "Phone", add: "Add another phone", shown: 1, fields: [
      { name: "number", label: "Phone number" },
      { name: "kind", label: "Kind of phone", choices: phoneKinds }] },
    { name: "email", label: "E-mail" },
    { list: "languages", one: "Language", add: "Add a language", shown: 0, fields: [
      { name: "code", label: "Language", language: true },
      { name: "preferred", label: "Prefers this one", flag: true }] },
    { name: "interpreter", label: "Needs an interpreter", flag: true },
    { list: "contacts", one: "Contact", add: "Add somebody to call", shown: 1, fields: [
      { name: "given", label: "Given names" }, { name: "family", label: "Family name" },
      { name: "relationship", label: "Is the patient’s", choices: "relationship" },
      { name: "phone", label: "Phone number" },
      { name: "isEmergency", label: "Call in an emergency", flag: true, standard: true }] },
    { name: "household", label: "Household", more: true },
    { name: "householdSize", label: "People in the household", more: true }] },
  { key: "coverage", title: "Coverage", needs: "coverage.change", fields: [
    { list: "coverages", one: "Coverage", add: "Add another coverage", shown: 1, fields: [
      { name: "kind", label: "Kind of coverage", choices: "coverageKind" },
      { name: "payer", label: "Name of the plan" },
      { name: "memberId", label: "Member number" },
      { name: "group", label: "Group number" },
      { name: "subscriber", label: "Policy is of", choices: "subscriber" },
      { name: "from", label: "From", date: true }, { name: "to", label: "Until", date: true }] }] },
];
