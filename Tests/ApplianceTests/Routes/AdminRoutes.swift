/// The administrator's routes: who may ask them, and what those get who may.
///
/// Two columns of eleven have a `+`, and where the box itself is changed one (SECURITY S21).
enum AdminRoutes {
    private static let both = "++---------"
    private static let system = "+----------"

    static let probes: [RouteTable.Probe] =
        users + boxes + reviews + directory + backups + upgrades + timeMachine

    private static let users = [
        probe("GET /api/v1/users", 200, both),
        probe("POST /api/v1/users", 400, both, body: "{}"),
        probe("GET /api/v1/users/:id", 404, both),
        probe("PUT /api/v1/users/:id", 400, both, body: "{}"),
        probe("POST /api/v1/users/:id/disable", 404, both),
        probe("POST /api/v1/users/:id/enable", 404, both),
        probe("POST /api/v1/users/:id/unlock", 404, both),
        probe("POST /api/v1/users/:id/reset-password", 404, both),
        probe("DELETE /api/v1/users/:id/sessions", 404, both),
        probe("GET /api/v1/admin/roles", 200, both),
    ]

    private static let boxes = [
        probe("GET /api/v1/admin/clinic", 404, both),
        probe("PUT /api/v1/admin/clinic", 400, system, body: "{}"),
        probe("POST /api/v1/admin/clinic/undo", 400, system, body: "{}"),
        probe("GET /api/v1/admin/tribes", 200, both),
        probe("GET /api/v1/admin/settings", 200, both),
        probe("PUT /api/v1/admin/settings/:key", 400, system, body: "{}"),
    ]

    private static let upgrades = [
        probe("GET /api/v1/upgrade", 200, both),
        probe("POST /api/v1/upgrade/package", 400, system, body: "{}"),
        probe("POST /api/v1/upgrade/signature", 400, system, body: "{}"),
        // The tests run no package, so there is nobody to ask.
        probe("POST /api/v1/upgrade/install", 400, system, body: "{}"),
        probe("POST /api/v1/upgrade/roll-back", 400, system, body: "{}"),
    ]

    private static let backups = [
        probe("GET /metrics", 200, both),
        probe("GET /api/v1/backups", 200, both),
        probe("GET /api/v1/backups/status", 200, both),
        probe("GET /api/v1/backups/forecast", 200, both),
        probe("POST /api/v1/backups", 202, system, body: "{}"),
        // The clock of the tests shows a time before this release, which nobody can confirm.
        probe("POST /api/v1/backups/clock", 409, system, body: "{}"),
        probe("POST /api/v1/backups/drill", 400, system, body: "{}"),
        probe("POST /api/v1/backups/places", 400, system, body: "{}"),
        probe("POST /api/v1/backups/places/:id/test", 404, system, body: "{}"),
        probe("POST /api/v1/backups/places/:id/copy", 404, system, body: "{}"),
        probe("POST /api/v1/backups/places/:id/redo", 400, system, body: "{}"),
        probe("DELETE /api/v1/backups/places/:id", 404, system),
        probe("POST /api/v1/backups/:id/proof", 404, system, body: "{}"),
        probe("GET /api/v1/backups/:id/file", 404, system),
    ]

    private static let reviews = [
        probe("GET /api/v1/admin/access-reviews", 200, both),
        probe("POST /api/v1/admin/access-reviews", 201, both),
        probe("GET /api/v1/admin/access-reviews/:id", 404, both),
        probe("PUT /api/v1/admin/access-reviews/:id/lines/:user", 400, both, body: "{}"),
        probe("POST /api/v1/admin/access-reviews/:id/sign", 404, both),
    ]

    private static let directory = ["locations", "providers"].flatMap { word in
        [
            probe("GET /api/v1/admin/\(word)", 200, both, door: .records),
            probe("POST /api/v1/admin/\(word)", 400, both, body: "{}", door: .records),
            probe("GET /api/v1/admin/\(word)/:id", 404, both, door: .records),
            probe("PUT /api/v1/admin/\(word)/:id", 400, both, body: "{}", door: .records),
        ]
    }

    private static let timeMachine = [
        probe("GET /api/v1/time-machine", 200, both),
        probe("POST /api/v1/time-machine/open", 400, system, body: "{}"),
        probe("POST /api/v1/time-machine/close", 200, system, body: "{}"),
        probe("POST /api/v1/time-machine/patients", 400, both, body: "{}"),
        probe("GET /api/v1/time-machine/patients/:id", 409, both),
        probe("POST /api/v1/time-machine/copy", 400, system, body: "{}"),
    ]

    private static func probe(
        _ route: String, _ status: Int, _ letters: String, body: String? = nil,
        door: RouteTable.Door = .account
    ) -> RouteTable.Probe {
        let path = route.split(separator: " ")[1].split(separator: "/")
            .map { $0.hasPrefix(":") ? "none" : String($0) }
        return RouteTable.Probe(
            route, "/" + path.joined(separator: "/"), door, status, letters, body: body)
    }
}
