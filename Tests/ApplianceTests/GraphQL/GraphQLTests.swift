import AccessControl
import Assembly
import FHIRModel
import RecordStore
import TestKit
import Testing

/// Asking for just the fields that are wanted.
@Suite struct `GraphQL` {
    private func atTheBox(
        _ body: @escaping @Sendable (TestBox, Visitor) async throws -> Void
    ) async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.put(
                MatrixRecords.json(
                    """
                    {"resourceType":"Patient","id":"many","name":[{"use":"official","family":\
                    "Nez","given":["Ana","Bea"]},{"use":"nickname","given":["Annie"]}],\
                    "generalPractitioner":[{"reference":"Practitioner/hale"},{"reference":\
                    "Practitioner/gone"}]}
                    """))
            try await test.add("doctor", [.physician])
            try await body(test, try await served.signedIn("doctor"))
        }
    }

    private static func asked(
        _ query: String, _ visitor: Visitor, at path: String = "/fhir/$graphql"
    ) async throws -> BoxAnswer {
        try await visitor.send("POST", path, query, ["Content-Type": "application/graphql"])
    }

    private static func data(
        _ query: String, _ visitor: Visitor, at path: String = "/fhir/$graphql"
    ) async throws -> String {
        let answer = try await asked(query, visitor, at: path)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.json?["errors"] == nil, "\(answer.text)")
        return answer.json?["data"].map { String(decoding: $0.canonicalBytes(), as: UTF8.self) }
            ?? ""
    }

    /// Asks, and compares with the answer, or with a part of it.
    private static func expect(
        _ query: String, _ visitor: Visitor, at path: String = "/fhir/$graphql",
        answer: String? = nil, part: String? = nil
    ) async throws {
        let found = try await data(query, visitor, at: path)
        if let answer { #expect(found == answer) }
        if let part { #expect(found.contains(part), "\(found)") }
    }

    @Test func `fields of a record, with other names, choices and fragments`() async throws {
        try await atTheBox { _, doctor in
            try await Self.expect(
                #"{Patient(id:"many"){id who:name(use:official){family given} birthDate}}"#,
                doctor,
                answer: #"{"Patient":{"id":"many","who":[{"family":"Nez","given":["Ana","Bea"]}],"#
                    + #""birthDate":null}}"#)
            try await Self.expect(
                "fragment n on Patient{name{...on HumanName{given}}} "
                    + #"query q{Patient(id:"many"){...n __typename}}"#, doctor,
                answer: #"{"Patient":{"name":[{"given":["Ana","Bea"]},{"given":["Annie"]}],"#
                    + #""__typename":"Patient"}}"#)
            try await Self.expect(
                "{id name(_offset:1){use}}", doctor, at: "/fhir/Patient/many/$graphql",
                answer: #"{"id":"many","name":[{"use":"nickname"}]}"#)
        }
    }

    @Test func `lists are flattened, cut to one, and told apart`() async throws {
        try await atTheBox { _, doctor in
            try await Self.expect(
                #"{Patient(id:"many"){name @flatten{given}}}"#, doctor,
                answer: #"{"Patient":{"given":["Ana","Bea","Annie"]}}"#)
            try await Self.expect(
                #"{Patient(id:"many"){name @first{given @first}}}"#, doctor,
                answer: #"{"Patient":{"name":{"given":"Ana"}}}"#)
            try await Self.expect(
                #"{Patient(id:"many"){name @flatten @slice(path:"use"){use @singleton "#
                    + "given @first @singleton}}}", doctor,
                answer: #"{"Patient":{"use.official":"official","given.official":"Ana","#
                    + #""use.nickname":"nickname","given.nickname":"Annie"}}"#)
            try await Self.expect(
                #"query($no:Boolean=true){Patient(id:"many"){id @skip(if:$no) "#
                    + "gender @include(if:false) active}}", doctor,
                answer: #"{"Patient":{"active":null}}"#)
        }
    }

    @Test func `searches, references and those who refer`() async throws {
        try await atTheBox { _, doctor in
            try await Self.expect(
                #"{ConditionList(patient:"own"){id subject{resource{...on Patient{id}}}}}"#,
                doctor, part: #"{"id":"cough","subject":{"resource":{"id":"own"}}}"#)
            try await Self.expect(
                #"{Patient(id:"own"){ConditionList(_reference:patient,_count:1){id}}}"#, doctor,
                answer: #"{"Patient":{"ConditionList":[{"id":"cough"}]}}"#)
            let page = try await Self.asked(
                #"{ConditionConnection(patient:"own",_count:2){count next edges{mode resource{id}}}}"#,
                doctor)
            let connection = page.json?.at("data", "ConditionConnection")
            #expect(connection?["count"]?.int == 3)
            #expect(connection?["edges"]?.count == 2)
            let next = try #require(connection?.string("next"))
            let rest = try await Self.asked(
                #"{ConditionConnection(patient:"own",_count:2,_cursor:"\#(next)"){edges{resource{id}}}}"#,
                doctor)
            #expect(rest.json?.at("data", "ConditionConnection", "edges")?.count == 1)
            let general =
                #"{Patient(id:"many"){generalPractitioner{resource(optional:true){"#
                + "...on Practitioner{name{family}}}}}}"
            try await Self.expect(general, doctor, part: #"[{"resource":{"name":"#)
            let strict = try await Self.asked(
                #"{Patient(id:"many"){generalPractitioner{resource{id}}}}"#, doctor)
            #expect(strict.json?["errors"]?.count == 1)
            #expect(strict.json?["data"] != nil)
        }
    }

    @Test func `nobody sees more by it than otherwise`() async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("lab", [.lab])
            let lab = try await served.signedIn("lab")
            try await Self.expect(
                #"{ConditionList(patient:"own"){id}}"#, lab,
                answer: #"{"ConditionList":[{"id":"cough"}]}"#)
            let hidden = try await Self.asked(#"{Condition(id:"cough-bh"){id}}"#, lab)
            #expect(hidden.json?.at("data", "Condition")?.isNull == true)
            let missing = try await Self.asked(#"{Condition(id:"cough-xx"){id}}"#, lab)
            #expect(
                hidden.text.split(separator: "-bh").joined()
                    == missing.text.split(separator: "-xx").joined())
            let refused = try await Self.asked(
                #"{MedicationRequest(id:"pills"){id} ConditionList(patient:"own"){id}}"#, lab)
            #expect(refused.json?.at("data", "MedicationRequest")?.isNull == true)
            #expect(refused.json?["errors"]?.count == 1)
            // A query of which nothing is allowed is refused as any other request is.
            let whole = try await Self.asked(#"{MedicationRequest(id:"pills"){id}}"#, lab)
            #expect(whole.status == 403)
        }
    }

    @Test(arguments: [
        "", "{", "{}", "{Patient}", "{Nothing(id:1){id}}", "mutation{a}", "{a{b}", "{__schema{a}}",
        #"{Patient(id:"own"){nothing}}"#, #"{Patient(id:"own"){name}}"#, "{...x}",
        "fragment x on Patient{...x} {Patient(id:\"own\"){...x}}", #"{Patient(id:$x){id}}"#,
        #"{Patient(id:"own"){ConditionList{id}}}"#,
    ])
    func `what cannot be answered is a fault of the query`(_ query: String) async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("doctor", [.physician])
            let doctor = try await served.signedIn("doctor")
            let answer = try await Self.asked(query, doctor)
            #expect(answer.status == 400, "\(answer.text)")
            #expect(answer.json?["errors"]?.count == 1, "\(answer.text)")
        }
    }

    @Test func `depth, length and looks are bounded`() async throws {
        try await atTheBox { _, doctor in
            let deep = String(repeating: "{a", count: 40) + String(repeating: "}", count: 40)
            #expect(try await Self.asked(deep, doctor).status == 400)
            let long = "{" + String(repeating: "a ", count: 40_000) + "}"
            #expect(try await Self.asked(long, doctor).status == 400)
            let many = (0..<300).map { #"p\#($0):Patient(id:"own"){id}"# }
            let looks = try await Self.asked("{\(many.joined(separator: " "))}", doctor)
            #expect(looks.status == 400)
            #expect(looks.text.contains("200 reads"))
        }
    }

    @Test func `the query may come in a body of JSON and in an address`() async throws {
        try await atTheBox { _, doctor in
            let answer = try await doctor.send(
                "POST", "/fhir/$graphql",
                #"{"query":"query a($p:ID!){Patient(id:$p){id}} query b{Patient(id:\"own\"){id}}","#
                    + #""operationName":"a","variables":{"p":"other"}}"#)
            #expect(answer.json?.at("data", "Patient", "id")?.string == "other")
            let get = try await doctor.get(
                "/fhir/$graphql?query=%7BPatient(id:%22own%22)%7Bid%7D%7D")
            #expect(get.json?.at("data", "Patient", "id")?.string == "own")
            #expect(try await doctor.get("/fhir/$graphql").status == 400)
        }
    }

    @Test func `noise is answered or refused, and never ends the box`() async throws {
        try await atTheBox { _, doctor in
            var random = SeededRandom(seed: 5)
            let signs = [
                "{", "}", "(", ")", "...", "@", "$", ":", "a", "on", "\"x\"", "[", "]", "1", "#",
                "id",
                "Patient",
            ]
            for _ in 0..<150 {
                let text = (0...random.below(30)).map { _ in random.pick(signs) }
                    .joined(separator: " ")
                let answer = try await Self.asked(text, doctor)
                #expect([200, 400].contains(answer.status), "\(text)")
            }
        }
    }
}
