/// Who may ask what of each route, written down from what the roles are for and not from the
/// product's own table.
///
/// A route of the product that is missing here fails the matrix.
///
/// The letters of a row, in the order of ``RouteTable/columns``: `+` is answered as the row says,
/// `-` is refused with 403, `?` is answered as if it were not there.
enum RouteTable {
    /// The eleven roles.
    static let columns = [
        "SYSTEM_ADMIN", "ADMIN", "PHYSICIAN", "NURSE", "MEDICAL_ASSISTANT", "PHARMACIST", "LAB",
        "RADIOLOGY", "FRONT_DESK", "BILLING", "PATIENT",
    ]

    /// How a route treats those who are not simply signed in.
    enum Door {
        /// Answers everybody alike.
        case open
        /// Answers whoever is signed in.
        case account
        /// Looks at nothing that the box holds, for whoever is signed in or has a token.
        case nothing
        /// Belongs to records: a token may do what its scopes say.
        case records
    }

    /// One request of the matrix.
    struct Probe: Sendable {
        /// Method and template as the product has them.
        let route: String
        let path: String
        var body: String?
        let door: Door
        /// What those with `+` get.
        let status: Int
        let letters: String
        /// What the body is.
        let type: String

        init(
            _ route: String, _ path: String, _ door: Door, _ status: Int, _ letters: String,
            body: String? = nil, type: String = "application/json"
        ) {
            self.type = path.hasSuffix("_search") ? "application/x-www-form-urlencoded" : type
            self.route = route
            self.path = path
            self.door = door
            self.status = status
            self.letters = letters
            self.body = body
        }
    }

    /// Every FHIR route stands below two addresses.
    static let probes: [Probe] = ownProbes + fhirProbes + TermRoutes.every

    private static let ownProbes: [Probe] = {
        var all: [Probe] = openProbes + setupProbes + accountProbes + boxProbes
        all += AdminRoutes.probes
        all += FactorRoutes.probes
        all += rightsProbes
        all += chartProbes
        all += OperationRoutes.own
        all += DeskRoutes.probes
        return all
    }()
    private static let fhirProbes: [Probe] = ["/fhir", "/fhir/R4"].flatMap { base in
        var all: [Probe] = reads(base) + histories(base) + searches(base)
        all += writes(base)
        all += conditionals(base)
        all += OperationRoutes.probes(base)
        all += SubscriptionRoutes.probes(base)
        return all
    }

    private static let all = "+++++++++++"

    private static let openProbes = [
        Probe("GET /", "/", .open, 200, all),
        Probe("GET /a/**", "/a/abc/none.js", .open, 404, all),
        Probe("GET /api/v1/box", "/api/v1/box", .open, 200, all),
        Probe("GET /api/v1/setup", "/api/v1/setup", .open, 200, all),
        Probe("GET /api/v1/socket", "/api/v1/socket", .open, 400, all),
        Probe("POST /api/v1/setup/claim", "/api/v1/setup/claim", .open, 400, all, body: "{}"),
        Probe("GET /health", "/health", .open, 200, all),
        Probe("GET /live", "/live", .open, 200, all),
        Probe("GET /liveness", "/liveness", .open, 200, all),
        Probe("GET /ready", "/ready", .open, 200, all),
        Probe("GET /readiness", "/readiness", .open, 200, all),
        Probe("GET /health/db", "/health/db", .open, 200, all),
        Probe("GET /health/backups", "/health/backups", .open, 200, all),
        Probe("GET /fhir/metadata", "/fhir/metadata", .open, 200, all),
        Probe("GET /fhir/R4/metadata", "/fhir/R4/metadata", .open, 200, all),
        Probe("GET /fhir/openapi.json", "/fhir/openapi.json", .open, 200, all),
        Probe("GET /fhir/R4/openapi.json", "/fhir/R4/openapi.json", .open, 200, all),
        Probe("POST /api/v1/auth/login", "/api/v1/auth/login", .open, 400, all, body: "{}"),
        // A box that does not serve has no authority yet.
        Probe("GET /trust", "/trust", .open, 404, all),
        Probe("GET /trust/ca.pem", "/trust/ca.pem", .open, 404, all),
        Probe("GET /trust/ca.crt", "/trust/ca.crt", .open, 404, all),
        Probe("GET /trust/ca.mobileconfig", "/trust/ca.mobileconfig", .open, 404, all),
        Probe("GET /trust/check", "/trust/check", .open, 200, all),
        Probe("POST /trust/check", "/trust/check", .open, 200, all),
        Probe(
            "POST /api/v1/certificates/confirm", "/api/v1/certificates/confirm", .open, 400, all,
            body: "{}"),
    ]

