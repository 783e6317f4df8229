/// The routes of the front desk.
enum DeskRoutes {
    private static let writers = "--+++---+--"

    static let probes: [RouteTable.Probe] = [
        RouteTable.Probe(
            "GET /api/v1/registration-choices", "/api/v1/registration-choices", .records, 200,
            "+++++++++++"),
        RouteTable.Probe(
            "GET /api/v1/registrations", "/api/v1/registrations", .account, 200, writers),
        RouteTable.Probe(
            "POST /api/v1/registrations", "/api/v1/registrations", .account, 400, writers,
            body: #"{"none":1}"#),
        RouteTable.Probe(
            "GET /api/v1/registrations/:id", "/api/v1/registrations/none", .account, 404, writers),
        RouteTable.Probe(
            "DELETE /api/v1/registrations/:id", "/api/v1/registrations/none", .account, 404,
            writers),
        RouteTable.Probe(
            "GET /api/v1/registrations/:id/similar", "/api/v1/registrations/none/similar",
            .account, 404, writers),
        RouteTable.Probe(
            "PUT /api/v1/registrations/:id/:step", "/api/v1/registrations/none/identity", .account,
            400, writers, body: "{}"),
        RouteTable.Probe(
            "POST /api/v1/registrations/:id/finish", "/api/v1/registrations/none/finish", .account,
            404, writers, body: "{}"),
        RouteTable.Probe(
            "GET /api/v1/patients/:id/registration", "/api/v1/patients/own/registration", .records,
            200, "-++++++++++"),
        RouteTable.Probe(
            "GET /api/v1/patients/:id/registration", "/api/v1/patients/other/registration",
            .records, 200, "-+++++++++-"),
        RouteTable.Probe(
            "PUT /api/v1/patients/:id/registration/:step",
            "/api/v1/patients/own/registration/identity", .records, 400, writers, body: "{}"),
        RouteTable.Probe(
            "POST /api/v1/patients/temporary", "/api/v1/patients/temporary", .records, 400, writers,
            body: #"{"ageYears":"x"}"#),
        RouteTable.Probe(
            "POST /api/v1/patients/:id/merge", "/api/v1/patients/own/merge", .records, 400, writers,
            body: "{}"),
        RouteTable.Probe(
            "POST /api/v1/patients/:id/unmerge", "/api/v1/patients/own/unmerge", .records, 400,
            writers, body: "{}"),
    ]
}
