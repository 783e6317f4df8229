import AccessControl
import FHIRModel
import Kernel
import RecordStore
import ServerKit
import Synchronization

/// A search that is answered later, as it is kept.
struct DeferredSearch: Sendable {
    let place: SearchPlace
    let fields: [FormFields.Field]
    let isStrict: Bool
    /// The absolute address of the FHIR base that it was asked at.
    let base: String

    /// The bytes by which it is kept.
    var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.object { root in
            if let type = place.type { root.member("type", type) }
            if let compartment = place.compartment {
                root.member("ownerType", compartment.type)
                root.member("ownerID", compartment.id)
            }
            root.member("isStrict", isStrict)
            root.member("base", base)
            root.array("fields") { list in
                for field in fields {
                    list.string(field.name)
                    list.string(field.value)
                }
            }
        }
        return writer.bytes
    }

    init(
        place: SearchPlace, fields: [FormFields.Field], isStrict: Bool, base: String
    ) {
        self.place = place
        self.fields = fields
        self.isStrict = isStrict
        self.base = base
    }

    /// Reads what ``bytes`` wrote.
    init(_ bytes: [UInt8]) throws {
        let json = try JSON.parse(bytes)
        let type = json.string("type")
        if let owner = json.string("ownerType"), let id = json.string("ownerID") {
            place = .compartment(owner, id: id, type: type)
        } else {
            place = type.map { .type($0) } ?? .system
        }
        isStrict = json["isStrict"]?.bool ?? false
        base = json.string("base") ?? ""
        let words = json["fields"]?.elements.compactMap(\.string) ?? []
        fields = stride(from: 0, to: words.count - 1, by: 2).map {
            FormFields.Field(name: words[$0], value: words[$0 + 1])
        }
    }
}

/// Searches that clients need not wait for.
///
/// A search and its answer are kept sealed for an hour, and survive a restart. Nothing runs with
/// rights that are kept: after a restart a search goes on when its caller asks how it stands.
final class DeferredSearches: Sendable {
    /// Searches that run side by side; further ones wait.
    private static let runningCountMax = 2

    private struct Waiting: Sendable {
        let id: String
        let grant: Grant
        let search: DeferredSearch
    }

    private struct State {
        var running: [String: Task<Void, Never>] = [:]
        var waiting: [Waiting] = []
    }

    private let finder: RecordFinder
    private let ids: IDs
    private let state = Mutex(State())

    init(finder: RecordFinder, ids: IDs) {
        self.finder = finder
        self.ids = ids
    }

    /// Takes a search that is answered later; its name is the type of its grant and an id.
    ///
    /// What cannot be understood or is not allowed is refused at once.
    func begin(_ search: DeferredSearch, _ caller: Caller) async throws -> (
        type: String, id: String
    ) {
        let grant = try await finder.mainGrant(
            try finder.wanted(search.fields, in: search.place, search.isStrict, search.base),
            caller: caller)
        let id = ids.next()
        try await finder.store.putDeferred(grant, id: id, request: search.bytes)
        start(Waiting(id: id, grant: grant, search: search))
        return (grant.ask.type, id)
    }

    /// Goes on with a search that was kept, unless it runs.
    func resume(_ id: String, _ request: [UInt8], _ grant: Grant) throws {
        start(Waiting(id: id, grant: grant, search: try DeferredSearch(request)))
    }

    /// Stops working on a search.
    func stop(_ id: String) {
        let task = state.withLock { state in
            state.waiting.removeAll { $0.id == id }
            return state.running[id]
        }
        task?.cancel()
    }

    private func start(_ one: Waiting) {
        state.withLock { state in
            guard state.running[one.id] == nil, !state.waiting.contains(where: { $0.id == one.id })
            else { return }
            state.waiting.append(one)
            startNext(&state)
        }
    }

    private func startNext(_ state: inout State) {
        while state.running.count < Self.runningCountMax, !state.waiting.isEmpty {
            let one = state.waiting.removeFirst()
            state.running[one.id] = Task { [self] in
                await run(one)
                self.state.withLock { state in
                    state.running[one.id] = nil
                    startNext(&state)
                }
            }
        }
    }

    /// Runs a search and keeps its answer; a search that could not be kept is run again when its
    /// caller asks for it.
    private func run(_ one: Waiting) async {
        var writer = BundleWriter(.batchResponse)
        let reply: EntryReply
        do {
            let form = try AnswerForm(fields: one.search.fields, isStrict: one.search.isStrict)
            var made = EntryReply(200)
            made.resource = try await finder.bundle(
                one.search.fields, in: one.search.place, caller: one.grant.caller,
                as: SearchAnswer(base: one.search.base, form: form))
            reply = made
        } catch let problem as Problem where problem.code != .unexpected {
            reply = EntryReply(problem, at: 0)
        } catch {
            return
        }
        guard !Task.isCancelled else { return }
        reply.write(to: &writer)
        // A disk that takes nothing now may take it the next time.
        _ = try? await finder.store.answerDeferred(
            one.grant, id: one.id, answer: writer.finish())
    }
}
