/// Bundles as a test sends them.
enum BundleTexts {
    static func bundle(_ type: String, _ entries: [String]) -> String {
        #"{"resourceType":"Bundle","type":"\#(type)","entry":["#
            + entries.joined(separator: ",") + "]}"
    }

    /// One entry.
    ///
    /// - Parameter more: further members of the request, each with its comma in front.
    static func entry(
        _ method: String, _ url: String, _ resource: String? = nil, more: String = "",
        fullURL: String? = nil
    ) -> String {
        let body = resource.map { #""resource":\#($0),"# } ?? ""
        let name = fullURL.map { #""fullUrl":"\#($0)","# } ?? ""
        return #"{\#(name)\#(body)"request":{"method":"\#(method)","url":"\#(url)"\#(more)}}"#
    }

    /// A Binary with a patch of one operation: the condition's text becomes “Asthma”.
    static let patch = """
        {"resourceType":"Binary","contentType":"application/json-patch+json","data":\
        "W3sib3AiOiJhZGQiLCJwYXRoIjoiL2NvZGUiLCJ2YWx1ZSI6eyJ0ZXh0IjoiQXN0aG1hIn19XQ=="}
        """
}
