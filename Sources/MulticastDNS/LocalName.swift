/// Keeps one name below `.local` for the box, on every network that it is on.
///
/// A value that waits for nothing: packets and the time go in, packets and events come out. It asks
/// whether the name is free, announces it, answers for it, defends it, and takes the next one
/// (`box-2`) where another machine has it already.
///
/// Spec: RFC 6762, 6, 8, 9 and 10.1, https://www.rfc-editor.org/rfc/rfc6762
package struct LocalName: Sendable {
    /// Where a packet goes.
    package enum Target: Hashable, Sendable {
        /// To everybody on the link.
        case everybody
        /// Back to the one who asked.
        case asker
    }

    /// A packet to be sent.
    package struct Packet: Hashable, Sendable {
        /// The number of the interface.
        package let link: Int
        package let target: Target
        package let bytes: [UInt8]
    }

    /// What came of it.
    package enum Event: Hashable, Sendable {
        /// The name is the box's from now on.
        case established(String)
        /// Another machine has the name; the box tries the next one.
        case taken(String, next: String)
    }

    /// Packets and events, in order.
    package struct Outcome: Hashable, Sendable {
        package var packets: [Packet]
        package var events: [Event]

        /// Makes an outcome, of nothing unless told.
        package init(packets: [Packet] = [], events: [Event] = []) {
            self.packets = packets
            self.events = events
        }
    }

    /// Seconds that others may keep an address.
    package static let ttlSeconds: UInt32 = 120
    static let probesMax = 3
    static let probePauseMs: Int64 = 250
    static let announcementsMax = 2
    static let announcePauseMs: Int64 = 1_000
    /// Between two answers to everybody on one link.
    static let answerPauseMs: Int64 = 1_000
    /// Answers to single askers in one second, over all links.
    static let unicastsPerSecondMax = 50
    /// So many lost names in ten seconds make the box wait.
    static let lossesMax = 15
    static let lossPauseMs: Int64 = 5_000

    struct LinkState: Sendable {
        var link: LocalLink
        var probes = 0
        var announcements = 0
        var dueMs: Int64
        var answeredMs: Int64 = .min / 2
        var isProbing: Bool { probes <= LocalName.probesMax && announcements == 0 }
    }

    private let wanted: String
    private let chance: @Sendable (Int) -> Int
    private var number = 1
    private(set) var links: [Int: LinkState] = [:]
    private var isEstablished = false
    private var losses: [Int64] = []
    private var unicasts: (secondMs: Int64, count: Int) = (.min / 2, 0)

    /// Starts with a name that nobody was asked about yet.
    ///
    /// - Parameters:
    ///   - label: 1 to 63 letters, digits and hyphens, without `.local`.
    ///   - random: a number from 0 to below its argument.
    package init(label: String, random: @escaping @Sendable (Int) -> Int) {
        wanted = label
        chance = random
    }

    /// The label that is held or tried.
    package var label: String {
        guard number > 1 else { return wanted }
        let end = "-\(number)"
        return String(wanted.prefix(63 - end.utf8.count)) + end
    }

    /// The name once it is the box's; nil until then.
    package var established: String? { isEstablished ? label : nil }

    /// When ``tick(_:)`` has something to do, in steady milliseconds; nil for never.
    package var dueMs: Int64? { links.values.map(\.dueMs).filter { $0 < .max }.min() }

    /// Takes the networks that the machine is on now; new and changed ones are probed.
    package mutating func use(_ now: [LocalLink], _ nowMs: Int64) {
        var next: [Int: LinkState] = [:]
        for link in now where !link.networks.isEmpty {
            if let old = links[link.index], old.link == link {
                next[link.index] = old
            } else {
                next[link.index] = LinkState(link: link, dueMs: nowMs + firstPauseMs)
            }
        }
        links = next
    }

    /// Does what is due.
    package mutating func tick(_ nowMs: Int64) -> Outcome {
        var outcome = Outcome()
        for index in links.keys.sorted() {
            guard var state = links[index], state.dueMs <= nowMs else { continue }
            if state.probes < Self.probesMax {
                state.probes += 1
                state.dueMs = nowMs + Self.probePauseMs
                outcome.packets.append(packet(probe(state.link), on: index))
            } else {
                state.announcements += 1
                state.dueMs =
                    state.announcements < Self.announcementsMax
                    ? nowMs + Self.announcePauseMs : .max
                state.answeredMs = nowMs
                outcome.packets.append(packet(announcement(state.link), on: index))
                if !isEstablished {
                    isEstablished = true
                    outcome.events.append(.established(label))
                }
            }
            links[index] = state
        }
        return outcome
    }

    /// Takes a packet.
    ///
    /// - Parameters:
    ///   - source: the sender's address, four or sixteen bytes.
    ///   - port: the sender's port.
    package mutating func receive(
        _ bytes: [UInt8], link index: Int, source: [UInt8], port: Int, _ nowMs: Int64
    ) -> Outcome {
        guard let state = links[index], state.link.isOnLink(source) else { return Outcome() }
        // What is no message is nobody's question.
        guard let message = try? DNSMessage(bytes) else { return Outcome() }
        if message.isResponse {
            // An answer from another port was not sent by a responder.
            guard port == 5_353 else { return Outcome() }
            return isContested(message.answers + message.additional)
                ? contested(state, nowMs) : Outcome()
        }
        return asked(message, state, isPlain: port != 5_353, nowMs)
    }

    /// Tells everybody that the name is given up.
    package func goodbye() -> [Packet] {
        links.values.filter { $0.announcements > 0 }.map { state in
            var message = DNSMessage(isResponse: true)
            message.answers = addresses(state.link).map { $0.with(ttlSeconds: 0, isFlush: true) }
            return packet(message, on: state.link.index)
        }
    }

    private var firstPauseMs: Int64 { Int64(chance(250)) }
    private var name: DNSName { DNSName(local: label) }

    private func packet(
        _ message: DNSMessage, on index: Int, _ target: Target = .everybody
    ) -> Packet {
        Packet(link: index, target: target, bytes: message.encoded)
    }
}

