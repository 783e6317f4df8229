/// The routes of second factors, PINs and codes of administrators.
///
/// The matrix comes by a name that passkeys are not bound to, so they are refused with 400.
enum FactorRoutes {
    private static let all = "+++++++++++"
    private static let both = "++---------"
    private static let auth = "/api/v1/auth/"

    static let probes: [RouteTable.Probe] = open + own + users

    private static let open = [
        "factor", "password-code", "passkey/options", "passkey", "factor/options", "factor/passkey",
    ].map { word in
        RouteTable.Probe("POST \(auth)\(word)", auth + word, .open, 400, all, body: "{}")
    }

    private static let own = [
        probe("POST", "proof", 400), probe("POST", "proof/options", 400),
        probe("POST", "proof/passkey", 400), probe("GET", "factors", 200, body: nil),
        probe("POST", "factors/app", 200), probe("POST", "factors/app/confirm", 400),
        probe("POST", "factors/recovery-codes", 409),
        probe("POST", "factors/passkeys/options", 400), probe("POST", "factors/passkeys", 400),
        probe("PUT", "pin", 400), probe("DELETE", "pin", 204, body: nil),
        probe("POST", "lock", 409), probe("POST", "unlock", 400),
        RouteTable.Probe(
            "POST \(auth)factors/:id/name", auth + "factors/none/name", .account, 404, all,
            body: #"{"name":"Blue key"}"#),
        RouteTable.Probe(
            "DELETE \(auth)factors/:id", auth + "factors/none", .account, 404, all),
        RouteTable.Probe(
            "POST /api/v1/sessions/end-others", "/api/v1/sessions/end-others", .account, 200, all),
    ]

    private static let users = [
        ("GET", "factors"), ("POST", "password-code"), ("POST", "factor-reset"),
    ].map { method, word in
        RouteTable.Probe(
            "\(method) /api/v1/users/:id/\(word)", "/api/v1/users/none/\(word)", .account, 404,
            both)
    }

    private static func probe(
        _ method: String, _ word: String, _ status: Int, body: String? = "{}"
    ) -> RouteTable.Probe {
        RouteTable.Probe(
            "\(method) \(auth)\(word)", auth + word, .account, status, all, body: body)
    }
}
