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
#embed "../../web/elements/app-setup.css"
};
static const unsigned char file_6[] = {
#embed "../../web/elements/app-setup.js"
};
static const unsigned char file_7[] = {
#embed "../../web/elements/backup-line.css"
};
static const unsigned char file_8[] = {
#embed "../../web/elements/backup-line.js"
};
static const unsigned char file_9[] = {
#embed "../../web/elements/change-note.js"
};
static const unsigned char file_10[] = {
#embed "../../web/elements/closed-page.js"
};
static const unsigned char file_11[] = {
#embed "../../web/elements/code-search-words.js"
};
static const unsigned char file_12[] = {
#embed "../../web/elements/code-search.css"
};
static const unsigned char file_13[] = {
#embed "../../web/elements/code-search.js"
};
static const unsigned char file_14[] = {
#embed "../../web/elements/code-sheet.js"
};
static const unsigned char file_15[] = {
#embed "../../web/elements/confirm-dialog.js"
};
static const unsigned char file_16[] = {
#embed "../../web/elements/conflict-note.js"
};
static const unsigned char file_17[] = {
#embed "../../web/elements/emergency-dialog.js"
};
static const unsigned char file_18[] = {
#embed "../../web/elements/emergency-strip.js"
};
static const unsigned char file_19[] = {
#embed "../../web/elements/emergency-words.js"
};
static const unsigned char file_20[] = {
#embed "../../web/elements/emergency.css"
};
static const unsigned char file_21[] = {
#embed "../../web/elements/error-summary.js"
};
static const unsigned char file_22[] = {
#embed "../../web/elements/factor-parts.js"
};
static const unsigned char file_23[] = {
#embed "../../web/elements/icon.js"
};
static const unsigned char file_24[] = {
#embed "../../web/elements/idle-guard.js"
};
static const unsigned char file_25[] = {
#embed "../../web/elements/key-sheet.js"
};
static const unsigned char file_26[] = {
#embed "../../web/elements/password-form.js"
};
static const unsigned char file_27[] = {
#embed "../../web/elements/plot-parts.js"
};
static const unsigned char file_28[] = {
#embed "../../web/elements/proof-dialog.js"
};
static const unsigned char file_29[] = {
#embed "../../web/elements/reading-table.js"
};
static const unsigned char file_30[] = {
#embed "../../web/elements/result-flag.js"
};
static const unsigned char file_31[] = {
#embed "../../web/elements/state-note.js"
};
static const unsigned char file_32[] = {
#embed "../../web/elements/trend-plot.css"
};
static const unsigned char file_33[] = {
#embed "../../web/elements/trend-plot.js"
};
static const unsigned char file_34[] = {
#embed "../../web/favicon.svg"
};
static const unsigned char file_35[] = {
#embed "../../web/help/access-review.md"
};
static const unsigned char file_36[] = {
#embed "../../web/help/administration.md"
};
static const unsigned char file_37[] = {
#embed "../../web/help/audit-log.md"
};
static const unsigned char file_38[] = {
#embed "../../web/help/backups.md"
};
static const unsigned char file_39[] = {
#embed "../../web/help/break-glass.md"
};
static const unsigned char file_40[] = {
#embed "../../web/help/certificates.md"
};
static const unsigned char file_41[] = {
#embed "../../web/help/chart.md"
};
static const unsigned char file_42[] = {
#embed "../../web/help/clinic-and-places.md"
};
static const unsigned char file_43[] = {
#embed "../../web/help/code-systems.md"
};
static const unsigned char file_44[] = {
#embed "../../web/help/delegation.md"
};
static const unsigned char file_45[] = {
#embed "../../web/help/demo-clinic.md"
};
static const unsigned char file_46[] = {
#embed "../../web/help/fhir.md"
};
static const unsigned char file_47[] = {
#embed "../../web/help/install.md"
};
static const unsigned char file_48[] = {
#embed "../../web/help/keyboard.md"
};
static const unsigned char file_49[] = {
#embed "../../web/help/locked-out.md"
};
static const unsigned char file_50[] = {
#embed "../../web/help/maintenance.md"
};
static const unsigned char file_51[] = {
#embed "../../web/help/merge.md"
};
static const unsigned char file_52[] = {
#embed "../../web/help/patient-search.md"
};
static const unsigned char file_53[] = {
#embed "../../web/help/practice-clinic.md"
};
static const unsigned char file_54[] = {
#embed "../../web/help/purge.md"
};
static const unsigned char file_55[] = {
#embed "../../web/help/recovery-kit.md"
};
static const unsigned char file_56[] = {
#embed "../../web/help/registration.md"
};
static const unsigned char file_57[] = {
#embed "../../web/help/restore.md"
};
static const unsigned char file_58[] = {
#embed "../../web/help/second-factor.md"
};
static const unsigned char file_59[] = {
#embed "../../web/help/sessions.md"
};
static const unsigned char file_60[] = {
#embed "../../web/help/settings.md"
};
static const unsigned char file_61[] = {
#embed "../../web/help/setup.md"
};
static const unsigned char file_62[] = {
#embed "../../web/help/sign-in.md"
};
static const unsigned char file_63[] = {
#embed "../../web/help/subscriptions.md"
};
static const unsigned char file_64[] = {
#embed "../../web/help/time-machine.md"
};
static const unsigned char file_65[] = {
#embed "../../web/help/trust-this-device.md"
};
static const unsigned char file_66[] = {
#embed "../../web/help/updates.md"
};
static const unsigned char file_67[] = {
#embed "../../web/help/users.md"
};
static const unsigned char file_68[] = {
#embed "../../web/help/vitals.md"
};
static const unsigned char file_69[] = {
#embed "../../web/help/who-may-see-what.md"
};
static const unsigned char file_70[] = {
#embed "../../web/index.html"
};
static const unsigned char file_71[] = {
#embed "../../web/lib/api.js"
};
static const unsigned char file_72[] = {
#embed "../../web/lib/events.js"
};
static const unsigned char file_73[] = {
#embed "../../web/lib/follower.js"
};
static const unsigned char file_74[] = {
#embed "../../web/lib/format.js"
};
static const unsigned char file_75[] = {
#embed "../../web/lib/html.js"
};
static const unsigned char file_76[] = {
#embed "../../web/lib/idle.js"
};
static const unsigned char file_77[] = {
#embed "../../web/lib/keys.js"
};
static const unsigned char file_78[] = {
#embed "../../web/lib/markdown.js"
};
static const unsigned char file_79[] = {
#embed "../../web/lib/match.js"
};
static const unsigned char file_80[] = {
#embed "../../web/lib/passkeys.js"
};
static const unsigned char file_81[] = {
#embed "../../web/lib/patience.js"
};
static const unsigned char file_82[] = {
#embed "../../web/lib/recent.js"
};
static const unsigned char file_83[] = {
#embed "../../web/lib/router.js"
};
static const unsigned char file_84[] = {
#embed "../../web/lib/scale.js"
};
static const unsigned char file_85[] = {
#embed "../../web/lib/session.js"
};
static const unsigned char file_86[] = {
#embed "../../web/lib/state.js"
};
static const unsigned char file_87[] = {
#embed "../../web/lib/styles.js"
};
static const unsigned char file_88[] = {
#embed "../../web/pages/access-report/access-report.js"
};
static const unsigned char file_89[] = {
#embed "../../web/pages/access-rules/access-rules.css"
};
static const unsigned char file_90[] = {
#embed "../../web/pages/access-rules/access-rules.js"
};
static const unsigned char file_91[] = {
#embed "../../web/pages/admin/admin.css"
};
static const unsigned char file_92[] = {
#embed "../../web/pages/admin/clinic.js"
};
static const unsigned char file_93[] = {
#embed "../../web/pages/admin/form.js"
};
static const unsigned char file_94[] = {
#embed "../../web/pages/admin/grouping.js"
};
static const unsigned char file_95[] = {
#embed "../../web/pages/admin/location.js"
};
static const unsigned char file_96[] = {
#embed "../../web/pages/admin/locations.js"
};
static const unsigned char file_97[] = {
#embed "../../web/pages/admin/overview.js"
};
static const unsigned char file_98[] = {
#embed "../../web/pages/admin/place-words.js"
};
static const unsigned char file_99[] = {
#embed "../../web/pages/admin/provider.js"
};
static const unsigned char file_100[] = {
#embed "../../web/pages/admin/providers.js"
};
static const unsigned char file_101[] = {
#embed "../../web/pages/admin/purge-words.js"
};
static const unsigned char file_102[] = {
#embed "../../web/pages/admin/purge.js"
};
static const unsigned char file_103[] = {
#embed "../../web/pages/admin/review.js"
};
static const unsigned char file_104[] = {
#embed "../../web/pages/admin/reviews.js"
};
static const unsigned char file_105[] = {
#embed "../../web/pages/admin/roles.js"
};
static const unsigned char file_106[] = {
#embed "../../web/pages/admin/sessions.js"
};
static const unsigned char file_107[] = {
#embed "../../web/pages/admin/setting-words.js"
};
static const unsigned char file_108[] = {
#embed "../../web/pages/admin/settings.js"
};
static const unsigned char file_109[] = {
#embed "../../web/pages/admin/subscription-words.js"
};
static const unsigned char file_110[] = {
#embed "../../web/pages/admin/subscriptions.js"
};
static const unsigned char file_111[] = {
#embed "../../web/pages/admin/user-acts.js"
};
static const unsigned char file_112[] = {
#embed "../../web/pages/admin/user.js"
};
static const unsigned char file_113[] = {
#embed "../../web/pages/admin/users.js"
};
static const unsigned char file_114[] = {
#embed "../../web/pages/admin/words.js"
};
static const unsigned char file_115[] = {
#embed "../../web/pages/audit-log/audit-log.css"
};
static const unsigned char file_116[] = {
#embed "../../web/pages/audit-log/audit-log.js"
};
static const unsigned char file_117[] = {
#embed "../../web/pages/audit-log/words.js"
};
static const unsigned char file_118[] = {
#embed "../../web/pages/backups/backups.css"
};
static const unsigned char file_119[] = {
#embed "../../web/pages/backups/backups.js"
};
static const unsigned char file_120[] = {
#embed "../../web/pages/backups/drill.js"
};
static const unsigned char file_121[] = {
#embed "../../web/pages/backups/kept.js"
};
static const unsigned char file_122[] = {
#embed "../../web/pages/backups/places.js"
};
static const unsigned char file_123[] = {
#embed "../../web/pages/backups/words.js"
};
static const unsigned char file_124[] = {
#embed "../../web/pages/certificates/acme.js"
};
static const unsigned char file_125[] = {
#embed "../../web/pages/certificates/certificates.css"
};
static const unsigned char file_126[] = {
#embed "../../web/pages/certificates/certificates.js"
};
static const unsigned char file_127[] = {
#embed "../../web/pages/certificates/confirm.js"
};
static const unsigned char file_128[] = {
#embed "../../web/pages/chart/banner.js"
};
static const unsigned char file_129[] = {
#embed "../../web/pages/chart/chart.css"
};
static const unsigned char file_130[] = {
#embed "../../web/pages/chart/chart.js"
};
static const unsigned char file_131[] = {
#embed "../../web/pages/chart/lists.js"
};
static const unsigned char file_132[] = {
#embed "../../web/pages/chart/measures.js"
};
static const unsigned char file_133[] = {
#embed "../../web/pages/chart/notes.js"
};
static const unsigned char file_134[] = {
#embed "../../web/pages/chart/results.js"
};
static const unsigned char file_135[] = {
#embed "../../web/pages/chart/rows.js"
};
static const unsigned char file_136[] = {
#embed "../../web/pages/chart/summary.js"
};
static const unsigned char file_137[] = {
#embed "../../web/pages/chart/vitals-form.js"
};
static const unsigned char file_138[] = {
#embed "../../web/pages/code-systems/code-systems.css"
};
static const unsigned char file_139[] = {
#embed "../../web/pages/code-systems/code-systems.js"
};
static const unsigned char file_140[] = {
#embed "../../web/pages/code-systems/system-words.js"
};
static const unsigned char file_141[] = {
#embed "../../web/pages/delegations/delegations.css"
};
static const unsigned char file_142[] = {
#embed "../../web/pages/delegations/delegations.js"
};
static const unsigned char file_143[] = {
#embed "../../web/pages/emergencies/emergencies.js"
};
static const unsigned char file_144[] = {
#embed "../../web/pages/first-steps/first-steps.css"
};
static const unsigned char file_145[] = {
#embed "../../web/pages/first-steps/first-steps.js"
};
static const unsigned char file_146[] = {
#embed "../../web/pages/front-desk/dates.js"
};
static const unsigned char file_147[] = {
#embed "../../web/pages/front-desk/form-view.js"
};
static const unsigned char file_148[] = {
#embed "../../web/pages/front-desk/front-desk.css"
};
static const unsigned char file_149[] = {
#embed "../../web/pages/front-desk/labels.js"
};
static const unsigned char file_150[] = {
#embed "../../web/pages/front-desk/merge.js"
};
static const unsigned char file_151[] = {
#embed "../../web/pages/front-desk/parts.js"
};
static const unsigned char file_152[] = {
#embed "../../web/pages/front-desk/person.js"
};
static const unsigned char file_153[] = {
#embed "../../web/pages/front-desk/register.js"
};
static const unsigned char file_154[] = {
#embed "../../web/pages/front-desk/steps.js"
};
static const unsigned char file_155[] = {
#embed "../../web/pages/front-desk/unsaved.js"
};
static const unsigned char file_156[] = {
#embed "../../web/pages/front-desk/words.js"
};
static const unsigned char file_157[] = {
#embed "../../web/pages/help/help.css"
};
static const unsigned char file_158[] = {
#embed "../../web/pages/help/help.js"
};
static const unsigned char file_159[] = {
#embed "../../web/pages/lock/lock.js"
};
static const unsigned char file_160[] = {
#embed "../../web/pages/maintenance/maintenance.css"
};
static const unsigned char file_161[] = {
#embed "../../web/pages/maintenance/maintenance.js"
};
static const unsigned char file_162[] = {
#embed "../../web/pages/new-password/new-password.js"
};
static const unsigned char file_163[] = {
#embed "../../web/pages/notices/notices.js"
};
static const unsigned char file_164[] = {
#embed "../../web/pages/patient-search/patient-search.css"
};
static const unsigned char file_165[] = {
#embed "../../web/pages/patient-search/patient-search.js"
};
static const unsigned char file_166[] = {
#embed "../../web/pages/practice/drills.js"
};
static const unsigned char file_167[] = {
#embed "../../web/pages/practice/practice.css"
};
static const unsigned char file_168[] = {
#embed "../../web/pages/practice/practice.js"
};
static const unsigned char file_169[] = {
#embed "../../web/pages/sessions/sessions.css"
};
static const unsigned char file_170[] = {
#embed "../../web/pages/sessions/sessions.js"
};
static const unsigned char file_171[] = {
#embed "../../web/pages/setup/administrator.js"
};
static const unsigned char file_172[] = {
#embed "../../web/pages/setup/clinic.js"
};
static const unsigned char file_173[] = {
#embed "../../web/pages/setup/code.js"
};
static const unsigned char file_174[] = {
#embed "../../web/pages/setup/done.js"
};
static const unsigned char file_175[] = {
#embed "../../web/pages/setup/form.js"
};
static const unsigned char file_176[] = {
#embed "../../web/pages/setup/kit.js"
};
static const unsigned char file_177[] = {
#embed "../../web/pages/setup/restore.js"
};
static const unsigned char file_178[] = {
#embed "../../web/pages/setup/setup.css"
};
static const unsigned char file_179[] = {
#embed "../../web/pages/setup/setup.js"
};
static const unsigned char file_180[] = {
#embed "../../web/pages/setup/upload.js"
};
static const unsigned char file_181[] = {
#embed "../../web/pages/sign-in/second-step.js"
};
static const unsigned char file_182[] = {
#embed "../../web/pages/sign-in/sign-in.css"
};
static const unsigned char file_183[] = {
#embed "../../web/pages/sign-in/sign-in.js"
};
static const unsigned char file_184[] = {
#embed "../../web/pages/time-machine/time-machine.css"
};
static const unsigned char file_185[] = {
#embed "../../web/pages/time-machine/time-machine.js"
};
static const unsigned char file_186[] = {
#embed "../../web/pages/updates/updates.css"
};
static const unsigned char file_187[] = {
#embed "../../web/pages/updates/updates.js"
};
static const unsigned char file_188[] = {
#embed "../../web/pages/updates/words.js"
};
static const unsigned char file_189[] = {
#embed "../../web/styles/base.css"
};
static const unsigned char file_190[] = {
#embed "../../web/styles/print.css"
};
static const unsigned char file_191[] = {
#embed "../../web/styles/reset.css"
};
static const unsigned char file_192[] = {
#embed "../../web/styles/tokens.css"
};
static const unsigned char file_193[] = {
#embed "../../web/trust/index.html"
};
static const unsigned char file_194[] = {
#embed "../../web/trust/trust.css"
};
static const unsigned char file_195[] = {
#embed "../../web/trust/trust.js"
};

