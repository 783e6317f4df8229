import Exchange
import FHIRModel
import Kernel
import Sealing
import Steward
import TestKit
import Testing

/// Certificates of an authority that the test plays, over real sockets and a real store.
@Suite(.timeLimit(.minutes(6))) struct `Certificate of an authority` {
    @Test func `a certificate is ordered, proven and put in force`() async throws {
        try await AcmeBox.with { box, authority in
            #expect(try await box.view.string("state") == "ready")
            try await box.get()
            #expect(try await box.fault == nil)
            #expect(box.keeper.keeper.ownFacts?.names == [AcmeBox.name])
            #expect(try await box.view.string("state") == "on")
            #expect(authority.refusals.isEmpty)
            #expect(authority.accountCount == 1)
            #expect(box.keeper.keeper.isName(AcmeBox.name))
        }
    }

    @Test func `one that a person asks for is on trial, and the one of before comes back`()
        async throws
    {
        try await AcmeBox.with { box, _ in
            try await box.get(isSure: false)
            #expect(try await box.view.string("state") == "trial")
            #expect(try await box.view.string("token")?.isEmpty == false)
            #expect(box.own == nil)
            #expect(try await box.round() == false)
            box.keeper.test.clock.advance(ms: 61_000)
            try await box.keeper.keeper.endTrial(try await box.keeper.grant)
            try await box.round()
            #expect(try await box.view.string("state") == "ready")
            #expect(try await box.fault?.contains("No browser confirmed") == true)
            #expect(box.own == nil)
            // Nothing comes by itself before a person has confirmed one.
            box.advance(days: 80)
            #expect(try await box.round() == false)
        }
    }

    @Test func `it is renewed at two thirds of its life and not before`() async throws {
        try await AcmeBox.with { box, authority in
            try await box.get()
            let first = box.own
            box.advance(days: 59)
            #expect(try await box.round() == false)
            box.advance(days: 2)
            #expect(try await box.round())
            #expect(box.own != nil && box.own != first)
            #expect(authority.accountCount == 1)
            #expect(try await box.round() == false)
        }
    }

    @Test func `a name that is added to the settings is in the next certificate at once`()
        async throws
    {
        try await AcmeBox.with { box, _ in
            try await box.get()
            box.set { $0.names.append("www.clinic.example") }
            #expect(try await box.round())
            #expect(
                box.keeper.keeper.ownFacts?.names == [AcmeBox.name, "www.clinic.example"])
        }
    }

    @Test func `a certificate that was taken away is not brought back by itself`() async throws {
        try await AcmeBox.with { box, _ in
            try await box.get()
            try await box.keeper.keeper.reset(try await box.keeper.grant)
            box.advance(days: 80)
            #expect(try await box.round() == false)
            #expect(box.own == nil)
        }
    }

    @Test func `a number that the authority does not take is replaced`() async throws {
        try await AcmeBox.with { box, authority in
            authority.behave { $0.badNonces = 2 }
            try await box.get()
            #expect(box.own != nil)
            #expect(authority.refusals == ["badNonce", "badNonce"])
            authority.behave { $0.badNonces = 100 }
            try await box.get()
            #expect(try await box.fault?.contains("fresh") == true)
        }
    }

    @Test func `an authority that was asked too often is left alone until it said`() async throws {
        try await AcmeBox.with { box, authority in
            authority.behave { $0.isLimited = true }
            try await box.get()
            #expect(try await box.fault?.contains("too often") == true)
            let asked = authority.requests.count
            await #expect(throws: Problem(.throttled, "")) { try await box.get() }
            #expect(authority.requests.count == asked)
            box.keeper.test.clock.advance(ms: 7_201_000)
            authority.behave { $0.isLimited = false }
            try await box.get()
            #expect(box.own != nil)
            #expect(try await box.fault == nil)
        }
    }

    @Test func `a renewal that fails is tried again later and later, and is told of`()
        async throws
    {
        try await AcmeBox.with { box, authority in
            try await box.get()
            let first = box.own
            authority.behave { $0.junk = ("directory", "no") }
            box.advance(days: 61)
            #expect(try await box.round())
            #expect(try await box.round() == false)
            box.keeper.test.clock.advance(ms: 601_000)
            #expect(try await box.round())
            box.keeper.test.clock.advance(ms: 601_000)
            #expect(try await box.round() == false)
            #expect(try await box.view["failures"]?.int == 2)
            #expect(box.told.count == 2)
            #expect(box.own == first)
            authority.behave { $0.junk = nil }
            box.keeper.test.clock.advance(ms: 3_601_000)
            #expect(try await box.round())
            #expect(box.own != first)
            #expect(try await box.view["failures"]?.int == 0)
        }
    }

    @Test func `a name that does not lead here is said, and nothing of it stays`() async throws {
        try await KeeperBox.with { keeper in
            try await keeper.serve()
            let box = AcmeBox(keeper)
            try await AcmeAuthority.with(keeper.test.clock, look: { _, _ in nil }) { authority in
                box.set {
                    $0.directory = authority.directory
                    $0.names = [AcmeBox.name]
                }
                try await box.get()
                let fault = try await box.fault
                #expect(fault?.contains(AcmeBox.name) == true)
                // What the authority says stands on one line.
                #expect(fault?.hasSuffix("Nothing was seen.") == true)
                #expect(box.acme.desk.answer(path: ChallengeDesk.path + "token-0-0") == nil)
                #expect(!box.acme.desk.expects(AcmeBox.name))
                #expect(box.own == nil)
            }
        }
    }

    @Test func `the account is the same after a loss of power, and another once forgotten`()
        async throws
    {
        try await AcmeBox.with { box, authority in
            try await box.get()
            let again = box.restarted
            // The authority looks at the desk of the first keeper: the order fails behind the account.
            try await again.get()
            #expect(authority.accountCount == 1)
            try await again.acme.forget(try await box.keeper.grant)
            try await again.get()
            #expect(authority.accountCount == 2)
        }
    }

    @Test func `a certificate for another name is not taken`() async throws {
        try await AcmeBox.with { box, authority in
            authority.behave { $0.otherNames = ["bank.example"] }
            try await box.get()
            #expect(try await box.fault?.contains("bank.example") == true)
            #expect(box.own == nil)
        }
    }

    @Test func `no other machine than that of the directory is asked`() async throws {
        try await AcmeBox.with { box, authority in
            authority.behave { $0.isElsewhere = true }
            try await box.get()
            #expect(try await box.fault?.contains("another machine") == true)
        }
    }

    @Test(arguments: ["../../../etc/passwd", "", "a b", "tök", "x\\r\\nHost: evil"])
    func `a token that could be anything else than a token proves nothing`(token: String)
        async throws
    {
        try await AcmeBox.with { box, authority in
            authority.behave { $0.token = token }
            try await box.get()
            #expect(try await box.fault != nil)
            #expect(box.own == nil)
        }
    }

    @Test func `whatever an authority answers, the box says what is wrong and goes on`()
        async throws
    {
        try await AcmeBox.with { box, authority in
            let bodies = [
                "", "{}", "[]", "null", #"{"status":"valid"}"#, #"{"status":7}"#,
                #"{"status":"pending","authorizations":[],"finalize":"x"}"#,
                String(repeating: "[", count: 50_000), String(repeating: "x", count: 70_000),
            ]
            for step in ["directory", "order", "proof", "challenge", "finalize", "certificate"] {
                for body in bodies where !(step == "challenge" || step == "finalize") {
                    authority.behave { $0.junk = (step, body) }
                    try await box.acme.forget(try await box.keeper.grant)
                    try await box.get()
                    #expect(try await box.fault != nil, "\(step) \(body.prefix(20))")
                }
            }
            #expect(box.own == nil)
            authority.behave { $0.junk = nil }
            try await box.acme.forget(try await box.keeper.grant)
            try await box.get()
            #expect(box.own != nil)
        }
    }

    @Test func `without an address, names or a box that serves nothing is asked`() async throws {
        try await AcmeBox.with { box, authority in
            box.set { $0.names = [] }
            await #expect(throws: Problem(.incomplete, "")) { try await box.get() }
            box.set { $0.names = [AcmeBox.name] }
            box.acme.serve(false)
            await #expect(throws: Problem(.incomplete, "")) { try await box.get() }
            #expect(authority.requests.isEmpty)
        }
    }

    @Test func `the authority of these tests believes no signature that is wrong`() async throws {
        try await AcmeBox.with { box, authority in
            let directory = try OutgoingAddress(authority.directory)
            let place = try OutgoingAddress(
                authority.directory.replacing("directory", with: "new-account"))
            let rules = OutgoingRules(
                targets: OutgoingTarget.list("127.0.0.1:\(directory.port)+private+http") ?? [])
            let client = OutgoingClient { rules }
            let key = try AccountKey.make()
            let (x, y) = (Base64URL.text(key.x), Base64URL.text(key.y))
            let head = Base64URL.text(
                Array(
                    #"{"alg":"ES256","jwk":{"crv":"P-256","kty":"EC","x":"\#(x)","y":"\#(y)"}}"#
                        .utf8
                ))
            for signed in ["\(head).e30", "\(head).e31"] {
                let signature = Base64URL.text(try key.signature(of: Array(signed.utf8)))
                _ = await client.fetch(
                    OutgoingRequest(
                        method: "POST", address: place,
                        body: Array(
                            #"{"protected":"\#(head)","payload":"e30","signature":"\#(signature)"}"#
                                .utf8)))
            }
            client.close()
            // The first is refused for its address only, which comes after the signature.
            #expect(authority.refusals == ["unauthorized", "malformed"])
        }
    }

    @Test func `addresses and mailboxes are read strictly`() {
        for text in [
            "http://acme.example/dir", "ftp://acme.example", "https://user@acme.example/",
            "acme.example", "https://acme.example:99999/", "http://127.0.0.1.example/",
        ] {
            #expect(throws: Problem.self, "\(text)") { try AcmeSettings.directory(text) }
        }
        #expect(throws: Never.self) {
            try AcmeSettings.directory("https://acme-v02.api.letsencrypt.org/directory")
        }
        #expect(AcmeSettings.isContact("office@clinic.example"))
        for text in [
            "", "office", "@clinic.example", "a@b@c.example", "a@b", "a b@c.example",
            "a@c.example,b@c.example", "a@c.example?subject=x", "ä@c.example",
        ] {
            #expect(!AcmeSettings.isContact(text), "\(text)")
        }
    }
}
