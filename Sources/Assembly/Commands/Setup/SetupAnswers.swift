package import FHIRModel
package import Kernel

/// The answers of the set-up, checked for their form: known names, right kinds.
///
/// What the values mean is checked by the box, the same as for the page.
package struct SetupAnswers: Sendable {
    /// The longest file, in bytes.
    package static let bytesMax = 65_536

    private enum Kind {
        case text
        case flag
        case object([String: Kind])
    }

    private static let known: [String: Kind] = [
        "clinicName": .text, "timeZone": .text, "boxName": .text, "facilityCode": .text,
        "recoveryKitFile": .text, "practice": .flag,
        "administrator": .object([
            "username": .text, "password": .text, "displayName": .text, "isClinician": .flag,
        ]),
    ]
    private static let required: Set<String> = [
        "clinicName", "timeZone", "boxName", "administrator", "administrator.username",
        "administrator.password", "administrator.displayName",
    ]

    /// The answers as they are.
    package let json: JSON

    /// Where the recovery kit goes; nil for the terminal.
    package var recoveryKitFile: String? { json.string("recoveryKitFile") }

    /// Reads the bytes of a file.
    ///
    /// - Parameter name: how the file is called in messages.
    /// - Throws: ``Problem`` with line and column of broken JSON, or with everything that is
    ///   wrong with the answers; never a password.
    package init(_ bytes: [UInt8], name: String) throws(Problem) {
        do throws(JSONError) {
            json = try JSON.parse(bytes)
        } catch {
            throw Problem(
                .structure,
                "\(name), line \(error.line), column \(error.column): \(error.message)")
        }
        guard json.isObject else {
            throw Problem(.structure, "\(name): The answers are one JSON object: { … }.")
        }
        var faults: [String] = []
        var found: Set<String> = []
        Self.check(json, Self.known, path: "", of: bytes, &found, &faults)
        for missing in Self.required.subtracting(found).sorted() {
            let holder = missing.split(separator: ".").dropLast().joined(separator: ".")
            if holder.isEmpty || found.contains(holder) {
                faults.append("The answer \(missing) is missing.")
            }
        }
        guard faults.isEmpty else {
            throw Problem(.invalid, "\(name): " + faults.joined(separator: " "))
        }
    }

    private static func check(
        _ json: JSON, _ known: [String: Kind], path: String, of bytes: [UInt8],
        _ found: inout Set<String>, _ faults: inout [String]
    ) {
        for (key, value) in json.members {
            let name = path + key
            let line = "Line \(lineNumber(of: value, in: bytes))"
            switch known[key] {
            case nil:
                let names = known.keys.sorted().joined(separator: ", ")
                faults.append("\(line): \"\(name.prefix(80))\" is no answer; known are \(names).")
            case .text:
                found.insert(name)
                if value.string?.isEmpty != false {
                    faults.append("\(line): The answer \(name) is a text that is not empty.")
                }
            case .flag:
                found.insert(name)
                if value.bool == nil {
                    faults.append("\(line): The answer \(name) is true or false.")
                }
            case .object(let inner):
                found.insert(name)
                if value.isObject {
                    check(value, inner, path: name + ".", of: bytes, &found, &faults)
                } else {
                    faults.append("\(line): The answer \(name) is an object.")
                    found.formUnion(inner.keys.map { name + "." + $0 })
                }
            }
        }
    }

    /// Counts from 1.
    private static func lineNumber(of value: JSON, in bytes: [UInt8]) -> Int {
        bytes.prefix(value.rawBytes.startIndex).count { $0 == 0x0A } + 1
    }
}
