package import FHIRModel
import Kernel

/// What the memory index knows of one patient: enough to find and to tell people apart.
package struct Person: Sendable {
    package let id: String
    /// The official name as written.
    package let name: String
    /// As written in the record, with the precision it has.
    package let birthDate: String?
    package let gender: String?
    package let mrn: String?
    package let isDeceased: Bool
    package let city: String?
    package let tribe: String?
    /// The id of the patient whose record took the place of this one; nil where none did.
    package let mergedIntoID: String?
    /// Folded words by which the person is found, each ended by a zero byte.
    let words: [UInt8]
    /// The start of every word in `words`.
    let wordStarts: [UInt16]
    /// Folded family name and given names, for sorting.
    let sortKey: [UInt8]
    /// `yyyymmdd`, zero for unknown parts; 0 where there is no birth date.
    let birthDay: Int32
    /// What the person is compared with others by.
    package let likeness: PersonLikeness
    /// Every identifier, each once; the system is empty where there is none.
    let identifiers: Set<PersonIdentifier>

    /// Takes what is needed out of a patient's demographics.
    init(id: String, _ facts: Demographics) {
        self.id = id
        let official = facts.officialName
        name = official?.display ?? "Name not known"
        birthDate = facts.birthDate
        gender = facts.gender
        mrn = facts.mrn
        if case .no = facts.deceased { isDeceased = false } else { isDeceased = true }
        city = facts.addresses.first?.city
        tribe = facts.tribalAffiliations.first?.display
        mergedIntoID = facts.mergedInto.flatMap { text in
            guard case .local(type: "Patient", let id, _)? = Reference(text) else { return nil }
            return id
        }
        birthDay = Self.day(facts.birthDate)
        identifiers = Set(
            facts.identifiers.map { PersonIdentifier(system: $0.system ?? "", value: $0.value) })
        sortKey = SearchText.fold(
            ([official?.family ?? ""] + (official?.given ?? [])).joined(separator: " "))
        likeness = PersonLikeness(facts)
        (words, wordStarts) = Self.words(facts)
    }

    /// Folded bytes of the word that starts at an offset of ``words``.
    func word(at start: UInt16) -> ArraySlice<UInt8> {
        let tail = words[Int(start)...]
        return tail.prefix { $0 != 0 }
    }

    private static func words(_ facts: Demographics) -> ([UInt8], [UInt16]) {
        var found: Set<[UInt8]> = []
        for name in facts.names {
            let parts = [name.family ?? "", name.text ?? ""] + name.given
            for part in parts + name.prefix + name.suffix {
                found.formUnion(SearchText.words(part))
            }
        }
        for identifier in facts.identifiers where identifier.typeCode == "MR" {
            let words = PersonQuery.withoutPrefix(SearchText.words(identifier.value))
            let folded =
                words.count == 1
                ? words[0] : SearchText.fold(identifier.value).filter { $0 != 0x20 }
            if !folded.isEmpty { found.insert(folded) }
        }
        var bytes: [UInt8] = []
        var starts: [UInt16] = []
        for word in found where bytes.count + word.count < 4_000 {
            starts.append(UInt16(bytes.count))
            bytes.append(contentsOf: word)
            bytes.append(0)
        }
        return (bytes, starts)
    }

    private static func day(_ text: String?) -> Int32 {
        guard let text else { return 0 }
        // A date that cannot be read is found by name only; the chart shows it as written.
        guard let date = try? FHIRDateTime(text, as: .date) else { return 0 }
        let month = date.precision >= .month ? date.month : 0
        let day = date.precision >= .day ? date.day : 0
        return Int32(date.year * 10_000 + month * 100 + day)
    }
}

/// An identifier as far as a person is found by it.
struct PersonIdentifier: Hashable {
    let system: String
    let value: String
}
