package import FHIRModel
import Kernel

/// An invented patient.
package struct InventedPerson: Sendable {
    package var id: String
    package var given: [String]
    package var family: String
    package var birthDate: String
    package var gender: String
    package var mrn: String
    package var phone: String
    package var city: String

    /// The system of the medical record numbers of the invented clinic.
    package static let mrnSystem = "https://clinic.example/mrn"

    /// Makes a person whom a test describes in full.
    package init(
        id: String, given: [String], family: String, birthDate: String, gender: String,
        mrn: String, phone: String, city: String
    ) {
        self.id = id
        self.given = given
        self.family = family
        self.birthDate = birthDate
        self.gender = gender
        self.mrn = mrn
        self.phone = phone
        self.city = city
    }

    /// The Patient resource.
    package func json() throws -> JSON {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("resourceType", "Patient")
        writer.member("id", id)
        writer.array("identifier") { list in
            list.object { one in
                one.object("type") { type in
                    type.array("coding") { codings in
                        codings.object { coding in
                            coding.member(
                                "system", "http://terminology.hl7.org/CodeSystem/v2-0203")
                            coding.member("code", "MR")
                        }
                    }
                }
                one.member("system", Self.mrnSystem)
                one.member("value", mrn)
            }
        }
        writer.array("name") { list in
            list.object { name in
                name.member("use", "official")
                name.member("family", family)
                name.array("given") { names in for one in given { names.string(one) } }
            }
        }
        writer.array("telecom") { list in
            list.object { contact in
                contact.member("system", "phone")
                contact.member("value", phone)
            }
        }
        writer.member("gender", gender)
        writer.member("birthDate", birthDate)
        writer.array("address") { list in list.object { $0.member("city", city) } }
        writer.endObject()
        return try JSON.parse(writer.bytes)
    }
}

/// Invented people whose names carry the marks and letters of tribal orthographies.
///
/// The same for the same seed. Names are put together from lists, so none is a real person's.
package struct People: Sendable {
    private var random: SeededRandom
    private var count = 0

    /// Starts a sequence.
    package init(seed: UInt64 = 7) { random = SeededRandom(seed: seed) }

    /// The next person.
    package mutating func next() -> InventedPerson {
        count += 1
        var given = [random.pick(Self.givenNames)]
        if random.isChance(percent: 40) { given.append(random.pick(Self.givenNames)) }
        var family = random.pick(Self.familyNames)
        if random.isChance(percent: 15) { family += "-" + random.pick(Self.familyNames) }
        if random.isChance(percent: 10) { family += " " + random.pick(Self.familyNames) }
        let digits = String(1_000_000 + random.below(9_000_000))
        return InventedPerson(
            id: "p-\(count)-\(random.below(100_000))", given: given, family: family,
            birthDate: birthDate(), gender: random.pick(["female", "male", "other", "unknown"]),
            mrn: "M\(10_000 + count)", phone: "555-\(digits.prefix(3))-\(digits.suffix(4))",
            city: random.pick(Self.cities))
    }

    /// The next `count` people.
    package mutating func next(_ count: Int) -> [InventedPerson] { (0..<count).map { _ in next() } }

    /// A full date mostly, sometimes a year or a month only, as old charts have them.
    private mutating func birthDate() -> String {
        let year = 1_928 + random.below(97)
        if random.isChance(percent: 3) { return "\(year)" }
        let month = Self.two(1 + random.below(12))
        if random.isChance(percent: 3) { return "\(year)-\(month)" }
        return "\(year)-\(month)-\(Self.two(1 + random.below(28)))"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static let givenNames = [
        "Ałtsé", "Bááh", "Dezba", "Nizhóní", "Yázhí", "Čhaŋté", "Wačhíŋ", "Zičá", "Wičháȟpi",
        "Maȟpíya", "Šinásapa", "Aiyana", "Anna", "Anne", "Annabel", "John", "Jon", "Johnny",
        "Mary", "Maria", "María", "Marie", "Robert", "Rob", "Rose", "Rosé", "Sequoia", "ᎠᏓ",
        "Nimkii", "Giizhig", "Waabigwan", "Miigwan", "Xʷi", "Qʼəl", "Łuk", "Łuʔ", "José", "Zoë",
        "D’Arcy", "Hok'ee", "Hokʼee", "Ta-Lai", "Kai", "Kaiah", "Li", "Lisa", "Lísa", "Ōlelo",
    ]
    private static let familyNames = [
        "Begay", "Begaye", "Bigay", "Tsosie", "Tsosí", "Yazzie", "Yázhí", "Benally", "Nez",
        "Čhetáŋ", "Tȟatȟáŋka", "Waŋblí", "Red Feather", "Two Rivers", "Little Sky", "White Owl",
        "St. Clair", "O'Dell", "O’Dell", "McIntosh", "MacIntosh", "Deer", "Deerinwater", "Ross",
        "ᏩᏯ", "Łitsoii", "Tłʼízí", "Kʼaiʼ", "Xwisten", "Sʔəɬ", "Makoons", "Bizhiw", "Smith",
        "Smyth", "Smithson", "Núñez", "Nunez", "Peña", "Pena", "Ōtsuka", "Ünal", "Æsir", "Straße",
    ]
    private static let cities = [
        "Red Mesa", "Standing Pine", "Blue Lake", "Cedar Fork", "Tséyiʼ", "White Water",
    ]
}
