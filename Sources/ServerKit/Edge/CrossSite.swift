import HTTPTypes
import Hummingbird
import Kernel

/// Refuses requests that another site made a signed-in browser send.
///
/// Spec: Fetch Metadata Request Headers, https://www.w3.org/TR/fetch-metadata/
enum CrossSite {
    /// Lets a request pass that a page of this box sent, or a program.
    ///
    /// - Throws: ``Problem`` `.security` if the request may change something, is carried by a cookie
    ///   or comes to a route that always asks, and was not sent by a page of this box.
    static func check(_ head: HTTPRequest, rule: SameOriginRule) throws(Problem) {
        guard head.method != .get, head.method != .head, head.method != .options else { return }
        guard head.headerFields[.authorization] == nil else { return }
        let carriesCookie = head.headerFields[.cookie] != nil
        let site = head.headerFields[.fetchSite]
        let origin = head.headerFields[.origin]
        guard carriesCookie || rule == .always else { return }
        if let site {
            guard site == "same-origin" else { throw foreign }
            return
        }
        if let origin {
            let own = head.authority.map { "https://\($0)" }
            guard origin == own else { throw foreign }
            return
        }
        // No browser leaves both out; a program without a cookie has nothing to be misused.
        guard !carriesCookie else { throw foreign }
    }

    private static var foreign: Problem {
        Problem(
            .security,
            "The request was not sent by a page of this box. Open the box's own page and try again."
        )
    }
}
