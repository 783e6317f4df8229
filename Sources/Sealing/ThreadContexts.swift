import COpenSSL
import Glibc

/// The contexts that one thread keeps, so that a seal or a digest allocates none.
final class ThreadContexts {
    let gcm = AESGCMContext()
    let digest = DigestContext()
    private var hmac: (key: SecretBytes, context: HMACContext)?

    /// The context of a key; the last one is kept, since a thread mostly uses one.
    func hmac(_ key: SecretBytes) -> HMACContext {
        if let hmac, hmac.key === key { return hmac.context }
        let context = HMACContext(key: key)
        hmac = (key, context)
        return context
    }

    /// Those of the calling thread, made on first use and ended with it.
    static var current: ThreadContexts {
        if let kept = pthread_getspecific(slot) {
            return Unmanaged<ThreadContexts>.fromOpaque(kept).takeUnretainedValue()
        }
        let made = ThreadContexts()
        pthread_setspecific(slot, Unmanaged.passRetained(made).toOpaque())
        return made
    }

    private static let slot: pthread_key_t = {
        var slot = pthread_key_t()
        let code = pthread_key_create(&slot) { kept in
            // Glibc hands the pointer over as optional or not, depending on its version.
            let kept: UnsafeMutableRawPointer? = kept
            if let kept { Unmanaged<ThreadContexts>.fromOpaque(kept).release() }
        }
        precondition(code == 0, "No thread-local slot is left for the sealing contexts.")
        return slot
    }()
}
