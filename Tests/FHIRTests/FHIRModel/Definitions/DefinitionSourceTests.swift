import FHIRModel
import Foundation
import TestKit
import Testing

/// Compares the table with the files it is made from; skipped where those are absent.
@Suite("Definition sources")
struct DefinitionSourceTests {
    private let definitions = Definitions.r4

    @Test func `the table in the tree is what its generator makes`() throws {
        guard let data = SharedData.folder else { return }
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../../.."
        ).standardizedFileURL
        let run = try Program.run(
            "/usr/bin/env",
            [
                "TRIBAL_EHR_SHARED=\(data.deletingLastPathComponent().path)", "python3",
                root.appending(path: "appliance/generate-definitions").path, "--check",
            ], errors: .withOutput)
        #expect(run.status == 0, "\(run.text)")
    }

    @Test(arguments: [
        "fhir-r4/structuredefinitions", "fhir-r4/profiles-and-extensions",
        "us-core-6.1.0/profiles-and-extensions",
    ])
    func `every definition has the elements of its source`(file: String) throws {
        for source in try documents(file) where source["snapshot"] != nil {
            let url = try #require(source.string("url"))
            let profile = try #require(definitions.profile(url), "\(url)")
            #expect(profile.type == source.string("type"))
            #expect(profile.base == source.string("baseDefinition"))
            let elements = profile.elements
            let sources = source.at("snapshot", "element").map { Array($0.elements) } ?? []
            #expect(elements.count == sources.count, "\(url)")
            for (element, source) in zip(elements, sources) {
                let isEqual = isEqual(element, source)
                #expect(isEqual, "\(url): \(source.string("id") ?? "")")
            }
        }
    }

    @Test func `every parameter that can be used is here as its source has it`() throws {
        var left: [String] = []
        let files = ["fhir-r4/searchparameters", "us-core-6.1.0/searchparameters"]
        for source in try files.flatMap(documents) {
            let url = try #require(source.string("url"))
            guard let parameter = definitions.searchParameter(url: url) else {
                left.append(url)
                continue
            }
            #expect(parameter.code == source.string("code"))
            #expect("\(parameter.type)" == source.string("type"))
            #expect(parameter.expression == source.string("expression") ?? "")
            #expect(parameter.targets == texts(source["target"]))
            #expect(parameter.base == texts(source["base"]))
            #expect(parameter.comparators == texts(source["comparator"]))
            for type in parameter.base where !definitions.isAbstract(type) {
                #expect(definitions.searchParameter(parameter.code, for: type) != nil, "\(url)")
            }
        }
        // Three examples, ten that belong to no type, and two that say nothing of what they find.
        #expect(left.isEmpty && SharedData.folder == nil || left.count == 15, "\(left)")
    }

    @Test func `every code system has the concepts of its source`() throws {
        for file in ["fhir-r4/codesystems", "us-core-6.1.0/codesystems"] {
            for source in try documents(file) {
                let url = try #require(source.string("url"))
                let system = try #require(definitions.codeSystem(url), "\(url)")
                #expect(system.count == count(of: source["concept"]), "\(url)")
                #expect(
                    source["concept"]?[0]?.string("code") == system.concepts.first?.code, "\(url)")
            }
        }
    }

    @Test func `every set that others have expanded has their codes`() throws {
        var more: [String] = []
        for source in try documents("fhir-r4/bound-valueset-expansions") {
            guard source["enumerable"]?.bool == true, let contains = source["contains"],
                let url = source.string("url"),
                contains.count <= 2_000
                    || source.string("strongestBinding") != "example"
            else { continue }
            let set = try #require(definitions.valueSet(url), "\(url)")
            let ours = Set(set.codes.map { "\($0.system)|\($0.code)" })
            let theirs = Set(
                contains.elements.map { "\($0.string("system") ?? "")|\($0.string("code") ?? "")" })
            #expect(set.isEnumerable && ours.isSuperset(of: theirs), "\(url)")
            if ours != theirs { more.append(url) }
        }
        // They took a concept with several parents for a child of the first one only.
        #expect(
            SharedData.folder == nil
                || more == [
                    "http://hl7.org/fhir/ValueSet/detectedissue-category",
                    "http://terminology.hl7.org/ValueSet/v3-ActPharmacySupplyType",
                ])
    }

    private func isEqual(_ element: ProfileElement, _ source: JSON) -> Bool {
        let max = source.string("max")
        let types = source["type"]?.elements.map { $0["code"]?.string ?? "" } ?? []
        let isTypeEqual =
            source["contentReference"] != nil
            || element.types.count == types.count
                && zip(element.types, types).allSatisfy {
                    $1.isEmpty || $1.hasPrefix("http://hl7.org/fhirpath/") || $0.code == $1
                }
        return element.id == source.string("id") && element.path == source.string("path")
            && element.sliceName == source.string("sliceName")
            && element.min == source["min"]?.int
            && (element.max.map(String.init) ?? "*") == max && isTypeEqual
            && element.isMustSupport == (source["mustSupport"]?.bool ?? false)
            && element.definition.isSummary == (source["isSummary"]?.bool ?? false)
            && element.definition.isModifier == (source["isModifier"]?.bool ?? false)
            && element.binding?.valueSet == source["binding"]?.string("valueSet")
            && element.constraints.map(\.expression)
                == (source["constraint"]?.elements.map { $0.string("expression") ?? "" } ?? [])
            && ((element.slicing != nil) == (source["slicing"] != nil)
                || isSlicedByRuleOnly(element, source))
    }

    /// Extensions are always sliced by address: the definitions of types say so, the table does not.
    private func isSlicedByRuleOnly(_ element: ProfileElement, _ source: JSON) -> Bool {
        element.slicing == nil && source["slicing"] != nil
            && element.definition.contentReference == nil
            && ["extension", "modifierExtension"].contains(element.name)
    }

    private func documents(_ file: String) throws -> [JSON] {
        guard let url = SharedData.url(file + ".ndjson.gz") else { return [] }
        return try SharedData.lines(url).map { try JSON.parse($0, limits: .any) }
    }

    private func texts(_ json: JSON?) -> [String] { json?.elements.compactMap(\.string) ?? [] }

    private func count(of concepts: JSON?) -> Int {
        concepts?.elements.reduce(0) { $0 + 1 + count(of: $1["concept"]) } ?? 0
    }
}

extension Definitions {
    fileprivate func isAbstract(_ name: String) -> Bool { type(name)?.isAbstract ?? false }
}
