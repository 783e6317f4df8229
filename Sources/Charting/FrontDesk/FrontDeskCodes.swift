import FHIRModel

/// What people choose from at the front desk.
enum FrontDeskCodes {
    private static let snomed = "http://snomed.info/sct"
    private static let omb = "urn:oid:2.16.840.1.113883.6.238"
    private static let nullFlavor = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"
    private static let marital = "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus"
    private static let role = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
    private static let payer = "https://nahdo.org/sopt"
    private static let subscriber =
        "http://terminology.hl7.org/CodeSystem/subscriber-relationship"
    static let tribeSystem = "http://terminology.hl7.org/CodeSystem/v3-TribalEntityUS"

    /// The sexes of the record.
    ///
    /// Spec: FHIR R4 AdministrativeGender, https://hl7.org/fhir/R4/codesystem-administrative-gender.html
    static let sexes = [
        CodedChoice("female", "Female"), CodedChoice("male", "Male"),
        CodedChoice("other", "Other"), CodedChoice("unknown", "Not known"),
    ]
    /// The sexes at birth.
    ///
    /// Spec: US Core Birth Sex, https://hl7.org/fhir/us/core/STU6.1/ValueSet-birthsex.html
    static let birthSexes = [
        CodedChoice("F", "Female"), CodedChoice("M", "Male"), CodedChoice("OTH", "Other"),
        CodedChoice("ASKU", "Asked, not said"), CodedChoice("UNK", "Not known"),
    ]
    static let genders = [
        CodedChoice("woman", "Woman", snomed, "446141000124107"),
        CodedChoice("man", "Man", snomed, "446151000124109"),
        CodedChoice("two-spirit", "Two-Spirit"),
        CodedChoice("nonbinary", "Neither only a woman nor only a man", snomed, "33791000087105"),
        CodedChoice("not-said", "Asked, not said", nullFlavor, "ASKU"),
    ]
    /// The races of the census.
    ///
    /// Spec: OMB Race Categories, https://hl7.org/fhir/us/core/STU6.1/ValueSet-omb-race-category.html
    static let races = [
        CodedChoice("1002-5", "American Indian or Alaska Native", omb),
        CodedChoice("2028-9", "Asian", omb),
        CodedChoice("2054-5", "Black or African American", omb),
        CodedChoice("2076-8", "Native Hawaiian or Other Pacific Islander", omb),
        CodedChoice("2106-3", "White", omb),
        CodedChoice("ASKU", "Asked, not said", nullFlavor),
        CodedChoice("UNK", "Not known", nullFlavor),
    ]
    static let ethnicities = [
        CodedChoice("2135-2", "Hispanic or Latino", omb),
        CodedChoice("2186-5", "Not Hispanic or Latino", omb),
    ]
    static let maritalStates = [
        CodedChoice("S", "Never married", marital), CodedChoice("M", "Married", marital),
        CodedChoice("T", "Domestic partner", marital), CodedChoice("D", "Divorced", marital),
        CodedChoice("L", "Legally separated", marital), CodedChoice("W", "Widowed", marital),
        CodedChoice("UNK", "Not known", nullFlavor),
    ]
    /// How somebody belongs to a tribe.
    static let standings = [
        CodedChoice("enrolled", "Enrolled"), CodedChoice("descendant", "Descendant"),
        CodedChoice("eligible", "May enroll"), CodedChoice("pending", "Enrollment pending"),
        CodedChoice("not-enrolled", "Not enrolled"),
    ]
    /// Whom the Indian Health Service counts as what.
    ///
    /// Spec: 42 CFR 136.12; CLINIC T-04.
    static let beneficiaries = [
        CodedChoice("01", "American Indian or Alaska Native"),
        CodedChoice("native-child", "Child of an eligible person, under 19"),
        CodedChoice("native-spouse", "Spouse of an eligible person, by tribal resolution"),
        CodedChoice("native-pregnancy", "Pregnant with an eligible person’s child"),
        CodedChoice("08", "Other"),
    ]
    /// Spec: 42 CFR 136.12 and 136.23; CLINIC T-05.
    static let eligibilities = [
        CodedChoice("C", "Direct care and purchased/referred care"),
        CodedChoice("D", "Direct care only"), CodedChoice("I", "Not eligible"),
        CodedChoice("P", "Pending"),
    ]
    static let eligibilityReasons = [
        CodedChoice("enrolled", "Enrolled member of a federally recognized tribe"),
        CodedChoice("descendant", "Descendant of a member"),
        CodedChoice("community", "Regarded as Indian by the community they live in"),
        CodedChoice("lives-in-area", "Lives in the delivery area"),
        CodedChoice("away-180-days", "Away from the delivery area more than 180 days"),
        CodedChoice("student", "Full-time student"), CodedChoice("transient", "Transient worker"),
        CodedChoice("foster", "Foster child placed outside"),
        CodedChoice("child-under-19", "Child under 19 of an eligible person"),
        CodedChoice("spouse", "Spouse, by tribal resolution"),
        CodedChoice("pregnant", "Pregnant with an eligible person’s child"),
        CodedChoice("no-proof", "Proof is missing"),
        CodedChoice("not-member", "No member or descendant"),
    ]
    static let relationships = [
        CodedChoice("MTH", "Mother", role), CodedChoice("FTH", "Father", role),
        CodedChoice("GRMTH", "Grandmother", role), CodedChoice("GRFTH", "Grandfather", role),
        CodedChoice("AUNT", "Aunt", role), CodedChoice("UNCLE", "Uncle", role),
        CodedChoice("SIS", "Sister", role), CodedChoice("BRO", "Brother", role),
        CodedChoice("SPS", "Spouse", role), CodedChoice("DOMPART", "Domestic partner", role),
        CodedChoice("DAUC", "Daughter", role), CodedChoice("SONC", "Son", role),
        CodedChoice("GRNDCHILD", "Grandchild", role), CodedChoice("COUSN", "Cousin", role),
        CodedChoice("EXT", "Relative", role), CodedChoice("GUARD", "Guardian", role),
        CodedChoice("FRND", "Friend", role), CodedChoice("NBOR", "Neighbor", role),
    ]
    /// The kinds of coverage.
    ///
    /// Spec: Source of Payment Typology, https://nahdo.org/sopt
    static let payers = [
        CodedChoice("medicare", "Medicare", payer, "1"),
        CodedChoice("medicaid", "Medicaid", payer, "2"),
        CodedChoice("tribal", "Indian Health Service or Tribe", payer, "33"),
        CodedChoice("private", "Private health insurance", payer, "5"),
        CodedChoice("veterans", "Department of Veterans Affairs", payer, "32"),
        CodedChoice("tricare", "TRICARE", payer, "311"),
        CodedChoice("other", "Other", payer, "9"),
    ]
    static let subscribers = [
        CodedChoice("self", "The patient", subscriber),
        CodedChoice("spouse", "Spouse", subscriber),
        CodedChoice("parent", "Parent", subscriber),
        CodedChoice("other", "Somebody else", subscriber),
    ]

