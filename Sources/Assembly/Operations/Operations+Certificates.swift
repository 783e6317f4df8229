import AccessControl
import FHIRModel
import Kernel
import Steward

extension Operations {
    func certificateShow(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await box.grant(Self.certificateAsk(.read), call.caller)
        try await box.certificates.write(grant, to: &answer)
        answer.member("localName", box.network.sentence)
    }

    func certificateInstall(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await box.grant(Self.certificateAsk(.update), call.caller)
        box.certificates.expect(
            hosts: call.arguments["hosts"]?.elements.compactMap(\.string) ?? [])
        let brought = CertificateKeeper.Brought(
            certificatePEM: Array(try call.text("certificate").utf8),
            keyPEM: call.arguments.string("key").map { Array($0.utf8) }, host: nil)
        let started = try await box.certificates.bring(
            grant, brought, isSure: call.flag("withoutTrial"))
        if let token = started.token {
            answer.member("token", token)
            answer.member("secondsMax", Int(CertificateKeeper.trialSecondsMax))
        }
        answer.array("names") { list in
            for name in started.names { list.string(name) }
        }
    }

    func certificateReset(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await box.grant(Self.certificateAsk(.update), call.caller)
        answer.member("hadOwn", try await box.certificates.reset(grant))
    }

    func certificateRequest(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await box.grant(Self.certificateAsk(.update), call.caller)
        let names = call.arguments["names"]?.elements.compactMap(\.string) ?? []
        answer.member("request", try await box.certificates.request(grant, names: names))
    }

    private static func certificateAsk(_ verb: Verb) -> Ask {
        Ask(verb, area: .system, type: "Certificate")
    }
}
