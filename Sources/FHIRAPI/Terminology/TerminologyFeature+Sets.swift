import FHIRModel
import Kernel
import RecordStore
import Terminology

/// Operations on value sets and concept maps.
extension TerminologyFeature {
    /// The value set that is asked about: in the address, in the question, or by its own address.
    private static func set(_ call: Call, _ book: TermBook) throws(Problem) -> TermSet {
        if let json = call.resource { return .resource(json) }
        if let json = call.parameters.resource("valueSet") {
            guard json["resourceType"]?.equals("ValueSet") ?? false else {
                throw Problem(.value, "“valueSet” takes a ValueSet.", location: "valueSet")
            }
            return .resource(json)
        }
        let url = try call.parameters.required("url")
        guard let set = book.valueSet(url) else {
            throw Problem(
                .notFound,
                "There is no value set of this address here. Check it, or store the ValueSet first.",
                location: "url")
        }
        return set
    }

    /// `ValueSet/$expand`: the codes of a value set.
    ///
    /// Spec: https://hl7.org/fhir/R4/valueset-operation-expand.html
    func expand(_ call: Call) async throws -> [UInt8] {
        let parameters = call.parameters
        var wanted = ExpansionRequest()
        wanted.text = try parameters.text("filter")
        wanted.offset = try parameters.count("offset") ?? 0
        wanted.countMax = try parameters.count("count").map { min($0, TermLimits.pageMax) }
        wanted.activeOnly = try parameters.flag("activeOnly")
        let withNames = try parameters.flag("includeDesignations")
        if try parameters.text("context") != nil {
            throw Problem(
                .notSupported, "Value sets are not found by “context” here. Say “url”.",
                location: "context")
        }
        let (request, stamp) = (wanted, Timestamp.text(ms: clock.wallMs()))
        let id = ids.next()
        return try await store.asking { book in
            let set = try Self.set(call, book)
            let expansion = try book.expand(set, request)
            var writer = JSONWriter(reservingBytes: 128 * expansion.entries.count + 1_024)
            writer.beginObject()
            writer.member("resourceType", "ValueSet")
            writer.member("url", ifAny: set.url)
            writer.member("version", ifAny: set.version)
            writer.member("title", ifAny: set.title)
            writer.member("status", "active")
            writer.object("expansion") { out in
                if !expansion.gaps.isEmpty { Self.writeUnclosed(&out) }
                out.member("identifier", "urn:uuid:\(id)")
                out.member("timestamp", stamp)
                out.member("total", expansion.total)
                out.member("offset", request.offset)
                Self.writeParameters(request, expansion, &out)
                guard !expansion.entries.isEmpty else { return }
                out.array("contains") { list in
                    for entry in expansion.entries { Self.write(entry, withNames, &list) }
                }
            }
            writer.endObject()
            return writer.bytes
        }
    }

    /// Says that the set has codes that are not listed.
    ///
    /// Spec: https://hl7.org/fhir/R4/extension-valueset-unclosed.html
    private static func writeUnclosed(_ out: inout JSONWriter) {
        out.array("extension") { list in
            list.object { one in
                one.member("url", "http://hl7.org/fhir/StructureDefinition/valueset-unclosed")
                one.member("valueBoolean", true)
            }
        }
    }

    private static func writeParameters(
        _ request: ExpansionRequest, _ expansion: SetExpansion, _ out: inout JSONWriter
    ) {
        out.array("parameter") { list in
            list.parameter("filter", text: request.text)
            list.parameter("offset", "Integer") { $1.member($0, request.offset) }
            if let count = request.countMax {
                list.parameter("count", "Integer") { $1.member($0, count) }
            }
            if request.activeOnly { list.parameter("activeOnly", flag: true) }
            for gap in expansion.gaps { list.parameter("warning", text: gap) }
        }
    }

    private static func write(
        _ entry: SetExpansion.Entry, _ withNames: Bool, _ list: inout JSONWriter
    ) {
        let concept = entry.concept
        list.object { one in
            if !entry.system.isEmpty { one.member("system", entry.system) }
            if concept.isAbstract { one.member("abstract", true) }
            if concept.isInactive { one.member("inactive", true) }
            one.member("code", concept.code)
            one.member("display", ifAny: concept.display)
            guard withNames, !concept.names.isEmpty else { return }
            one.array("designation") { names in
                for name in concept.names { names.object { $0.member("value", name) } }
            }
        }
    }

    /// `ValueSet/$validate-code`: whether a code is in a value set.
    ///
    /// Spec: https://hl7.org/fhir/R4/valueset-operation-validate-code.html
    func validateInSet(_ call: Call) async throws -> [UInt8] {
        let parameters = call.parameters
        var asked = try parameters.codings(["coding", "codeableConcept"])
        if asked.isEmpty {
            asked = [
                TermParameters.Coding(
                    system: try parameters.text("system"), code: try parameters.required("code"),
                    display: try parameters.text("display"))
            ]
        }
        let codings = asked
        return try await store.asking { book in
            let set = try Self.set(call, book)
            return try Self.verdict(codings) { one in
                try book.validate(in: set, system: one.system, one.code, display: one.display)
            }
        }
    }

    /// `ConceptMap/$translate`: what a code is in another system.
    ///
    /// Spec: https://hl7.org/fhir/R4/conceptmap-operation-translate.html
    func translate(_ call: Call) async throws -> [UInt8] {
        let parameters = call.parameters
        let coding = try parameters.codings(["coding", "codeableConcept"]).first
        let code = try coding?.code ?? parameters.required("code")
        let system = try coding?.system ?? parameters.text("system")
        guard let system else {
            throw Problem(.required, "Say the system of the code.", location: "system")
        }
        var asked = ConceptMapping.Question(system: system, code: code)
        asked.map = try parameters.text("url")
        asked.source = try parameters.text("source")
        asked.target = try parameters.text("target")
        asked.targetSystem = try parameters.text("targetsystem")
        asked.isReverse = try parameters.flag("reverse")
        let question = asked
        let own = call.resource ?? parameters.resource("conceptMap")
        let book = try await store.termBook()
        let mapping = book.translate(question, by: own)
        guard mapping.isAsked else {
            throw Problem(
                .notFound,
                "There is no concept map here that fits. Store a ConceptMap first, or say another "
                    + "source, target or url.")
        }
        return TermAnswer.parameters { list in
            list.parameter("result", flag: mapping.isTranslated)
            if mapping.matches.isEmpty {
                list.parameter("message", text: "The maps that fit do not name the code.")
            }
            for match in mapping.matches { Self.write(match, &list) }
        }
    }

    private static func write(_ match: ConceptMapping.Match, _ list: inout JSONWriter) {
        list.object { one in
            one.member("name", "match")
            one.array("part") { parts in
                parts.parameter("equivalence", text: match.equivalence, type: "Code")
                if !match.code.isEmpty {
                    parts.object { part in
                        part.member("name", "concept")
                        part.object("valueCoding") { coding in
                            coding.member("system", ifAny: match.system)
                            coding.member("code", match.code)
                            coding.member("display", ifAny: match.display)
                        }
                    }
                }
                parts.parameter("source", text: match.map, type: "Uri")
            }
        }
    }
}
