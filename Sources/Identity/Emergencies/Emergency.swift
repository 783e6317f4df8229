package import AccessControl

/// A chart that somebody opened for an emergency, from its beginning to the end of its review.
package struct Emergency: Sendable, Hashable {
    /// What a review came to.
    package enum Finding: String, CaseIterable, Sendable {
        case appropriate
        case notAppropriate = "not-appropriate"
        /// Somebody has to look into it further; the review stays open.
        case followUp = "follow-up"
    }

    /// One look of a reviewer.
    package struct Review: Sendable, Hashable {
        package let finding: Finding
        package let comment: String
        /// The reviewer's user id.
        package let userID: String
        /// UTC milliseconds.
        package let atMs: Int64
    }

    package let id: String
    package let userID: String
    package let patientID: String
    package let compartments: Set<Compartment>
    package let category: EmergencyAccess.Category
    package let reason: String
    /// UTC milliseconds.
    package let beganMs: Int64
    /// When it ends by itself, UTC milliseconds.
    package let untilMs: Int64
    /// When somebody ended it, UTC milliseconds.
    package var endedMs: Int64?
    /// Who ended it.
    package var endedByUserID: String?
    package var reviews: [Review] = []

    /// Whether its review has come to an end.
    package var isClosed: Bool { reviews.last.map { $0.finding != .followUp } ?? false }

    /// What the policy needs to know of it.
    package var access: EmergencyAccess {
        EmergencyAccess(id: id, patientID: patientID, compartments: compartments)
    }
}

/// What somebody asks to open in an emergency.
package struct EmergencyDraft: Sendable {
    package var patientID: String
    package var compartments: Set<Compartment>
    package var category: EmergencyAccess.Category
    package var reason: String
    package var minutes: Int

    /// Collects the facts; they are checked when the chart is opened.
    package init(
        patientID: String, compartments: Set<Compartment>, category: EmergencyAccess.Category,
        reason: String, minutes: Int = EmergencyAccess.minutesDefault
    ) {
        self.patientID = patientID
        self.compartments = compartments
        self.category = category
        self.reason = reason
        self.minutes = minutes
    }
}
