import FHIRModel
import Kernel

/// Where the clinic is, how to reach it, and which tribe runs it.
package struct ClinicContact: Sendable, Hashable {
    package var line: String?
    package var city: String?
    package var state: String?
    package var postalCode: String?
    package var phone: String?
    /// The tribe or tribal organization that the clinic belongs to, in words.
    package var tribe: String?
    /// The code of the tribe, where it stands in HL7's list.
    ///
    /// Spec: HL7 v3 TribalEntityUS, https://terminology.hl7.org/CodeSystem-v3-TribalEntityUS.html
    package var tribeCode: String?

    /// Nothing is known.
    package init() {}

    /// The longest of its texts, in characters.
    static let textCharactersMax = 200

    /// Reads what was kept or answered.
    ///
    /// - Throws: ``Problem`` that names the field.
    init(_ json: JSON) throws(Problem) {
        for (name, place) in Self.fields {
            guard let text = json.string(name), !text.isEmpty else { continue }
            guard text.count <= Self.textCharactersMax else {
                throw Problem(
                    .tooLong, "“\(name)” has at most \(Self.textCharactersMax) characters.",
                    location: name)
            }
            self[keyPath: place] = text
        }
        if let phone, !Self.isPhone(phone) {
            throw Problem(
                .value, "Write a telephone number of 7 to 20 digits, such as 928 555 0142.",
                location: "phone")
        }
    }

    func write(to writer: inout JSONWriter) {
        for (name, place) in Self.fields {
            if let text = self[keyPath: place] { writer.member(name, text) }
        }
    }

    private static var fields: [(String, WritableKeyPath<ClinicContact, String?>)] {
        [
            ("line", \.line), ("city", \.city), ("state", \.state), ("postalCode", \.postalCode),
            ("phone", \.phone), ("tribe", \.tribe), ("tribeCode", \.tribeCode),
        ]
    }

    /// Digits with the signs that people put between them.
    static func isPhone(_ text: String) -> Bool {
        let digits = text.utf8.count { $0 >= 0x30 && $0 <= 0x39 }
        return 7...20 ~= digits
            && text.unicodeScalars.allSatisfy {
                $0.isASCII && ("0"..."9" ~= $0 || "+-. ()/x".unicodeScalars.contains($0))
            }
    }
}

/// The tribes of HL7's list, by the words of the list.
enum Tribes {
    private static let system = "http://terminology.hl7.org/CodeSystem/v3-TribalEntityUS"

    /// Code and name of each, in the order of the list; groups of the list are left out.
    static let all: [(code: String, name: String)] =
        Definitions.r4.codeSystem(system)?.concepts.compactMap { concept in
            guard !concept.code.hasPrefix("_"), let name = concept.display else { return nil }
            return (concept.code, name)
        } ?? []

    /// The code of a name, where it is written as in the list.
    static func code(of name: String) -> String? {
        all.first { $0.name.lowercased() == name.lowercased() }?.code
    }
}
