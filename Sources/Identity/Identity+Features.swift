package import ServerKit

extension Identity {
    /// The routes of the target, for the list of features.
    package func features(gate: Gate) -> [any Feature] {
        [SignInFeature(self, gate: gate), SessionsFeature(self, gate: gate)]
            + chartRightsFeatures(gate)
    }

    private func chartRightsFeatures(_ gate: Gate) -> [any Feature] {
        [
            EmergenciesFeature(self, gate: gate), DelegationsFeature(self, gate: gate),
            AccessRulesFeature(self, gate: gate),
        ]
    }
}
