/// What is done with the record of a folder before a release opens it.
///
/// The earlier record comes back by itself only while nothing was acknowledged to anybody by the
/// later release, so nothing that a person was told is saved is ever lost without that person's word.
package enum UpgradePlan: Hashable, Sendable {
    /// Nothing: the record belongs to this release.
    case open
    /// The record is opened, and stays closed to people until this release has shown that it works.
    case tryOut
    /// The copy never took its place: only the journal is put right.
    case forget
    /// A copy is brought up, checked and put in the place of the record.
    case prepare
    /// The record of before is put back.
    case putBack(aside: String)
    /// The record is of a later release.
    ///
    /// - Parameters:
    ///   - aside: the folder with the record of before, which an explicit order puts back.
    case refuse(aside: String?)

    /// What is known before the decision.
    package struct Facts: Hashable, Sendable {
        package var journal: UpgradeJournal?
        /// The last step of the schema that the record has; nil where there is no record.
        package var recordStep: Int?
        /// The last step that this release knows.
        package var ownStep: Int
        /// The last step of the record in the journal's `aside`; nil where it is not there.
        package var asideStep: Int?
        /// Whether a person ordered to go back, knowing that what was written since is set aside.
        package var isOrdered: Bool

        /// Collects the facts.
        package init(
            journal: UpgradeJournal?, recordStep: Int?, ownStep: Int, asideStep: Int?,
            isOrdered: Bool = false
        ) {
            self.journal = journal
            self.recordStep = recordStep
            self.ownStep = ownStep
            self.asideStep = asideStep
            self.isOrdered = isOrdered
        }
    }

    /// Decides.
    package init(_ facts: Facts) {
        guard let record = facts.recordStep else {
            self = .open
            return
        }
        let phase = facts.journal?.phase
        if record > facts.ownStep {
            let aside = facts.journal?.aside
            let fits = facts.asideStep.map { $0 <= facts.ownStep } ?? false
            if let aside, fits, phase == .trial || facts.isOrdered {
                self = .putBack(aside: aside)
            } else {
                self = .refuse(aside: fits ? aside : nil)
            }
        } else if record < facts.ownStep {
            self = .prepare
        } else if phase == .trial {
            // With the record of before in its place, the switch was not decided yet.
            self = facts.journal?.toStep == record ? .tryOut : .forget
        } else if phase == .preparing {
            self = .forget
        } else {
            self = .open
        }
    }
}
