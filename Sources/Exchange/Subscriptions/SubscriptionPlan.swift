import FHIRModel
import Kernel

/// What a Subscription asks for, read and checked.
///
/// Spec: FHIR R4 Subscription, https://hl7.org/fhir/R4/subscription.html; Subscriptions R5 Backport
/// 1.1.0, https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/
struct SubscriptionPlan: Sendable {
    /// What a notification holds.
    enum Content: Hashable, Sendable {
        /// R4: an empty POST.
        case nothing
        /// R4: the record itself, put below the endpoint.
        case record
        /// Backport: a Bundle.
        case bundle(Payload)
    }

    /// How much of a record the Bundle of the backport holds.
    enum Payload: String, Sendable {
        case empty
        case idOnly = "id-only"
        case full = "full-resource"
    }

    static let headersMax = 10
    static let headerBytesMax = 2_048

    let criteria: SubscriptionCriteria
    /// Where requests go; nil where the subscriber listens over a web socket.
    let endpoint: OutgoingAddress?
    let headers: [String]
    var content: Content
    /// When it ends, UTC milliseconds.
    let endMs: Int64?
    /// How often a Bundle without events is sent where nothing else was, in seconds.
    var heartbeatSeconds: Int?
    /// How long a request may take, in seconds.
    var timeoutSeconds: Int?
    /// Events of one Bundle.
    var eventsMax = 1

    /// Whether the subscriber listens over a web socket.
    var isSocket: Bool { endpoint == nil }

    /// Reads a Subscription.
    ///
    /// - Throws: ``Problem`` that says what to write in its place.
    init(_ json: JSON, nowMs: Int64) throws(Problem) {
        guard let criteria = json.string("criteria"), let channel = json["channel"] else {
            throw Problem(
                .required, "A Subscription needs criteria and a channel.",
                location: "Subscription.criteria")
        }
        endpoint = try Self.endpoint(channel)
        headers = try Self.headers(channel["header"])
        endMs = try Self.end(json.string("end"))
        let payload = try Self.payload(channel.string("payload"))
        if BackportTopic.isCanonical(criteria) {
            let topic = try BackportTopic(json, channel)
            self.criteria = try SubscriptionCriteria(topic.filter, nowMs: nowMs)
            content = .bundle(topic.payload)
            heartbeatSeconds = topic.heartbeatSeconds
            timeoutSeconds = topic.timeoutSeconds
            eventsMax = topic.eventsMax
            return
        }
        self.criteria = try SubscriptionCriteria(criteria, nowMs: nowMs)
        content = payload && endpoint != nil ? .record : .nothing
        // A ping says that something happened, not what, so that one stands for many.
        if endpoint == nil { eventsMax = BackportTopic.eventsMax }
    }

    private static func endpoint(_ channel: JSON) throws(Problem) -> OutgoingAddress? {
        switch channel.string("type") {
        case "websocket": return nil
        case "rest-hook":
            guard let endpoint = channel.string("endpoint") else {
                throw Problem(
                    .required, "A rest-hook needs the address that is called.",
                    location: "Subscription.channel.endpoint")
            }
            return try OutgoingAddress(endpoint)
        default:
            throw Problem(
                .value,
                "The box delivers by rest-hook and by websocket. Write one of them as the type of "
                    + "the channel.", location: "Subscription.channel.type")
        }
    }

    private static func payload(_ text: String?) throws(Problem) -> Bool {
        guard let text, !text.isEmpty else { return false }
        let type = text.split(separator: ";").first.map { $0.lowercased() } ?? ""
        guard ["application/fhir+json", "application/json"].contains(type) else {
            throw Problem(
                .value,
                "Notifications are sent as application/fhir+json. Write that as the payload, or "
                    + "leave it out for notifications without content.",
                location: "Subscription.channel.payload")
        }
        return true
    }

    private static func end(_ text: String?) throws(Problem) -> Int64? {
        guard let text else { return nil }
        do {
            return try FHIRDateTime(text, as: .instant).lowerBoundMs()
        } catch {
            throw Problem(.value, error.message, location: "Subscription.end")
        }
    }

    /// Header fields that the connection itself is made of, and those that say who signed.
    private static let own: Set<String> = [
        "host", "content-length", "content-type", "transfer-encoding", "connection", "expect", "te",
        "upgrade", "trailer", "proxy-authorization", "user-agent",
    ]

    private static func headers(_ json: JSON?) throws(Problem) -> [String] {
        let lines = json?.elements.compactMap(\.string) ?? []
        let wrong = Problem(
            .value,
            "channel.header takes at most \(headersMax) lines of “Name: value” in ASCII, each of at "
                + "most \(headerBytesMax) bytes, and none that belongs to the connection or to the "
                + "signature of the box.", location: "Subscription.channel.header")
        guard lines.count <= headersMax else { throw wrong }
        for line in lines {
            let halves = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let name = halves[0].lowercased()
            let isSound =
                halves.count == 2 && !name.isEmpty && line.utf8.count <= headerBytesMax
                && name.utf8.allSatisfy {
                    (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
                        || $0 == 0x5F
                } && halves[1].utf8.allSatisfy { (0x20...0x7E).contains($0) }
                && halves[1].utf8.contains { $0 != 0x20 }
            guard isSound, !own.contains(name), !name.hasPrefix("tribal-ehr-") else { throw wrong }
        }
        return lines
    }
}
