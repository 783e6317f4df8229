import Kernel
import RecordStore
import Steward
import Synchronization

/// The name of the box, without a domain, where those who may not know the box can ask for it.
final class BoxLabel: Sendable {
    /// The name of a box that belongs to no clinic yet.
    static let unclaimed = "tribal-ehr"

    private let value = Mutex(BoxLabel.unclaimed)

    var text: String { value.withLock { $0 } }

    func put(_ label: String) { value.withLock { $0 = label } }
}

/// What the keeper of the certificates asks this machine and this box about.
enum BoxSurroundings {
    static func of(
        _ store: RecordStore, _ network: NetworkBoard, _ label: BoxLabel
    ) -> CertificateKeeper.Surroundings {
        CertificateKeeper.Surroundings(
            label: { label.text }, hostName: { NetworkInterfaces.hostName() },
            addresses: { network.addresses },
            leadsHere: { host in
                await withCheckedContinuation { continuation in
                    _ = OwnedThread {
                        continuation.resume(returning: NetworkInterfaces.leadsHere(host))
                    }
                }
            },
            tell: { grant, kind, text in
                try await NoticeBoard(store: store).tell(grant, kind: kind, text)
            }, plausibleFromMs: ClockCheck.plausibleFromMs)
    }
}
