import Exchange
import Identity
import RecordStore
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
            random: { $0 > 0 ? Int64.random(in: 0..<$0) : 0 })
    }
}
