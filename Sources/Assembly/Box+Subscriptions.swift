import Exchange
import Identity
import RecordStore
import Sealing
import ServerKit

extension Box {
    /// What the delivery of subscriptions works with.
    static func subscriptionParts(
        _ store: RecordStore, _ identity: Identity, _ settings: LiveSettings, _ label: BoxLabel
    ) -> SubscriptionParts {
        SubscriptionParts(
            store: store, client: OutgoingClient { settings.current.outgoing },
            report: { Console.problem("tribal-ehr: \($0)") },
            owner: { try await identity.absent(userID: $0.userID, scopes: $0.scopes) },
            base: {
                let (hosts, port) = (settings.current.hosts, settings.current.listen.port)
                let host = hosts.first ?? "\(label.text).local"
                return "https://\(host)\(port == 443 ? "" : ":\(port)")/fhir"
            },
            jitter: { bound in
                // Without randomness all wait the whole time, which is no harm.
                guard bound > 0, let bytes = try? Random.bytes(7) else { return 0 }
                return bytes.reduce(Int64(0)) { $0 << 8 | Int64($1) } % bound
            })
    }
}
