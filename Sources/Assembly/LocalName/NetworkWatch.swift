import Glibc
import Kernel
import Logging
import MulticastDNS
import RecordStore
import Sealing
import ServerKit
import ServiceLifecycle

/// Watches the addresses of the machine, and answers for the box's name below `.local`.
///
/// Works on a thread of its own, which waits for packets and for nothing else.
struct NetworkWatch: Service {
    /// How often the interfaces are looked at.
    static let scanPauseMs: Int64 = 30_000
    /// So many packets are looked at in one second; the others are read and dropped.
    static let packetsPerSecondMax = 200

    let board: NetworkBoard
    let clock: Clock
    let listen: ListenAddress
    /// Whether the box says its name.
    let isAnnouncing: Bool
    /// The name that the clinic gave the box, without a domain.
    let label: @Sendable () -> String
    let logger: Logger

    /// Watches until the service group stops it; then gives the name up.
    func run() async throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0, ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else {
            logger.error("network.watch", metadata: ["why": "no pipe"])
            return
        }
        let (reading, writing) = (ends[0], ends[1])
        let watch = self
        let thread = OwnedThread { NetworkLoop(watch, wake: reading).run() }
        // Nothing else happens here; the wait ends when the box stops.
        try? await gracefulShutdown()
        var byte: UInt8 = 1
        write(writing, &byte, 1)
        thread.join()
        close(reading)
        close(writing)
    }
}

/// What the watching thread has in its hands.
private final class NetworkLoop {
    private let watch: NetworkWatch
    private let wake: Int32
    private var name: LocalName?
    private var wanted = ""
    private var sockets: [Int: MulticastSocket] = [:]
    private var scanMs: Int64 = .min / 2
    private var second: (ms: Int64, packets: Int) = (.min / 2, 0)

    init(_ watch: NetworkWatch, wake: Int32) {
        self.watch = watch
        self.wake = wake
    }

    func run() {
        while true {
            let nowMs = watch.clock.steadyMs()
            if nowMs - scanMs >= NetworkWatch.scanPauseMs { scan(nowMs) }
            take(name?.tick(nowMs) ?? LocalName.Outcome(), sender: nil)
            let order = sockets.keys.sorted()
            var files = [pollfd(fd: wake, events: Int16(POLLIN), revents: 0)]
            files += order.map {
                pollfd(fd: sockets[$0]?.file ?? -1, events: Int16(POLLIN), revents: 0)
            }
            let dueMs = min(name?.dueMs ?? .max, scanMs + NetworkWatch.scanPauseMs)
            poll(&files, nfds_t(files.count), Int32(clamping: max(1, dueMs - nowMs)))
            if files[0].revents != 0 { break }
            for (place, link) in order.enumerated() where files[place + 1].revents != 0 {
                receive(link)
            }
        }
        leave()
    }

    /// Looks at the interfaces and at the name that is wanted.
    private func scan(_ nowMs: Int64) {
        scanMs = nowMs
        watch.board.put(addresses: NetworkInterfaces.addresses())
        guard watch.isAnnouncing else {
            watch.board.put(name: .off)
            return
        }
        let label = watch.label()
        if label != wanted || name == nil {
            leave()
            wanted = label
            name = LocalName(label: label) { bound in
                // Without chance the first questions of several boxes come at once, which is lawful.
                guard let bytes = try? Random.bytes(2) else { return 0 }
                return (Int(bytes[0]) << 8 | Int(bytes[1])) % max(1, bound)
            }
        }
        let links = NetworkInterfaces.links(listen: watch.listen)
        let usable = links.filter { open($0) }
        for index in sockets.keys where !usable.contains(where: { $0.index == index }) {
            sockets.removeValue(forKey: index)?.close()
        }
        name?.use(usable, nowMs)
        if links.isEmpty {
            watch.board.put(name: .noNetwork)
        } else if !usable.isEmpty {
            watch.board.put(
                name: name?.established.map { .held($0) } ?? .asking(name?.label ?? label))
        }
    }

    private func open(_ link: LocalLink) -> Bool {
        if sockets[link.index] != nil { return true }
        do throws(MulticastSocket.Failure) {
            sockets[link.index] = try MulticastSocket(link: link.index)
            return true
        } catch {
            watch.board.put(name: .failed(error.sentence))
            watch.logger.warning("local-name.failed", metadata: ["why": "\(error.sentence)"])
            return false
        }
    }

    private func receive(_ link: Int) {
        guard let socket = sockets[link] else { return }
        // Bounded, so that a flood on one network does not keep the others waiting.
        for _ in 0..<NetworkWatch.packetsPerSecondMax {
            guard let packet = socket.receive() else { return }
            let nowMs = watch.clock.steadyMs()
            if nowMs - second.ms >= 1_000 { second = (nowMs, 0) }
            second.packets += 1
            guard second.packets <= NetworkWatch.packetsPerSecondMax else { continue }
            let outcome = name?.receive(
                packet.bytes, link: link, source: packet.source, port: packet.port, nowMs)
            take(outcome ?? LocalName.Outcome(), sender: packet.sender)
        }
    }

    private func take(_ outcome: LocalName.Outcome, sender: sockaddr_in?) {
        for packet in outcome.packets {
            sockets[packet.link]?.send(packet.bytes, to: packet.target == .asker ? sender : nil)
        }
        for event in outcome.events {
            switch event {
            case .established(let label):
                watch.board.put(name: .held(label))
                watch.logger.notice("local-name", metadata: ["name": "\(label).local"])
            case .taken(let lost, let next):
                watch.board.put(taken: lost, next: next)
                watch.board.put(name: .asking(next))
                watch.logger.warning(
                    "local-name.taken",
                    metadata: ["name": "\(lost).local", "next": "\(next).local"])
            }
        }
    }

    /// Gives the name up.
    private func leave() {
        for packet in name?.goodbye() ?? [] { sockets[packet.link]?.send(packet.bytes) }
        for socket in sockets.values { socket.close() }
        sockets = [:]
        name = nil
    }
}
