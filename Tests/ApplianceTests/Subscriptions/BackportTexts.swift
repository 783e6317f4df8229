import FHIRModel

/// Subscriptions of the R5 backport as a test writes them, and what is in their Bundles.
enum BackportTexts {
    static let topic = "https://tribal-ehr.example/fhir/SubscriptionTopic/record-changed"
    static let guide = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"

    /// A Subscription to the box's topic.
    ///
    /// - Parameters:
    ///   - payload: how much of the records is told; nil to leave it out.
    ///   - more: further extensions of the channel, each with a comma behind.
    static func subscription(
        _ filter: String, payload: String?, _ type: String = "rest-hook", endpoint: String = "",
        more: String = ""
    ) -> String {
        let content = payload.map {
            #","_payload":{"extension":[{"url":"\#(guide)backport-payload-content","#
                + #""valueCode":"\#($0)"}]}"#
        }
        let place = endpoint.isEmpty ? "" : #","endpoint":"\#(endpoint)""#
        let extra = more.isEmpty ? "" : #","extension":[\#(more)]"#
        return #"{"resourceType":"Subscription","status":"requested","reason":"Test","criteria":"#
            + #""\#(topic)","_criteria":{"extension":[{"url":"\#(guide)backport-filter-criteria","#
            + #""valueString":"\#(filter)"}]},"channel":{"type":"\#(type)"\#(place)\#(extra),"#
            + #""payload":"application/fhir+json"\#(content ?? "")}}"#
    }

    /// The value of a parameter of the status, which stands first in a Bundle.
    static func status(_ bundle: JSON, _ name: String) -> String? {
        let part = bundle.at("entry", 0, "resource", "parameter")?.elements.first {
            $0.string("name") == name
        }
        return part?.members.first { $0.0.hasPrefix("value") }?.1.string
    }
}
