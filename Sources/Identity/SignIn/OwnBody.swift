import AccessControl
import FHIRModel
import Kernel

/// The JSON object of a request about one's own account.
struct OwnBody: Sendable {
    let json: JSON

    /// - Throws: ``Problem`` `.structure` for what is no JSON.
    init(_ bytes: [UInt8]) throws(Problem) {
        do throws(JSONError) {
            json = try JSON.parse(bytes)
        } catch {
            throw error.problem()
        }
    }

    /// A text that has to be there.
    ///
    /// - Throws: ``Problem`` `.required` that names it.
    func text(_ name: String) throws(Problem) -> String {
        guard let text = json.string(name) else {
            throw Problem(.required, "Send “\(name)” as a text.", location: name)
        }
        return text
    }
}

extension Identity {
    /// The user and session of a caller who came with a cookie.
    ///
    /// - Throws: ``Problem`` `.forbidden` for a program with a token.
    func own(_ caller: Caller) throws(Problem) -> (User, Session) {
        guard let id = caller.sessionTag, let session = sessions.table.find(id: id)?.session,
            let user = directory.user(id: session.userID)
        else {
            throw Problem(.forbidden, "This is for people who signed in with the box's page.")
        }
        return (user, session)
    }
}
