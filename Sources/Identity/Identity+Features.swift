package import ServerKit

extension Identity {
    /// The routes of the target, for the list of features.
    package func features(gate: Gate) -> [any Feature] {
        [
            SignInFeature(self, gate: gate), SessionsFeature(self, gate: gate),
            UsersFeature(self, gate: gate), RolesFeature(self, gate: gate),
            AccessReviewsFeature(reviews, gate: gate),
        ]
    }
}
