import Assembly
import FHIRModel
import Steward
import Testing

/// A browser that goes through the setup.
struct SetupBrowser {
    let visitor: Visitor

    static let clinic =
        #"{"clinicName":"Red Mesa","timeZone":"America/Denver","boxName":"red-mesa"}"#
    static let person =
        #"{"username":"ana","displayName":"Ana","password":"\#(IdentityFixture.good)","#
        + #""isClinician":false}"#

    /// Proves a fresh code.
    static func claiming(_ served: ServedBox) async throws -> SetupBrowser {
        let code = try await served.test.box.setup.issueCode(served.test.command)
        let answer = try await served.nobody().send(
            "POST", "/api/v1/setup/claim", #"{"code":"\#(code)"}"#)
        let token = try #require(answer.cookie("__Host-tribal-ehr-setup"))
        return SetupBrowser(
            visitor: Visitor(
                client: try await BoxClient(port: served.port),
                headers: ["Cookie": "__Host-tribal-ehr-setup=\(token)"], pageToken: nil))
    }

    /// How far the setup is.
    func state() async throws -> JSON {
        try #require(try await visitor.get("/api/v1/setup").json)
    }

    /// Sends a step with the version that the box has now, or with another one.
    func send(_ step: String, _ answers: String, version: Int? = nil) async throws -> BoxAnswer {
        let now: Int
        if let version { now = version } else { now = try await state()["version"]?.int ?? -1 }
        let members = answers.dropFirst().dropLast()
        let body = #"{"version":\#(now)"# + (members.isEmpty ? "" : ",") + members + "}"
        return try await visitor.send("POST", "/api/v1/setup/\(step)", body)
    }

    /// Goes to the screen of the recovery kit.
    func reachKit(kind: String = "clinic") async throws {
        #expect(try await send("kind", #"{"kind":"\#(kind)"}"#).status == 200)
        #expect(try await send("clinic", Self.clinic).status == 200)
        #expect(try await send("administrator", Self.person).status == 200)
    }

    /// Makes a kit and reads the groups that are asked for off its sheet.
    func makeKit() async throws -> (groups: [String], code: String) {
        let made = try #require(try await send("kit", "{}").json)
        let code = try #require(made["sheet"]?.string("code"))
        return (Self.groups(of: code, asked: made), code)
    }

    static func groups(of code: String, asked state: JSON) -> [String] {
        let groups = code.split(separator: "-").map(String.init)
        let places = state["kit"]?["groups"]?.elements.compactMap(\.int) ?? []
        return places.map { groups[$0 - 1] }
    }

    /// Types the groups back.
    func prove(_ groups: [String], version: Int? = nil) async throws -> BoxAnswer {
        let list = groups.map { "\"\($0)\"" }.joined(separator: ",")
        return try await send("proof", #"{"groups":[\#(list)]}"#, version: version)
    }
}
