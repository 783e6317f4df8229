import AccessControl
import FHIRModel
import HTTPTypes
import Hummingbird
import Kernel
import RecordStore
package import ServerKit

/// The quarterly review of who has which access.
package struct AccessReviewsFeature: Feature {
    package static let key = "access-reviews"

    private let reviews: AccessReviews
    private let gate: Gate

    init(_ reviews: AccessReviews, gate: Gate) {
        self.reviews = reviews
        self.gate = gate
    }

    package func addRoutes(to routes: Routes) {
        let group = routes.signedIn
        group.get("api/v1/admin/access-reviews", use: list)
        group.post("api/v1/admin/access-reviews", limits: .form, use: start)
        group.get("api/v1/admin/access-reviews/:id", use: one)
        group.put("api/v1/admin/access-reviews/:id/lines/:user", limits: .form, use: decide)
        group.post("api/v1/admin/access-reviews/:id/sign", limits: .form, use: sign)
    }

    /// `GET /api/v1/admin/access-reviews`: all of them, and when the next one is due.
    @Sendable private func list(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let grant = try await gate.grant(Self.ask(.search), to: context.caller)
        let (all, dueMs) = try await reviews.list(grant)
        let nowMs = reviews.store.parts.clock.wallMs()
        var writer = JSONWriter()
        writer.object { top in
            if dueMs != .max {
                top.member("nextDueAt", Timestamp.text(ms: dueMs))
                top.member("isDue", dueMs <= nowMs)
            }
            top.array("items") { list in
                for review in all { list.object { Self.writeHead(review, to: &$0) } }
            }
        }
        return .json(writer.bytes)
    }

    /// `GET /api/v1/admin/access-reviews/{id}`.
    @Sendable private func one(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let id = try context.parameters.require("id")
        let grant = try await gate.grant(Self.ask(.read, id), to: context.caller)
        return answer(try await reviews.find(grant, id: id))
    }

    /// `POST /api/v1/admin/access-reviews`: begins one.
    @Sendable private func start(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let grant = try await gate.grant(Self.ask(.administer), to: context.caller)
        let bytes = try await context.body(of: request)
        if !bytes.isEmpty { _ = try BodyFields(bytes, takes: []) }
        // The list of accounts is read with a grant of its own.
        let reading = try await gate.grant(.users(.search), to: context.caller)
        return try await gate.recordingRefusal(of: grant) {
            answer(try await reviews.start(grant, reading: reading), status: .created)
        }
    }

    /// `PUT /api/v1/admin/access-reviews/{id}/lines/{user}`, from the line's version in `If-Match`.
    @Sendable private func decide(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let id = try context.parameters.require("id")
        let userID = try context.parameters.require("user")
        let grant = try await gate.grant(Self.ask(.administer, id), to: context.caller)
        let version = try VersionTag.wanted(request.headers)
        let fields = try BodyFields(
            try await context.body(of: request), takes: ["decision", "note"])
        guard let decision = AccessReview.Decision(rawValue: try fields.required("decision")) else {
            throw Problem(
                .value, "Decide one of: keep, change, close.", location: "decision")
        }
        let note = try fields.text("note", charactersMax: AccessReview.noteCharactersMax)
        return try await gate.recordingRefusal(of: grant) {
            answer(
                try await reviews.decide(
                    grant, id: id, userID: userID, .init(decision: decision, note: note),
                    ifVersion: version))
        }
    }

    /// `POST /api/v1/admin/access-reviews/{id}/sign`.
    @Sendable private func sign(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let id = try context.parameters.require("id")
        let grant = try await gate.grant(Self.ask(.administer, id), to: context.caller)
        let bytes = try await context.body(of: request)
        let fields = bytes.isEmpty ? nil : try BodyFields(bytes, takes: ["statement"])
        let statement = try fields?.text(
            "statement", charactersMax: AccessReview.noteCharactersMax)
        return try await gate.recordingRefusal(of: grant) {
            answer(try await reviews.sign(grant, id: id, statement: statement))
        }
    }

    private func answer(
        _ review: AccessReview, status: HTTPResponse.Status = .ok
    ) -> Response {
        var writer = JSONWriter(reservingBytes: 400 * review.lines.count + 256)
        writer.object { top in
            Self.writeHead(review, to: &top)
            top.array("items") { list in
                for line in review.lines {
                    list.object { write(line, isOpen: review.signedMs == nil, to: &$0) }
                }
            }
        }
        return .json(writer.bytes, status: status)
    }

    private static func writeHead(_ review: AccessReview, to one: inout JSONWriter) {
        one.member("id", review.id)
        one.member("startedAt", Timestamp.text(ms: review.startedMs))
        one.member("startedBy", review.startedBy)
        if let ms = review.signedMs { one.member("signedAt", Timestamp.text(ms: ms)) }
        if let name = review.signedBy { one.member("signedBy", name) }
        if let text = review.statement { one.member("statement", text) }
        one.member("lines", review.lines.count)
        one.member("undecided", review.undecided)
        one.member("stale", review.lines.count(where: \.isStale))
    }

    private func write(_ line: AccessReview.Line, isOpen: Bool, to one: inout JSONWriter) {
        one.member("userId", line.userID)
        one.member("version", "\(line.version)")
        one.member("username", line.username)
        one.member("displayName", line.displayName)
        Self.write(line.roles, to: &one)
        one.member("isDisabled", line.isDisabled)
        if let ms = line.lastActMs { one.member("lastUsedAt", Timestamp.text(ms: ms)) }
        one.member("isStale", line.isStale)
        if let decision = line.decision { one.member("decision", decision.rawValue) }
        if let note = line.note { one.member("note", note) }
        if let name = line.decidedBy { one.member("decidedBy", name) }
        if let ms = line.decidedMs { one.member("decidedAt", Timestamp.text(ms: ms)) }
        guard isOpen, let user = reviews.directory.user(id: line.userID),
            user.roles != line.roles || user.isDisabled != line.isDisabled
        else { return }
        one.object("now") { now in
            Self.write(user.roles, to: &now)
            now.member("isDisabled", user.isDisabled)
        }
    }

    private static func write(_ roles: Set<Role>, to one: inout JSONWriter) {
        one.array("roles") { list in
            for role in Role.allCases where roles.contains(role) { list.string(role.rawValue) }
        }
    }

    private static func ask(_ verb: Verb, _ id: String? = nil) -> Ask {
        Ask(verb, area: .users, type: "AccessReview", id: id)
    }
}
