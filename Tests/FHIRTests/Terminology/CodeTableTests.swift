import FHIRModel
import Foundation
import Kernel
import Terminology
import TestKit
import Testing

@Suite("Code table")
struct CodeTableTests {
    private let table = CodeTable.builtIn

    @Test func `the table is what its generator wrote`() {
        #expect(table.isIntact)
        #expect(
            table.systems.map(\.key) == [
                "-regions", "-scripts", "cvx", "icd-10-cm", "languages", "loinc", "mvx",
                "race-ethnicity", "rxnorm", "snomed", "states", "tribes", "ucum",
            ])
    }

    @Test func `the table in the tree is what the sources give`() throws {
        guard let data = SharedData.folder else { return }
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../.."
        ).standardizedFileURL
        let run = try Program.run(
            "/usr/bin/env",
            [
                "TRIBAL_EHR_SHARED=\(data.deletingLastPathComponent().path)", "python3",
                root.appending(path: "appliance/generate-terminology").path, "--check",
            ], errors: .withOutput)
        #expect(run.status == 0, "\(run.text)")
    }

    @Test func `every code of ICD-10-CM has the description of its source`() throws {
        guard let path = SharedData.url("terminology/icd-10-cm/icd10cm-2026.tsv.gz") else { return }
        let source = TableSource(try #require(table.system(key: "icd-10-cm")))
        var count = 0
        for line in try SharedData.lines(path).dropFirst() {
            let fields = String(decoding: line, as: UTF8.self).split(
                separator: "\t", omittingEmptySubsequences: false
            ).map(String.init)
            count += 1
            guard count.isMultiple(of: 13) || fields[4].utf8.count > 180 else { continue }
            let concept = try #require(try source.concept(fields[0]), "\(fields[0])")
            #expect(concept.display == fields[4])
        }
        #expect(count == 98_505)
    }

    @Test func `what is below what is told, and what can be billed`() throws {
        let icd = TableSource(try #require(table.system(key: "icd-10-cm")))
        #expect(try icd.subsumes("E11", "E11.9") == true)
        #expect(try icd.subsumes("E08-E13", "E11.9") == true)
        #expect(try icd.subsumes("E11.9", "E11") == false)
        #expect(try icd.subsumes("E11", "I10") == false)
        #expect(try icd.subsumes("E11", "nothing") == nil)
        #expect(try icd.concept("E11")?.isAbstract == true)
        #expect(try icd.concept("e11.9")?.isAbstract == false)
        // The source loses categories that are a section by themselves; the tabular list has them.
        #expect(try icd.concept("B20")?.isAbstract == false)
        #expect(try icd.parents(of: "B20") == ["1"])
        #expect(try icd.children(of: "E11").contains("E11.9"))
        #expect(
            try icd.concept("S52.521A")?.display
                == "Torus fracture of lower end of right radius, initial encounter for closed fracture"
        )
    }

    @Test func `vaccines know their group, their products and their sheets`() throws {
        let cvx = TableSource(try #require(table.system(key: "cvx")))
        let flu = try #require(try cvx.concept("141"))
        #expect(flu.facts.contains(TermFact("vaccineGroup", "FLU")))
        #expect(flu.facts.contains { $0.name == "tradeName" })
        #expect(flu.facts.contains { $0.name == "visDocument" })
        #expect(try cvx.concept("54")?.isInactive == true)
    }

    @Test func `languages are tags of the registry put together by the rules`() throws {
        let languages = try #require(LanguageSource(table))
        for tag in ["en", "es-MX", "nv", "chr-Cher-US", "zh-Hant-TW", "en-US-x-clinic", "x-own"] {
            #expect(try languages.concept(tag) != nil, "\(tag)")
        }
        for tag in ["", "english", "en-", "en-Zzzy", "en-QQQQQ-!", "xx-US", "en-US-u", "-"] {
            #expect(try languages.concept(tag) == nil, "\(tag)")
        }
        #expect(try languages.concept("es-MX")?.display == "Spanish (Mexico)")
    }

    @Test func `a damaged table answers wrongly and harms nothing`() throws {
        var state: UInt64 = 99
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let whole = table.copy
        for _ in 0..<12 {
            var bytes = whole
            for _ in 0..<4_000 { bytes[random(bytes.count - 64) + 64] = UInt8(random(256)) }
            bytes.withUnsafeBytes { raw in
                let damaged = CodeTable(bytes: raw)
                for system in damaged.systems {
                    _ = CodeSearch(system).find("diabetes e11", countMax: 5)
                    _ = try? TableSource(system).concept("E11.9")
                }
                _ = damaged.compose(ofValueSet: "http://hl7.org/fhir/ValueSet/languages")
            }
        }
        let short = Array(whole.prefix(1_000))
        short.withUnsafeBytes { #expect(CodeTable(bytes: $0).systems.isEmpty) }
    }
}
