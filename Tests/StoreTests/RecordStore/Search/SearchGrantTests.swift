import AccessControl
import FHIRModel
import FHIRSearch
import Kernel
import RecordStore
import TestKit
import Testing

@Suite struct `Grants inside of a search` {
    private func clinic() async throws -> TestStore {
        let test = try TestStore()
        for id in ["a", "b"] { try await test.store.put(SampleResources.patient(id)) }
        for patient in ["a", "b"] {
            try await test.store.put(SampleResources.condition("\(patient)1", of: patient))
            try await test.store.put(
                SampleResources.condition("\(patient)2", of: patient, labels: ["SUD"]))
            try await test.store.put(
                SampleResources.condition("\(patient)3", of: patient, labels: ["BH"]))
        }
        return test
    }

    private func total(
        _ store: RecordStore, _ caller: Caller, _ criteria: SearchCriterion...
    ) async throws -> Int? {
        var query = SearchQuery(types: ["Condition"])
        query.criteria = criteria
        query.countMax = 0
        return try await store.search(caller.searchGrants("Condition"), query).total
    }

    @Test func `what is protected counts for those who may read it, and for nobody else`()
        async throws
    {
        let test = try await clinic()
        let store = test.store
        let patient = SearchCriterion.of("Condition", "patient", nil, .patient("a"))
        let text = SearchCriterion.of("Condition", "code", .text, .string("Cough"))
        let label = SearchCriterion.of("Condition", "_security", nil, .code("SUD"))
        let open = SearchCriterion.of("Condition", "_security", .missing(true))
        for (caller, all, own, labelled) in [
            (Callers.physician, 6, 3, 2), (Callers.nurse, 4, 2, 0), (Callers.machine, 6, 3, 2),
        ] {
            #expect(try await total(store, caller) == all)
            #expect(try await total(store, caller, patient) == own)
            #expect(try await total(store, caller, text) == all)
            #expect(try await total(store, caller, label) == labelled)
            #expect(try await total(store, caller, open) == 2)
            #expect(try await total(store, caller, .not(open)) == all - 2)
            #expect(try await total(store, caller, .ids(["a1", "a2"])) == (labelled > 0 ? 2 : 1))
        }
    }

    @Test func `a patient finds the own chart only, whatever is asked`() async throws {
        let test = try await clinic()
        let caller = Callers.patient("a")
        let store = test.store
        let own = try await store.found("Condition", by: caller)
        #expect(own.contains("a1") && own.allSatisfy { $0.hasPrefix("a") })
        let other = SearchCriterion.of("Condition", "patient", nil, .patient("b"))
        #expect(try await store.found("Condition", other, by: caller) == [])
        #expect(try await store.found("Condition", .ids(["b1", "a1"]), by: caller) == ["a1"])
        #expect(try await store.found("Patient", by: caller) == ["a"])
        let named = SearchCriterion.of("Patient", "family", nil, .string("Tsosie"))
        #expect(try await store.found("Patient", named, by: caller) == ["a"])
    }

    @Test func `includes and chains stop where the grant does`() async throws {
        let test = try await clinic()
        try await test.store.put(
            JSON.parse(
                Array(
                    (#"{"resourceType":"Provenance","id":"v","target":[{"reference":"Condition/a1"}"#
                        + #",{"reference":"Condition/a2"}],"recorded":"2026-01-01T00:00:00Z","#
                        + #""agent":[{"who":{"reference":"Practitioner/d"}}]}"#).utf8)))
        var query = SearchQuery(types: ["Provenance"])
        query.includes = [
            SearchInclude(isReverse: false, sourceType: "Provenance", parameter: "target")
        ]
        let shown = try await test.store.search(Callers.nurse.searchGrants("Provenance"), query)
        #expect(shown.included.map(\.id) == ["a1"])
        let all = try await test.store.search(Callers.machine.searchGrants("Provenance"), query)
        #expect(all.included.map(\.id) == ["a1", "a2"])
        let parameter = try #require(
            Definitions.r4.searchParameter("target", for: "Provenance"))
        let chain = SearchCriterion.chain(
            ParameterReference(type: "Provenance", parameter: parameter), target: "Condition",
            .ids(["a2"]))
        #expect(try await test.store.found("Provenance", chain, by: Callers.nurse) == [])
        #expect(try await test.store.found("Provenance", chain, by: Callers.machine) == ["v"])
    }
}
