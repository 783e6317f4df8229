import Sealing
import Testing

@Suite("Sealed value")
struct SealedValueTests {
    private let place = Place(
        table: "resource_version", column: "sealed_body", row: "Patient/a", patient: "a",
        compartment: "general", version: 3)

    private var otherPlaces: [Place] {
        [
            Place(
                table: "job", column: "sealed_body", row: "Patient/a", patient: "a",
                compartment: "general", version: 3),
            Place(
                table: "resource_version", column: "sealed_note", row: "Patient/a", patient: "a",
                compartment: "general", version: 3),
            Place(
                table: "resource_version", column: "sealed_body", row: "Patient/b", patient: "a",
                compartment: "general", version: 3),
            Place(
                table: "resource_version", column: "sealed_body", row: "Patient/a", patient: "b",
                compartment: "general", version: 3),
            Place(
                table: "resource_version", column: "sealed_body", row: "Patient/a", patient: "a",
                compartment: "part2", version: 3),
            Place(
                table: "resource_version", column: "sealed_body", row: "Patient/a", patient: "a",
                compartment: "general", version: 2),
            Place(
                table: "resource_versions", column: "ealed_body", row: "Patient/a", patient: "a",
                compartment: "general", version: 3),
            Place(
                table: "resource_version", column: "sealed_body", row: "Patient/aa",
                compartment: "general", version: 3),
        ]
    }

    @Test func `a value opens at its place`() throws {
        let key = DataKey(id: 4_000_000_000, secret: try SecretBytes.random(32))
        let sealed = try SealedValue.seal([1, 2, 3], key: key, at: place)
        #expect(sealed.count == 3 + SealedValue.overheadBytes)
        #expect(try SealedValue.keyID(of: sealed) == 4_000_000_000)
        #expect(try SealedValue.open(sealed, key: key, at: place) == [1, 2, 3])
    }

    @Test func `a value that was moved does not open`() throws {
        let key = DataKey(id: 1, secret: try SecretBytes.random(32))
        let sealed = try SealedValue.seal([1, 2, 3], key: key, at: place)
        for other in otherPlaces {
            #expect(throws: SealingError.doesNotOpen) {
                try SealedValue.open(sealed, key: key, at: other)
            }
        }
    }

    @Test func `no two places have the same bytes`() {
        let all = [place] + otherPlaces
        #expect(Set(all.map(\.aad)).count == all.count)
    }

    @Test func `format and key number are authenticated`() throws {
        let secret = try SecretBytes.random(32)
        let sealed = try SealedValue.seal([7], key: DataKey(id: 1, secret: secret), at: place)
        var renamed = sealed
        renamed[4] = 2
        #expect(throws: SealingError.otherKey(wanted: 2, given: 1)) {
            try SealedValue.open(renamed, key: DataKey(id: 1, secret: secret), at: place)
        }
        #expect(throws: SealingError.doesNotOpen) {
            try SealedValue.open(renamed, key: DataKey(id: 2, secret: secret), at: place)
        }
        var later = sealed
        later[0] = 2
        #expect(throws: SealingError.unknownFormat(2)) {
            try SealedValue.open(later, key: DataKey(id: 1, secret: secret), at: place)
        }
    }

    @Test func `every changed byte and every cut is noticed`() throws {
        let key = DataKey(id: 1, secret: try SecretBytes.random(32))
        let sealed = try SealedValue.seal([UInt8](repeating: 1, count: 50), key: key, at: place)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 0x80
            #expect(throws: SealingError.self) {
                try SealedValue.open(changed, key: key, at: place)
            }
            #expect(throws: SealingError.self) {
                try SealedValue.open(Array(sealed.prefix(index)), key: key, at: place)
            }
        }
    }

    @Test func `nothing of the plaintext is in the sealed bytes and no two seals are equal`() throws
    {
        let key = DataKey(id: 1, secret: try SecretBytes.random(32))
        let plaintext = Array("Begay, Yazzie".utf8)
        let one = try SealedValue.seal(plaintext, key: key, at: place)
        let two = try SealedValue.seal(plaintext, key: key, at: place)
        #expect(one != two)
        for start in 0...(one.count - 4) {
            #expect(Array(one[start..<start + 4]) != Array(plaintext.prefix(4)))
        }
    }
}
