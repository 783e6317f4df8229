import AccessControl
import HTTPTypes
import Hummingbird
import Kernel
import NIOCore

/// Puts one route's limits in front of its handler: same origin, who asks, how often, how much, how
/// long.
struct RouteResponder: HTTPResponder {
    typealias Context = OpenContext

    let entry: RouteBook.Entry
    let authenticator: Authenticator
    let limiter: RateLimiter
    let deadlines: Deadlines
    let problems: ProblemResponder
    let closed: @Sendable (Caller?) -> Problem?
    let halted: @Sendable () -> Problem?
    let bodies: BodyRoom

    func respond(to request: Request, context: OpenContext) async throws -> Response {
        let limits = entry.route.limits
        var request = request
        var context = context
        context.limits = limits
        if limits.sameOrigin == .always {
            try CrossSite.check(request.head, rule: .always)
        }
        let refused = await identify(request, &context)
        let allowance = admit(context)
        guard allowance?.isAdmitted ?? true else {
            return tooFast(allowance, request, context)
        }
        if let refused { throw refused }
        if request.method != .get, request.method != .head, let reason = halted() { throw reason }
        if !limits.worksInMaintenance, let reason = closed(context.caller) { throw reason }
        let claim = bodies.claim()
        defer { claim.end() }
        try LimitedBody.limit(&request, bytesMax: limits.bodyBytesMax, claim: claim)
        var answer = try await run(request, context)
        if let allowance { Self.note(allowance, in: &answer.headers) }
        return answer
    }

    /// Sets the caller; the error of bad credentials counts as a try before it is thrown.
    private func identify(_ request: Request, _ context: inout OpenContext) async -> (any Error)? {
        guard entry.route.needsSignIn || entry.route.limits.identifies else { return nil }
        do {
            context.caller = try await authenticator.caller(request, context)
            return nil
        } catch {
            return entry.route.needsSignIn ? error : nil
        }
    }

    /// Takes one act from the buckets; nil for scripts of the box itself, which are not counted.
    private func admit(_ context: OpenContext) -> Allowance? {
        if let caller = context.caller, ConnectionCount.isOwn(context.address),
            caller.scopes?.contains(where: { $0.level == .system }) == true
        {
            return nil
        }
        let all = limiter.take(.everything, key: "box")
        guard all.isAdmitted else { return all }
        let rate = entry.route.limits.rate
        guard rate != .assets, let userID = context.caller?.userID else {
            return limiter.take(rate, key: "address " + context.address)
        }
        return limiter.take(rate, key: "user " + userID)
    }

    private func tooFast(
        _ allowance: Allowance?, _ request: Request, _ context: OpenContext
    ) -> Response {
        guard let allowance else { return Response(status: .tooManyRequests) }
        var answer = problems.response(
            to: RateLimiter.throttled(allowance), for: request.head,
            requestID: context.requestID)
        Self.note(allowance, in: &answer.headers)
        return answer
    }

    private func run(_ request: Request, _ context: OpenContext) async throws -> Response {
        let run = entry.run
        do {
            let limit = TimeAmount.seconds(Int64(entry.route.limits.timeSecondsMax))
            guard !entry.route.limits.isQuick else {
                return try await deadlines.run(limit, on: context.loop) {
                    try await run(request, context)
                }
            }
            return try await withTaskExecutorPreference(globalConcurrentExecutor) {
                try await deadlines.run(limit) { try await run(request, context) }
            }
        } catch let error as HTTPError {
            throw LibraryRefusal(status: error.status.code)
        } catch is NIOTooManyBytesError {
            throw LimitedBody.tooLong(entry.route.limits.bodyBytesMax)
        }
    }

    private static func note(_ allowance: Allowance, in headers: inout HTTPFields) {
        headers[.rateLimit] = "\(allowance.limit)"
        headers[.rateRemaining] = "\(allowance.remaining)"
        headers[.rateReset] = "\(allowance.resetSeconds)"
    }
}

/// A refusal of the library in a form that its router does not answer by itself.
struct LibraryRefusal: Error {
    let status: Int
}

/// Answers what no route took: the page for a person, else 404 or 405 in the shape of the path.
struct UnroutedResponder: MiddlewareProtocol {
    typealias Input = Request
    typealias Output = Response
    typealias Context = OpenContext

    let paths: PathTable
    let assets: WebAssets?
    let limiter: RateLimiter
    let authenticator: Authenticator
    let closed: @Sendable (Caller?) -> Problem?

    func handle(
        _ request: Request, context: OpenContext,
        next: (Request, OpenContext) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path
        let methods = paths.methods(of: path)
        guard methods.isEmpty else {
            throw MethodRefusal(allowed: methods)
        }
        if let page = try await page(request, path, context) { return page }
        throw Problem(.notFound, "There is nothing at this address.")
    }

    private func page(
        _ request: Request, _ path: String, _ context: OpenContext
    ) async throws -> Response? {
        guard let assets, request.method == .get || request.method == .head,
            request.headers[.accept]?.contains("text/html") == true, !Self.isMachinePath(path)
        else { return nil }
        try limiter.admit(.assets, key: "address " + context.address)
        guard closed(nil) != nil else { return assets.index(for: request) }
        // Who is signed in is looked at only while the box is closed; a bad cookie is nobody.
        let caller = try? await authenticator.caller(request, context)
        return assets.index(for: request, closed: closed(caller))
    }

    /// Whether a path belongs to programs, who want to be told that it is wrong.
    static func isMachinePath(_ path: String) -> Bool {
        let first = path.split(separator: "/").first ?? ""
        return machineWords.contains(String(first))
    }

    private static let machineWords: Set<String> = [
        "a", "api", "auth", "fhir", "health", "live", "liveness", "metrics", "oauth", "ready",
        "readiness", ".well-known",
    ]
}

/// A known path was asked with a method that it does not answer.
struct MethodRefusal: Error {
    let allowed: [String]
}
