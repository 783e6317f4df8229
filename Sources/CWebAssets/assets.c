// Written by appliance/generate-assets: one block per file below web/, sorted.
#include "assets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char file_0[] = {
#embed "../../web/app.js"
};
static const unsigned char file_1[] = {
#embed "../../web/elements/app-header.css"
};
static const unsigned char file_2[] = {
#embed "../../web/elements/app-header.js"
};
static const unsigned char file_3[] = {
#embed "../../web/elements/error-summary.js"
};
static const unsigned char file_4[] = {
#embed "../../web/elements/icon.js"
};
static const unsigned char file_5[] = {
#embed "../../web/elements/idle-guard.js"
};
static const unsigned char file_6[] = {
#embed "../../web/elements/key-sheet.js"
};
static const unsigned char file_7[] = {
#embed "../../web/elements/plot-parts.js"
};
static const unsigned char file_8[] = {
#embed "../../web/elements/reading-table.js"
};
static const unsigned char file_9[] = {
#embed "../../web/elements/result-flag.js"
};
static const unsigned char file_10[] = {
#embed "../../web/elements/state-note.js"
};
static const unsigned char file_11[] = {
#embed "../../web/elements/trend-plot.css"
};
static const unsigned char file_12[] = {
#embed "../../web/elements/trend-plot.js"
};
static const unsigned char file_13[] = {
#embed "../../web/favicon.svg"
};
static const unsigned char file_14[] = {
#embed "../../web/help/administration.md"
};
static const unsigned char file_15[] = {
#embed "../../web/help/audit-log.md"
};
static const unsigned char file_16[] = {
#embed "../../web/help/certificates.md"
};
static const unsigned char file_17[] = {
#embed "../../web/help/chart.md"
};
static const unsigned char file_18[] = {
#embed "../../web/help/fhir.md"
};
static const unsigned char file_19[] = {
#embed "../../web/help/keyboard.md"
};
static const unsigned char file_20[] = {
#embed "../../web/help/locked-out.md"
};
static const unsigned char file_21[] = {
#embed "../../web/help/patient-search.md"
};
static const unsigned char file_22[] = {
#embed "../../web/help/sessions.md"
};
static const unsigned char file_23[] = {
#embed "../../web/help/sign-in.md"
};
static const unsigned char file_24[] = {
#embed "../../web/help/trust-this-device.md"
};
static const unsigned char file_25[] = {
#embed "../../web/index.html"
};
static const unsigned char file_26[] = {
#embed "../../web/lib/api.js"
};
static const unsigned char file_27[] = {
#embed "../../web/lib/format.js"
};
static const unsigned char file_28[] = {
#embed "../../web/lib/html.js"
};
static const unsigned char file_29[] = {
#embed "../../web/lib/idle.js"
};
static const unsigned char file_30[] = {
#embed "../../web/lib/keys.js"
};
static const unsigned char file_31[] = {
#embed "../../web/lib/markdown.js"
};
static const unsigned char file_32[] = {
#embed "../../web/lib/match.js"
};
static const unsigned char file_33[] = {
#embed "../../web/lib/recent.js"
};
static const unsigned char file_34[] = {
#embed "../../web/lib/router.js"
};
static const unsigned char file_35[] = {
#embed "../../web/lib/scale.js"
};
static const unsigned char file_36[] = {
#embed "../../web/lib/session.js"
};
static const unsigned char file_37[] = {
#embed "../../web/lib/state.js"
};
static const unsigned char file_38[] = {
#embed "../../web/lib/styles.js"
};
static const unsigned char file_39[] = {
#embed "../../web/pages/audit-log/audit-log.css"
};
static const unsigned char file_40[] = {
#embed "../../web/pages/audit-log/audit-log.js"
};
static const unsigned char file_41[] = {
#embed "../../web/pages/audit-log/words.js"
};
static const unsigned char file_42[] = {
#embed "../../web/pages/certificates/certificates.css"
};
static const unsigned char file_43[] = {
#embed "../../web/pages/certificates/certificates.js"
};
static const unsigned char file_44[] = {
#embed "../../web/pages/certificates/confirm.js"
};
static const unsigned char file_45[] = {
#embed "../../web/pages/chart/banner.js"
};
static const unsigned char file_46[] = {
#embed "../../web/pages/chart/chart.css"
};
static const unsigned char file_47[] = {
#embed "../../web/pages/chart/chart.js"
};
static const unsigned char file_48[] = {
#embed "../../web/pages/chart/lists.js"
};
static const unsigned char file_49[] = {
#embed "../../web/pages/chart/notes.js"
};
static const unsigned char file_50[] = {
#embed "../../web/pages/chart/results.js"
};
static const unsigned char file_51[] = {
#embed "../../web/pages/chart/rows.js"
};
static const unsigned char file_52[] = {
#embed "../../web/pages/chart/summary.js"
};
static const unsigned char file_53[] = {
#embed "../../web/pages/help/help.css"
};
static const unsigned char file_54[] = {
#embed "../../web/pages/help/help.js"
};
static const unsigned char file_55[] = {
#embed "../../web/pages/notices/notices.js"
};
static const unsigned char file_56[] = {
#embed "../../web/pages/patient-search/patient-search.css"
};
static const unsigned char file_57[] = {
#embed "../../web/pages/patient-search/patient-search.js"
};
static const unsigned char file_58[] = {
#embed "../../web/pages/sessions/sessions.css"
};
static const unsigned char file_59[] = {
#embed "../../web/pages/sessions/sessions.js"
};
static const unsigned char file_60[] = {
#embed "../../web/pages/sign-in/sign-in.css"
};
static const unsigned char file_61[] = {
#embed "../../web/pages/sign-in/sign-in.js"
};
static const unsigned char file_62[] = {
#embed "../../web/styles/base.css"
};
static const unsigned char file_63[] = {
#embed "../../web/styles/print.css"
};
static const unsigned char file_64[] = {
#embed "../../web/styles/reset.css"
};
static const unsigned char file_65[] = {
#embed "../../web/styles/tokens.css"
};
static const unsigned char file_66[] = {
#embed "../../web/trust/index.html"
};
static const unsigned char file_67[] = {
#embed "../../web/trust/trust.css"
};
static const unsigned char file_68[] = {
#embed "../../web/trust/trust.js"
};

