/// The rows of the route table for operations.
enum OperationRoutes {
    typealias Probe = RouteTable.Probe

    private static let all = "+++++++++++"
    private static let tag =
        #"{"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"tag":[{"#
        + #""system":"urn:t","code":"seen"}]}}]}"#
    private static let person =
        #"{"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"#
        + #""resourceType":"Patient","name":[{"family":"Tsosie"}]}}]}"#

    /// Those that have no address of FHIR.
    static let own = [
        Probe(
            "GET /api/v1/purge/:type/:id", "/api/v1/purge/Condition/none", .account, 404,
            "+----------"),
        Probe(
            "POST /api/v1/purge", "/api/v1/purge", .account, 400, "+----------",
            body: #"{"type":"Condition","id":"none"}"#),
        Probe(
            "GET /api/v1/patients/:id/fhir", "/api/v1/patients/own/fhir", .records, 200,
            "-++++++++++"),
        Probe(
            "GET /api/v1/patients/:id/fhir", "/api/v1/patients/other/fhir", .records, 200,
            "-+++++++++-"),
        Probe(
            "GET /api/v1/patients/:id/everything", "/api/v1/patients/own/everything", .records,
            200, "-++++++++++"),
        Probe(
            "GET /api/v1/patients/:id/everything", "/api/v1/patients/other/everything", .records,
            200, "-+++++++++-"),
        Probe(
            "GET /api/v1/patients/similar", "/api/v1/patients/similar?family=Tsosie", .records,
            200, "-++++++++++"),
        Probe(
            "POST /api/v1/patients/similar", "/api/v1/patients/similar", .records, 200,
            "-++++++++++", body: #"{"family":"Tsosie"}"#),
    ]

    /// Those below an address of FHIR.
    static func probes(_ base: String) -> [Probe] {
        charts(base) + labels(base) + queries(base)
    }

    private static func queries(_ base: String) -> [Probe] {
        let ask = "?query=%7Bid%7D"
        let all = "?query=%7BPractitionerList%7Bid%7D%7D"
        return [
            Probe("GET \(base)/$graphql", "\(base)/$graphql\(all)", .records, 200, self.all),
            Probe("POST \(base)/$graphql", "\(base)/$graphql\(all)", .records, 200, self.all),
            Probe(
                "GET \(base)/:type/:id/$graphql", "\(base)/Condition/cough/$graphql\(ask)",
                .records, 200, "-+++++++-++"),
            Probe(
                "POST \(base)/:type/:id/$graphql", "\(base)/Condition/cough/$graphql\(ask)",
                .records, 200, "-+++++++-++"),
        ]
    }

    private static func charts(_ base: String) -> [Probe] {
        let one = "\(base)/:type/:id/$everything"
        let type = "\(base)/:type/$everything"
        return [
            Probe(
                "GET \(one)", "\(base)/Patient/own/$everything", .records, 200, "-++++++++++"),
            Probe(
                "GET \(one)", "\(base)/Patient/other/$everything", .records, 200, "-+++++++++-"),
            Probe(
                "POST \(one)", "\(base)/Patient/own/$everything", .records, 200, "-++++++++++"),
            Probe("GET \(type)", "\(base)/Patient/$everything", .records, 200, "-++++++++++"),
            Probe("POST \(type)", "\(base)/Patient/$everything", .records, 200, "-++++++++++"),
            Probe(
                "GET \(base)/:type/$lastn", "\(base)/Observation/$lastn?patient=own", .records,
                200, "-+++++++--+"),
            Probe(
                "GET \(base)/:type/$lastn", "\(base)/Observation/$lastn?patient=other", .records,
                200, "-+++++++---"),
            Probe(
                "POST \(base)/:type/$lastn", "\(base)/Observation/$lastn?patient=own", .records,
                200, "-+++++++--+"),
            Probe(
                "GET \(base)/:type/$docref", "\(base)/DocumentReference/$docref?patient=own",
                .records, 200, "-++++++++-+"),
            Probe(
                "POST \(base)/:type/$docref", "\(base)/DocumentReference/$docref?patient=own",
                .records, 200, "-++++++++-+"),
            Probe(
                "POST \(base)/:type/$match", "\(base)/Patient/$match", .records, 200,
                "-++++++++++", body: person),
            Probe(
                "POST \(base)/:type/$member-match", "\(base)/Patient/$member-match", .records, 400,
                "-++-----+++", body: person),
        ]
    }

    private static func labels(_ base: String) -> [Probe] {
        [
            Probe("GET \(base)/$meta", "\(base)/$meta", .records, 200, all),
            Probe("POST \(base)/$meta", "\(base)/$meta", .records, 200, all),
            Probe("GET \(base)/:type/$meta", "\(base)/Goal/$meta", .records, 200, "-+++++++-++"),
            Probe("POST \(base)/:type/$meta", "\(base)/Goal/$meta", .records, 200, "-+++++++-++"),
            Probe(
                "GET \(base)/:type/:id/$meta", "\(base)/Condition/cough-bh/$meta", .records, 200,
                "-?++????-?+"),
            Probe(
                "POST \(base)/:type/:id/$meta", "\(base)/Condition/cough/$meta", .records, 200,
                "-+++++++-++"),
            Probe(
                "GET \(base)/:type/:id/_history/:version/$meta",
                "\(base)/Condition/cough-bh/_history/1/$meta", .records, 200, "-?++????-?+"),
            Probe(
                "POST \(base)/:type/:id/_history/:version/$meta",
                "\(base)/Condition/cough/_history/1/$meta", .records, 200, "-+++++++-++"),
            Probe(
                "POST \(base)/:type/:id/$meta-add", "\(base)/Condition/cough/$meta-add", .records,
                200, "--++--++---", body: tag),
            Probe(
                "POST \(base)/:type/:id/$meta-delete", "\(base)/Condition/cough/$meta-delete",
                .records, 200, "--++--++---", body: tag),
            Probe(
                "GET \(base)/:type/:id/$diff",
                "\(base)/Condition/cough-bh/$diff?fromVersion=1&toVersion=1", .records, 200,
                "-?++????-?+"),
            Probe(
                "GET \(base)/$diff", "\(base)/$diff?from=Condition/cough&to=Condition/cough-other",
                .records, 200, "-+++++++-+?"),
        ]
    }
}
