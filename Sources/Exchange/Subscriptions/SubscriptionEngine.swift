import AccessControl
import Kernel
import RecordStore
import ServiceLifecycle
import Synchronization

/// Delivers all subscriptions while the box serves, each by itself.
package final class SubscriptionEngine: Service {
    private struct Lane {
        let lane: SubscriptionLane
        let listener: UInt64
    }

    private let parts: SubscriptionParts
    private let lanes = Mutex<[String: Lane]>([:])

    /// Makes the engine; it begins to work with ``run()``.
    package init(_ parts: SubscriptionParts) { self.parts = parts }

    /// Works until the service group stops it.
    package func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            await withTaskCancellationHandler {
                await work()
            } onCancel: {
                parts.client.stop()
            }
        }
        parts.client.close()
    }

    private func work() async {
        let (number, signals) = parts.store.journal.listen()
        await withDiscardingTaskGroup { group in
            group.addTask { await self.tick(number) }
            var seq = parts.store.journal.head
            await open(&group)
            for await _ in signals {
                let facts = parts.store.journal.facts(after: seq)
                guard facts == nil || facts?.contains(where: { $0.type == "Subscription" }) == true
                else {
                    seq = facts?.last?.seq ?? seq
                    continue
                }
                seq = parts.store.journal.head
                lanes.withLock { for lane in $0.values { lane.lane.reload() } }
                await open(&group)
                nudge()
            }
            lanes.withLock { lanes in
                for lane in lanes.values { parts.store.journal.end(lane.listener) }
            }
        }
        parts.store.journal.end(number)
    }

    /// Has every subscription look at the clock once a second.
    private func tick(_ number: UInt64) async {
        while !Task.isCancelled {
            do { try await Task.sleep(for: .seconds(1)) } catch { return }
            nudge()
            parts.store.journal.nudge(number)
        }
    }

    private func nudge() {
        let listeners = lanes.withLock { $0.values.map(\.listener) }
        for listener in listeners { parts.store.journal.nudge(listener) }
    }

    /// Starts what is not running yet.
    private func open(_ group: inout DiscardingTaskGroup) async {
        let ids: [String]
        do {
            let grant = try parts.machineGrant(.read)
            ids = try await parts.store.rows(grant) {
                try SubscriptionRows.all(grant, $0).map(\.id)
            }
        } catch {
            parts.report("Subscriptions cannot be read: \(type(of: error)).")
            return
        }
        for id in ids where lanes.withLock({ $0[id] == nil }) {
            let lane = SubscriptionLane(id: id, parts: parts)
            let (listener, signals) = parts.store.journal.listen()
            lanes.withLock { $0[id] = Lane(lane: lane, listener: listener) }
            parts.store.journal.nudge(listener)
            group.addTask { [self] in
                await lane.run(signals)
                parts.store.journal.end(listener)
                lanes.withLock { $0[id] = nil }
            }
        }
    }

    /// Has one subscription look at once at what an administrator changed.
    func look(at id: String) {
        guard let lane = lanes.withLock({ $0[id] }) else { return }
        lane.lane.reload()
        parts.store.journal.nudge(lane.listener)
    }

    /// Has one subscription look at once for what its new listener has not heard.
    func nudge(_ id: String) {
        guard let lane = lanes.withLock({ $0[id] }) else { return }
        parts.store.journal.nudge(lane.listener)
    }
}
