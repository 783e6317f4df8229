import Backups
import Kernel
import RecordStore
import Sealing
import TestKit
import Testing

@Suite("Damaged backups")
struct BackupDamageTests {
    /// Whether anything of a file would be restored.
    private func isAccepted(
        _ bytes: [UInt8], _ stage: BackupStage, _ folder: TemporaryFolder
    ) -> Bool {
        let path = folder.file("x.tribal-ehr-backup")
        TemporaryFolder.write(bytes, to: path)
        do {
            _ = try BackupFile.open(path).unlock(with: .box(stage.stage.keyRing)).verify()
            return true
        } catch {
            return false
        }
    }

    /// Where the chunks of a file begin and end.
    private func chunks(_ bytes: [UInt8]) -> [Range<Int>] {
        let headerEnd = 22 + bytes[18..<22].reduce(0) { $0 << 8 | Int($1) } + 32
        var found: [Range<Int>] = []
        var start = headerEnd
        while start < bytes.count - 56 {
            let count = bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
            found.append(start..<start + 4 + count)
            start += 4 + count
        }
        return found
    }

    @Test func `no change of a byte, no cut and no zeroed block goes unseen`() async throws {
        let stage = try await BackupStage(patients: 1)
        let made = try await stage.make()
        let whole = TemporaryFolder.bytes(of: made.file.path)
        let folder = try TemporaryFolder()
        #expect(isAccepted(whole, stage, folder))
        var random = SeededRandom(seed: 11)
        let rounds = FullRun.isOn ? 1_000 : 120
        for round in 0..<rounds {
            var bytes = whole
            let place = random.below(bytes.count)
            switch round % 4 {
            case 0, 1: bytes[place] ^= 1 << UInt8(random.below(8))
            case 2: bytes.removeLast(bytes.count - place)
            default:
                let end = min(bytes.count, place + 512)
                let old = Array(bytes[place..<end])
                for index in place..<end { bytes[index] = 0 }
                if Array(bytes[place..<end]) == old { continue }
            }
            #expect(!isAccepted(bytes, stage, folder), "round \(round) at \(place)")
        }
    }

    @Test
    func `chunks that are left out, doubled, swapped or spliced are refused with their place`()
        async throws
    {
        let stage = try await BackupStage(patients: 40)
        let first = try await stage.make()
        try await stage.stage.store.put(SampleResources.patient("later"))
        let second = try await stage.make()
        let a = TemporaryFolder.bytes(of: first.file.path)
        let b = TemporaryFolder.bytes(of: second.file.path)
        let folder = try TemporaryFolder()
        let (of, other) = (chunks(a), chunks(b))
        try #require(of.count > 3 && other.count > 3)
        func rebuilt(_ parts: [ArraySlice<UInt8>]) -> [UInt8] {
            Array(a[..<of[0].lowerBound]) + parts.flatMap { $0 } + a[of[of.count - 1].upperBound...]
        }
        let own = of.map { a[$0] }
        #expect(isAccepted(rebuilt(own), stage, folder))
        for index in of.indices {
            var without = own
            without.remove(at: index)
            #expect(!isAccepted(rebuilt(without), stage, folder))
            var doubled = own
            doubled.insert(own[index], at: index)
            #expect(!isAccepted(rebuilt(doubled), stage, folder))
            #expect(!isAccepted(Array(a[..<of[index].upperBound]), stage, folder))
            guard index > 0 else { continue }
            var swapped = own
            swapped.swapAt(index - 1, index)
            #expect(!isAccepted(rebuilt(swapped), stage, folder))
        }
        var spliced = own
        spliced[1] = b[other[1]]
        TemporaryFolder.write(rebuilt(spliced), to: folder.file("y.tribal-ehr-backup"))
        let refusal = await problem {
            let file = try BackupFile.open(folder.file("y.tribal-ehr-backup"))
            _ = try file.unlock(with: .box(stage.stage.keyRing)).verify()
        }
        #expect(refusal?.code == .security)
        #expect(refusal?.location == "chunk 2")
        #expect(refusal?.detail.contains("belongs to another backup") == true)
        #expect(refusal?.detail.contains(folder.file("y.tribal-ehr-backup")) == true)
    }

    @Test func `the header of one backup does not open the content of another`() async throws {
        let stage = try await BackupStage(patients: 1)
        let a = TemporaryFolder.bytes(of: try await stage.make().file.path)
        let b = TemporaryFolder.bytes(of: try await stage.make().file.path)
        let folder = try TemporaryFolder()
        let mixed = Array(a[..<chunks(a)[0].lowerBound]) + b[chunks(b)[0].lowerBound...]
        #expect(!isAccepted(mixed, stage, folder))
    }

    @Test func `a header whose words were changed and digested anew opens nothing`() async throws {
        let stage = try await BackupStage(patients: 1)
        let whole = TemporaryFolder.bytes(of: try await stage.make().file.path)
        let folder = try TemporaryFolder()
        let start = chunks(whole)[0].lowerBound
        var header = Array(whole[..<(start - 32)])
        let place = try #require(header.firstRange(of: Array("0.1.0".utf8)))
        header[place.lowerBound] = UInt8(ascii: "9")
        let forged = header + SHA256.digest(header) + whole[start...]
        TemporaryFolder.write(forged, to: folder.file("z"))
        #expect(try BackupFile.open(folder.file("z")).header.appVersion == "9.1.0")
        #expect(!isAccepted(forged, stage, folder))
        var newer = Array(whole)
        newer[17] = 2
        TemporaryFolder.write(newer, to: folder.file("z"))
        let refusal = await problem { _ = try BackupFile.open(folder.file("z")) }
        #expect(refusal?.code == .notSupported)
    }

    @Test func `whatever a file holds, it is refused with a sentence and never a crash`()
        async throws
    {
        let folder = try TemporaryFolder()
        var random = SeededRandom(seed: 3)
        let magic = Array("TRIBALEHR-BACKUP".utf8)
        for round in 0..<200 {
            var bytes = random.bytes(random.below(400))
            if round % 2 == 0 { bytes = magic + [0, 1, 0, 0, 0, UInt8(random.below(64))] + bytes }
            TemporaryFolder.write(bytes, to: folder.file("f"))
            let refusal = await problem { _ = try BackupFile.open(folder.file("f")) }
            #expect(refusal != nil)
        }
        let missing = await problem { _ = try BackupFile.open(folder.file("none")) }
        #expect(missing?.code == .notFound)
    }
}
