/// Another release than this one, for the fault tests.
package enum FaultRelease {
    #if FAULT_CONTROLS
    private static let word = FaultControls.release

    /// The release that this process plays; nil for itself.
    package static let version: String? = word == nil ? nil : "99.0.0"

    /// The steps that a later release has: one that works, one that fails, one that loses records.
    package static func steps(after last: Int) -> [SchemaStep] {
        let table = "CREATE TABLE later_release (id INTEGER PRIMARY KEY, note TEXT) STRICT;"
        switch word {
        case "next": return [SchemaStep(last + 1, "later", sql: table)]
        case "next-broken":
            return [SchemaStep(last + 1, "later", sql: table + "INSERT INTO nowhere VALUES (1);")]
        case "next-lossy":
            let loss =
                "DELETE FROM resource_version WHERE seq = (SELECT min(seq) FROM resource_version);"
            return [SchemaStep(last + 1, "later", sql: table + loss)]
        default: return []
        }
    }
    #else
    /// None: a release build plays itself only.
    package static let version: String? = nil

    /// None in a release build.
    package static func steps(after last: Int) -> [SchemaStep] { [] }
    #endif
}
