import AccessControl
import FHIRModel
import FHIRSearch
import Kernel
import RecordStore
import Sealing
import TestKit
import Testing

/// A text in every form in which it could lie in a file.
private struct Marker {
    let text: String
    let forms: [(name: String, bytes: [UInt8])]

    init(_ text: String) {
        self.text = text
        let utf8 = Array(text.utf8)
        var forms: [(String, [UInt8])] = [
            ("UTF-8", utf8), ("lower case", Array(text.lowercased().utf8)),
            ("upper case", Array(text.uppercased().utf8)), ("folded", SearchText.fold(text)),
            ("UTF-16LE", text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }),
            ("UTF-16BE", text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }),
            ("hex", Array(Hex.text(utf8).utf8)),
            ("upper hex", Array(Hex.text(utf8).uppercased().utf8)),
            ("SHA-256", SHA256.digest(utf8)),
        ]
        for skipped in 0..<3 {
            forms.append(("base64 \(skipped)", Self.base64(Array(utf8.dropFirst(skipped)))))
        }
        self.forms = forms.filter { $0.1.count >= 6 }
    }

    /// Base64 of whole groups of three bytes, so that it is the same inside of a longer text.
    private static func base64(_ bytes: [UInt8]) -> [UInt8] {
        let letters = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var out: [UInt8] = []
        for start in stride(from: 0, to: bytes.count - bytes.count % 3, by: 3) {
            let word =
                UInt32(bytes[start]) << 16 | UInt32(bytes[start + 1]) << 8
                | UInt32(bytes[start + 2])
            for shift in [18, 12, 6, 0] { out.append(letters[Int(word >> UInt32(shift)) & 63]) }
        }
        return out
    }

    /// The forms in which the marker lies in some bytes.
    func found(in bytes: [UInt8]) -> [String] {
        forms.filter { Self.contains(bytes, $0.bytes) }.map { "\(text) as \($0.name)" }
    }

    /// Horspool's search; a file of megabytes has to be looked through dozens of times.
    static func contains(_ bytes: [UInt8], _ wanted: [UInt8]) -> Bool {
        guard !wanted.isEmpty, bytes.count >= wanted.count else { return false }
        var skip = [Int](repeating: wanted.count, count: 256)
        for (index, byte) in wanted.dropLast().enumerated() {
            skip[Int(byte)] = wanted.count - 1 - index
        }
        return bytes.withUnsafeBufferPointer { hay in
            wanted.withUnsafeBufferPointer { needle in
                var at = 0
                while at + needle.count <= hay.count {
                    var index = needle.count - 1
                    while index >= 0, hay[at + index] == needle[index] { index -= 1 }
                    if index < 0 { return true }
                    at += skip[Int(hay[at + needle.count - 1])]
                }
                return false
            }
        }
    }
}

@Suite struct `Planted words` {
    private static let name = "Qvexlanórium"
    private static let family = "Zzyttheawaŋka"
    private static let birthDate = "1957-03-19"
    private static let phone = "555-731-9462"
    private static let mrn = "MRN-88231907"
    private static let note = "Xhorbium rash on the left glimnock"
    private static let code = "J45.90977"
    private static let setting = "smtp-password-hunter-7731"
    private static let typed = "blorptwixx"
    private static let message = "outbox says gremlinfalt"

    private static let coded = "Q77713-9442"
    private static let system = "https://codes.example/vornak"
    private static let display = "Glimnock ferretitis acutissima"
    private static let place = "Snorvik Beach Annex"
    private static let address = "https://elsewhere.example/Questionnaire/hidden-frobnicate"
    private static let lent = "LOANCARD-4417-8820"
    private static let measured = "73019.482617"

    private static let all = [
        name, family, birthDate, "19570319", phone, mrn, note, code, setting, typed, message,
        coded, system, display, place, address, lent, measured, "Xhorbium", "glimnock",
        "ferretitis",
        "acutissima", "Snorvik",
    ]

    /// Records whose values the search index takes in, of persons and of others.
    private func writeSearched(_ store: RecordStore) async throws {
        let concept =
            #"{"coding":[{"system":"\#(Self.system)","code":"\#(Self.coded)","display":"#
            + #""\#(Self.display)"}],"text":"\#(Self.note)"}"#
        for text in [
            #"{"resourceType":"Observation","id":"coded","status":"final","code":\#(concept),"#
                + #""subject":{"reference":"Patient/a"},"identifier":[{"value":"\#(Self.mrn)"}],"#
                + #""valueQuantity":{"value":\#(Self.measured),"unit":"kg"},"performer":[{"identifier":"#
                + #"{"value":"\#(Self.lent)"}}]}"#,
            #"{"resourceType":"Location","id":"place","name":"\#(Self.place)","address":{"city":"#
                + #""\#(Self.place)"}}"#,
            #"{"resourceType":"QuestionnaireResponse","id":"answers","questionnaire":"#
                + #""\#(Self.address)","status":"completed","subject":{"reference":"Patient/a"}}"#,
            #"{"resourceType":"RelatedPerson","id":"mother","patient":{"reference":"Patient/a"},"#
                + #""name":[{"family":"\#(Self.family)","given":["\#(Self.name)"]}],"birthDate":"#
                + #""\#(Self.birthDate)","telecom":[{"system":"phone","value":"\#(Self.phone)"}],"#
                + #""identifier":[{"value":"\#(Self.mrn)"}]}"#,
        ] { try await store.put(JSON.parse(Array(text.utf8))) }
    }

