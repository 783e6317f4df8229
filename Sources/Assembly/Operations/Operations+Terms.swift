import AccessControl
import FHIRModel
import Kernel
import RecordStore
import Terminology

extension Operations {
    func termsList(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await box.grant(Self.termsAsk(.read), call.caller)
        let releases = try await box.store.termReleases(grant)
        answer.array("items") { list in
            for release in releases { list.object { Self.write(release, to: &$0) } }
            let loaded = Set(releases.map(\.system))
            for system in CodeTable.builtIn.systems
            where !system.url.isEmpty && !loaded.contains(system.url) {
                list.object { one in
                    one.member("system", system.url)
                    one.member("title", system.title)
                    one.member("version", system.version ?? "")
                    one.member("count", system.count)
                    one.member("origin", system.isComplete ? "built in" : "built in, a part")
                }
            }
        }
    }

    func termsBegin(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await box.grant(Self.termsAsk(.update), call.caller)
        let draft = TermReleaseDraft(
            system: try call.text("system"), version: try call.text("version"),
            title: try call.text("title"), licence: try call.text("licence"))
        let release = try await box.store.beginTermRelease(grant, draft)
        answer.member("release", Int(release))
    }

    func termsPut(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await box.grant(Self.termsAsk(.update), call.caller)
        let json = try JSON.parse(call.attachment, limits: .bundle)
        let pieces = json.elements.compactMap { TermPiece($0) }
        try await box.store.putTerms(grant, Self.release(call), pieces)
        answer.member("count", pieces.count)
    }

    func termsFinish(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await box.grant(Self.termsAsk(.update), call.caller)
        Self.write(
            try await box.store.finishTermRelease(grant, Self.release(call)), to: &answer)
        _ = try await box.store.termBook()
    }

    func termsRemove(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await box.grant(Self.termsAsk(.update), call.caller)
        let named = try call.text("system")
        let url = CodeTable.builtIn.system(key: named)?.url ?? named
        guard try await box.store.removeTerms(grant, system: url) else {
            throw Problem(
                .notFound,
                "No release of \(url) is loaded. tribal-ehr terms list shows what there is.")
        }
        _ = try await box.store.termBook()
        answer.member("system", url)
    }

    private static func release(_ call: OperationCall) throws(Problem) -> Int64 {
        guard let number = call.arguments["release"]?.int else {
            throw Problem(.required, "The command needs release.", location: "release")
        }
        return Int64(number)
    }

    private static func write(_ release: TermRelease, to out: inout JSONWriter) {
        out.member("system", release.system)
        out.member("title", release.title)
        out.member("version", release.version)
        out.member("count", release.conceptCount)
        out.member("origin", "loaded " + Timestamp.text(ms: release.loadedMs).prefix(10))
    }

    private static func termsAsk(_ verb: Verb) -> Ask {
        Ask(verb, area: .system, type: "CodeSystem")
    }
}
