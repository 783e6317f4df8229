package import AccessControl
package import Kernel
package import RecordStore
package import Sealing

/// What ``AcmeKeeper`` works with.
package struct AcmeParts: Sendable {
    /// The clinic's own certificate that is in force.
    package struct Held: Sendable {
        let names: [String]
        let fingerprint: String
        /// UTC milliseconds.
        let notBeforeMs: Int64
        /// UTC milliseconds.
        let notAfterMs: Int64

        /// Collects what is known of it.
        package init(names: [String], fingerprint: String, notBeforeMs: Int64, notAfterMs: Int64) {
            self.names = names
            self.fingerprint = fingerprint
            self.notBeforeMs = notBeforeMs
            self.notAfterMs = notAfterMs
        }
    }

    /// A certificate that came, with its key.
    package struct Fetched: Sendable {
        package let chainPEM: [UInt8]
        package let keyPEM: SecretBytes
        /// The names that were proven.
        package let names: [String]
        /// Whether it is put in force without a browser that confirms it.
        package let isSure: Bool
    }

    let store: RecordStore
    let clock: Clock
    let settings: @Sendable () -> AcmeSettings
    let authorityFile: @Sendable () -> String?
    /// Checks a certificate and shows it; a token where a browser has to confirm it.
    let install: @Sendable (Grant, Fetched) async throws -> String?
    let held: @Sendable () -> Held?
    /// Whether a certificate is on trial.
    let isTrying: @Sendable () -> Bool
    /// Leaves word for administrators: kind and sentence.
    let tell: @Sendable (Grant, String, String) async throws -> Void
    /// Waits so many seconds; false where the box stops.
    let pause: @Sendable (Int) async -> Bool

    /// Gathers the parts.
    ///
    /// - Parameter pause: sleeps, unless a test has no time for it.
    package init(
        store: RecordStore, clock: Clock, settings: @escaping @Sendable () -> AcmeSettings,
        authorityFile: @escaping @Sendable () -> String?, certificates: Certificates,
        pause: @escaping @Sendable (Int) async -> Bool = { seconds in
            do {
                try await Task.sleep(for: .seconds(seconds))
                return true
            } catch {
                return false
            }
        }
    ) {
        self.store = store
        self.clock = clock
        self.settings = settings
        self.authorityFile = authorityFile
        install = certificates.install
        held = certificates.held
        isTrying = certificates.isTrying
        tell = certificates.tell
        self.pause = pause
    }

    /// What is asked of those who keep the certificates of the box.
    package struct Certificates: Sendable {
        let install: @Sendable (Grant, Fetched) async throws -> String?
        let held: @Sendable () -> Held?
        let isTrying: @Sendable () -> Bool
        let tell: @Sendable (Grant, String, String) async throws -> Void

        /// Gathers the functions.
        ///
        /// - Parameters:
        ///   - install: checks a certificate and shows it; a token where a browser has to confirm.
        ///   - held: the clinic's own certificate that is in force.
        ///   - isTrying: whether a certificate is on trial.
        ///   - tell: leaves word for administrators: kind and sentence.
        package init(
            install: @escaping @Sendable (Grant, Fetched) async throws -> String?,
            held: @escaping @Sendable () -> Held?, isTrying: @escaping @Sendable () -> Bool,
            tell: @escaping @Sendable (Grant, String, String) async throws -> Void
        ) {
            self.install = install
            self.held = held
            self.isTrying = isTrying
            self.tell = tell
        }
    }
}