    /// The steps of the setup, for whoever has not proved the code.
    private static let setupProbes =
        [
            "kind", "clinic", "password-check", "administrator", "kit", "proof", "restore/upload",
            "restore/begin",
        ].map { step in
            Probe(
                "POST /api/v1/setup/\(step)", "/api/v1/setup/\(step)", .open, 401, all, body: "{}")
        }
        + ["restore", "restore/progress"].map { step in
            Probe("GET /api/v1/setup/\(step)", "/api/v1/setup/\(step)", .open, 401, all)
        }

    private static let accountProbes = [
        Probe("GET /api/v1/auth/me", "/api/v1/auth/me", .account, 200, all),
        Probe(
            "POST /api/v1/auth/password", "/api/v1/auth/password", .account, 400, all, body: "{}"),
        Probe("GET /api/v1/sessions", "/api/v1/sessions", .account, 200, all),
    ]

    /// The last thing that each of them asks.
    static let goodbye = Probe(
        "POST /api/v1/auth/logout", "/api/v1/auth/logout", .account, 204, all)

    private static let boxProbes = [
        Probe("GET /api/v1/sessions", "/api/v1/sessions?all=true", .account, 200, "++---------"),
        Probe(
            "DELETE /api/v1/sessions/:id", "/api/v1/sessions/none", .account, 404, "++---------"),
        Probe("GET /api/v1/audit", "/api/v1/audit", .account, 200, "++---------"),
        Probe("GET /api/v1/audit/verify", "/api/v1/audit/verify", .account, 200, "++---------"),
        Probe(
            "GET /api/v1/audit/verify-integrity", "/api/v1/audit/verify-integrity", .account, 200,
            "++---------"),
        Probe("GET /api/v1/notices", "/api/v1/notices", .account, 200, "++---------"),
        Probe("GET /api/v1/subscriptions", "/api/v1/subscriptions", .account, 200, "++---------"),
        Probe(
            "POST /api/v1/subscriptions/:id/on", "/api/v1/subscriptions/none/on", .account, 404,
            "++---------", body: "{}"),
        Probe(
            "POST /api/v1/subscriptions/:id/off", "/api/v1/subscriptions/none/off", .account, 404,
            "++---------", body: "{}"),
        Probe(
            "POST /api/v1/subscriptions/:id/secret", "/api/v1/subscriptions/none/secret", .account,
            404, "++---------", body: "{}"),
        // With a place that is none, because a stream of events has no end.
        Probe("GET /api/v1/events", "/api/v1/events?after=x", .account, 400, all),
        Probe("GET /api/v1/maintenance", "/api/v1/maintenance", .account, 200, "++---------"),
        Probe(
            "POST /api/v1/maintenance", "/api/v1/maintenance", .account, 400, "+----------",
            body: "{}"),
        Probe(
            "POST /api/v1/practice/reset", "/api/v1/practice/reset", .account, 409, "+----------",
            body: "{}"),
        Probe(
            "POST /api/v1/practice/remove", "/api/v1/practice/remove", .account, 409,
            "+----------", body: "{}"),
        Probe(
            "POST /api/v1/notices/:id/seen", "/api/v1/notices/9/seen", .account, 404,
            "++---------"),
        Probe("GET /api/v1/certificates", "/api/v1/certificates", .account, 200, "++---------"),
        Probe(
            "POST /api/v1/certificates", "/api/v1/certificates", .account, 400, "+----------",
            body: "{}"),
        Probe(
            "POST /api/v1/certificates/reset", "/api/v1/certificates/reset", .account, 204,
            "+----------"),
        Probe(
            "POST /api/v1/certificates/request", "/api/v1/certificates/request", .account, 400,
            "+----------", body: "{}"),
        Probe(
            "GET /api/v1/certificates/acme", "/api/v1/certificates/acme", .account, 200,
            "+----------"),
        Probe(
            "POST /api/v1/certificates/acme", "/api/v1/certificates/acme", .account, 422,
            "+----------", body: "{}"),
        Probe(
            "POST /api/v1/certificates/acme/forget", "/api/v1/certificates/acme/forget", .account,
            204, "+----------"),
    ]

