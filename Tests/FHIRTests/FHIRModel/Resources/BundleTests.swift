import FHIRModel
import Kernel
import Testing

@Suite("Bundle and OperationOutcome")
struct BundleTests {
    @Test func `a transaction is read entry by entry`() throws {
        let bundle = try FHIRBundle(
            json(
                #"{"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:1","resource":"#
                    + #"{"resourceType":"Patient"},"#
                    + #""request":{"method":"POST","url":"Patient","ifNoneExist":"identifier=1"}},"#
                    + #"{"request":{"method":"DELETE","url":"Patient/2","ifMatch":"W/\"3\""}}]}"#))
        #expect(bundle.kind == .transaction)
        #expect(bundle.entries.map(\.request?.method) == [.post, .delete])
        #expect(bundle.entries[0].request?.ifNoneExist == "identifier=1")
        #expect(bundle.entries[0].resource?.string("resourceType") == "Patient")
        #expect(bundle.entries[1].request?.ifMatch == "W/\"3\"")
        #expect(bundle.entries[0].fullURL == "urn:uuid:1")
    }

    @Test(arguments: [
        (#"{"resourceType":"Patient"}"#, BundleError.Code.notABundle, nil as Int?, "Bundle"),
        (#"{"resourceType":"Bundle","type":"x"}"#, .type, nil, "Bundle.type"),
        (#"{"resourceType":"Bundle","type":"batch","entry":{}}"#, .entryList, nil, "Bundle"),
        (
            #"{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"GET","url":"a"}},{}]}"#,
            .noRequest, 1, "Bundle.entry[1].request"
        ),
        (
            #"{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"POST","url":"a"}}]}"#,
            .noResource, 0, "Bundle.entry[0].resource"
        ),
        (
            #"{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"STEAL","url":"a"}}]}"#,
            .request, 0, "Bundle.entry[0].request"
        ),
        (
            #"{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Nobody"}}]}"#,
            .resource, 0, "Bundle.entry[0].resource"
        ),
    ])
    func `a bad transaction is refused at its place`(
        text: String, code: BundleError.Code, entry: Int?, place: String
    ) throws {
        let source = try json(text)
        let error = #expect(throws: BundleError.self) { try FHIRBundle(source) }
        #expect(error?.code == code)
        #expect(error?.entryIndex == entry)
        #expect(error?.expression == place)
    }

    @Test func `a collection keeps its good entries and names the bad one`() throws {
        let bundle = try FHIRBundle(
            json(
                #"{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient"}},"#
                    + #"{"resource":{"id":"x"}},7]}"#))
        #expect(bundle.entries.map(\.fault?.code) == [nil, .resource, .entry])
        #expect(bundle.entries[1].fault?.entryIndex == 1)
        #expect(bundle.entries[1].resource == nil)
        #expect(throws: BundleError.self) { try FHIRBundle(bundle.json, entriesMax: 2) }
    }

    @Test func `a search answer is written around finished bytes`() throws {
        var writer = BundleWriter(
            .searchset, total: 1, links: [("self", "https://a/fhir/Patient?name=x")])
        writer.match(
            fullURL: "https://a/fhir/Patient/1",
            resource: #"{"resourceType":"Patient","id":"1"}"#.utf8)
        let bundle = try JSON.parse(writer.finish())
        #expect(try FHIRBundle(bundle).entries.count == 1)
        #expect(bundle.at("entry", 0, "search", "mode")?.string == "match")
        #expect(bundle.at("link", 0, "relation")?.string == "self")
        #expect(ResourceCheck.problems(in: bundle).isEmpty)
        var empty = BundleWriter(.searchset, total: 0)
        #expect(text(empty.finish()) == #"{"resourceType":"Bundle","type":"searchset","total":0}"#)
    }

    @Test func `a transaction answer has one line for each request`() throws {
        var writer = BundleWriter(.transactionResponse)
        writer.response(
            .init(status: "201 Created", location: "Patient/1/_history/1", etag: "W/\"1\""))
        writer.response(
            .init(status: "404 Not Found"),
            outcome: OperationOutcome.bytes(Problem(.notFound, "None.")))
        let bundle = try JSON.parse(writer.finish())
        #expect(bundle.at("entry", 0, "response", "location")?.string == "Patient/1/_history/1")
        #expect(
            bundle.at("entry", 1, "response", "outcome", "issue", 0, "code")?.string == "not-found")
    }

    @Test func `an outcome tells severity, code, text and place`() throws {
        let outcome = OperationOutcome.bytes([
            OutcomeIssue(.warning, .value, "Say \"x\".", expression: "Patient.name[0]"),
            .note("Done."),
        ])
        #expect(
            text(outcome)
                == #"{"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"value","#
                + #""diagnostics":"Say \"x\".","expression":["Patient.name[0]"]},"#
                + #"{"severity":"information","code":"informational","diagnostics":"Done."}]}"#)
        #expect(try JSON.parse(OperationOutcome.bytes([OutcomeIssue]()))["issue"]?.count == 1)
    }
}
