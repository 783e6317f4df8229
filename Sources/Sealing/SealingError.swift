/// Why a value could not be sealed or opened.
///
/// Says nothing of what is in it.
package enum SealingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The tag does not fit: another key, another place, or changed bytes.
    case doesNotOpen
    /// Fewer bytes than a sealed value has at least.
    case tooShort
    /// The first byte names a format that this build does not know.
    case unknownFormat(UInt8)
    /// The value names another key than the one at hand.
    case otherKey(wanted: UInt32, given: UInt32)
    /// A key of the wrong length, in bytes.
    case keyLength(Int)
    /// The kernel gave no random bytes; the process must not go on.
    case noRandomness
    /// libcrypto refused a call that cannot fail on a sound machine.
    case library(String)
    /// A known answer did not come out: the library or the machine computes wrongly.
    case selfTest(String)

    package var description: String {
        switch self {
        case .doesNotOpen:
            "The sealed value does not open: the key or the place is another, or bytes were changed."
        case .tooShort: "The sealed value is cut off."
        case .unknownFormat(let format):
            "The sealed value has format \(format), unknown to this version. Install a newer one."
        case .otherKey(let wanted, let given):
            "The sealed value was made with key \(wanted), not with key \(given)."
        case .keyLength(let bytes): "A key of \(bytes) bytes was given where 32 are needed."
        case .noRandomness: "The system gives no random bytes. Restart the machine."
        case .library(let call):
            "libcrypto failed in \(call). Check its installation with 'openssl version -a'."
        case .selfTest(let what):
            "The self-test of \(what) gave a wrong answer. Do not use this machine; check its memory "
                + "and the installation of libcrypto and libargon2."
        }
    }
}