extension LocalName {
    /// Whether records give the name to another machine.
    private func isContested(_ records: [DNSRecord]) -> Bool {
        let own = Set(links.values.flatMap { $0.link.networks.map(\.address) })
        return records.contains { record in
            record.name == name && (record.type == DNSType.a || record.type == DNSType.aaaa)
                && record.ttlSeconds > 0 && !own.contains(record.data)
        }
    }

    private mutating func contested(_ state: LinkState, _ nowMs: Int64) -> Outcome {
        var outcome = Outcome()
        losses = losses.filter { $0 > nowMs - 10_000 } + [nowMs]
        let pauseMs =
            losses.count > Self.lossesMax ? Self.lossPauseMs : Self.probePauseMs + firstPauseMs
        if state.isProbing {
            let lost = label
            number += 1
            isEstablished = false
            outcome.events.append(.taken(lost, next: label))
            restart(Array(links.keys), nowMs + pauseMs)
        } else {
            // It was ours: ask again, and whoever still claims it then has it.
            restart([state.link.index], nowMs + pauseMs)
        }
        return outcome
    }

    private mutating func restart(_ indexes: [Int], _ dueMs: Int64) {
        for index in indexes {
            guard let state = links[index] else { continue }
            links[index] = LinkState(link: state.link, dueMs: dueMs)
        }
    }

    private mutating func asked(
        _ message: DNSMessage, _ state: LinkState, isPlain: Bool, _ nowMs: Int64
    ) -> Outcome {
        let questions = message.questions.filter { $0.name == name }
        guard !questions.isEmpty else { return Outcome() }
        let rivals = message.authority.filter { $0.name == name }
        if state.isProbing {
            if loses(to: rivals, on: state.link) {
                restart([state.link.index], nowMs + Self.announcePauseMs)
            }
            return Outcome()
        }
        return answer(message, questions, state, (isPlain, !rivals.isEmpty), nowMs)
    }

    /// Of two machines that probe at the same time, the one with the later records wins.
    ///
    /// Spec: RFC 6762, 8.2, https://www.rfc-editor.org/rfc/rfc6762#section-8.2
    private func loses(to rivals: [DNSRecord], on link: LocalLink) -> Bool {
        guard !rivals.isEmpty, isContested(rivals) else { return false }
        func keys(_ records: [DNSRecord]) -> [[UInt8]] {
            records.map { [UInt8($0.type >> 8), UInt8($0.type & 0xFF)] + $0.data }
                .sorted { $0.lexicographicallyPrecedes($1) }
        }
        let mine = keys(addresses(link))
        let theirs = keys(rivals)
        for (a, b) in zip(mine, theirs) where a != b { return a.lexicographicallyPrecedes(b) }
        return mine.count < theirs.count
    }

