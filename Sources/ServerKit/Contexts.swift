package import AccessControl
package import Hummingbird
import Kernel

/// What is known of a request before anybody asks who sent it.
package struct OpenContext: RequestContext, LimitedContext {
    package var coreContext: CoreRequestContextStorage
    /// The id that the log, the answer and the audit entry of this request share.
    package var requestID: String
    /// The address of the peer without its port.
    package var address: String
    /// Who asks; set on routes behind the sign-in and on open routes that identify.
    package var caller: Caller?
    package var limits: RouteLimits
    /// The event loop of the connection.
    let loop: LoopExecutor
    /// The connection that the request came on.
    package let connection: ServedConnection

    /// Makes the context of a request that has just come in.
    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        requestID = ""
        address = PeerAddress.text(of: source.channel)
        caller = nil
        limits = RouteLimits()
        loop = LoopExecutor(source.channel.eventLoop)
        connection = ServedConnection(channel: source.channel)
    }
}

/// The context of a signed-in request.
///
/// A handler that takes it cannot be put on an open route.
package struct CallerContext: ChildRequestContext, LimitedContext {
    package var coreContext: CoreRequestContextStorage
    package let requestID: String
    package let address: String
    package let caller: Caller
    package let limits: RouteLimits

    /// - Throws: ``Problem`` `.login` if nobody is signed in.
    package init(context: OpenContext) throws {
        guard let caller = context.caller else { throw Problem(.login, "Sign in first.") }
        coreContext = context.coreContext
        requestID = context.requestID
        address = context.address
        self.caller = caller
        limits = context.limits
    }
}

/// A context that knows what its route allows.
package protocol LimitedContext: Sendable {
    /// What the route allows.
    var limits: RouteLimits { get }
}

extension LimitedContext {
    /// The whole body of the request.
    ///
    /// - Throws: ``Problem`` `.tooLong`, naming the limit, if it is larger than the route allows.
    package func body(of request: Request) async throws -> [UInt8] {
        var gathered = GatheredBody()
        for try await part in request.body {
            guard gathered.count + part.readableBytes <= limits.bodyBytesMax else {
                throw LimitedBody.tooLong(limits.bodyBytesMax)
            }
            gathered.add(part)
        }
        return gathered.take()
    }
}

/// Finds out who sent a request, from a cookie, a token or a certificate.
///
/// Answers nil where the request carries nothing of the kind, and throws ``Problem`` where it carries
/// something that does not hold.
package struct Authenticator: Sendable {
    /// The way to find the caller.
    package let caller: @Sendable (Request, OpenContext) async throws -> Caller?

    /// Makes an authenticator from its one function.
    package init(_ caller: @escaping @Sendable (Request, OpenContext) async throws -> Caller?) {
        self.caller = caller
    }
}
