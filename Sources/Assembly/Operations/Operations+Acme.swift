import AccessControl
import Exchange
import FHIRModel
import Kernel

extension Operations {
    func acmeShow(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await box.grant(Self.acmeAsk(.read), call.caller)
        try await box.acme.write(grant, isTold: true, to: &answer)
    }

    func acmeNow(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await box.grant(Self.acmeAsk(.update), call.caller)
        try await box.acme.ask(grant, isSure: call.flag("withoutTrial"))
    }

    func acmeForget(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        try await box.acme.forget(try await box.grant(Self.acmeAsk(.update), call.caller))
    }

    private static func acmeAsk(_ verb: Verb) -> Ask {
        Ask(verb, area: .system, type: "Certificate")
    }
}
