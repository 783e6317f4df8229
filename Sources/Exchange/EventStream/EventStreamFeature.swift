package import AccessControl
import HTTPTypes
import Hummingbird
import Kernel
import NIOCore
package import RecordStore
package import ServerKit
import ServiceLifecycle

/// Tells pages at once what somebody else changed.
package struct EventStreamFeature: Feature {
    package static let key = "events"
    /// Streams of one person; one more ends the oldest.
    package static let perUserMax = 24
    /// A page is told that the box is still there so often, in milliseconds.
    private static let heartbeatMs: Int64 = 15_000
    /// How old what is known of the session and its rights may be, in milliseconds.
    private static let lookMs = 1_000
    private let store: RecordStore
    private let streams = EventStreams()
    /// Who a session belongs to now, without using it; nil where it has ended or is locked.
    private let watcher: @Sendable (String) async throws -> Caller?

    /// Makes the feature.
    ///
    /// - Parameter watcher: who a session belongs to now, without using it; nil where it has ended or
    ///   is locked.
    package init(
        store: RecordStore, watcher: @escaping @Sendable (String) async throws -> Caller?
    ) {
        self.store = store
        self.watcher = watcher
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.get("api/v1/events", use: follow)
    }

    /// `GET /api/v1/events`: what changes from now on, or after the event that the page names.
    @Sendable private func follow(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        guard context.caller.scopes == nil, let session = context.caller.sessionTag,
            let userID = context.caller.userID
        else {
            throw Problem(
                .forbidden, "Only pages follow changes. Programs use subscriptions.")
        }
        let after = try place(request) ?? store.journal.head
        let (number, signals) = store.journal.listen()
        let stream = Stream(
            store: store, session: session, after: after, watcher: watcher, number: number)
        do throws(Problem) {
            try streams.enter(userID, number: number) { stream.end() }
        } catch {
            stream.end()
            throw error
        }
        let streams = streams
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store",
            ],
            body: ResponseBody { writer in
                defer {
                    stream.end()
                    streams.leave(userID, number: number)
                }
                var own = writer
                // The stop of the box ends the signals, and with them the answer.
                try await withGracefulShutdownHandler {
                    try await stream.write(signals, to: &own)
                } onGracefulShutdown: {
                    stream.end()
                }
                try await writer.finish(nil)
            })
    }

    /// The place after which the page knows nothing; nil for one that has just read everything.
    private func place(_ request: Request) throws(Problem) -> Int64? {
        let text =
            request.headers[.lastEventID] ?? request.uri.queryParameters["after"].map(String.init)
        guard let text else { return nil }
        guard let place = Int64(text), place >= 0 else {
            throw Problem(
                .value, "A place in the stream of events is the id of an event.", location: "after")
        }
        return place
    }

    /// One page that listens.
    private struct Stream: Sendable {
        let store: RecordStore
        let session: String
        let after: Int64
        let watcher: @Sendable (String) async throws -> Caller?
        let number: UInt64

        func end() { store.journal.end(number) }

        func write(
            _ signals: AsyncStream<Void>, to writer: inout any ResponseBodyWriter
        ) async throws {
            let ticking = Task { [journal = store.journal, number] in
                while !Task.isCancelled {
                    try await Task.sleep(for: .milliseconds(EventStreamFeature.lookMs))
                    journal.nudge(number)
                }
            }
            defer { ticking.cancel() }
            var events = EventWriter(after: after, sessionTag: session)
            try await writer.write(ByteBuffer(bytes: events.hello(store.journal)))
            store.journal.nudge(number)
            var saidMs = store.parts.clock.steadyMs()
            var looked: (caller: Caller, atMs: Int64)?
            for await _ in signals {
                let nowMs = store.parts.clock.steadyMs()
                if nowMs - (looked?.atMs ?? .min / 2) >= Int64(EventStreamFeature.lookMs) {
                    guard let caller = try await watcher(session) else { return }
                    looked = (caller, nowMs)
                }
                guard let caller = looked?.caller else { return }
                while let bytes = events.next(store.journal, for: caller) {
                    try await writer.write(ByteBuffer(bytes: bytes))
                    saidMs = nowMs
                }
                if nowMs - saidMs >= EventStreamFeature.heartbeatMs {
                    try await writer.write(ByteBuffer(string: "event: beat\ndata: {}\n\n"))
                    saidMs = nowMs
                }
            }
        }
    }
}

extension HTTPField.Name {
    /// The last event that a page has, which the browser sends when it comes back.
    fileprivate static let lastEventID: HTTPField.Name = {
        guard let name = HTTPField.Name("Last-Event-ID") else {
            preconditionFailure("The name of this field is one.")
        }
        return name
    }()
}
