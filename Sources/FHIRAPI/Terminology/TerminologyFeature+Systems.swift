import FHIRModel
import Kernel
import RecordStore
import Terminology

/// Operations on code systems.
extension TerminologyFeature {
    /// The code that is asked about, and the address of its system.
    private static func coding(
        _ call: Call, _ names: [String] = ["coding"]
    ) throws(Problem) -> TermParameters.Coding {
        let own = call.resource?.string("url")
        if let coding = try call.parameters.codings(names).first {
            guard let system = coding.system ?? own else {
                throw Problem(.required, "The coding needs its system.", location: names[0])
            }
            return TermParameters.Coding(
                system: system, code: coding.code, display: coding.display)
        }
        let code = try call.parameters.required("code")
        let named = try call.parameters.text("system")
        let address = try call.parameters.text("url")
        guard let system = named ?? address ?? own else {
            throw Problem(
                .required, "Say the address of the code system.",
                location: call.type == "CodeSystem" ? "system" : "url")
        }
        return TermParameters.Coding(
            system: system, code: code, display: try call.parameters.text("display"))
    }

    /// The book with a resource that came with the question or stands in the address.
    private static func book(_ book: TermBook, _ call: Call) -> TermBook {
        guard let json = call.parameters.resource("codeSystem") ?? call.resource else {
            return book
        }
        return book.taking(json)
    }

    /// `CodeSystem/$lookup`: what is known of a code.
    ///
    /// Spec: https://hl7.org/fhir/R4/codesystem-operation-lookup.html
    func lookup(_ call: Call) async throws -> [UInt8] {
        let asked = try Self.coding(call)
        return try await store.asking { book in
            let book = Self.book(book, call)
            let (source, concept) = try book.lookup(
                system: asked.system ?? "", asked.code)
            let parents = try source.parents(of: concept.code)
            let children = try source.children(of: concept.code)
            let names = try (parents + children).reduce(into: [String: String]()) { names, code in
                names[code] = try source.concept(code)?.display
            }
            return TermAnswer.parameters { list in
                list.parameter("name", text: source.title)
                list.parameter("version", text: source.version)
                list.parameter("display", text: concept.display ?? concept.code)
                list.parameter("definition", text: concept.definition)
                list.parameter("abstract", flag: concept.isAbstract)
                for name in concept.names { Self.designation(name, &list) }
                Self.property("inactive", &list) { $0.member("valueBoolean", concept.isInactive) }
                for (name, codes) in [("parent", parents), ("child", children)] {
                    for code in codes {
                        Self.property(name, description: names[code], &list) {
                            $0.member("valueCode", code)
                        }
                    }
                }
                for fact in concept.facts {
                    Self.property(fact.name, &list) { $0.member("valueString", fact.value) }
                }
            }
        }
    }

    private static func designation(_ name: String, _ list: inout JSONWriter) {
        list.object { one in
            one.member("name", "designation")
            one.array("part") { $0.parameter("value", text: name) }
        }
    }

    private static func property(
        _ code: String, description: String? = nil, _ list: inout JSONWriter,
        _ value: (inout JSONWriter) -> Void
    ) {
        list.object { one in
            one.member("name", "property")
            one.array("part") { parts in
                parts.parameter("code", text: code, type: "Code")
                parts.object { part in
                    part.member("name", "value")
                    value(&part)
                }
                parts.parameter("description", text: description)
            }
        }
    }

    /// `CodeSystem/$validate-code`: whether there is such a code.
    ///
    /// Spec: https://hl7.org/fhir/R4/codesystem-operation-validate-code.html
    func validateInSystem(_ call: Call) async throws -> [UInt8] {
        let many = try call.parameters.codings(["codeableConcept"])
        let asked = try many.isEmpty ? [Self.coding(call)] : many
        return try await store.asking { book in
            let book = Self.book(book, call)
            return try Self.verdict(asked) { one in
                let system = one.system ?? call.resource?.string("url") ?? ""
                return try book.validate(system: system, one.code, display: one.display)
            }
        }
    }

    /// The answer for several codings: one that is valid is enough, and one that cannot be told
    /// counts only where none is.
    static func verdict(
        _ codings: [TermParameters.Coding],
        _ judge: (TermParameters.Coding) throws -> CodeVerdict
    ) throws -> [UInt8] {
        var best: CodeVerdict?
        var unsure: Problem?
        for one in codings {
            do {
                let verdict = try judge(one)
                if verdict.isValid || best == nil { best = verdict }
                if verdict.isValid { break }
            } catch let problem as Problem where problem.code == .incomplete {
                unsure = problem
            }
        }
        if let unsure, best?.isValid != true { throw unsure }
        guard let best else {
            throw Problem(.required, "Say a code, a coding or a codeableConcept.", location: "code")
        }
        return TermAnswer.parameters { list in
            list.parameter("result", flag: best.isValid)
            list.parameter("message", text: best.message)
            list.parameter("display", text: best.display)
        }
    }

    /// `CodeSystem/$subsumes`: which of two codes is above the other.
    ///
    /// Spec: https://hl7.org/fhir/R4/codesystem-operation-subsumes.html
    func subsumes(_ call: Call) async throws -> [UInt8] {
        let parameters = call.parameters
        let codings = try parameters.codings(["codingA", "codingB"])
        let (first, second, system): (String, String, String)
        if codings.count == 2 {
            guard codings[0].system == codings[1].system else {
                throw Problem(
                    .value, "Both codings must be of the same system.", location: "codingB")
            }
            (first, second) = (codings[0].code, codings[1].code)
            system = codings[0].system ?? call.resource?.string("url") ?? ""
        } else {
            (first, second) = (
                try parameters.required("codeA"), try parameters.required("codeB")
            )
            system =
                try parameters.text("system") ?? call.resource?.string("url")
                ?? parameters.required("system")
        }
        return try await store.asking { book in
            let book = Self.book(book, call)
            for code in [first, second] { _ = try book.lookup(system: system, code) }
            guard let below = try book.subsumes(system: system, first, second),
                let above = try book.subsumes(system: system, second, first)
            else {
                throw Problem(
                    .incomplete, "How the codes are ordered is not known. \(book.advice(system))")
            }
            let outcome =
                below && above
                ? "equivalent" : below ? "subsumes" : above ? "subsumed-by" : "not-subsumed"
            return TermAnswer.parameters {
                $0.parameter("outcome", text: outcome, type: "Code")
            }
        }
    }
}
