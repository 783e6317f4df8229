import AccessControl
import Assembly
import FHIRModel
import RecordStore
import TestKit
import Testing

/// Bundles and addresses put together at random, as no client would.
@Suite struct `Bundle noise` {
    private static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", ""]
    private static let urls = [
        "Condition", "Condition/cough", "Condition/none", "Condition/cough/_history",
        "Condition/cough/_history/1", "Condition/cough/_history/0", "_history", "Patient/own",
        "Condition?_id=cough", "Condition?_id=", "Condition?", "?", "", "/", "//", "Nothing/1",
        "Condition?identifier=urn:s|1", "Condition?identifier=%zz", "Condition?color=blue",
        "https://clinic.local/fhir/Condition/cough", "https:", "urn:uuid:1", "Condition/a/b/c/d",
        "Condition/%00", "Patient?name=\u{202E}x&_count=-1", "Condition?patient=own&_summary=x",
        "_history?_cursor=00", "Condition/_history?_since=x", "../../etc", "Binary/1?x=1&x=2",
    ]
    private static let resources = [
        RouteTable.condition(nil, of: "own"), RouteTable.condition("cough", of: "own"),
        RouteTable.condition("cough", of: "other"), RouteTable.condition("new", of: "none"),
        #"{"resourceType":"Patient"}"#, #"{"resourceType":"Nothing"}"#, "{}", "[]", "null", "1",
        #"{"resourceType":"Condition","subject":{"reference":"Patient?_id=own"}}"#,
        #"{"resourceType":"Condition","subject":{"reference":"Patient?color=blue"}}"#,
        #"{"resourceType":"Condition","subject":{"reference":"urn:uuid:a"}}"#,
        #"{"resourceType":"Binary","contentType":"x","data":"===="}"#, BundleTexts.patch,
        #"{"resourceType":"Parameters","parameter":[{"name":"operation"}]}"#,
        #"{"resourceType":"Bundle","type":"batch"}"#,
    ]
    private static let more = [
        "", "", "", #","ifMatch":"W/\"1\"""#, #","ifMatch":"x""#, #","ifNoneMatch":"*""#,
        #","ifNoneExist":"identifier=urn:s|1""#, #","ifNoneExist":"""#, #","ifNoneExist":"a=b""#,
        #","ifModifiedSince":"x""#,
    ]

    @Test func `no Bundle breaks the box`() async throws {
        let seed: UInt64 = 20_261_121
        print("Bundle noise: seed \(seed).")
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("doctor", [.physician])
            let doctor = try await served.signedIn("doctor")
            var random = SeededRandom(seed: seed)
            for round in 0..<300 {
                let entries = (0...random.below(4)).map { _ in
                    BundleTexts.entry(
                        random.pick(Self.methods), random.pick(Self.urls),
                        random.isChance(percent: 60) ? random.pick(Self.resources) : nil,
                        more: random.pick(Self.more),
                        fullURL: random.isChance(percent: 20) ? "urn:uuid:a" : nil)
                }
                let type = random.pick(["batch", "transaction"])
                let body = BundleTexts.bundle(type, entries)
                let answer = try await doctor.send("POST", "/fhir", body)
                #expect(answer.status < 500, "\(round) \(body)")
                #expect(answer.json != nil, "\(round)")
                guard type == "batch", answer.status == 200 else { continue }
                #expect(answer.json?["entry"]?.count == entries.count, "\(round) \(body)")
                #expect(!answer.text.contains(#""status":"5"#), "\(round) \(body)")
            }
            #expect(try await test.box.store.auditVerdict().firstBad == nil)
        }
    }
}
