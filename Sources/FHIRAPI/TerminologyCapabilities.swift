import FHIRModel
import Kernel
import Terminology

/// What the box can do with codes.
///
/// Spec: FHIR R4 TerminologyCapabilities, https://hl7.org/fhir/R4/terminologycapabilities.html
enum TerminologyCapabilities {
    static func bytes(_ book: TermBook, version: String, startedMs: Int64, base: String) -> [UInt8]
    {
        var writer = JSONWriter(reservingBytes: 65_536)
        writer.beginObject()
        writer.member("resourceType", "TerminologyCapabilities")
        writer.member("url", "\(base)/metadata?mode=terminology")
        writer.member("version", version)
        writer.member("name", "TribalEHRTerminology")
        writer.member("status", "active")
        writer.member("date", Timestamp.text(ms: startedMs))
        writer.member("kind", "instance")
        writer.ownSystem(version: version, base: base)
        writer.array("codeSystem") { list in
            for (url, version) in book.systemsWithVersions {
                list.object { one in
                    one.member("uri", url)
                    guard let version else { return }
                    one.array("version") { versions in
                        versions.object { $0.member("code", version) }
                    }
                }
            }
        }
        writer.object("expansion") { out in
            out.member("hierarchical", false)
            out.member("paging", true)
            out.member("incomplete", true)
            out.array("parameter") { list in
                for name in ["filter", "offset", "count", "activeOnly", "includeDesignations"] {
                    list.object { $0.member("name", name) }
                }
            }
        }
        writer.member("codeSearch", "all")
        writer.object("validateCode") { $0.member("translations", false) }
        writer.object("translation") { $0.member("needsMap", true) }
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    /// Which program answers and where, as each statement of what the box can do says it.
    mutating func ownSystem(version: String, base: String) {
        object("software") { software in
            software.member("name", "tribal-ehr")
            software.member("version", version)
        }
        object("implementation") { box in
            box.member("description", "Tribal EHR")
            box.member("url", base)
        }
    }
}
