package import ServerKit

extension Identity {
    /// The routes of the target, for the list of features.
    ///
    /// - Parameter facts: asked at every request that needs them.
    package func features(
        gate: Gate, facts: @escaping @Sendable () -> SignInFacts
    ) -> [any Feature] {
        [
            SignInFeature(self, gate: gate), SessionsFeature(self, gate: gate),
            SecondStepFeature(self),
            ProofFeature(self, gate: gate),
            FactorsFeature(self, gate: gate, facts: facts),
            PasskeysFeature(self, gate: gate, facts: facts),
            PinFeature(self, gate: gate),
            UserCodesFeature(self, gate: gate),
            UsersFeature(self, gate: gate), RolesFeature(self, gate: gate),
            AccessReviewsFeature(reviews, gate: gate),
        ] + chartRightsFeatures(gate)
    }

    private func chartRightsFeatures(_ gate: Gate) -> [any Feature] {
        [
            EmergenciesFeature(self, gate: gate), DelegationsFeature(self, gate: gate),
            AccessRulesFeature(self, gate: gate),
        ]
    }
}
