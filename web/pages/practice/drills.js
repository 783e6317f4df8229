// web/pages/practice/drills.js - what the tour of the practice clinic goes through, in its order.
//
// One entry for each drill: `needs` is the permission that it takes, `href` where it happens, `help`
// the page of the handbook that explains it.

export const drills = [
  {
    id: "find", title: "Find a patient", needs: "patients.search", href: "/patients",
    help: "patient-search", steps: [
      "Press / anywhere, or open Patients.",
      "Type the first letters of a name, such as tso. Parts of names in any order work.",
      "Try a date of birth as you would write it, and a name without its accents.",
      "Walk through the list with the arrow keys and press Enter.",
    ],
  },
  {
    id: "chart", title: "Read a chart", needs: "chart.read", href: "/patients", help: "chart",
    steps: [
      "Open any patient. Allergies stand on top, whatever you look at.",
      "Press 5 for vital signs and follow the curve with the arrow keys.",
      "Press 6 for results: what is out of range is marked.",
      "Press Ctrl+P: the sheet names the patient, and says that the person is invented.",
    ],
  },
  {
    id: "audit", title: "See what the audit log keeps", needs: "audit.read", href: "/audit",
    help: "audit-log", steps: [
      "Find the line that says that you opened the chart of a moment ago.",
      "Ask for one person or one patient only.",
      "Press Verify: the box reckons the whole chain again and says whether a line was changed.",
    ],
  },
  {
    id: "downtime", title: "Go through a downtime", href: "/help/maintenance", help: "maintenance",
    steps: [
      "An administrator closes the box: Administration, Maintenance.",
      "Look at another computer: it says that the box is closed, and for how long.",
      "Write down one visit on paper, as you would when the power is out.",
      "The administrator opens the box again. The other computer goes on where it was.",
    ],
  },
];
