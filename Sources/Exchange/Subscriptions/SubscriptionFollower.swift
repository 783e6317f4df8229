import AccessControl
import FHIRModel
package import Kernel
package import RecordStore

/// Keeps the state of a subscription in step with its resource, in the same transaction, whichever
/// way the resource comes in.
package enum SubscriptionFollower {
    /// The name under which the box itself writes how a subscription stands.
    static let machineName = "subscriptions"

    /// The follower of Subscription for the store.
    ///
    /// - Parameter clock: what `ap` in a criterion counts from.
    package static func follower(_ clock: Clock) -> RecordFollower {
        RecordFollower(
            type: "Subscription",
            check: { change in
                guard change.grant.caller.kind == .person, let json = change.json else { return }
                let status = json.string("status") ?? ""
                guard ["requested", "active", "off"].contains(status) else {
                    throw Problem(
                        .value,
                        "Send a Subscription with the status requested, or off to stop it. The box "
                            + "sets active and error by itself.", location: "Subscription.status")
                }
                // One that is switched off need not be one that could be delivered.
                if status != "off" { _ = try SubscriptionPlan(json, nowMs: clock.wallMs()) }
            },
            follow: { change, seq, rows in
                guard change.grant.caller.name != machineName else { return }
                guard let json = change.json else {
                    return try SubscriptionRows.remove(change.grant, id: change.id, rows)
                }
                // What an import brings along was never asked for by anybody here.
                let isWanted =
                    change.grant.caller.kind == .person && json.string("status") != "off"
                try SubscriptionRows.put(
                    change.grant, id: change.id, isWanted: isWanted, seq: seq, rows)
            })
    }
}
