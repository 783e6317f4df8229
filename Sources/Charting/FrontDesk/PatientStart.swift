import FHIRModel
import Kernel

/// A Patient before any step of the registration.
enum PatientStart {
    /// A Patient with nothing but its id, its profile and a record number.
    ///
    /// - Parameter isTemporary: whether the number is one that another takes the place of.
    static func json(id: String, recordNumber: String, isTemporary: Bool = false) -> JSON {
        let identifiers = PatientElements.list(nil) { list in
            write(recordNumber, isTemporary: isTemporary, to: &list)
        }
        let empty = RelatedRecords.empty("Patient", "us-core-patient")
        return RelatedRecords.parsed(
            empty.rewritten(
                stamp: ResourceStamp(id: id),
                setting: [
                    "identifier": identifiers, "active": Array("true".utf8),
                ]))
    }

    /// The Patient with a lasting record number in front of the others; nil where it has one.
    ///
    /// A temporary one stays as an old one, so that papers with it still lead here.
    static func numbered(_ patient: JSON, _ recordNumber: String) -> JSON {
        let before = PatientElements.elements(patient["identifier"])
        var writer = JSONWriter()
        writer.array { list in
            write(recordNumber, isTemporary: false, to: &list)
            for one in before {
                guard isTemporary(one) else {
                    list.value(one)
                    continue
                }
                list.raw(one.rewritten(setting: ["use": PatientElements.text("old")]))
            }
        }
        return RelatedRecords.parsed(
            patient.rewritten(setting: ["identifier": writer.bytes]))
    }

    /// Whether the only record number of a patient is a temporary one.
    static func isTemporary(patient: JSON) -> Bool {
        let numbers = PatientElements.elements(patient["identifier"]).filter {
            $0.string("system") == RecordNumber.system
        }
        return !numbers.isEmpty && numbers.allSatisfy { isTemporary($0) }
    }

    private static func isTemporary(_ identifier: JSON) -> Bool {
        identifier.string("system") == RecordNumber.system
            && identifier.string("value")?.hasPrefix(RecordNumber.temporaryPrefix) ?? false
    }

    private static func write(
        _ recordNumber: String, isTemporary: Bool, to list: inout JSONWriter
    ) {
        list.object { one in
            one.member("use", isTemporary ? "temp" : "usual")
            one.object("type") {
                $0.array("coding") {
                    $0.coding(
                        nil, "http://terminology.hl7.org/CodeSystem/v2-0203", "MR",
                        "Medical record number")
                }
            }
            one.member("system", RecordNumber.system)
            one.member("value", recordNumber)
        }
    }
}
