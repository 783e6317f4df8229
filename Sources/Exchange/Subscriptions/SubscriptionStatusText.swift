import FHIRModel
import RecordStore

/// Changes what a Subscription says about itself.
enum SubscriptionStatusText {
    /// The resource with another status and error; nil where it says so already.
    static func changed(
        _ record: StoredResource, status: String, error: String?
    ) throws -> JSON? {
        let json = try record.document
        guard json.string("status") != status || json.string("error") != error else { return nil }
        var writer = JSONWriter()
        writer.array { list in
            list.object { one in
                one.member("op", "add")
                one.member("path", "/status")
                one.member("value", status)
            }
            if error != nil || json["error"] != nil {
                list.object { one in
                    one.member("op", error == nil ? "remove" : "add")
                    one.member("path", "/error")
                    if let error { one.member("value", error) }
                }
            }
        }
        let patch = try JSONPatch(JSON.parse(writer.bytes))
        return try JSON.parse(patch.applied(to: json), limits: .bundle)
    }
}

extension StoredResource {
    /// The resource as a document.
    var document: JSON { get throws { try JSON.parse(json, limits: .bundle) } }
}
