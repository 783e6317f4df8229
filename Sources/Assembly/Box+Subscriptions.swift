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
            present: { try await identity.present($0) },
            base: {
                let (hosts, port) = (settings.current.hosts, settings.current.listen.port)
                let host = hosts.first ?? "\(label.text).local"
                return "https://\(host)\(port == 443 ? "" : ":\(port)")/fhir"
            },
            pick: { bound in
                // Without randomness those that wait come together, which does no harm.
                let bytes = (try? Random.bytes(4)) ?? []
                let number = bytes.reduce(Int64(0)) { $0 << 8 | Int64($1) }
                return bound > 0 ? number % bound : 0
            })
    }
}
