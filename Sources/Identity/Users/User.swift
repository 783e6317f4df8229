package import AccessControl
import FHIRModel
import Kernel

/// A person who may sign in.
package struct User: Sendable, Hashable {
    package let id: String
    /// The sign-in name as it was first written.
    package let username: String
    package var displayName: String
    package var roles: Set<Role>
    package var isDisabled: Bool
    /// Whether the person must choose a password before anything else.
    package var mustChangePassword: Bool
    /// The patient that a person with the role `PATIENT` is.
    package var ownPatientID: String?
    /// The Practitioner record that the person is; nil for who treats nobody.
    package var practitionerID: String?
    /// Rises with every change that an administrator makes, from 1.
    package var version = 1
    /// UTC milliseconds.
    package let createdMs: Int64
    /// UTC milliseconds.
    package var passwordChangedMs: Int64
    /// Whether a second factor belongs to the account; signing in takes one then.
    package var hasFactor = false
    /// Whether the person must set up a second factor before anything else, whatever their role.
    package var mustSetUpFactor = false
    /// When a second factor was first asked of them, in UTC milliseconds.
    var factorAskedMs: Int64?
    /// Whether the person has a PIN to unlock a session with.
    package var hasPIN = false

    /// Whether the person may sign in and administer the box.
    var isActiveAdmin: Bool { !isDisabled && roles.contains(.systemAdmin) }
}

/// What is needed to add a user.
package struct UserDraft: Sendable {
    package var username: String
    package var displayName: String
    package var roles: Set<Role>
    package var ownPatientID: String?
    package var practitionerID: String?

    /// Collects the facts; they are checked when the user is added.
    package init(
        username: String, displayName: String, roles: Set<Role>, ownPatientID: String? = nil,
        practitionerID: String? = nil
    ) {
        self.username = username
        self.displayName = displayName
        self.roles = roles
        self.ownPatientID = ownPatientID
        self.practitionerID = practitionerID
    }
}

extension User {
    /// The longest name that is shown for a person, in characters.
    static let displayNameCharactersMax = 128

    /// A display name without blanks at its ends.
    ///
    /// - Throws: ``Problem`` `.value` if it is empty, too long, or has control characters.
    static func checkedDisplayName(_ text: String) throws(Problem) -> String {
        let words = text.split(whereSeparator: \.isWhitespace)
        let name = NFKC.normalize(words.joined(separator: " "))
        let isPlain = name.unicodeScalars.allSatisfy {
            $0.properties.generalCategory != .control && $0.properties.generalCategory != .format
        }
        guard !name.isEmpty, name.unicodeScalars.count <= displayNameCharactersMax, isPlain else {
            throw Problem(
                .value,
                "Write a name of 1 to \(displayNameCharactersMax) characters, without control characters.",
                location: "displayName")
        }
        return name
    }

    /// - Throws: ``Problem`` `.value` if the roles do not make sense together.
    static func check(roles: Set<Role>, ownPatientID: String?) throws(Problem) {
        guard !roles.isEmpty else {
            throw Problem(.required, "Give the user at least one role.", location: "roles")
        }
        if roles.contains(.patient) {
            guard let ownPatientID, FHIRID.isValid(ownPatientID) else {
                throw Problem(
                    .required, "Name the patient record that a user of the role PATIENT is.",
                    location: "ownPatientID")
            }
        }
    }
}