static const web_file all[] = {
    {"app.js", file_0, sizeof file_0},
    {"elements/admin-nav.css", file_1, sizeof file_1},
    {"elements/admin-nav.js", file_2, sizeof file_2},
    {"elements/app-header.css", file_3, sizeof file_3},
    {"elements/app-header.js", file_4, sizeof file_4},
    {"elements/app-setup.css", file_5, sizeof file_5},
    {"elements/app-setup.js", file_6, sizeof file_6},
    {"elements/backup-line.css", file_7, sizeof file_7},
    {"elements/backup-line.js", file_8, sizeof file_8},
    {"elements/change-note.js", file_9, sizeof file_9},
    {"elements/closed-page.js", file_10, sizeof file_10},
    {"elements/code-search-words.js", file_11, sizeof file_11},
    {"elements/code-search.css", file_12, sizeof file_12},
    {"elements/code-search.js", file_13, sizeof file_13},
    {"elements/code-sheet.js", file_14, sizeof file_14},
    {"elements/confirm-dialog.js", file_15, sizeof file_15},
    {"elements/conflict-note.js", file_16, sizeof file_16},
    {"elements/emergency-dialog.js", file_17, sizeof file_17},
    {"elements/emergency-strip.js", file_18, sizeof file_18},
    {"elements/emergency-words.js", file_19, sizeof file_19},
    {"elements/emergency.css", file_20, sizeof file_20},
    {"elements/error-summary.js", file_21, sizeof file_21},
    {"elements/factor-parts.js", file_22, sizeof file_22},
    {"elements/icon.js", file_23, sizeof file_23},
    {"elements/idle-guard.js", file_24, sizeof file_24},
    {"elements/key-sheet.js", file_25, sizeof file_25},
    {"elements/password-form.js", file_26, sizeof file_26},
    {"elements/plot-parts.js", file_27, sizeof file_27},
    {"elements/proof-dialog.js", file_28, sizeof file_28},
    {"elements/reading-table.js", file_29, sizeof file_29},
    {"elements/result-flag.js", file_30, sizeof file_30},
    {"elements/state-note.js", file_31, sizeof file_31},
    {"elements/trend-plot.css", file_32, sizeof file_32},
    {"elements/trend-plot.js", file_33, sizeof file_33},
    {"favicon.svg", file_34, sizeof file_34},
    {"help/access-review.md", file_35, sizeof file_35},
    {"help/administration.md", file_36, sizeof file_36},
    {"help/audit-log.md", file_37, sizeof file_37},
    {"help/backups.md", file_38, sizeof file_38},
    {"help/break-glass.md", file_39, sizeof file_39},
    {"help/certificates.md", file_40, sizeof file_40},
    {"help/chart.md", file_41, sizeof file_41},
    {"help/clinic-and-places.md", file_42, sizeof file_42},
    {"help/code-systems.md", file_43, sizeof file_43},
    {"help/delegation.md", file_44, sizeof file_44},
    {"help/demo-clinic.md", file_45, sizeof file_45},
    {"help/fhir.md", file_46, sizeof file_46},
    {"help/install.md", file_47, sizeof file_47},
    {"help/keyboard.md", file_48, sizeof file_48},
    {"help/locked-out.md", file_49, sizeof file_49},
    {"help/maintenance.md", file_50, sizeof file_50},
    {"help/merge.md", file_51, sizeof file_51},
    {"help/patient-search.md", file_52, sizeof file_52},
    {"help/practice-clinic.md", file_53, sizeof file_53},
    {"help/purge.md", file_54, sizeof file_54},
    {"help/recovery-kit.md", file_55, sizeof file_55},
    {"help/registration.md", file_56, sizeof file_56},
    {"help/restore.md", file_57, sizeof file_57},
    {"help/second-factor.md", file_58, sizeof file_58},
    {"help/sessions.md", file_59, sizeof file_59},
    {"help/settings.md", file_60, sizeof file_60},
    {"help/setup.md", file_61, sizeof file_61},
    {"help/sign-in.md", file_62, sizeof file_62},
    {"help/subscriptions.md", file_63, sizeof file_63},
    {"help/time-machine.md", file_64, sizeof file_64},
    {"help/trust-this-device.md", file_65, sizeof file_65},
    {"help/updates.md", file_66, sizeof file_66},
    {"help/users.md", file_67, sizeof file_67},
    {"help/vitals.md", file_68, sizeof file_68},
    {"help/who-may-see-what.md", file_69, sizeof file_69},
    {"index.html", file_70, sizeof file_70},
    {"lib/api.js", file_71, sizeof file_71},
    {"lib/events.js", file_72, sizeof file_72},
    {"lib/follower.js", file_73, sizeof file_73},
    {"lib/format.js", file_74, sizeof file_74},
    {"lib/html.js", file_75, sizeof file_75},
    {"lib/idle.js", file_76, sizeof file_76},
    {"lib/keys.js", file_77, sizeof file_77},
    {"lib/markdown.js", file_78, sizeof file_78},
    {"lib/match.js", file_79, sizeof file_79},
    {"lib/passkeys.js", file_80, sizeof file_80},
    {"lib/patience.js", file_81, sizeof file_81},
    {"lib/recent.js", file_82, sizeof file_82},
    {"lib/router.js", file_83, sizeof file_83},
    {"lib/scale.js", file_84, sizeof file_84},
    {"lib/session.js", file_85, sizeof file_85},
    {"lib/state.js", file_86, sizeof file_86},
    {"lib/styles.js", file_87, sizeof file_87},
    {"pages/access-report/access-report.js", file_88, sizeof file_88},
    {"pages/access-rules/access-rules.css", file_89, sizeof file_89},
    {"pages/access-rules/access-rules.js", file_90, sizeof file_90},
    {"pages/admin/admin.css", file_91, sizeof file_91},
    {"pages/admin/clinic.js", file_92, sizeof file_92},
    {"pages/admin/form.js", file_93, sizeof file_93},
    {"pages/admin/grouping.js", file_94, sizeof file_94},
    {"pages/admin/location.js", file_95, sizeof file_95},
    {"pages/admin/locations.js", file_96, sizeof file_96},
    {"pages/admin/overview.js", file_97, sizeof file_97},
    {"pages/admin/place-words.js", file_98, sizeof file_98},
    {"pages/admin/provider.js", file_99, sizeof file_99},
    {"pages/admin/providers.js", file_100, sizeof file_100},
    {"pages/admin/purge-words.js", file_101, sizeof file_101},
    {"pages/admin/purge.js", file_102, sizeof file_102},
    {"pages/admin/review.js", file_103, sizeof file_103},
    {"pages/admin/reviews.js", file_104, sizeof file_104},
    {"pages/admin/roles.js", file_105, sizeof file_105},
    {"pages/admin/sessions.js", file_106, sizeof file_106},
    {"pages/admin/setting-words.js", file_107, sizeof file_107},
    {"pages/admin/settings.js", file_108, sizeof file_108},
    {"pages/admin/subscription-words.js", file_109, sizeof file_109},
    {"pages/admin/subscriptions.js", file_110, sizeof file_110},
    {"pages/admin/user-acts.js", file_111, sizeof file_111},
    {"pages/admin/user.js", file_112, sizeof file_112},
    {"pages/admin/users.js", file_113, sizeof file_113},
    {"pages/admin/words.js", file_114, sizeof file_114},
    {"pages/audit-log/audit-log.css", file_115, sizeof file_115},
    {"pages/audit-log/audit-log.js", file_116, sizeof file_116},
    {"pages/audit-log/words.js", file_117, sizeof file_117},
    {"pages/backups/backups.css", file_118, sizeof file_118},
    {"pages/backups/backups.js", file_119, sizeof file_119},
    {"pages/backups/drill.js", file_120, sizeof file_120},
    {"pages/backups/kept.js", file_121, sizeof file_121},
    {"pages/backups/places.js", file_122, sizeof file_122},
    {"pages/backups/words.js", file_123, sizeof file_123},
    {"pages/certificates/acme.js", file_124, sizeof file_124},
    {"pages/certificates/certificates.css", file_125, sizeof file_125},
    {"pages/certificates/certificates.js", file_126, sizeof file_126},
    {"pages/certificates/confirm.js", file_127, sizeof file_127},
    {"pages/chart/banner.js", file_128, sizeof file_128},
    {"pages/chart/chart.css", file_129, sizeof file_129},
    {"pages/chart/chart.js", file_130, sizeof file_130},
    {"pages/chart/lists.js", file_131, sizeof file_131},
    {"pages/chart/measures.js", file_132, sizeof file_132},
    {"pages/chart/notes.js", file_133, sizeof file_133},
    {"pages/chart/results.js", file_134, sizeof file_134},
    {"pages/chart/rows.js", file_135, sizeof file_135},
    {"pages/chart/summary.js", file_136, sizeof file_136},
    {"pages/chart/vitals-form.js", file_137, sizeof file_137},
    {"pages/code-systems/code-systems.css", file_138, sizeof file_138},
    {"pages/code-systems/code-systems.js", file_139, sizeof file_139},
    {"pages/code-systems/system-words.js", file_140, sizeof file_140},
    {"pages/delegations/delegations.css", file_141, sizeof file_141},
    {"pages/delegations/delegations.js", file_142, sizeof file_142},
    {"pages/emergencies/emergencies.js", file_143, sizeof file_143},
    {"pages/first-steps/first-steps.css", file_144, sizeof file_144},
    {"pages/first-steps/first-steps.js", file_145, sizeof file_145},
    {"pages/front-desk/dates.js", file_146, sizeof file_146},
    {"pages/front-desk/form-view.js", file_147, sizeof file_147},
    {"pages/front-desk/front-desk.css", file_148, sizeof file_148},
    {"pages/front-desk/labels.js", file_149, sizeof file_149},
    {"pages/front-desk/merge.js", file_150, sizeof file_150},
    {"pages/front-desk/parts.js", file_151, sizeof file_151},
    {"pages/front-desk/person.js", file_152, sizeof file_152},
    {"pages/front-desk/register.js", file_153, sizeof file_153},
    {"pages/front-desk/steps.js", file_154, sizeof file_154},
    {"pages/front-desk/unsaved.js", file_155, sizeof file_155},
    {"pages/front-desk/words.js", file_156, sizeof file_156},
    {"pages/help/help.css", file_157, sizeof file_157},
    {"pages/help/help.js", file_158, sizeof file_158},
    {"pages/lock/lock.js", file_159, sizeof file_159},
    {"pages/maintenance/maintenance.css", file_160, sizeof file_160},
    {"pages/maintenance/maintenance.js", file_161, sizeof file_161},
    {"pages/new-password/new-password.js", file_162, sizeof file_162},
    {"pages/notices/notices.js", file_163, sizeof file_163},
    {"pages/patient-search/patient-search.css", file_164, sizeof file_164},
    {"pages/patient-search/patient-search.js", file_165, sizeof file_165},
    {"pages/practice/drills.js", file_166, sizeof file_166},
    {"pages/practice/practice.css", file_167, sizeof file_167},
    {"pages/practice/practice.js", file_168, sizeof file_168},
    {"pages/sessions/sessions.css", file_169, sizeof file_169},
    {"pages/sessions/sessions.js", file_170, sizeof file_170},
    {"pages/setup/administrator.js", file_171, sizeof file_171},
    {"pages/setup/clinic.js", file_172, sizeof file_172},
    {"pages/setup/code.js", file_173, sizeof file_173},
    {"pages/setup/done.js", file_174, sizeof file_174},
    {"pages/setup/form.js", file_175, sizeof file_175},
    {"pages/setup/kit.js", file_176, sizeof file_176},
    {"pages/setup/restore.js", file_177, sizeof file_177},
    {"pages/setup/setup.css", file_178, sizeof file_178},
    {"pages/setup/setup.js", file_179, sizeof file_179},
    {"pages/setup/upload.js", file_180, sizeof file_180},
    {"pages/sign-in/second-step.js", file_181, sizeof file_181},
    {"pages/sign-in/sign-in.css", file_182, sizeof file_182},
    {"pages/sign-in/sign-in.js", file_183, sizeof file_183},
    {"pages/time-machine/time-machine.css", file_184, sizeof file_184},
    {"pages/time-machine/time-machine.js", file_185, sizeof file_185},
    {"pages/updates/updates.css", file_186, sizeof file_186},
    {"pages/updates/updates.js", file_187, sizeof file_187},
    {"pages/updates/words.js", file_188, sizeof file_188},
    {"styles/base.css", file_189, sizeof file_189},
    {"styles/print.css", file_190, sizeof file_190},
    {"styles/reset.css", file_191, sizeof file_191},
    {"styles/tokens.css", file_192, sizeof file_192},
    {"trust/index.html", file_193, sizeof file_193},
    {"trust/trust.css", file_194, sizeof file_194},
    {"trust/trust.js", file_195, sizeof file_195},
};

const char *const web_tree_hash = "b5f73140a2c44f96";

const web_file *web_files(size_t *count) {
    *count = sizeof all / sizeof all[0];
    return all;
}
