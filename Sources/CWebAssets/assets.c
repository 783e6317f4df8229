// Written by appliance/generate-assets: one block per file below web/, sorted.
#include "assets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char file_0[] = {
#embed "../../web/app.js"
};
static const unsigned char file_1[] = {
#embed "../../web/elements/admin-nav.css"
};
static const unsigned char file_2[] = {
#embed "../../web/elements/admin-nav.js"
};
static const unsigned char file_3[] = {
#embed "../../web/elements/app-header.css"
};
static const unsigned char file_4[] = {
#embed "../../web/elements/app-header.js"
};
static const unsigned char file_5[] = {
#embed "../../web/elements/confirm-dialog.js"
};
static const unsigned char file_6[] = {
#embed "../../web/elements/conflict-note.js"
};
static const unsigned char file_7[] = {
#embed "../../web/elements/error-summary.js"
};
static const unsigned char file_8[] = {
#embed "../../web/elements/icon.js"
};
static const unsigned char file_9[] = {
#embed "../../web/elements/idle-guard.js"
};
static const unsigned char file_10[] = {
#embed "../../web/elements/key-sheet.js"
};
static const unsigned char file_11[] = {
#embed "../../web/elements/plot-parts.js"
};
static const unsigned char file_12[] = {
#embed "../../web/elements/reading-table.js"
};
static const unsigned char file_13[] = {
#embed "../../web/elements/result-flag.js"
};
static const unsigned char file_14[] = {
#embed "../../web/elements/state-note.js"
};
static const unsigned char file_15[] = {
#embed "../../web/elements/trend-plot.css"
};
static const unsigned char file_16[] = {
#embed "../../web/elements/trend-plot.js"
};
static const unsigned char file_17[] = {
#embed "../../web/favicon.svg"
};
static const unsigned char file_18[] = {
#embed "../../web/help/access-review.md"
};
static const unsigned char file_19[] = {
#embed "../../web/help/administration.md"
};
static const unsigned char file_20[] = {
#embed "../../web/help/audit-log.md"
};
static const unsigned char file_21[] = {
#embed "../../web/help/chart.md"
};
static const unsigned char file_22[] = {
#embed "../../web/help/clinic-and-places.md"
};
static const unsigned char file_23[] = {
#embed "../../web/help/fhir.md"
};
static const unsigned char file_24[] = {
#embed "../../web/help/keyboard.md"
};
static const unsigned char file_25[] = {
#embed "../../web/help/locked-out.md"
};
static const unsigned char file_26[] = {
#embed "../../web/help/patient-search.md"
};
static const unsigned char file_27[] = {
#embed "../../web/help/sessions.md"
};
static const unsigned char file_28[] = {
#embed "../../web/help/settings.md"
};
static const unsigned char file_29[] = {
#embed "../../web/help/sign-in.md"
};
static const unsigned char file_30[] = {
#embed "../../web/help/users.md"
};
static const unsigned char file_31[] = {
#embed "../../web/index.html"
};
static const unsigned char file_32[] = {
#embed "../../web/lib/api.js"
};
static const unsigned char file_33[] = {
#embed "../../web/lib/format.js"
};
static const unsigned char file_34[] = {
#embed "../../web/lib/html.js"
};
static const unsigned char file_35[] = {
#embed "../../web/lib/idle.js"
};
static const unsigned char file_36[] = {
#embed "../../web/lib/keys.js"
};
static const unsigned char file_37[] = {
#embed "../../web/lib/markdown.js"
};
static const unsigned char file_38[] = {
#embed "../../web/lib/match.js"
};
static const unsigned char file_39[] = {
#embed "../../web/lib/recent.js"
};
static const unsigned char file_40[] = {
#embed "../../web/lib/router.js"
};
static const unsigned char file_41[] = {
#embed "../../web/lib/scale.js"
};
static const unsigned char file_42[] = {
#embed "../../web/lib/session.js"
};
static const unsigned char file_43[] = {
#embed "../../web/lib/state.js"
};
static const unsigned char file_44[] = {
#embed "../../web/lib/styles.js"
};
static const unsigned char file_45[] = {
#embed "../../web/pages/admin/admin.css"
};
static const unsigned char file_46[] = {
#embed "../../web/pages/admin/clinic.js"
};
static const unsigned char file_47[] = {
#embed "../../web/pages/admin/form.js"
};
static const unsigned char file_48[] = {
#embed "../../web/pages/admin/grouping.js"
};
static const unsigned char file_49[] = {
#embed "../../web/pages/admin/location.js"
};
static const unsigned char file_50[] = {
#embed "../../web/pages/admin/locations.js"
};
static const unsigned char file_51[] = {
#embed "../../web/pages/admin/overview.js"
};
static const unsigned char file_52[] = {
#embed "../../web/pages/admin/place-words.js"
};
static const unsigned char file_53[] = {
#embed "../../web/pages/admin/provider.js"
};
static const unsigned char file_54[] = {
#embed "../../web/pages/admin/providers.js"
};
static const unsigned char file_55[] = {
#embed "../../web/pages/admin/review.js"
};
static const unsigned char file_56[] = {
#embed "../../web/pages/admin/reviews.js"
};
static const unsigned char file_57[] = {
#embed "../../web/pages/admin/roles.js"
};
static const unsigned char file_58[] = {
#embed "../../web/pages/admin/sessions.js"
};
static const unsigned char file_59[] = {
#embed "../../web/pages/admin/setting-words.js"
};
static const unsigned char file_60[] = {
#embed "../../web/pages/admin/settings.js"
};
static const unsigned char file_61[] = {
#embed "../../web/pages/admin/user-acts.js"
};
static const unsigned char file_62[] = {
#embed "../../web/pages/admin/user.js"
};
static const unsigned char file_63[] = {
#embed "../../web/pages/admin/users.js"
};
static const unsigned char file_64[] = {
#embed "../../web/pages/admin/words.js"
};
static const unsigned char file_65[] = {
#embed "../../web/pages/audit-log/audit-log.css"
};
static const unsigned char file_66[] = {
#embed "../../web/pages/audit-log/audit-log.js"
};
static const unsigned char file_67[] = {
#embed "../../web/pages/audit-log/words.js"
};
static const unsigned char file_68[] = {
#embed "../../web/pages/chart/banner.js"
};
static const unsigned char file_69[] = {
#embed "../../web/pages/chart/chart.css"
};
static const unsigned char file_70[] = {
#embed "../../web/pages/chart/chart.js"
};
static const unsigned char file_71[] = {
#embed "../../web/pages/chart/lists.js"
};
static const unsigned char file_72[] = {
#embed "../../web/pages/chart/notes.js"
};
static const unsigned char file_73[] = {
#embed "../../web/pages/chart/results.js"
};
static const unsigned char file_74[] = {
#embed "../../web/pages/chart/rows.js"
};
static const unsigned char file_75[] = {
#embed "../../web/pages/chart/summary.js"
};
static const unsigned char file_76[] = {
#embed "../../web/pages/help/help.css"
};
static const unsigned char file_77[] = {
#embed "../../web/pages/help/help.js"
};
static const unsigned char file_78[] = {
#embed "../../web/pages/notices/notices.js"
};
static const unsigned char file_79[] = {
#embed "../../web/pages/patient-search/patient-search.css"
};
static const unsigned char file_80[] = {
#embed "../../web/pages/patient-search/patient-search.js"
};
static const unsigned char file_81[] = {
#embed "../../web/pages/sessions/sessions.css"
};
static const unsigned char file_82[] = {
#embed "../../web/pages/sessions/sessions.js"
};
static const unsigned char file_83[] = {
#embed "../../web/pages/sign-in/sign-in.css"
};
static const unsigned char file_84[] = {
#embed "../../web/pages/sign-in/sign-in.js"
};
static const unsigned char file_85[] = {
#embed "../../web/styles/base.css"
};
static const unsigned char file_86[] = {
#embed "../../web/styles/print.css"
};
static const unsigned char file_87[] = {
#embed "../../web/styles/reset.css"
};
static const unsigned char file_88[] = {
#embed "../../web/styles/tokens.css"
};

