import FHIRModel
import Kernel
import ServerKit

/// The steps of a registration that are saved, in their order; the fifth is looking over them.
enum RegistrationStep: String, CaseIterable, Sendable {
    case identity, tribal, contact, coverage

    /// The fields of the step.
    var takes: Set<String> {
        switch self {
        case .identity: IdentityForm.takes
        case .tribal: TribalForm.takes
        case .contact: ContactForm.takes
        case .coverage: CoverageForm.takes
        }
    }

    /// Reads what was typed, so that what is wrong is told before it is saved.
    ///
    /// - Throws: ``Problem`` that names the field.
    func check(_ bytes: [UInt8], _ moment: FormMoment) throws(Problem) {
        let fields = try BodyFields(bytes, takes: takes)
        switch self {
        case .identity: _ = try IdentityForm(fields, moment)
        case .tribal: _ = try TribalForm(fields, moment)
        case .contact: _ = try ContactForm(fields, moment)
        case .coverage: _ = try CoverageForm(fields, moment)
        }
    }

    /// The Patient with the fields of the step in it.
    ///
    /// - Throws: ``Problem`` that names the field.
    func apply(
        _ bytes: [UInt8], to patient: JSON, _ moment: FormMoment
    ) throws(Problem) -> JSON {
        let fields = try BodyFields(bytes, takes: takes)
        let made: [UInt8] =
            switch self {
            case .identity: try IdentityForm(fields, moment).apply(to: patient)
            case .tribal: try TribalForm(fields, moment).apply(to: patient)
            case .contact: try ContactForm(fields, moment).apply(to: patient)
            case .coverage: patient.canonicalBytes()
            }
        return RelatedRecords.parsed(made)
    }
}

/// A registration that is not finished: what was typed, step by step.
struct RegistrationDraft: Sendable {
    /// The most that one person may have at a time.
    static let countMax = 50

    /// The id of the patient that it becomes.
    let id: String
    /// The id of the user who writes it; nobody else sees it.
    let owner: String
    var version: Int
    /// UTC milliseconds.
    var changedMs: Int64
    /// Each step as it was sent.
    var steps: [RegistrationStep: [UInt8]] = [:]

    /// All steps as one JSON object.
    var bytes: [UInt8] {
        var writer = JSONWriter(reservingBytes: 4_096)
        writer.object { out in
            for step in RegistrationStep.allCases {
                if let bytes = steps[step] { out.member(step.rawValue, raw: bytes) }
            }
        }
        return writer.bytes
    }

    /// Takes the steps out of ``bytes``.
    static func steps(_ bytes: [UInt8]) throws(JSONError) -> [RegistrationStep: [UInt8]] {
        let json = try JSON.parse(bytes)
        var steps: [RegistrationStep: [UInt8]] = [:]
        for step in RegistrationStep.allCases {
            if let value = json[step.rawValue] { steps[step] = value.canonicalBytes() }
        }
        return steps
    }

    /// The first name that was typed, for lists; empty where none was.
    var shownName: String {
        guard let identity = steps[.identity],
            let name = RelatedRecords.parsed(identity).at("names", 0)
        else { return "" }
        let parts = [name.string("family"), name.string("given")].compactMap(\.self)
        return parts.filter { !$0.isEmpty }.joined(separator: ", ")
    }
}
