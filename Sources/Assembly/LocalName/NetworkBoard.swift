import MulticastDNS
import Synchronization

/// What is known of the network, between the thread that watches it and everybody else.
package final class NetworkBoard: Sendable {
    /// What became of the box's name below `.local`.
    package enum NameState: Hashable, Sendable {
        /// Switched off by the configuration.
        case off
        /// Nobody has looked yet.
        case unknown
        /// No private network that HTTPS is served on.
        case noNetwork
        /// Asking whether the name is free.
        case asking(String)
        /// The box answers to it.
        case held(String)
        /// The port cannot be used, with the reason of the system.
        case failed(String)

        /// One word for programs.
        var word: String {
            switch self {
            case .off: "off"
            case .unknown: "unknown"
            case .noNetwork: "no-network"
            case .asking: "asking"
            case .held: "held"
            case .failed: "failed"
            }
        }
    }

    private struct State {
        var addresses: [String]?
        var name = NameState.unknown
        var taken: [(String, String)] = []
        var isChanged = false
    }

    private let state = Mutex(State())

    /// Makes a board on which nothing stands.
    package init() {}

    /// Loopback and private addresses, from memory.
    package var addresses: [String] {
        if let known = state.withLock({ $0.addresses }) { return known }
        let read = NetworkInterfaces.addresses()
        state.withLock { $0.addresses = $0.addresses ?? read }
        return read
    }

    /// What became of the name.
    package var name: NameState { state.withLock(\.name) }

    /// The label that is held, without `.local`; nil while none is.
    package var heldLabel: String? {
        if case .held(let label) = name { label } else { nil }
    }

    func put(addresses: [String]) {
        state.withLock {
            guard $0.addresses != addresses else { return }
            $0.addresses = addresses
            $0.isChanged = true
        }
    }

    func put(name: NameState) {
        state.withLock {
            guard $0.name != name else { return }
            $0.name = name
            $0.isChanged = true
        }
    }

    func put(taken label: String, next: String) {
        state.withLock { $0.taken.append((label, next)) }
    }

    /// Whether something has changed since this was asked last.
    func takeChange() -> Bool {
        state.withLock { state in
            defer { state.isChanged = false }
            return state.isChanged
        }
    }

    /// Names that other machines turned out to have, once each.
    func takeTaken() -> [(lost: String, next: String)] {
        state.withLock { state in
            defer { state.taken = [] }
            return state.taken.map { ($0.0, $0.1) }
        }
    }

    /// What became of the name, in a sentence for administrators.
    package var sentence: String {
        switch name {
        case .off: "The name on the network is switched off (MDNS=off)."
        case .unknown: "Nobody has looked yet whether the name is free."
        case .noNetwork:
            "The box is on no private network under an address that it serves, so it cannot say its "
                + "name."
        case .asking(let label): "The box asks the network whether \(label).local is free."
        case .held(let label): "The box answers to \(label).local."
        case .failed(let why):
            "The box cannot say its name on the network: port 5353 cannot be used (\(why))."
        }
    }
}
