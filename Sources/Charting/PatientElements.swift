import FHIRModel
import Kernel
import ServerKit

/// The part of a Patient that one step of the registration sets.
protocol PatientForm {
    /// The fields that the step takes.
    static var takes: Set<String> { get }

    /// Reads the fields.
    ///
    /// - Throws: ``Problem`` that names the field.
    init(_ fields: BodyFields, _ moment: FormMoment) throws(Problem)

    /// The Patient with the fields in it; what the form does not know stays.
    func apply(to patient: JSON) -> [UInt8]

    /// The fields of a Patient, as the form takes them.
    static func write(_ patient: JSON, to out: inout JSONWriter)
}

/// When a form is saved, and by whom.
struct FormMoment: Sendable {
    let today: CalendarDay
    /// A FHIR instant.
    let instant: String
    /// The name of the person who saves.
    let authorName: String
}

/// What the forms write with.
enum PatientElements {
    static let usCore = "http://hl7.org/fhir/us/core/StructureDefinition/"
    static let standard = "http://hl7.org/fhir/StructureDefinition/"
    static let own = "urn:tribal-ehr:"

    /// A list with some elements kept and others added behind them; nil where it would be empty.
    static func list(
        _ before: JSON?, keeping isKept: (JSON) -> Bool = { _ in false },
        adding: (inout JSONWriter) -> Void
    ) -> [UInt8]? {
        var writer = JSONWriter()
        writer.array { list in
            for one in elements(before) where isKept(one) { list.value(one) }
            adding(&list)
        }
        return writer.bytes.count > 2 ? writer.bytes : nil
    }

    /// The elements of a list that may be missing.
    static func elements(_ list: JSON?) -> [JSON] { list.map { Array($0.elements) } ?? [] }

    /// The first extension of an address.
    static func find(_ url: String, in json: JSON?) -> JSON? {
        json?["extension"]?.elements.first { $0.string("url") == url }
    }

    /// All extensions of an address.
    static func all(_ url: String, in json: JSON?) -> [JSON] {
        elements(json?["extension"]).filter { $0.string("url") == url }
    }

    /// A string of JSON.
    static func text(_ text: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.string(text)
        return writer.bytes
    }

    /// A date of any precision that is not in the future; nil where none was sent.
    static func date(
        _ fields: BodyFields, _ name: String, _ moment: FormMoment, path: String = "",
        mayComeLater: Bool = false
    ) throws(Problem) -> String? {
        guard let text = try fields.text(name, charactersMax: 10) else { return nil }
        let place = path + name
        // Any other form of a date is told with the forms that are taken.
        guard let date = try? FHIRDateTime(text, as: .date) else {
            throw Problem(
                .value, "Write the date as far as it is known: 25-Feb-1980, Feb-1980 or 1980.",
                location: place)
        }
        let day = CalendarDay(date)
        let isLater = day.daysSince1970 > moment.today.daysSince1970
        guard mayComeLater || !isLater else {
            throw Problem(.value, "This date is in the future. Check the year.", location: place)
        }
        guard moment.today.year - 130...moment.today.year + 50 ~= date.year else {
            throw Problem(
                .value, "This date is too far away. Check the year.", location: place)
        }
        return text
    }

    /// One of some choices; nil where none was sent.
    static func choice(
        _ fields: BodyFields, _ name: String, _ choices: [CodedChoice], path: String = ""
    ) throws(Problem) -> CodedChoice? {
        guard let word = try fields.text(name) else { return nil }
        guard let found = choices.first(where: { $0.key == word }) else {
            throw Problem(
                .value,
                "Choose one of: " + choices.map(\.key).joined(separator: ", ") + ".",
                location: path + name)
        }
        return found
    }
}

/// One entry of a list that people choose from, with the code that is written.
struct CodedChoice: Sendable {
    /// The word that pages send.
    let key: String
    let words: String
    var system: String?
    var code: String?

    init(_ key: String, _ words: String, _ system: String? = nil, _ code: String? = nil) {
        self.key = key
        self.words = words
        self.system = system
        self.code = system == nil ? nil : code ?? key
    }
}

extension JSONWriter {
    /// A Coding, or a member that is one.
    mutating func coding(_ name: String?, _ system: String, _ code: String, _ display: String?) {
        object(name) { coding in
            coding.member("system", system)
            coding.member("code", code)
            if let display { coding.member("display", display) }
        }
    }

    /// A CodeableConcept with the words of a choice, and its code where it has one.
    mutating func concept(_ name: String?, _ choice: CodedChoice) {
        object(name) { concept in
            if let system = choice.system, let code = choice.code {
                concept.array("coding") { $0.coding(nil, system, code, choice.words) }
            }
            concept.member("text", choice.words)
        }
    }

    /// An extension with a text.
    mutating func textExtension(_ url: String, _ kind: String, _ text: String) {
        object {
            $0.member("url", url)
            $0.member(kind, text)
        }
    }

    /// A Period of which one end is known at least; nothing without.
    mutating func period(from: String?, to: String?) {
        guard from != nil || to != nil else { return }
        object("period") { period in
            if let from { period.member("start", from) }
            if let to { period.member("end", to) }
        }
    }
}