    /// Code and name of each tribe of HL7's list; its groups are left out.
    static let tribes: [(code: String, name: String)] =
        Definitions.r4.codeSystem(tribeSystem)?.concepts.compactMap { concept in
            guard !concept.code.hasPrefix("_"), let name = concept.display else { return nil }
            return (concept.code, name)
        } ?? []

    /// Everything that the pages let people choose from.
    static func encode(facilities: [(id: String, name: String)]) -> [UInt8] {
        var writer = JSONWriter(reservingBytes: 65_536)
        writer.object { out in
            for (name, choices) in lists {
                out.array(name) { list in
                    for one in choices {
                        list.object {
                            $0.member("key", one.key)
                            $0.member("words", one.words)
                        }
                    }
                }
            }
            let places = facilities.map { (code: $0.id, name: $0.name) }
            for (name, pairs) in [("tribes", tribes), ("facilities", places)] {
                out.array(name) { list in
                    for (key, words) in pairs {
                        list.object {
                            $0.member("key", key)
                            $0.member("words", words)
                        }
                    }
                }
            }
        }
        return writer.bytes
    }

    private static let lists: [(String, [CodedChoice])] = [
        ("sex", sexes), ("birthSex", birthSexes), ("genderIdentity", genders), ("race", races),
        ("ethnicity", ethnicities), ("maritalStatus", maritalStates), ("standing", standings),
        ("beneficiary", beneficiaries), ("eligibility", eligibilities),
        ("eligibilityReason", eligibilityReasons), ("relationship", relationships),
        ("coverageKind", payers), ("subscriber", subscribers),
    ]
}
