import Backups
import Kernel
import RecordStore
import Sealing
import TestKit

/// A record with some people in it, and what backups of it are made and proven with.
struct BackupStage {
    let stage: TestStore
    let source: BackupSource
    let prover: BackupProver

    /// The folder in which the backups of the stage lie.
    var backups: String { stage.data.backups }
    var scratch: String { stage.data.scratch + "/proof" }

    init(patients: Int = 3, clinicName: String? = "Red Mesa Clinic") async throws {
        stage = try TestStore()
        let ids = SeededIDs(seed: 7).ids
        source = BackupSource(
            store: stage.store, clinicName: clinicName, appVersion: "0.1.0",
            clock: stage.clock.clock, ids: ids)
        prover = BackupProver(
            BackupProver.Parts(
                steps: TestStore.ownSteps,
                store: RecordStore.Parts(
                    clock: stage.clock.clock, ids: ids, onFatal: { _ in }, onDamage: { _ in })))
        for index in 0..<patients {
            try await stage.store.put(SampleResources.patient("p\(index)"))
            try await stage.store.put(
                SampleResources.observation("o\(index)", of: "p\(index)", value: "\(index)"))
        }
    }

    /// Makes a backup of the record as it is.
    func make() async throws -> BackupWriter.Made {
        stage.clock.advance(ms: 1_000)
        return try await BackupWriter(source).make(in: backups)
    }

    /// Proves a file with the keys of the box.
    func prove(_ path: String, sampleMax: Int? = nil) async throws -> Proof {
        try await prover.prove(
            try BackupFile.open(path), with: .box(stage.keyRing), scratch: scratch,
            sampleMax: sampleMax)
    }
}

/// What a body is refused with, or nil where it is not.
func problem(of body: () async throws -> Void) async -> Problem? {
    do {
        try await body()
        return nil
    } catch {
        return error as? Problem
    }
}
