import AccessControl
import FHIRModel
import Kernel
import RecordStore
import TestKit
import Testing

@Suite struct `Versions of resources` {
    @Test func `what was written is read back at once`() async throws {
        let test = try TestStore()
        let made = try await test.store.put(SampleResources.patient("a"))
        let read = try await test.store.read("Patient", "a")
        #expect(made.outcome == .created)
        #expect(made.version == 1)
        #expect(read.json == made.json)
        #expect(read.patientID == "a")
        let json = try JSON.parse(read.json)
        #expect(json.at("meta", "versionId")?.string == "1")
        #expect(json.at("meta", "lastUpdated")?.string == "2026-03-02T15:00:00.000Z")
    }

    @Test func `versions rise without gaps and each stays readable`() async throws {
        let test = try TestStore()
        for number in 1...20 {
            let made = try await test.store.put(
                SampleResources.observation("o", of: "a", value: "\(number)"))
            #expect(made.version == number)
        }
        for number in 1...20 {
            let read = try await test.store.read("Observation", "o", version: number)
            #expect(try JSON.parse(read.json).at("valueQuantity", "value")?.int == number)
        }
        await #expect(throws: Problem(.notFound, "")) {
            try await test.store.read("Observation", "o", version: 21)
        }
    }

    @Test func `a change from a version that is not the newest is refused`() async throws {
        let test = try TestStore()
        try await test.store.put(SampleResources.patient("a"))
        try await test.store.put(SampleResources.patient("a", given: "Dezba"))
        let grant = try Callers.machine.grant(.update, "Patient", id: "a")
        let json = try SampleResources.patient("a", given: "Łuk")
        for wanted in [0, 1, 3] {
            await #expect(throws: Problem(.lockError, "")) {
                try await test.store.change([
                    Change(grant, .update, type: "Patient", id: "a", json: json, ifVersion: wanted)
                ])
            }
        }
        let made = try await test.store.change([
            Change(grant, .update, type: "Patient", id: "a", json: json, ifVersion: 2)
        ])
        #expect(made.first?.version == 3)
    }

    @Test func `of twenty changes from one version exactly one is kept`() async throws {
        let test = try TestStore()
        try await test.store.put(SampleResources.patient("a"))
        let store = test.store
        let kept = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    do {
                        let grant = try Callers.machine.grant(.update, "Patient", id: "a")
                        _ = try await store.change([
                            Change(
                                grant, .update, type: "Patient", id: "a",
                                json: try SampleResources.patient("a"), ifVersion: 1)
                        ])
                        return true
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(kept == 1)
        #expect(try await test.store.read("Patient", "a").version == 2)
    }

    @Test func `making what is there already is refused`() async throws {
        let test = try TestStore()
        let grant = try Callers.machine.grant(.create, "Patient", id: "a")
        let change = Change(
            grant, .create, type: "Patient", id: "a", json: try SampleResources.patient("a"))
        _ = try await test.store.change([change])
        await #expect(throws: Problem(.duplicate, "")) { try await test.store.change([change]) }
    }

    @Test func `a deleted resource answers gone and its history stays`() async throws {
        let test = try TestStore()
        try await test.store.put(SampleResources.patient("a"))
        let gone = try await test.store.delete("Patient", "a")
        #expect(gone.outcome == .deleted)
        #expect(gone.version == 2)
        await #expect(throws: Problem(.deleted, "")) {
            try await test.store.read("Patient", "a")
        }
        #expect(try await test.store.read("Patient", "a", version: 1).version == 1)
        let again = try await test.store.delete("Patient", "a")
        #expect(again.outcome == .unchanged)
        let back = try await test.store.put(SampleResources.patient("a"))
        #expect(back.version == 3)
        #expect(try await test.store.read("Patient", "a").version == 3)
    }

    @Test func `deleting what never was is not found`() async throws {
        let test = try TestStore()
        await #expect(throws: Problem(.notFound, "")) {
            try await test.store.delete("Patient", "a")
        }
    }

    @Test func `numbers are kept as they were written`() async throws {
        let test = try TestStore()
        let forms = ["1.0", "1.50", "0.10", "1e3", "1E-7", "-0", "123456789012345678901234567890"]
        for (index, form) in forms.enumerated() {
            try await test.store.put(
                SampleResources.observation("o\(index)", of: "a", value: form))
        }
        try test.reopen()
        for (index, form) in forms.enumerated() {
            let read = try await test.store.read("Observation", "o\(index)")
            #expect(
                try JSON.parse(read.json).at("valueQuantity", "value")?.numberText == form)
        }
    }

    @Test func `everything is there after the folder is opened anew`() async throws {
        let test = try TestStore()
        var kept: [String: [UInt8]] = [:]
        for number in 0..<30 {
            let made = try await test.store.put(
                SampleResources.condition("c\(number)", of: "a", text: "Cough \(number)"))
            kept[made.id] = made.json
        }
        try test.reopen()
        for (id, json) in kept {
            #expect(try await test.store.read("Condition", id).json == json)
        }
    }

    @Test func `a large body comes back byte for byte`() async throws {
        let test = try TestStore()
        let text = String(repeating: "Patient rests well. ", count: 50_000)
        let made = try await test.store.put(
            SampleResources.condition("c", of: "a", text: text))
        #expect(made.json.count > 1_000_000)
        #expect(try await test.store.read("Condition", "c").json == made.json)
    }
}