static const web_file all[] = {
    {"app.js", file_0, sizeof file_0},
    {"elements/admin-nav.css", file_1, sizeof file_1},
    {"elements/admin-nav.js", file_2, sizeof file_2},
    {"elements/app-header.css", file_3, sizeof file_3},
    {"elements/app-header.js", file_4, sizeof file_4},
    {"elements/confirm-dialog.js", file_5, sizeof file_5},
    {"elements/conflict-note.js", file_6, sizeof file_6},
    {"elements/error-summary.js", file_7, sizeof file_7},
    {"elements/icon.js", file_8, sizeof file_8},
    {"elements/idle-guard.js", file_9, sizeof file_9},
    {"elements/key-sheet.js", file_10, sizeof file_10},
    {"elements/plot-parts.js", file_11, sizeof file_11},
    {"elements/reading-table.js", file_12, sizeof file_12},
    {"elements/result-flag.js", file_13, sizeof file_13},
    {"elements/state-note.js", file_14, sizeof file_14},
    {"elements/trend-plot.css", file_15, sizeof file_15},
    {"elements/trend-plot.js", file_16, sizeof file_16},
    {"favicon.svg", file_17, sizeof file_17},
    {"help/access-review.md", file_18, sizeof file_18},
    {"help/administration.md", file_19, sizeof file_19},
    {"help/audit-log.md", file_20, sizeof file_20},
    {"help/chart.md", file_21, sizeof file_21},
    {"help/clinic-and-places.md", file_22, sizeof file_22},
    {"help/fhir.md", file_23, sizeof file_23},
    {"help/keyboard.md", file_24, sizeof file_24},
    {"help/locked-out.md", file_25, sizeof file_25},
    {"help/patient-search.md", file_26, sizeof file_26},
    {"help/sessions.md", file_27, sizeof file_27},
    {"help/settings.md", file_28, sizeof file_28},
    {"help/sign-in.md", file_29, sizeof file_29},
    {"help/users.md", file_30, sizeof file_30},
    {"index.html", file_31, sizeof file_31},
    {"lib/api.js", file_32, sizeof file_32},
    {"lib/format.js", file_33, sizeof file_33},
    {"lib/html.js", file_34, sizeof file_34},
    {"lib/idle.js", file_35, sizeof file_35},
    {"lib/keys.js", file_36, sizeof file_36},
    {"lib/markdown.js", file_37, sizeof file_37},
    {"lib/match.js", file_38, sizeof file_38},
    {"lib/recent.js", file_39, sizeof file_39},
    {"lib/router.js", file_40, sizeof file_40},
    {"lib/scale.js", file_41, sizeof file_41},
    {"lib/session.js", file_42, sizeof file_42},
    {"lib/state.js", file_43, sizeof file_43},
    {"lib/styles.js", file_44, sizeof file_44},
    {"pages/admin/admin.css", file_45, sizeof file_45},
    {"pages/admin/clinic.js", file_46, sizeof file_46},
    {"pages/admin/form.js", file_47, sizeof file_47},
    {"pages/admin/grouping.js", file_48, sizeof file_48},
    {"pages/admin/location.js", file_49, sizeof file_49},
    {"pages/admin/locations.js", file_50, sizeof file_50},
    {"pages/admin/overview.js", file_51, sizeof file_51},
    {"pages/admin/place-words.js", file_52, sizeof file_52},
    {"pages/admin/provider.js", file_53, sizeof file_53},
    {"pages/admin/providers.js", file_54, sizeof file_54},
    {"pages/admin/review.js", file_55, sizeof file_55},
    {"pages/admin/reviews.js", file_56, sizeof file_56},
    {"pages/admin/roles.js", file_57, sizeof file_57},
    {"pages/admin/sessions.js", file_58, sizeof file_58},
    {"pages/admin/setting-words.js", file_59, sizeof file_59},
    {"pages/admin/settings.js", file_60, sizeof file_60},
    {"pages/admin/user-acts.js", file_61, sizeof file_61},
    {"pages/admin/user.js", file_62, sizeof file_62},
    {"pages/admin/users.js", file_63, sizeof file_63},
    {"pages/admin/words.js", file_64, sizeof file_64},
    {"pages/audit-log/audit-log.css", file_65, sizeof file_65},
    {"pages/audit-log/audit-log.js", file_66, sizeof file_66},
    {"pages/audit-log/words.js", file_67, sizeof file_67},
    {"pages/chart/banner.js", file_68, sizeof file_68},
    {"pages/chart/chart.css", file_69, sizeof file_69},
    {"pages/chart/chart.js", file_70, sizeof file_70},
    {"pages/chart/lists.js", file_71, sizeof file_71},
    {"pages/chart/notes.js", file_72, sizeof file_72},
    {"pages/chart/results.js", file_73, sizeof file_73},
    {"pages/chart/rows.js", file_74, sizeof file_74},
    {"pages/chart/summary.js", file_75, sizeof file_75},
    {"pages/help/help.css", file_76, sizeof file_76},
    {"pages/help/help.js", file_77, sizeof file_77},
    {"pages/notices/notices.js", file_78, sizeof file_78},
    {"pages/patient-search/patient-search.css", file_79, sizeof file_79},
    {"pages/patient-search/patient-search.js", file_80, sizeof file_80},
    {"pages/sessions/sessions.css", file_81, sizeof file_81},
    {"pages/sessions/sessions.js", file_82, sizeof file_82},
    {"pages/sign-in/sign-in.css", file_83, sizeof file_83},
    {"pages/sign-in/sign-in.js", file_84, sizeof file_84},
    {"styles/base.css", file_85, sizeof file_85},
    {"styles/print.css", file_86, sizeof file_86},
    {"styles/reset.css", file_87, sizeof file_87},
    {"styles/tokens.css", file_88, sizeof file_88},
};

const char *const web_tree_hash = "a3c33e5fc96d1abf";

const web_file *web_files(size_t *count) {
    *count = sizeof all / sizeof all[0];
    return all;
}