static const web_file all[] = {
    {"app.js", file_0, sizeof file_0},
    {"elements/app-header.css", file_1, sizeof file_1},
    {"elements/app-header.js", file_2, sizeof file_2},
    {"elements/error-summary.js", file_3, sizeof file_3},
    {"elements/icon.js", file_4, sizeof file_4},
    {"elements/idle-guard.js", file_5, sizeof file_5},
    {"elements/key-sheet.js", file_6, sizeof file_6},
    {"elements/plot-parts.js", file_7, sizeof file_7},
    {"elements/reading-table.js", file_8, sizeof file_8},
    {"elements/result-flag.js", file_9, sizeof file_9},
    {"elements/state-note.js", file_10, sizeof file_10},
    {"elements/trend-plot.css", file_11, sizeof file_11},
    {"elements/trend-plot.js", file_12, sizeof file_12},
    {"favicon.svg", file_13, sizeof file_13},
    {"help/administration.md", file_14, sizeof file_14},
    {"help/audit-log.md", file_15, sizeof file_15},
    {"help/certificates.md", file_16, sizeof file_16},
    {"help/chart.md", file_17, sizeof file_17},
    {"help/fhir.md", file_18, sizeof file_18},
    {"help/keyboard.md", file_19, sizeof file_19},
    {"help/locked-out.md", file_20, sizeof file_20},
    {"help/patient-search.md", file_21, sizeof file_21},
    {"help/sessions.md", file_22, sizeof file_22},
    {"help/sign-in.md", file_23, sizeof file_23},
    {"help/trust-this-device.md", file_24, sizeof file_24},
    {"index.html", file_25, sizeof file_25},
    {"lib/api.js", file_26, sizeof file_26},
    {"lib/format.js", file_27, sizeof file_27},
    {"lib/html.js", file_28, sizeof file_28},
    {"lib/idle.js", file_29, sizeof file_29},
    {"lib/keys.js", file_30, sizeof file_30},
    {"lib/markdown.js", file_31, sizeof file_31},
    {"lib/match.js", file_32, sizeof file_32},
    {"lib/recent.js", file_33, sizeof file_33},
    {"lib/router.js", file_34, sizeof file_34},
    {"lib/scale.js", file_35, sizeof file_35},
    {"lib/session.js", file_36, sizeof file_36},
    {"lib/state.js", file_37, sizeof file_37},
    {"lib/styles.js", file_38, sizeof file_38},
    {"pages/audit-log/audit-log.css", file_39, sizeof file_39},
    {"pages/audit-log/audit-log.js", file_40, sizeof file_40},
    {"pages/audit-log/words.js", file_41, sizeof file_41},
    {"pages/certificates/certificates.css", file_42, sizeof file_42},
    {"pages/certificates/certificates.js", file_43, sizeof file_43},
    {"pages/certificates/confirm.js", file_44, sizeof file_44},
    {"pages/chart/banner.js", file_45, sizeof file_45},
    {"pages/chart/chart.css", file_46, sizeof file_46},
    {"pages/chart/chart.js", file_47, sizeof file_47},
    {"pages/chart/lists.js", file_48, sizeof file_48},
    {"pages/chart/notes.js", file_49, sizeof file_49},
    {"pages/chart/results.js", file_50, sizeof file_50},
    {"pages/chart/rows.js", file_51, sizeof file_51},
    {"pages/chart/summary.js", file_52, sizeof file_52},
    {"pages/help/help.css", file_53, sizeof file_53},
    {"pages/help/help.js", file_54, sizeof file_54},
    {"pages/notices/notices.js", file_55, sizeof file_55},
    {"pages/patient-search/patient-search.css", file_56, sizeof file_56},
    {"pages/patient-search/patient-search.js", file_57, sizeof file_57},
    {"pages/sessions/sessions.css", file_58, sizeof file_58},
    {"pages/sessions/sessions.js", file_59, sizeof file_59},
    {"pages/sign-in/sign-in.css", file_60, sizeof file_60},
    {"pages/sign-in/sign-in.js", file_61, sizeof file_61},
    {"styles/base.css", file_62, sizeof file_62},
    {"styles/print.css", file_63, sizeof file_63},
    {"styles/reset.css", file_64, sizeof file_64},
    {"styles/tokens.css", file_65, sizeof file_65},
    {"trust/index.html", file_66, sizeof file_66},
    {"trust/trust.css", file_67, sizeof file_67},
    {"trust/trust.js", file_68, sizeof file_68},
};

const char *const web_tree_hash = "f48da27d1c86fdcb";

const web_file *web_files(size_t *count) {
    *count = sizeof all / sizeof all[0];
    return all;
}
