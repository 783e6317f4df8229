import AccessControl
import FHIRModel
import FHIRSearch
import Kernel
import RecordStore
import ServerKit

/// What the administrator's pages for places and people share: they write ordinary resources into
/// the same store as `/fhir`.
struct DirectoryActs: Sendable {
    /// The most entries of one list.
    static let countMax = 1_000

    let gate: Gate
    let store: RecordStore
    let ids: IDs
    var rules = WriteRules.strict
    private var finder: RecordFinder { RecordFinder(gate: gate, store: store) }

    /// Lets in who may change the directory; all others may read it at `/fhir`.
    func open(_ caller: Caller, _ type: String) async throws {
        _ = try await gate.grant(Ask(.update, type), to: caller)
    }

    /// The resources that parameters find, with those that come along.
    func find(
        _ parameters: [(String, String)], type: String, caller: Caller
    ) async throws -> [StoredResource] {
        var query = try finder.query(
            parameters.map { FormFields.Field(name: $0.0, value: $0.1) }, type: type,
            isStrict: true)
        query.countMax = Self.countMax
        let found = try await finder.all(query, caller: caller)
        return found.matches + found.included
    }

    /// One resource of the directory.
    func read(_ type: String, id: String, caller: Caller) async throws -> StoredResource {
        try await store.read(
            try await gate.grant(Ask(.read, type, id: id), to: caller))
    }

    /// The change that writes a resource.
    ///
    /// - Parameter version: the one that it was made from; nil to make the resource.
    func change(
        _ bytes: [UInt8], type: String, id: String, from version: Int?, caller: Caller
    ) async throws -> Change {
        let json = try ResourceBody.parse(bytes)
        let verb: Verb = version == nil ? .create : .update
        let grant = try await gate.grant(Ask(verb, type, id: id), to: caller)
        try rules.check(json, WriteNotes())
        var change = Change(
            grant, version == nil ? .create : .update, type: type, id: id, json: json,
            ifVersion: version)
        change.mayCreate = version == nil
        return change
    }
}

/// Telephone numbers and addresses as the pages write them.
enum ContactFields {
    static let names: Set<String> = ["line", "city", "state", "postalCode"]

    /// The telephone numbers of a resource with the first one set to another, or taken out.
    static func telecom(_ json: JSON?, phone: String?) -> [UInt8]? {
        let before = json?["telecom"].map { Array($0.elements) } ?? []
        let first = before.firstIndex { $0.string("system") == "phone" }
        var writer = JSONWriter()
        var count = 0
        writer.array { list in
            if let phone {
                count += 1
                list.object { one in
                    one.member("system", "phone")
                    one.member("value", phone)
                    one.member("use", "work")
                }
            }
            for (index, other) in before.enumerated() where index != first {
                count += 1
                list.value(other)
            }
        }
        return count > 0 ? writer.bytes : nil
    }

    /// The first telephone number.
    static func phone(_ json: JSON) -> String? {
        json["telecom"]?.elements.first { $0.string("system") == "phone" }?.string("value")
    }

    /// - Throws: ``Problem`` `.value` for what is no telephone number.
    static func phone(_ fields: BodyFields) throws(Problem) -> String? {
        guard let phone = try fields.text("phone", charactersMax: 40) else { return nil }
        let digits = phone.utf8.count { 0x30...0x39 ~= $0 }
        guard 7...20 ~= digits, phone.allSatisfy({ $0.isNumber || "+-. ()/x".contains($0) }) else {
            throw Problem(
                .value, "Write a telephone number of 7 to 20 digits, such as 928 555 0142.",
                location: "phone")
        }
        return phone
    }

    /// An Address, or nil where no part of it is known.
    static func address(_ fields: BodyFields) throws(Problem) -> [UInt8]? {
        let line = try fields.text("line")
        let city = try fields.text("city")
        let state = try fields.text("state")
        let postalCode = try fields.text("postalCode", charactersMax: 20)
        guard line != nil || city != nil || state != nil || postalCode != nil else { return nil }
        var writer = JSONWriter()
        writer.object { one in
            if let line { one.array("line") { $0.string(line) } }
            if let city { one.member("city", city) }
            if let state { one.member("state", state) }
            if let postalCode { one.member("postalCode", postalCode) }
        }
        return writer.bytes
    }

    static func write(address: JSON?, to one: inout JSONWriter) {
        guard let address else { return }
        let lines = address["line"]?.elements.compactMap(\.string) ?? []
        if !lines.isEmpty { one.member("line", lines.joined(separator: ", ")) }
        for name in ["city", "state", "postalCode"] {
            if let text = address.string(name) { one.member(name, text) }
        }
    }
}
