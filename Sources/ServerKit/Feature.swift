package import HTTPTypes
package import Hummingbird

/// A part of the product that plugs into the server.
package protocol Feature: Sendable {
    /// The word that names the feature in folders, pages and help.
    static var key: String { get }
    /// Puts the feature's routes into the server's table.
    func addRoutes(to routes: Routes)
}

/// One line of the server's table of routes.
package struct RegisteredRoute: Hashable, Sendable {
    package let method: HTTPRequest.Method
    /// The path with its parameters, such as `/fhir/:type/:id`.
    package let template: String
    package let needsSignIn: Bool
    /// The key of the feature that answers.
    package let featureKey: String
    package let limits: RouteLimits
}

/// Where a feature puts its routes: open to everybody, or behind the sign-in.
package struct Routes {
    /// Routes that anybody may ask.
    package let open: RouteGroup<OpenContext>
    /// Routes that answer 401 unless the caller is known.
    package let signedIn: RouteGroup<CallerContext>
}

/// Routes whose handlers take one kind of context.
package struct RouteGroup<Context: LimitedContext> {
    /// A function that answers a request.
    package typealias Handler = @Sendable (Request, Context) async throws -> Response

    let featureKey: String
    let needsSignIn: Bool
    let book: RouteBook
    /// Makes the handler one for the context that a request comes with.
    let adapt: (@escaping Handler) -> RouteBook.Run

    /// Answers GET, and HEAD without the body.
    package func get(_ path: String, limits: RouteLimits? = nil, use handler: @escaping Handler) {
        on(.get, path, limits, handler)
    }

    /// Answers POST.
    package func post(_ path: String, limits: RouteLimits? = nil, use handler: @escaping Handler) {
        on(.post, path, limits, handler)
    }

    /// Answers PUT.
    package func put(_ path: String, limits: RouteLimits? = nil, use handler: @escaping Handler) {
        on(.put, path, limits, handler)
    }

    /// Answers PATCH.
    package func patch(_ path: String, limits: RouteLimits? = nil, use handler: @escaping Handler) {
        on(.patch, path, limits, handler)
    }

    /// Answers DELETE.
    package func delete(_ path: String, limits: RouteLimits? = nil, use handler: @escaping Handler)
    {
        on(.delete, path, limits, handler)
    }

    private func on(
        _ method: HTTPRequest.Method, _ path: String, _ limits: RouteLimits?,
        _ handler: @escaping Handler
    ) {
        let words = path.split(separator: "/")
        let route = RegisteredRoute(
            method: method, template: "/" + words.joined(separator: "/"),
            needsSignIn: needsSignIn, featureKey: featureKey,
            limits: limits ?? .standard(method, path))
        book.note(route, adapt(handler))
    }
}
