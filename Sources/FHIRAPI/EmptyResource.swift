import FHIRModel

/// A resource of which nothing is known but its type, to put elements into.
enum EmptyResource {
    static func json(_ type: String) -> JSON {
        var writer = JSONWriter()
        writer.object { $0.member("resourceType", type) }
        do throws(JSONError) {
            return try JSON.parse(writer.bytes)
        } catch {
            preconditionFailure("What the writer writes can be read.")
        }
    }
}