    /// Searches that name what is planted; their texts are on record, too.
    private func search(_ store: RecordStore) async throws {
        var query = SearchQuery(types: ["Observation"])
        query.criteria = [.of("Observation", "code", nil, .code(Self.coded))]
        query.applied = [AppliedParameter(name: "code", value: Self.coded)]
        query.sort = [SearchSort(parameter: "date")]
        let grants = try Callers.machine.searchGrants("Observation")
        let page = try await store.search(grants, query)
        #expect(page.matches.map(\.id) == ["coded"])
        let names = SearchCriterion.of("RelatedPerson", "name", nil, .string(Self.family))
        #expect(try await store.found("RelatedPerson", names) == ["mother"])
        let places = SearchCriterion.of("Location", "name", .contains, .string("Beach"))
        #expect(try await store.found("Location", places) == ["place"])
        let words = SearchCriterion.of(
            "Observation", "_content", nil, .string("glimnock ferretitis"))
        #expect(try await store.found("Observation", words) == ["coded"])
    }

    private func write(_ test: TestStore) async throws {
        let store = test.store
        var person = InventedPerson(
            id: "a", given: [Self.name], family: Self.family, birthDate: Self.birthDate,
            gender: "female", mrn: Self.mrn, phone: Self.phone, city: Self.family)
        try await store.put(person.json())
        person.city = Self.name
        try await store.put(person.json())
        try await store.put(SampleResources.condition("c", of: "a", text: Self.note))
        try await store.put(
            SampleResources.condition("sud", of: "a", text: Self.code, labels: ["SUD"]))
        let padding = String(repeating: Self.note + " ", count: 500)
        try await store.put(SampleResources.condition("long", of: "a", text: padding))
        try await store.put(SampleResources.practitioner("d", npi: Self.mrn))
        try await store.delete("Condition", "c")
        _ = try await store.findPeople(
            Callers.nurse.grant(.search, "Patient"), PersonQuery(Self.typed), text: Self.typed,
            limit: 5)
        let grant = try Callers.machine.grant(.administer, area: .system, "Setting")
        try await store.changeRows(grant, note: AuditNote(grant.ask, detail: Self.note)) { rows in
            try SettingRows.put(grant, "mail", Array(Self.setting.utf8), rows)
            try rows.post(topic: "mail", payload: Array(Self.message.utf8))
        }
        let key = try IdempotencyKey(
            "0123456789abcdef", userID: Self.family, request: Array(Self.note.utf8))
        _ = try await store.change(
            [
                Change(
                    Callers.machine.grant(.create, "Condition", id: "again"), .create,
                    type: "Condition", id: "again",
                    json: try SampleResources.condition("again", of: "a", text: Self.note))
            ], idempotency: key)
        try await writeSearched(store)
        try await search(store)
        try await store.anchorAudit()
    }

    private func found(in folder: TemporaryFolder) -> [String] {
        let markers = Self.all.map { Marker($0) }
        return folder.files.filter { !$0.hasSuffix("/ballast") }.flatMap { path in
            let bytes = TemporaryFolder.bytes(of: path)
            return markers.flatMap { $0.found(in: bytes) }.map { "\(path): \($0)" }
        }
    }

    @Test func `no planted word lies readable in any file of the folder`() async throws {
        let test = try TestStore()
        try await write(test)
        let names = test.folder.files.map { $0.split(separator: "/").last.map(String.init) ?? "" }
        for name in ["record.sqlite", "record.sqlite-wal", "keyring.json", "audit-anchors.ndjson"] {
            #expect(names.contains(name))
        }
        #expect(found(in: test.folder) == [])
        test.close()
        #expect(found(in: test.folder) == [])
        try test.reopen()
        try await test.store.rotateKeys(
            Callers.machine.grant(.administer, area: .system, "Keys")
        ) { _ in }
        #expect(found(in: test.folder) == [])
        #expect(test.store.people.person("a")?.name.contains(Self.name) == true)
    }

    @Test func `the search for planted words finds every one that is there`() throws {
        let folder = try TemporaryFolder()
        for text in Self.all {
            let marker = Marker(text)
            for form in marker.forms where form.bytes.count >= 6 {
                TemporaryFolder.write([1, 2, 3] + form.bytes + [4, 5], to: folder.file("f"))
                #expect(!found(in: folder).isEmpty, "\(text) as \(form.name)")
            }
        }
        TemporaryFolder.write([1, 2, 3], to: folder.file("f"))
        #expect(found(in: folder) == [])
    }
}
