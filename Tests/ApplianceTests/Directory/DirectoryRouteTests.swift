import AccessControl
import Assembly
import FHIRModel
import TestKit
import Testing

/// Places and providers as ordinary FHIR resources (FEATURES CFG-18).
@Suite struct `Directory routes` {
    private static let places = "/api/v1/admin/locations"
    private static let people = "/api/v1/admin/providers"

    private func asOffice(
        _ body: @escaping @Sendable (TestBox, ServedBox, Visitor) async throws -> Void
    ) async throws {
        try await TestBox.served { test, served in
            try await test.add("office", [.admin])
            try await body(test, served, try await served.signedIn("office"))
        }
    }

    @Test func `a place that was added stands at /fhir for every role`() async throws {
        try await asOffice { test, served, office in
            let added = try await office.send(
                "POST", Self.places,
                """
                {"name":"Main clinic","kind":"bu","phone":"928 555 0142","city":"Kayenta",\
                "hours":[{"day":"mon","opens":"08:00","closes":"12:00"},\
                {"day":"mon","opens":"13:00","closes":"17:00"}]}
                """)
            #expect(added.status == 201)
            let id = try #require(added.json?.string("id"))
            try await test.add("nurse", [.nurse])
            let nurse = try await served.signedIn("nurse")
            let fhir = try await nurse.get("/fhir/Location/\(id)")
            #expect(fhir.status == 200)
            #expect(fhir.json?.string("name") == "Main clinic")
            #expect(fhir.json?.at("telecom", 0, "value")?.string == "928 555 0142")
            #expect(
                fhir.json?.at("hoursOfOperation", 1, "openingTime")?.string == "13:00:00")
            let found = try await nurse.get("/fhir/Location?name=Main")
            #expect(found.json?["total"]?.int == 1)
            #expect(try await nurse.get(Self.places).status == 403)
        }
    }

    @Test func `what /fhir wrote and the page does not know stays`() async throws {
        try await asOffice { test, _, office in
            try await test.put(
                try MatrixRecords.json(
                    """
                    {"resourceType":"Location","id":"old","name":"Old","alias":["Adobe"],\
                    "telecom":[{"system":"phone","value":"1"},{"system":"fax","value":"2"}]}
                    """))
            let changed = try await office.send(
                "PUT", "\(Self.places)/old", #"{"name":"New","phone":"928 555 0100"}"#,
                ["If-Match": "\"1\""])
            #expect(changed.status == 200)
            let fhir = try await office.get("/fhir/Location/old").json
            #expect(fhir?.at("alias", 0)?.string == "Adobe")
            #expect(fhir?.at("telecom", 0, "value")?.string == "928 555 0100")
            #expect(fhir?.at("telecom", 1, "system")?.string == "fax")
            let late = try await office.send(
                "PUT", "\(Self.places)/old", #"{"name":"Newer"}"#, ["If-Match": "\"1\""])
            #expect(late.status == 412)
        }
    }

    @Test func `a place does not lie inside of itself`() async throws {
        try await asOffice { _, _, office in
            func add(_ name: String, in parent: String?) async throws -> String {
                let part = parent.map { #","partOf":"\#($0)""# } ?? ""
                let answer = try await office.send(
                    "POST", Self.places, #"{"name":"\#(name)"\#(part)}"#)
                return answer.json?.string("id") ?? ""
            }
            let site = try await add("Site", in: nil)
            let house = try await add("House", in: site)
            let room = try await add("Room", in: house)
            for inner in [site, house, room] {
                let answer = try await office.send(
                    "PUT", "\(Self.places)/\(site)", #"{"name":"Site","partOf":"\#(inner)"}"#,
                    ["If-Match": "\"1\""])
                #expect(answer.status == 400)
            }
            let none = try await office.send(
                "POST", Self.places, #"{"name":"Lost","partOf":"nowhere"}"#)
            #expect(none.status == 400)
        }
    }

    @Test(arguments: [
        #"{"name":"A","hours":[{"day":"mon","opens":"17:00","closes":"08:00"}]}"#,
        #"{"name":"A","hours":[{"day":"someday","opens":"08:00","closes":"17:00"}]}"#,
        #"{"name":"A","hours":[{"day":"mon","opens":"8","closes":"17:00"}]}"#,
        #"""
        {"name":"A","hours":[{"day":"mon","opens":"08:00","closes":"12:00"},\#
        {"day":"mon","opens":"11:00","closes":"17:00"}]}
        """#,
        #"{"name":"A","status":"burnt"}"#, #"{"name":"A","kind":"castle"}"#, #"{"kind":"bu"}"#,
        #"{"name":"A","id":"mine"}"#, #"{"name":"A","meta":{}}"#, "[]", "{",
        #"{"name":"A","hours":[{"day":"mon","opens":"08:00","closes":"17:00","note":"x"}]}"#,
    ])
    func `a place that will not do is refused`(_ body: String) async throws {
        try await asOffice { _, _, office in
            let answer = try await office.send("POST", Self.places, body)
            #expect(answer.status == 400)
            let left = try await office.get(Self.places)
            #expect(left.json?["items"]?.count == 0)
        }
    }

    @Test func `a provider is a Practitioner and a PractitionerRole, both or none`() async throws {
        try await asOffice { _, _, office in
            let place = try await office.send("POST", Self.places, #"{"name":"Main"}"#)
            let placeID = place.json?.string("id") ?? ""
            let added = try await office.send(
                "POST", Self.people,
                """
                {"family":"Hale","given":"Ruth Ann","suffix":"MD","npi":"1234567893",\
                "dea":"AB1234563","specialty":"Family medicine","specialtyCode":"207q00000x",\
                "locations":["\(placeID)"]}
                """)
            #expect(added.status == 201)
            #expect(added.json?.string("name") == "Ruth Ann Hale MD")
            #expect(added.json?.string("version") == "1.1")
            let id = try #require(added.json?.string("id"))
            let person = try await office.get("/fhir/Practitioner/\(id)").json
            #expect(person?.at("identifier", 0, "value")?.string == "1234567893")
            #expect(person?.at("name", 0, "given", 1)?.string == "Ann")
            let role = try await office.get(
                "/fhir/PractitionerRole?practitioner=Practitioner/\(id)")
            #expect(role.json?["total"]?.int == 1)
            let resource = role.json?.at("entry", 0, "resource")
            #expect(
                resource?.at("specialty", 0, "coding", 0, "code")?.string == "207Q00000X")
            #expect(resource?.at("location", 0, "reference")?.string == "Location/\(placeID)")
            let changed = try await office.send(
                "PUT", "\(Self.people)/\(id)",
                #"{"family":"Hale","given":"Ruth","npi":"1234567893","isActive":false}"#,
                ["If-Match": "\"1.1\""])
            #expect(changed.json?.string("version") == "2.2")
            #expect(changed.json?["isActive"]?.bool == false)
            let late = try await office.send(
                "PUT", "\(Self.people)/\(id)", #"{"family":"Hale","given":"R"}"#,
                ["If-Match": "\"1.1\""])
            #expect(late.status == 412)
        }
    }

    @Test func `an NPI belongs to one provider, also when two are added at once`() async throws {
        try await asOffice { test, served, office in
            let body = #"{"family":"Hale","given":"Ruth","npi":"1234567893"}"#
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                // With the first one five sessions, as many as one person may have.
                for _ in 0..<4 {
                    group.addTask {
                        let other = try await served.signedIn("office")
                        return try await other.send("POST", Self.people, body).status
                    }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.sorted() == [201, 409, 409, 409])
            let found = try await office.get(Self.people).json?["items"]?.count
            #expect(found == 1)
            _ = test
        }
    }

    @Test(arguments: [
        (#""npi":"1234567890""#, "npi"), (#""npi":"3234567893""#, "npi"),
        (#""npi":"12345"7893""#, ""), (#""dea":"AB1234567""#, "dea"),
        (#""specialtyCode":"207Q""#, "specialtyCode"), (#""locations":["none"]"#, "locations"),
        (#""phone":"ring me""#, "phone"), (#""user":"boss""#, "user"),
        (#""resourceType":"Patient""#, "resourceType"),
    ])
    func `a number that cannot be right is named`(_ field: String, _ name: String) async throws {
        try await asOffice { _, _, office in
            let answer = try await office.send(
                "POST", Self.people, #"{"family":"Hale","given":"Ruth",\#(field)}"#)
            #expect(answer.status == 400)
            if !name.isEmpty {
                #expect(answer.json?.at("error", "details", 0, "location")?.string == name)
            }
            let left = try await office.get(Self.people)
            #expect(left.json?["items"]?.count == 0)
        }
    }
}
