import Charting
import Exchange
import FHIRAPI
import Identity
import Kernel
import RecordStore
package import ServerKit
import Steward

/// What the box can do: every feature, each once.
///
/// Nothing else makes features.
package enum Features {
    /// The page on which devices learn to trust the box.
    static func trustPages(_ box: Box, _ assets: WebAssets) -> TrustPages {
        TrustPages(
            keeper: box.certificates, assets: assets,
            clinicName: { box.clinic?.name ?? "Tribal EHR" })
    }

    /// The features over an open box, in the order of their routes.
    package static func all(_ box: Box, health: Health, assets: WebAssets) -> [any Feature] {
        doors(box, health: health, assets: assets) + care(box) + fhir(box) + office(box)
            + [
                CertificatesFeature(
                    gate: box.gate, keeper: box.certificates, machine: { box.machine(at: $0) },
                    localName: { box.network.sentence }),
                AcmeFeature(gate: box.gate, keeper: box.acme),
                TrustFeature(
                    gate: box.gate, keeper: box.certificates, pages: trustPages(box, assets),
                    machine: { box.machine(at: $0) }),
            ] + box.identity.features(gate: box.gate, facts: { box.signInFacts })
    }

    /// What is there before anybody signs in, and what sets the box up or takes it back.
    private static func doors(
        _ box: Box, health: Health, assets: WebAssets
    ) -> [any Feature] {
        [
            WebFeature(assets: assets, closed: { box.refusal($0) }),
            BoxFeature(facts: { box.publicFacts }),
            SetupFeature(setup: box.setup),
            SetupRestoreFeature(setup: box.setup, desk: box.restoreDesk()),
            TimeMachineFeature(machine: box.timeMachine()),
            MaintenanceFeature(gate: box.gate, maintenance: box.maintenance),
            PurgeFeature(gate: box.gate, store: box.store),
            PracticeFeature(gate: box.gate, acts: box.practiceActs),
            HealthFeature(health: health),
        ]
    }

    /// What the features of the front desk work with.
    private static func desk(_ box: Box) -> FrontDesk {
        let rules = box.writeRules
        return FrontDesk(
            gate: box.gate, store: box.store, clock: box.clock, ids: box.ids,
            check: { json throws(Problem) in try rules.check(made: json) },
            displayName: { box.identity.accounts.user(id: $0)?.displayName })
    }

    /// What people do with charts.
    private static func care(_ box: Box) -> [any Feature] {
        let desk = desk(box)
        return [
            RegistrationFeature(desk), DemographicsFeature(desk), MergeFeature(desk),
            PatientSearchFeature(gate: box.gate, store: box.store, clock: box.clock),
            ChartFeature(gate: box.gate, store: box.store, clock: box.clock),
            VitalsFeature(
                gate: box.gate, store: box.store, clock: box.clock, ids: box.ids,
                staff: VitalsFeature.Staff(
                    practitionerID: { box.identity.accounts.user(id: $0)?.practitionerID },
                    displayName: { box.identity.accounts.user(id: $0)?.displayName }),
                check: { json throws(Problem) in try box.writeRules.check(made: json) }),
        ]
    }

    /// FHIR for programs.
    private static func fhir(_ box: Box) -> [any Feature] {
        [
            CapabilityFeature(
                clock: box.clock, version: AppVersion.text, terms: { box.store.terms.book }),
            TransactionFeature(
                gate: box.gate, store: box.store, ids: box.ids, rules: box.writeRules),
            ReadFeature(gate: box.gate, store: box.store),
            WriteFeature(
                gate: box.gate, store: box.store, ids: box.ids, rules: box.writeRules),
            ValidateFeature(gate: box.gate, store: box.store, validator: box.writeRules.validator),
            SearchFeature(gate: box.gate, store: box.store, ids: box.ids),
            HistoryFeature(gate: box.gate, store: box.store),
            EverythingFeature(gate: box.gate, store: box.store),
            ClinicalOperationsFeature(gate: box.gate, store: box.store),
            MatchFeature(gate: box.gate, store: box.store),
            MetaFeature(gate: box.gate, store: box.store, ids: box.ids),
            DiffFeature(gate: box.gate, store: box.store),
            GraphQLFeature(gate: box.gate, store: box.store),
            SimilarPatientsFeature(gate: box.gate, store: box.store),
            FHIRPathFeature(
                clock: box.clock, version: AppVersion.text, terms: { box.store.terms.book }),
            TerminologyFeature(
                gate: box.gate, store: box.store, clock: box.clock, ids: box.ids),
            TermsFeature(gate: box.gate, store: box.store),
        ]
    }

    /// What administrators and the privacy officer look at and set.
    private static func office(_ box: Box) -> [any Feature] {
        [
            AuditLogFeature(
                gate: box.gate, store: box.store,
                people: AuditLogFeature.Staff(
                    idByName: { box.identity.accounts.user(named: $0)?.id },
                    displayNameByID: { box.identity.accounts.user(id: $0)?.displayName })),
            AccessReportFeature(
                gate: box.gate, store: box.store,
                staffName: { box.identity.accounts.user(id: $0)?.displayName }),
            NoticesFeature(gate: box.gate, store: box.store),
            SubscriptionsFeature(
                gate: box.gate, parts: box.subscriptionParts, engine: box.subscriptions),
            SubscriptionSocketFeature(
                gate: box.gate, parts: box.subscriptionParts, engine: box.subscriptions),
            EventStreamFeature(
                store: box.store, watcher: { try await box.identity.watcher(sessionID: $0) }),
            ClinicFeature(
                gate: box.gate, record: box.clinicRecord,
                onChange: { try await box.refreshFacts() }),
            SettingsFeature(gate: box.gate, record: box.settingsRecord),
            BackupsFeature(gate: box.gate, keeper: box.backups),
            UpgradesFeature(gate: box.gate, store: box.store, desk: box.upgradeDesk()),
            BackupHealthFeature(gate: box.gate, keeper: box.backups),
            LocationsFeature(
                gate: box.gate, store: box.store, ids: box.ids, rules: box.writeRules),
            ProvidersFeature(
                gate: box.gate, store: box.store, ids: box.ids, rules: box.writeRules,
                userOf: { id in
                    box.identity.accounts.user(practitionerID: id).map {
                        ProvidersFeature.LinkedUser(
                            id: $0.id, username: $0.username, displayName: $0.displayName)
                    }
                }),
        ]
    }
}
