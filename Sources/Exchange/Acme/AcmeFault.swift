/// Why an authority gave no certificate.
enum AcmeFault: Error, Hashable {
    /// The authority could not be asked.
    case unreachable(OutgoingAnswer.Failure)
    /// The authority said no, with its kind of error and its words.
    case refused(kind: String, detail: String, retryAfterSeconds: Int?)
    /// Something that the standard does not know; the words say where.
    case odd(String)
    /// The authority could not see for itself that a name leads to the box.
    case invalid(name: String, detail: String)
    /// The authority does not offer the way that is set up.
    case noChallenge(name: String, kind: String)
    /// The program for the name server failed; the words say how.
    case hook(String)
    /// The authority took too long over one step.
    case slow
    /// The box itself does not take the certificate.
    case notTaken(String)
    /// No browser confirmed the certificate on trial.
    case notConfirmed
    /// libcrypto refused a call.
    case library

    /// A sentence for an administrator.
    var words: String {
        switch self {
        case .unreachable(.notListed):
            "The authority named an address on another machine than its directory, which the box "
                + "does not ask. Check ACME_DIRECTORY."
        case .unreachable(.nearAddress):
            "The authority is a machine of a private network. Set ACME_PRIVATE to on if it is yours."
        case .unreachable(.connect), .unreachable(.name), .unreachable(.timeout):
            "The authority cannot be reached. Check ACME_DIRECTORY and that the box has a way into "
                + "the internet; the handbook tells how to open it for the service."
        case .unreachable(let failure): failure.words
        case .refused("rateLimited", let detail, _):
            "The authority was asked too often. The box waits. It said: \(detail)"
        case .refused(_, let detail, _): "The authority said no: \(detail)"
        case .odd(let place): "The authority answered what the standard does not know (\(place))."
        case .invalid(let name, let detail):
            "The authority could not see that \(name) leads to this box. Check the name server and "
                + "that port 80 of the box is reached from the internet. It said: \(detail)"
        case .noChallenge(let name, let kind):
            "The authority does not offer \(kind) for \(name). Use the other way: port 80, or a "
                + "program in ACME_DNS_HOOK."
        case .hook(let how):
            "The program in ACME_DNS_HOOK \(how). Run it by hand to see why; the handbook tells what "
                + "it is given."
        case .slow: "The authority was not done in time."
        case .notTaken(let why): "The box does not take the certificate: \(why)"
        case .notConfirmed:
            "No browser confirmed the certificate in time, so the one of before is back. A browser "
                + "that does not trust the authority cannot."
        case .library: "The key for the authority could not be used."
        }
    }

    /// How long the authority asked to be left alone, in seconds; 0 where it did not.
    var pauseSeconds: Int {
        if case .refused(_, _, let seconds) = self { return seconds ?? 0 }
        return 0
    }

    /// Text of somebody else's as it may be shown: one line, bounded.
    static func shown(_ text: String?) -> String {
        let plain = (text ?? "nothing more").unicodeScalars.map { scalar in
            scalar.value < 0x20 || scalar.value == 0x7F ? " " : Character(scalar)
        }
        return String(plain.prefix(300))
    }
}
