import FHIRModel

/// Codes and the value sets that they have to be in.
extension Walk {
    /// The most codes that a finding names.
    private static let codesMax = 10
    /// A set that is longer is named only.
    private static let namedCodesMax = 30

    /// A code as it stands in a resource.
    private struct Written {
        let code: String
        let system: String?
    }

    /// Looks whether a value has the codes that a binding asks for.
    mutating func check(
        _ value: JSON, _ type: TypeSchema, _ binding: BindingRule, _ part: Finding.Part
    ) {
        guard spend(5) else { return }
        let written: [Written]
        switch type.special {
        case .codeableConcept:
            written = (value["coding"]?.elements).map { $0.compactMap(Self.coding) } ?? []
        case .coding: written = Self.coding(value).map { [$0] } ?? []
        case .quantity:
            // A unit that is only written out is no code.
            guard let code = Self.coding(value) else { return }
            written = [code]
        default:
            guard type.kind == .primitive, let code = value.string else { return }
            written = [Written(code: code, system: nil)]
        }
        checkOutermost(written, binding, part)
        if written.isEmpty {
            reportNone(value, type, binding, part)
            return
        }
        let answers = written.map {
            validator.codeSets.membership(of: $0.code, system: $0.system, in: binding.valueSet)
        }
        guard answers.allSatisfy({ $0 == .outside }) else { return }
        switch binding.strength {
        case .required: reportOutside(.error, binding, part)
        case .extensible: reportOutside(.warning, binding, part)
        case .preferred, .example: return
        }
    }

    private static func coding(_ json: JSON) -> Written? {
        json.string("code").map { Written(code: $0, system: json.string("system")) }
    }

    /// A concept in words alone is enough for an extensible set, and none for a required one.
    private mutating func reportNone(
        _ value: JSON, _ type: TypeSchema, _ binding: BindingRule, _ part: Finding.Part
    ) {
        guard binding.strength == .required, type.special == .codeableConcept,
            value["extension"] == nil
        else { return }
        report(
            .error, .codeInvalid, part,
            "A code of \(setName(binding.valueSet)) is required here.\(wayOut(binding.valueSet))")
    }

    private mutating func checkOutermost(
        _ written: [Written], _ binding: BindingRule, _ part: Finding.Part
    ) {
        guard let outermost = binding.outermost, !written.isEmpty else { return }
        let isOutside = written.allSatisfy {
            validator.codeSets.membership(of: $0.code, system: $0.system, in: outermost) == .outside
        }
        guard isOutside else { return }
        report(
            .error, .codeInvalid, part,
            "The code is not one of \(setName(outermost)).\(wayOut(outermost))")
    }

    private mutating func reportOutside(
        _ severity: Finding.Severity, _ binding: BindingRule, _ part: Finding.Part
    ) {
        let sentence =
            severity == .error
            ? "The code is not one of \(setName(binding.valueSet)), which is required here."
            : "The code is not one of \(setName(binding.valueSet)), which is to be used where a code "
                + "of it fits."
        report(severity, .codeInvalid, part, sentence + wayOut(binding.valueSet))
    }

    func setName(_ url: String) -> String {
        validator.definitions.valueSet(url).map { "the value set \($0.title)" }
            ?? "the value set \(url)"
    }

    private func wayOut(_ url: String) -> String {
        let codes = validator.codeSets.codes(of: url, countMax: Self.namedCodesMax + 1)
        guard !codes.isEmpty, codes.count <= Self.namedCodesMax else { return "" }
        let named = codes.prefix(Self.codesMax).joined(separator: ", ")
        return " Use one of: \(named)\(codes.count > Self.codesMax ? " …" : ".")"
    }
}
