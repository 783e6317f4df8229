import FHIRModel
import Kernel
import RecordStore
import Sealing

/// One change that a subscription tells of.
struct SubscriptionEvent: Sendable {
    /// From 1, without gaps; the same when it is sent again.
    let number: Int64
    let entry: JournalEntry
}

/// Makes the requests that a subscriber gets.
struct Notification: Sendable {
    /// What a Bundle of the backport says why it was sent.
    enum Kind: String, Sendable {
        case handshake, heartbeat
        case event = "event-notification"
        case status = "query-status"
        case query = "query-event"
    }

    var plan: SubscriptionPlan
    let state: SubscriptionState
    /// The absolute address of the box's FHIR interface.
    let base: String
    /// UTC milliseconds.
    let nowMs: Int64
    let ids: IDs

    /// The request that asks whether somebody listens, or that says that the box still does.
    func quiet(_ kind: Kind, at endpoint: OutgoingAddress) -> OutgoingRequest {
        switch plan.content {
        case .bundle: request("POST", endpoint, bundle(kind, []), number: 0)
        case .nothing, .record: request("POST", endpoint, [], number: 0)
        }
    }

    /// The request that tells of events; of one alone but for a Bundle.
    func telling(
        _ events: [SubscriptionEvent], at endpoint: OutgoingAddress
    ) -> OutgoingRequest {
        let number = events.last?.number ?? 0
        guard let entry = events.first?.entry else { return quiet(.heartbeat, at: endpoint) }
        return switch plan.content {
        case .nothing: request("POST", endpoint, [], number: number)
        case .record:
            request("PUT", endpoint.appending(entry.type, entry.id), entry.json, number: number)
        case .bundle: request("POST", endpoint, bundle(.event, events), number: number)
        }
    }

    /// The same as the text of a web socket.
    ///
    /// Spec: FHIR R4 Subscription, 2.46.7.2, https://hl7.org/fhir/R4/subscription.html#2.46.7.2
    func message(_ kind: Kind, _ events: [SubscriptionEvent] = []) -> [UInt8] {
        switch plan.content {
        case .bundle: bundle(kind, events)
        case .nothing, .record:
            Array("\(kind == .handshake ? "bound" : "ping") \(state.id)".utf8)
        }
    }

    private func request(
        _ method: String, _ address: OutgoingAddress, _ body: [UInt8], number: Int64
    ) -> OutgoingRequest {
        let seconds = nowMs / 1_000
        let mac = HMACSHA256.mac(
            Array("\(seconds).\(state.id).\(number).".utf8) + body,
            key: SecretBytes(copying: state.secret))
        var headers = plan.headers
        if !body.isEmpty { headers.append("Content-Type: application/fhir+json; charset=utf-8") }
        // An empty POST has a type of its own otherwise, that of a form.
        if body.isEmpty { headers.append("Content-Type:") }
        headers += [
            "User-Agent: tribal-ehr", "Tribal-EHR-Subscription: \(state.id)",
            "Tribal-EHR-Event: \(number)",
            "Tribal-EHR-Signature: t=\(seconds),v1=\(Hex.text(mac))",
        ]
        var made = OutgoingRequest(method: method, address: address, headers: headers, body: body)
        if let seconds = plan.timeoutSeconds { made.wholeMsMax = seconds * 1_000 }
        return made
    }

    // MARK: The Bundle of the backport

    /// A Bundle of the backport with the status of the subscription first.
    ///
    /// Spec: https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/notifications.html
    func bundle(_ kind: Kind, _ events: [SubscriptionEvent]) -> [UInt8] {
        var writer = JSONWriter(reservingBytes: 4_096)
        writer.object { root in
            root.member("resourceType", "Bundle")
            root.member("id", ids.next())
            root.object("meta") { meta in
                meta.array("profile") {
                    $0.string(BackportTopic.guide + "backport-subscription-notification-r4")
                }
            }
            root.member("type", "history")
            root.member("timestamp", Timestamp.text(ms: nowMs))
            root.array("entry") { list in
                list.object { statusEntry(kind, events, &$0) }
                guard plan.content != .bundle(.empty) else { return }
                for event in events { list.object { self.entry(event, &$0) } }
            }
        }
        return writer.bytes
    }

    private func statusEntry(
        _ kind: Kind, _ events: [SubscriptionEvent], _ entry: inout JSONWriter
    ) {
        entry.member("fullUrl", "urn:uuid:\(ids.next())")
        entry.member("resource", raw: status(kind, events))
        entry.object("request") { request in
            request.member("method", "GET")
            request.member("url", "Subscription/\(state.id)/$status")
        }
        entry.object("response") { $0.member("status", "200") }
    }

    /// How a subscription stands, as Parameters.
    ///
    /// Spec: https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/notifications.html
    func status(_ kind: Kind, _ events: [SubscriptionEvent]) -> [UInt8] {
        var writer = JSONWriter(reservingBytes: 1_024)
        writer.object { root in
            root.member("resourceType", "Parameters")
            root.member("id", ids.next())
            root.object("meta") { meta in
                meta.array("profile") {
                    $0.string(BackportTopic.guide + "backport-subscription-status-r4")
                }
            }
            root.array("parameter") { list in
                list.object { one in
                    one.member("name", "subscription")
                    one.object("valueReference") {
                        $0.member("reference", "\(base)/Subscription/\(state.id)")
                    }
                }
                Self.part("topic", "valueCanonical", BackportTopic.recordChanged, &list)
                Self.part("status", "valueCode", state.phase.rawValue, &list)
                Self.part("type", "valueCode", kind.rawValue, &list)
                let told = kind == .event ? events.last?.number : nil
                let count = told ?? state.eventCount
                Self.part(
                    "events-since-subscription-start", "valueString", "\(count)", &list)
                for event in events { list.object { self.event(event, &$0) } }
            }
        }
        return writer.bytes
    }

    private func event(_ event: SubscriptionEvent, _ one: inout JSONWriter) {
        one.member("name", "notification-event")
        one.array("part") { list in
            Self.part("event-number", "valueString", "\(event.number)", &list)
            Self.part(
                "timestamp", "valueInstant", Timestamp.text(ms: event.entry.changedMs), &list)
            guard plan.content != .bundle(.empty) else { return }
            list.object { focus in
                focus.member("name", "focus")
                focus.object("valueReference") {
                    $0.member("reference", "\(base)/\(event.entry.type)/\(event.entry.id)")
                }
            }
        }
    }

    private static func part(
        _ name: String, _ member: String, _ value: String, _ list: inout JSONWriter
    ) {
        list.object { one in
            one.member("name", name)
            one.member(member, value)
        }
    }

    private func entry(_ event: SubscriptionEvent, _ one: inout JSONWriter) {
        let record = event.entry
        let place = "\(record.type)/\(record.id)"
        one.member("fullUrl", "\(base)/\(place)")
        if plan.content == .bundle(.full), !record.isDeleted {
            one.member("resource", raw: record.json)
        }
        let isFirst = record.version == 1
        one.object("request") { request in
            request.member(
                "method", record.isDeleted ? "DELETE" : isFirst ? "POST" : "PUT")
            request.member("url", isFirst && !record.isDeleted ? record.type : place)
        }
        one.object("response") { response in
            response.member(
                "status", record.isDeleted ? "204" : isFirst ? "201" : "200")
            response.member("etag", "W/\"\(record.version)\"")
            response.member("lastModified", Timestamp.text(ms: record.changedMs))
        }
    }
}
