import HTTPTypes
import Hummingbird

/// The table of all routes, filled feature by feature before the server starts.
package final class RouteBook {
    typealias Run = @Sendable (Request, OpenContext) async throws -> Response

    struct Entry: Sendable {
        let route: RegisteredRoute
        let run: Run
    }

    private(set) var entries: [Entry] = []

    /// Makes an empty table.
    package init() {}

    /// Every route there is; a path and method stand in it once.
    package var list: [RegisteredRoute] { entries.map(\.route) }

    /// Takes the routes of a feature in.
    package func add<F: Feature>(_ feature: F) {
        feature.addRoutes(
            to: Routes(
                open: RouteGroup(featureKey: F.key, needsSignIn: false, book: self) { $0 },
                signedIn: RouteGroup(featureKey: F.key, needsSignIn: true, book: self) { handler in
                    { try await handler($0, CallerContext(context: $1)) }
                }))
    }

    func note(_ route: RegisteredRoute, _ run: @escaping Run) {
        precondition(
            !list.contains { $0.method == route.method && $0.template == route.template },
            "\(route.method) \(route.template) is answered by two features.")
        entries.append(Entry(route: route, run: run))
    }
}

/// Which methods a path answers, for the requests that no route took.
struct PathTable: Sendable {
    private let routes: [(words: [Substring], method: HTTPRequest.Method)]

    init(_ routes: [RegisteredRoute]) {
        self.routes = routes.map { ($0.template.split(separator: "/"), $0.method) }
    }

    /// The methods in alphabetical order, `HEAD` with `GET`; empty where the path is unknown.
    func methods(of path: String) -> [String] {
        let words = path.split(separator: "/")
        var found: Set<String> = []
        for route in routes where Self.matches(route.words, words) {
            found.insert(route.method.rawValue)
            if route.method == .get { found.insert("HEAD") }
        }
        return found.sorted()
    }

    private static func matches(_ template: [Substring], _ words: [Substring]) -> Bool {
        for (index, word) in template.enumerated() {
            guard index < words.count else { return false }
            if word == "**" { return true }
            guard word.hasPrefix(":") || word == "*" || word == words[index] else { return false }
        }
        return template.count == words.count
    }
}