    private mutating func answer(
        _ asked: DNSMessage, _ questions: [DNSQuestion], _ state: LinkState,
        _ kind: (isPlain: Bool, isRival: Bool), _ nowMs: Int64
    ) -> Outcome {
        var message = response(to: questions, state.link)
        let known = Set(
            asked.answers.filter { $0.ttlSeconds >= Self.ttlSeconds / 2 }.map(Known.init))
        if !kind.isPlain { message.answers.removeAll { known.contains(Known($0)) } }
        guard !message.answers.isEmpty else { return Outcome() }
        let isForOne = kind.isPlain || (!kind.isRival && questions.allSatisfy(\.wantsUnicast))
        if kind.isPlain {
            // Those who ask from another port know plain DNS only.
            message.id = asked.id
            message.questions = questions
            message.answers = message.answers.map { $0.with(ttlSeconds: 10, isFlush: false) }
            message.additional = message.additional.map { $0.with(ttlSeconds: 10, isFlush: false) }
        }
        if isForOne {
            guard mayAnswerOne(nowMs) else { return Outcome() }
            return Outcome(packets: [packet(message, on: state.link.index, .asker)])
        }
        let pauseMs = kind.isRival ? Self.probePauseMs : Self.answerPauseMs
        guard nowMs - state.answeredMs >= pauseMs else { return Outcome() }
        links[state.link.index]?.answeredMs = nowMs
        return Outcome(packets: [packet(message, on: state.link.index)])
    }

    private mutating func mayAnswerOne(_ nowMs: Int64) -> Bool {
        if nowMs - unicasts.secondMs >= 1_000 { unicasts = (nowMs, 0) }
        unicasts.count += 1
        return unicasts.count <= Self.unicastsPerSecondMax
    }

    /// What tells two records of one name apart.
    private struct Known: Hashable {
        let type: UInt16
        let data: [UInt8]

        init(_ record: DNSRecord) {
            type = record.type
            data = record.data
        }
    }

    private func probe(_ link: LocalLink) -> DNSMessage {
        var message = DNSMessage(isResponse: false)
        message.questions = [DNSQuestion(name, type: DNSType.any, wantsUnicast: true)]
        message.authority = addresses(link).map {
            $0.with(ttlSeconds: Self.ttlSeconds, isFlush: false)
        }
        return message
    }

    private func announcement(_ link: LocalLink) -> DNSMessage {
        var message = DNSMessage(isResponse: true)
        message.answers = addresses(link)
        message.additional = [existing(link)]
        return message
    }

    private func response(to questions: [DNSQuestion], _ link: LocalLink) -> DNSMessage {
        var message = DNSMessage(isResponse: true)
        let all = addresses(link)
        let types = Set(questions.map(\.type))
        let wanted = all.filter { types.contains($0.type) || types.contains(DNSType.any) }
        let isMissing = [DNSType.a, DNSType.aaaa].contains { type in
            types.contains(type) && !all.contains { $0.type == type }
        }
        message.answers = wanted + (isMissing ? [existing(link)] : [])
        message.additional =
            all.filter { !wanted.contains($0) } + (isMissing ? [] : [existing(link)])
        return message
    }

    private func addresses(_ link: LocalLink) -> [DNSRecord] {
        link.networks.map { network in
            DNSRecord(
                name, type: network.address.count == 4 ? DNSType.a : DNSType.aaaa, isFlush: true,
                ttlSeconds: Self.ttlSeconds, data: network.address)
        }
    }

    /// Which types of records the name has, so that nobody waits for others.
    ///
    /// Spec: RFC 6762, 6.1, https://www.rfc-editor.org/rfc/rfc6762#section-6.1
    private func existing(_ link: LocalLink) -> DNSRecord {
        var bits: [UInt8] = [0, 0, 0, 0]
        for record in addresses(link) {
            bits[Int(record.type) / 8] |= 0x80 >> UInt8(record.type % 8)
        }
        while bits.count > 1, bits.last == 0 { bits.removeLast() }
        let data = name.encoded + [0, UInt8(truncatingIfNeeded: bits.count)] + bits
        return DNSRecord(
            name, type: DNSType.nsec, isFlush: true, ttlSeconds: Self.ttlSeconds, data: data)
    }
}
