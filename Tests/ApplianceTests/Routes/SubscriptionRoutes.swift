/// The rows of the route table for what is asked of subscriptions.
enum SubscriptionRoutes {
    typealias Probe = RouteTable.Probe

    private static let some = "+++--------"

    static func probes(_ base: String) -> [Probe] {
        ["GET", "POST"].flatMap { method in
            let body = method == "POST" ? "" : nil
            func one(_ word: String) -> Probe {
                Probe(
                    "\(method) \(base)/:type/:id/$\(word)", "\(base)/Subscription/none/$\(word)",
                    .records, 404, some, body: body)
            }
            return [
                one("status"), one("events"), one("get-ws-binding-token"),
                Probe(
                    "\(method) \(base)/:type/$status", "\(base)/Subscription/$status", .records,
                    200,
                    some, body: body),
                Probe(
                    "\(method) \(base)/:type/$get-ws-binding-token",
                    "\(base)/Subscription/$get-ws-binding-token?id=none", .records, 404, some,
                    body: body),
            ]
        }
    }
}
