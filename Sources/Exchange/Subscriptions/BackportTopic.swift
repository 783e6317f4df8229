import FHIRModel
import Kernel

/// A subscription to a topic, as Subscriptions R5 Backport writes it in R4.
///
/// Spec: https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/StructureDefinition-backport-subscription.html
struct BackportTopic: Sendable {
    /// The one topic that there is: a record was created, changed or deleted.
    ///
    /// What it is about stands in the filter.
    static let recordChanged = "https://tribal-ehr.example/fhir/SubscriptionTopic/record-changed"
    /// What the names of the guide begin with.
    static let guide = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"
    /// Events of one Bundle.
    static let eventsMax = 100
    static let heartbeatSecondsMin = 10

    /// A search such as `Observation?patient=7`.
    let filter: String
    let payload: SubscriptionPlan.Payload
    let heartbeatSeconds: Int?
    let timeoutSeconds: Int?
    let eventsMax: Int

    /// Whether the criteria of a Subscription name a topic rather than a search.
    static func isCanonical(_ criteria: String) -> Bool {
        criteria.hasPrefix("http://") || criteria.hasPrefix("https://")
            || criteria.hasPrefix("urn:")
    }

    init(_ json: JSON, _ channel: JSON) throws(Problem) {
        guard json.string("criteria") == Self.recordChanged else {
            throw Problem(
                .value,
                "The box has one topic, \(Self.recordChanged). Name it, and say in the extension "
                    + "backport-filter-criteria which records, such as Observation?patient=7.",
                location: "Subscription.criteria")
        }
        let filters = Self.extensions(json["_criteria"], "backport-filter-criteria")
        guard filters.count == 1, let filter = filters.first?.string("valueString") else {
            throw Problem(
                .required,
                "A subscription to this topic has one backport-filter-criteria that names a type and "
                    + "what else must be so, such as Observation?patient=7.",
                location: "Subscription.criteria")
        }
        self.filter = filter
        let word = Self.extensions(channel["_payload"], "backport-payload-content").first?
            .string("valueCode")
        guard let payload = word.map(SubscriptionPlan.Payload.init(rawValue:)) ?? .empty else {
            throw Problem(
                .value, "backport-payload-content is empty, id-only or full-resource.",
                location: "Subscription.channel.payload")
        }
        self.payload = payload
        heartbeatSeconds = try Self.number(
            channel, "backport-heartbeat-period", "valueUnsignedInt",
            Self.heartbeatSecondsMin...86_400)
        timeoutSeconds = try Self.number(channel, "backport-timeout", "valueUnsignedInt", 1...60)
        eventsMax =
            try Self.number(channel, "backport-max-count", "valuePositiveInt", 1...Self.eventsMax)
            ?? 1
    }

    private static func extensions(_ json: JSON?, _ name: String) -> [JSON] {
        json?["extension"]?.elements.filter { $0.string("url") == guide + name } ?? []
    }

    private static func number(
        _ channel: JSON, _ name: String, _ member: String, _ range: ClosedRange<Int>
    ) throws(Problem) -> Int? {
        guard let one = extensions(channel, name).first else { return nil }
        guard let value = one[member]?.int, range.contains(value) else {
            throw Problem(
                .value,
                "\(name) is a number from \(range.lowerBound) to \(range.upperBound) in \(member).",
                location: "Subscription.channel")
        }
        return value
    }
}
