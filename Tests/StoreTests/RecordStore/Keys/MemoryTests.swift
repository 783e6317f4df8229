import Glibc
import RecordStore
import SQLite
import Sealing
import TestKit
import Testing

@Suite struct `Keys in memory` {
    /// A key as this test remembers it: turned, so that the test does not find its own copy.
    private struct Memory {
        private let turned: [UInt8]

        init(_ secret: SecretBytes) {
            turned = secret.withBytes { bytes in bytes.map { $0 ^ 0x5A } }
        }

        /// How often the key lies in the writable memory of this process.
        func count() -> Int {
            var wanted = turned.map { $0 ^ 0x5A }
            defer { SecretBytes.wipe(&wanted) }
            let own = wanted.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
            return ProcessMemory.places(of: wanted).count { $0 != own }
        }
    }

    private func remembered(_ test: TestStore) throws -> [Memory] {
        let raw = try test.rawConnection()
        defer { raw.close() }
        let keys = DataKeys(keyRing: test.keyRing)
        try keys.load(raw)
        return [
            Memory(test.machineKey), Memory(try keys.current(.audit).secret),
            Memory(try keys.current(.rows).secret),
        ]
    }

    @Test func `a closed store leaves none of its keys in memory`() async throws {
        var test: TestStore? = try TestStore()
        try await test?.store.put(SampleResources.patient("p0"))
        _ = try await test?.store.read("Patient", "p0")
        let keys = try test.map(remembered) ?? []
        #expect(keys.count == 3)
        #expect(keys.allSatisfy { $0.count() > 0 })
        test?.close()
        test = nil
        for (number, key) in keys.enumerated() {
            #expect(key.count() == 0, "key \(number)")
        }
    }
}

/// The writable memory of this process, read as another process would.
private enum ProcessMemory {
    private static let pieceBytes = 1 << 20

    /// The addresses at which some bytes lie.
    static func places(of wanted: [UInt8]) -> [UInt] {
        let file = open("/proc/self/mem", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 16)
        defer {
            room.initializeMemory(as: UInt8.self, repeating: 0)
            room.deallocate()
        }
        let own = UInt(bitPattern: room.baseAddress)
        var found: [UInt] = []
        for region in regions() {
            var at = region.lowerBound
            while at < region.upperBound {
                let count = pread(
                    file, room.baseAddress, min(pieceBytes, Int(region.upperBound - at)),
                    off_t(at))
                guard count > wanted.count else { break }
                found += offsets(of: wanted, in: UnsafeRawBufferPointer(rebasing: room[..<count]))
                    .map { at + UInt($0) }.filter { $0 < own || $0 >= own + UInt(pieceBytes) }
                if count < pieceBytes { break }
                at += UInt(count - wanted.count)
            }
        }
        return Array(Set(found))
    }

    private static func offsets(of wanted: [UInt8], in bytes: UnsafeRawBufferPointer) -> [Int] {
        guard let first = wanted.first, let start = bytes.baseAddress else { return [] }
        var found: [Int] = []
        var from = 0
        while from + wanted.count <= bytes.count,
            let hit = memchr(start + from, Int32(first), bytes.count - from - wanted.count + 1)
        {
            let at = UnsafeRawPointer(hit) - start
            if memcmp(hit, wanted, wanted.count) == 0 { found.append(at) }
            from = at + 1
        }
        return found
    }

    private static func regions() -> [Range<UInt>] {
        let text = String(decoding: TemporaryFolder.bytes(of: "/proc/self/maps"), as: UTF8.self)
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ", maxSplits: 2)
            guard words.count > 1, words[1].hasPrefix("rw") else { return nil }
            let ends = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            return ends.count == 2 ? ends[0]..<ends[1] : nil
        }
    }
}
