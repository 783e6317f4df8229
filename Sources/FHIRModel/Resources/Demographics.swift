/// Who a patient is: what is searched for, shown in the banner and matched against other records.
package struct Demographics: Sendable, Hashable {
    /// The logical id.
    package var id: String?
    /// Names in source order.
    package var names: [PersonName] = []
    /// The birth date as written, `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    package var birthDate: String?
    /// Administrative gender: male, female, other or unknown.
    package var gender: String?
    /// Business identifiers in source order.
    package var identifiers: [Identifier] = []
    /// Phones, e-mail addresses and the like in source order.
    package var telecoms: [Contact] = []
    /// Addresses in source order.
    package var addresses: [Address] = []
    /// Whether and when the patient died.
    package var deceased = Deceased.no
    /// Tribes the patient belongs to.
    package var tribalAffiliations: [TribalAffiliation] = []
    /// The text of the US Core race.
    package var race: String?
    /// The text of the US Core ethnicity.
    package var ethnicity: String?
    /// Languages the patient speaks, as code or text, the preferred one first.
    package var languages: [String] = []
    /// Whether the record is in use.
    package var isActive = true
    /// The reference to the record that took the place of this one after a merge.
    package var mergedInto: String?

    /// Makes demographics of nobody.
    package init() {}

    /// A business identifier.
    package struct Identifier: Sendable, Hashable {
        /// The namespace.
        package var system: String?
        /// The value.
        package var value: String
        /// The code of its type, such as `MR`.
        package var typeCode: String?

        /// Makes an identifier.
        package init(system: String? = nil, value: String, typeCode: String? = nil) {
            self.system = system
            self.value = value
            self.typeCode = typeCode
        }
    }

    /// A way to reach the patient.
    package struct Contact: Sendable, Hashable {
        /// phone, email, sms, fax, pager, url or other.
        package var system: String?
        /// The number or address.
        package var value: String
        /// home, work, temp, old or mobile.
        package var use: String?

        /// Makes a contact.
        package init(system: String? = nil, value: String, use: String? = nil) {
            self.system = system
            self.value = value
            self.use = use
        }
    }

    /// A postal address.
    package struct Address: Sendable, Hashable {
        /// Street and house, a box, a chapter house.
        package var lines: [String] = []
        /// City or town.
        package var city: String?
        /// County.
        package var district: String?
        /// State, as two letters or a name.
        package var state: String?
        /// ZIP code.
        package var postalCode: String?
        /// Country, as a code or a name.
        package var country: String?
        /// home, work, temp, old or billing.
        package var use: String?
        /// The address as one text.
        package var text: String?
        /// When it stopped being in use.
        package var periodEnd: String?

        /// Makes an address without content.
        package init() {}
    }

    /// Whether and when somebody died.
    package enum Deceased: Sendable, Hashable {
        case no
        case yes
        /// The date or time as written.
        case at(String)

        /// Whether the patient is dead.
        package var isDead: Bool { self != .no }
    }

    /// The tribe a patient belongs to.
    ///
    /// Spec: US Core 6.1.0 Tribal Affiliation,
    /// https://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-tribal-affiliation.html
    package struct TribalAffiliation: Sendable, Hashable {
        /// The code, such as one of TribalEntityUS.
        package var code: String?
        /// The name of the tribe.
        package var display: String?
        /// Whether the patient is enrolled; nil if that is not known.
        package var isEnrolled: Bool?

        /// Makes an affiliation.
        package init(code: String? = nil, display: String? = nil, isEnrolled: Bool? = nil) {
            self.code = code
            self.display = display
            self.isEnrolled = isEnrolled
        }
    }

    /// The name to show: the usual one, else the official one, else the first; names that ended are
    /// taken only if there is no other.
    package var officialName: PersonName? {
        let current = names.filter { $0.periodEnd == nil && $0.use != "old" }
        return current.first { $0.use == "usual" } ?? current.first { $0.use == "official" }
            ?? current.first ?? names.first
    }

    /// Phone numbers in source order, those out of use left out.
    package var phones: [String] {
        telecoms.filter { ($0.system == "phone" || $0.system == "sms") && $0.use != "old" }
            .map(\.value)
    }

    /// E-mail addresses in source order, those out of use left out.
    package var emails: [String] {
        telecoms.filter { $0.system == "email" && $0.use != "old" }.map(\.value)
    }

    /// The first medical record number.
    package var mrn: String? { identifiers.first { $0.typeCode == "MR" }?.value }
}

/// A name of a person.
///
/// Spec: FHIR R4 HumanName, https://hl7.org/fhir/R4/datatypes.html#HumanName
package struct PersonName: Sendable, Hashable {
    /// usual, official, temp, nickname, anonymous, old or maiden.
    package var use: String?
    /// The name as one text.
    package var text: String?
    /// Family name.
    package var family: String?
    /// Given names in order.
    package var given: [String] = []
    /// Titles before the name.
    package var prefix: [String] = []
    /// Titles after the name.
    package var suffix: [String] = []
    /// When it stopped being in use.
    package var periodEnd: String?

    /// Makes a name without content.
    package init() {}

    /// The name as it is shown in lists, `Family, Given Given`; the text if there are no parts.
    package var display: String {
        let first = given.joined(separator: " ")
        guard let family, !family.isEmpty else { return first.isEmpty ? text ?? "" : first }
        return first.isEmpty ? family : "\(family), \(first)"
    }
}
