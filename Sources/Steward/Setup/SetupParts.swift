package import AccessControl
package import RecordStore
import Sealing

/// Who will be the first to sign in, as far as it is no secret.
package struct FirstAdministrator: Hashable, Sendable {
    package let username: String
    package let displayName: String
    /// Whether the person also works with charts.
    package let isClinician: Bool

    /// Collects the facts; they are checked when the account is prepared.
    package init(username: String, displayName: String, isClinician: Bool) {
        self.username = username
        self.displayName = displayName
        self.isClinician = isClinician
    }
}

/// What the setup needs of the target that owns the accounts.
package struct SetupAccounts: Sendable {
    /// What is wrong with a password, as sentences, for a clinic of this name.
    package let passwordProblems:
        @Sendable (_ person: FirstAdministrator, _ password: String, _ clinicName: String) ->
            [String]
    /// Checks everything and makes the account with its password's hash, to be kept and inserted.
    package let madeReady:
        @Sendable (_ person: FirstAdministrator, _ password: String, _ clinicName: String)
            async throws -> [UInt8]
    /// Puts a prepared account among the users.
    package let insert: @Sendable (Grant, _ account: [UInt8], RowWriter) throws -> Void

    /// Gathers the functions.
    package init(
        passwordProblems: @escaping @Sendable (FirstAdministrator, String, String) -> [String],
        madeReady: @escaping @Sendable (FirstAdministrator, String, String) async throws -> [UInt8],
        insert: @escaping @Sendable (Grant, [UInt8], RowWriter) throws -> Void
    ) {
        self.passwordProblems = passwordProblems
        self.madeReady = madeReady
        self.insert = insert
    }
}

/// What the setup needs to know of the machine.
package struct SetupMachine: Sendable {
    /// Measures the machine; takes up to a second.
    package let facts: @Sendable () -> MachineFacts
    /// Why a clock that shows these UTC milliseconds cannot be right; nil if it can.
    package let clockFault: @Sendable (Int64) -> String?
    /// Whether the machine knows a time zone by this name.
    package let knowsZone: @Sendable (String) -> Bool
    /// Names and addresses under which browsers reach a box of this name.
    package let names: @Sendable (_ boxName: String) -> [String]
    /// SHA-256 of the certificate of the box's own authority, in groups; nil where it has none.
    package let fingerprint: @Sendable () -> String?
    /// Gives that many random bytes, or throws where the kernel has none.
    package var draw: @Sendable (Int) throws -> [UInt8] = { try Random.bytes($0) }

    /// Gathers the functions.
    package init(
        facts: @escaping @Sendable () -> MachineFacts,
        clockFault: @escaping @Sendable (Int64) -> String?,
        knowsZone: @escaping @Sendable (String) -> Bool,
        names: @escaping @Sendable (String) -> [String],
        fingerprint: @escaping @Sendable () -> String?
    ) {
        self.facts = facts
        self.clockFault = clockFault
        self.knowsZone = knowsZone
        self.names = names
        self.fingerprint = fingerprint
    }
}

/// What the setup tells and asks the box that it is part of; both answer from memory.
package struct SetupBox: Sendable {
    /// Whether the box belongs to a clinic.
    package let isClaimed: @Sendable () -> Bool
    /// Called once the claim is on the disk.
    package let claimed: @Sendable (Clinic) async -> Void

    /// Gathers the functions.
    package init(
        isClaimed: @escaping @Sendable () -> Bool,
        claimed: @escaping @Sendable (Clinic) async -> Void
    ) {
        self.isClaimed = isClaimed
        self.claimed = claimed
    }
}
