package import AccessControl
import Kernel

extension Ask {
    /// An ask about the accounts of people.
    package static func users(_ verb: Verb, id: String? = nil) -> Ask {
        Ask(verb, area: .users, type: "User", id: id)
    }

    /// An ask of a person about their own account.
    package static func ownAccount(_ verb: Verb, id: String? = nil) -> Ask {
        Ask(verb, area: .ownAccount, type: "User", id: id)
    }

    /// An ask about bearer tokens; issuing and revoking are `administer`.
    package static func tokens(_ verb: Verb, id: String? = nil) -> Ask {
        Ask(verb, area: .users, type: "Token", id: id)
    }

    /// An ask about the sessions of other people.
    package static func sessions(_ verb: Verb, id: String? = nil) -> Ask {
        Ask(verb, area: .sessions, type: "Session", id: id)
    }

    /// An ask of a person about one of their own sessions.
    package static func ownSession(_ verb: Verb, id: String? = nil) -> Ask {
        Ask(verb, area: .ownAccount, type: "Session", id: id)
    }

    /// A person's fresh proof of who they are.
    static var ownProof: Ask { Ask(.update, area: .ownAccount, type: "Proof") }

    /// An ask of a person about their own second factors.
    static func ownFactors(_ verb: Verb) -> Ask { Ask(verb, area: .ownAccount, type: "Factor") }

    /// An ask of a person about their own PIN.
    static var ownPIN: Ask { Ask(.update, area: .ownAccount, type: "PIN") }
}

extension Grant {
    /// Makes sure that the grant is for what is about to happen.
    ///
    /// - Throws: ``Problem`` `.forbidden` for a grant of something else.
    func require(_ verbs: Verb..., area: Area) throws(Problem) {
        guard verbs.contains(ask.verb), ask.area == area else {
            throw Problem(.forbidden, "The permission that was given is for something else.")
        }
    }

    /// What the box does in its own name: reading its tables at start, counting tries.
    static func ofBox(_ ask: Ask) throws(Problem) -> Grant {
        try Policy().grant(
            ask, to: Caller(kind: .machine, name: "box", address: "local", requestID: ""))
    }
}
