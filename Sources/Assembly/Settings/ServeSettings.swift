package import Identity
package import Logging
package import RecordStore
package import ServerKit

/// Every value of the configuration, typed.
package struct ServeSettings: Sendable {
    /// The folder that everything is written to.
    package var dataFolder = DataFolder(path: "/var/lib/tribal-ehr")
    /// Where HTTPS is served.
    package var listen = ListenAddress(host: "0.0.0.0", port: 443)
    /// Where plain HTTP sends browsers on to HTTPS; nil for nowhere.
    package var httpListen: ListenAddress? = ListenAddress(host: "0.0.0.0", port: 80)
    /// Names of the box beside its own, which its certificate carries as well.
    package var hosts: [String] = []
    /// Whether the box says its name on the network.
    package var isNameAnnounced = true
    /// Passwords and sessions.
    package var identity = IdentitySettings()
    /// The least important kind of line that is logged.
    package var logLevel: Logger.Level = .info

    /// The defaults.
    package init() {}
}
