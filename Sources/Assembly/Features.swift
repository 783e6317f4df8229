import Charting
import FHIRAPI
import Identity
package import ServerKit
import Steward

/// What the box can do: every feature, each once.
///
/// Nothing else makes features.
package enum Features {
    /// The features over an open box, in the order of their routes.
    package static func all(_ box: Box, health: Health, assets: WebAssets) -> [any Feature] {
        [
            WebFeature(assets: assets),
            BoxFeature(facts: { box.publicFacts }),
            HealthFeature(health: health),
            PatientSearchFeature(gate: box.gate, store: box.store, clock: box.clock),
            ChartFeature(gate: box.gate, store: box.store, clock: box.clock),
            CapabilityFeature(clock: box.clock, version: AppVersion.text),
            TransactionFeature(gate: box.gate, store: box.store, ids: box.ids),
            ReadFeature(gate: box.gate, store: box.store),
            WriteFeature(gate: box.gate, store: box.store, ids: box.ids),
            SearchFeature(gate: box.gate, store: box.store, ids: box.ids),
            HistoryFeature(gate: box.gate, store: box.store),
            FHIRPathFeature(clock: box.clock, version: AppVersion.text),
            AuditLogFeature(
                gate: box.gate, store: box.store,
                people: AuditLogFeature.Staff(
                    idByName: { box.identity.accounts.user(named: $0)?.id },
                    displayNameByID: { box.identity.accounts.user(id: $0)?.displayName })),
            NoticesFeature(gate: box.gate, store: box.store),
        ] + box.identity.features(gate: box.gate)
    }
}