    private static let rightsProbes = [
        Probe(
            "GET /api/v1/patients/:id/access-report", "/api/v1/patients/own/access-report",
            .account, 200, "++---------"),
        Probe("GET /api/v1/emergencies", "/api/v1/emergencies", .account, 200, "++---------"),
        Probe(
            "POST /api/v1/emergencies", "/api/v1/emergencies", .account, 404, "--++++++---",
            body: #"{"patientId":"none","category":"emergency-treatment","#
                + #""reason":"A long enough reason"}"#),
        Probe("GET /api/v1/emergencies/mine", "/api/v1/emergencies/mine", .account, 200, all),
        Probe(
            "GET /api/v1/emergencies/:id", "/api/v1/emergencies/none", .account, 404,
            "++---------"),
        Probe(
            "POST /api/v1/emergencies/:id/end", "/api/v1/emergencies/none/end", .account, 404,
            "++---------"),
        Probe(
            "POST /api/v1/emergencies/:id/review", "/api/v1/emergencies/none/review", .account,
            404, "++---------", body: #"{"finding":"appropriate"}"#),
        Probe("GET /api/v1/delegations", "/api/v1/delegations", .account, 200, "++++++++++-"),
        Probe(
            "GET /api/v1/delegations", "/api/v1/delegations?all=true", .account, 200,
            "++---------"),
        Probe(
            "POST /api/v1/delegations", "/api/v1/delegations", .account, 400, "++++++++++-",
            body: #"{"to":"none","begins":"2030-01-01","until":"2030-01-02"}"#),
        Probe(
            "POST /api/v1/delegations", "/api/v1/delegations", .account, 400, "++---------",
            body: #"{"from":"none","to":"none","begins":"2030-01-01","until":"2030-01-02"}"#),
        Probe(
            "DELETE /api/v1/delegations/:id", "/api/v1/delegations/none", .account, 404,
            "++++++++++-"),
        Probe("GET /api/v1/access-rules", "/api/v1/access-rules", .account, 200, "++---------"),
        Probe(
            "PUT /api/v1/access-rules", "/api/v1/access-rules", .account, 412, "+----------",
            body: #"{"version":9,"rules":{}}"#),
        Probe(
            "PUT /api/v1/access-rules/people/:id", "/api/v1/access-rules/people/none", .account,
            404, "++---------", body: #"{"practitionerId":""}"#),
    ]

    private static let chartProbes = [
        Probe(
            "POST /api/v1/patients/search", "/api/v1/patients/search", .records, 200,
            "-++++++++++", body: #"{"q":"tso"}"#),
        Probe(
            "GET /api/v1/patients/:id/chart", "/api/v1/patients/own/chart", .records, 200,
            "-++++++++++"),
        Probe(
            "GET /api/v1/patients/:id/chart", "/api/v1/patients/other/chart", .records, 200,
            "-+++++++++-"),
        Probe(
            "GET /api/v1/patients/:id/notes/:document", "/api/v1/patients/own/notes/note", .records,
            200, "-++++++++-+"),
        Probe(
            "GET /api/v1/patients/:id/notes/:document", "/api/v1/patients/own/notes/note-bh",
            .records, 200, "-?++?????-+"),
        Probe(
            "GET /api/v1/patients/:id/notes/:document", "/api/v1/patients/other/notes/note",
            .records, 404, "-++++++++--"),
        Probe(
            "GET /api/v1/vitals/:id/rules", "/api/v1/vitals/own/rules", .records, 200,
            "-++++++++++"),
        Probe(
            "GET /api/v1/vitals/:id/rules", "/api/v1/vitals/other/rules", .records, 200,
            "-+++++++++-"),
        Probe(
            "POST /api/v1/observations/vitals", "/api/v1/observations/vitals", .records, 400,
            "--+++-+----", body: #"{"patientId":"own"}"#),
    ]

    private static func reads(_ base: String) -> [Probe] {
        let read = "GET \(base)/:type/:id"
        let vread = "GET \(base)/:type/:id/_history/:version"
        return [
            Probe(read, "\(base)/Patient/own", .records, 200, "-++++++++++"),
            Probe(read, "\(base)/Patient/other", .records, 200, "-+++++++++-"),
            Probe(read, "\(base)/Patient/none", .records, 404, "-+++++++++-"),
            Probe(read, "\(base)/Condition/cough", .records, 200, "-+++++++-++"),
            Probe(read, "\(base)/Condition/cough-bh", .records, 200, "-?++????-?+"),
            Probe(read, "\(base)/Condition/cough-sud", .records, 200, "-?+?????-?+"),
            Probe(read, "\(base)/Condition/cough-other", .records, 200, "-+++++++-+?"),
            Probe(read, "\(base)/Observation/weight", .records, 200, "-+++++++--+"),
            Probe(read, "\(base)/MedicationRequest/pills", .records, 200, "-+++++---++"),
            Probe(read, "\(base)/Claim/none", .records, 404, "-++-----+++"),
            Probe(read, "\(base)/Consent/none", .records, 404, "-++++---+-+"),
            Probe(read, "\(base)/Immunization/none", .records, 404, "-+++++---++"),
            Probe(read, "\(base)/Practitioner/hale", .records, 200, all),
            Probe(read, "\(base)/AuditEvent/none", .account, 404, "++---------"),
            Probe(vread, "\(base)/Condition/cough/_history/1", .records, 200, "-+++++++-++"),
            Probe(vread, "\(base)/Condition/cough-bh/_history/1", .records, 200, "-?++????-?+"),
            Probe(vread, "\(base)/Practitioner/hale/_history/1", .records, 200, all),
            Probe(vread, "\(base)/Patient/own/_history/9", .records, 404, "-++++++++++"),
        ]
    }

    private static func histories(_ base: String) -> [Probe] {
        let one = "GET \(base)/:type/:id/_history"
        let type = "GET \(base)/:type/_history"
        return [
            Probe(one, "\(base)/Patient/own/_history", .records, 200, "-++++++++++"),
            Probe(one, "\(base)/Patient/other/_history", .records, 200, "-+++++++++-"),
            Probe(one, "\(base)/Condition/cough/_history", .records, 200, "-+++++++-++"),
            Probe(one, "\(base)/Condition/cough-bh/_history", .records, 200, "-?++????-?+"),
            Probe(one, "\(base)/Condition/cough-other/_history", .records, 200, "-+++++++-+?"),
            Probe(one, "\(base)/Condition/none/_history", .records, 404, "-+++++++-++"),
            Probe(type, "\(base)/Condition/_history", .records, 200, "-+++++++-++"),
            Probe(type, "\(base)/Practitioner/_history", .records, 200, all),
            Probe("POST \(base)/$fhirpath", "\(base)/$fhirpath", .nothing, 400, all, body: "{}"),
            Probe("GET \(base)/_history", "\(base)/_history", .records, 200, all),
            Probe(
                "POST \(base)/:type/$validate", "\(base)/Condition/$validate", .nothing, 200, all,
                body: condition("cough", of: "own")),
            Probe(
                "POST \(base)/:type/:id/$validate", "\(base)/Condition/cough/$validate", .records,
                200, "-+++++++-++", body: condition("cough", of: "own")),
            Probe(
                "GET \(base)/:type/:id/$validate", "\(base)/Condition/cough/$validate", .records,
                200, "-+++++++-++"),
        ]
    }

    private static func conditionals(_ base: String) -> [Probe] {
        let cough = condition("cough", of: "own")
        let patch = #"[{"op":"add","path":"/code","value":{"text":"Cough"}}]"#
        return [
            Probe(
                "PATCH \(base)/:type/:id", "\(base)/Condition/cough", .records, 200,
                "--++--++---", body: patch, type: "application/json-patch+json"),
            Probe(
                "PATCH \(base)/:type", "\(base)/Condition?_id=cough", .records, 200,
                "--++--++---", body: patch, type: "application/json-patch+json"),
            Probe(
                "PUT \(base)/:type", "\(base)/Condition?_id=cough", .records, 200,
                "--++--++---", body: cough),
            Probe(
                "DELETE \(base)/:type", "\(base)/Condition?_id=none", .records, 204,
                "--+--------"),
            Probe(
                "DELETE \(base)/:type", "\(base)/Appointment?_id=none", .records, 204,
                "-++--------"),
        ]
    }

    private static func searches(_ base: String) -> [Probe] {
        let get = "GET \(base)/:type"
        let post = "POST \(base)/:type/_search"
        return [
            Probe(get, "\(base)/Patient?name=tso", .records, 200, "-++++++++++"),
            Probe(get, "\(base)/Condition?patient=own", .records, 200, "-+++++++-++"),
            Probe(get, "\(base)/Condition?patient=other", .records, 200, "-+++++++-+-"),
            Probe(get, "\(base)/Observation?_summary=count", .records, 200, "-+++++++--+"),
            Probe(get, "\(base)/Practitioner", .records, 200, all),
            Probe(post, "\(base)/Patient/_search", .records, 200, "-++++++++++", body: "_id=own"),
            Probe(
                post, "\(base)/Condition/_search", .records, 200, "-+++++++-++",
                body: "patient=own"),
            Probe(
                "GET \(base)/_async/:type/:job", "\(base)/_async/Condition/none", .records, 404,
                "-+++++++-++"),
            Probe(
                "DELETE \(base)/_async/:type/:job", "\(base)/_async/Condition/none", .records, 404,
                "-+++++++-++"),
            Probe("GET \(base)", "\(base)?_type=Practitioner", .records, 200, all),
            Probe(
                "POST \(base)/_search", "\(base)/_search", .records, 200, all,
                body: "_type=Practitioner"),
            Probe(
                "GET \(base)/:type/:id/:member", "\(base)/Patient/own/Condition", .records, 200,
                "-+++++++-++"),
            Probe(
                "GET \(base)/:type/:id/:member", "\(base)/Patient/other/Condition", .records, 200,
                "-+++++++-+-"),
            Probe(
                "POST \(base)/:type/:id/:member/_search", "\(base)/Patient/own/Condition/_search",
                .records, 200, "-+++++++-++", body: ""),
        ]
    }

    private static func writes(_ base: String) -> [Probe] {
        let create = "POST \(base)/:type"
        let update = "PUT \(base)/:type/:id"
        let delete = "DELETE \(base)/:type/:id"
        let cough = condition("cough", of: "own")
        let transaction =
            #"{"resourceType":"Bundle","type":"transaction","entry":[{"resource":"#
            + condition(nil, of: "own") + #","request":{"method":"POST","url":"Condition"}}]}"#
        return [
            Probe(
                create, "\(base)/Condition", .records, 201, "--++--++---",
                body: condition(nil, of: "own")),
            Probe(
                create, "\(base)/Patient", .records, 201, "--+++---+--",
                body: #"{"resourceType":"Patient","name":[{"family":"Begay"}]}"#),
            Probe(
                create, "\(base)/Practitioner", .records, 201, "++---------",
                body: #"{"resourceType":"Practitioner"}"#),
            Probe(update, "\(base)/Condition/cough", .records, 200, "--++--++---", body: cough),
            Probe(
                update, "\(base)/Patient/other", .records, 200, "--+++---+--",
                body: #"{"resourceType":"Patient","id":"other","name":[{"family":"Yazzie"}]}"#),
            Probe(
                delete, "\(base)/Condition/none", .records, 404, "--+--------"),
            Probe(
                delete, "\(base)/Practitioner/none", .records, 404, "++---------"),
            Probe(
                delete, "\(base)/Appointment/none", .records, 404, "-++--------"),
            Probe(
                "POST \(base)", base, .records, 200, "--++--++---", body: transaction),
        ]
    }

    /// A problem on the list of a patient.
    static func condition(_ id: String?, of patient: String) -> String {
        let name = id.map { #""id":"\#($0)","# } ?? ""
        return #"{"resourceType":"Condition",\#(name)"subject":"#
            + #"{"reference":"Patient/\#(patient)"}}"#
    }
}
