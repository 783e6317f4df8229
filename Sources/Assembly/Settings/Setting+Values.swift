import AccessControl
import Exchange
import FHIRAPI
import Logging
import RecordStore
package import ServerKit

extension Setting {
    /// What a value must be like, as it stands in messages and in the documented file.
    package var bound: String {
        switch kind {
        case .folder: "an absolute path"
        case .address: "ADDRESS:PORT with a port from 1 to 65535"
        case .addressOrOff: "ADDRESS:PORT with a port from 1 to 65535, or off"
        case .names(_, let countMax): "at most \(countMax) host names"
        case .number(_, let range):
            "a whole number from \(range.lowerBound) to \(range.upperBound)"
                + (unit.map { " (\($0))" } ?? "")
        case .roles: "roles out of \(RoleNames.all), or none"
        case .roleNumbers(_, let range):
            "ROLE=NUMBER with numbers from \(range.lowerBound) to \(range.upperBound)"
                + (unit.map { " (\($0))" } ?? "")
        case .onOff: "on or off"
        case .validation:
            "one of " + WriteRules.Level.allCases.map(\.rawValue).joined(separator: ", ")
        case .targets:
            "at most \(OutgoingTarget.countMax) machines as HOST[:PORT][+private][+http]"
        case .directory: "an address that begins with https://, or nothing"
        case .mailbox: "a mailbox such as office@clinic.example, or nothing"
        case .file: "an absolute path, or nothing"
        case .level: "one of " + Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
        }
    }

    /// Puts a written value where it belongs.
    ///
    /// - Returns: false if it is not one; the settings are as before then.
    package func put(_ text: String, into settings: inout ServeSettings) -> Bool {
        switch kind {
        case .folder(let place):
            guard text.hasPrefix("/"), !text.utf8.contains(0) else { return false }
            settings[keyPath: place] = DataFolder(path: text)
        case .address(let place):
            guard let address = Self.address(text) else { return false }
            settings[keyPath: place] = address
        case .addressOrOff(let place):
            if text == "off" {
                settings[keyPath: place] = nil
            } else {
                guard let address = Self.address(text) else { return false }
                settings[keyPath: place] = address
            }
        case .names(let place, let countMax):
            let names = text.split { $0 == " " || $0 == "," || $0 == "\t" }.map(String.init)
            guard names.count <= countMax, names.allSatisfy(Self.isHostName) else { return false }
            settings[keyPath: place] = names
        case .number(let place, let range):
            guard let number = Self.number(text), range.contains(number) else { return false }
            settings[keyPath: place] = number
        case .roles(let place):
            guard let roles = Self.roles(text) else { return false }
            settings[keyPath: place] = roles
        case .roleNumbers(let place, let range):
            guard let numbers = Self.roleNumbers(text, range) else { return false }
            settings[keyPath: place] = numbers
        case .onOff(let place):
            guard text == "on" || text == "off" else { return false }
            settings[keyPath: place] = text == "on"
        case .validation(let place):
            guard let level = WriteRules.Level(rawValue: text) else { return false }
            settings[keyPath: place] = level
        case .targets(let place):
            guard let targets = OutgoingTarget.list(text) else { return false }
            settings[keyPath: place] = targets
        case .directory(let place):
            // What is no address is refused with the bound, like every other value.
            guard text.isEmpty || (try? AcmeSettings.directory(text)) != nil else { return false }
            settings[keyPath: place] = text.isEmpty ? nil : text
        case .mailbox(let place):
            guard text.isEmpty || AcmeSettings.isContact(text) else { return false }
            settings[keyPath: place] = text.isEmpty ? nil : text
        case .file(let place):
            guard text.isEmpty || text.hasPrefix("/"), !text.utf8.contains(0) else { return false }
            settings[keyPath: place] = text.isEmpty ? nil : text
        case .level(let place):
            guard let level = Logger.Level(rawValue: text) else { return false }
            settings[keyPath: place] = level
        }
        return true
    }

    private static func words(_ text: String) -> [Substring] {
        text.split { $0 == " " || $0 == "," || $0 == "\t" }
    }

    private static func roles(_ text: String) -> Set<Role>? {
        if text == "none" { return [] }
        let roles = words(text).map { Role(rawValue: String($0)) }
        return roles.isEmpty || roles.contains(nil) ? nil : Set(roles.compactMap(\.self))
    }

    private static func roleNumbers(_ text: String, _ range: ClosedRange<Int>) -> [Role: Int]? {
        var numbers: [Role: Int] = [:]
        for word in words(text) {
            let parts = word.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, let role = Role(rawValue: String(parts[0])),
                let number = number(String(parts[1])), range.contains(number),
                numbers[role] == nil
            else { return nil }
            numbers[role] = number
        }
        return numbers
    }

    /// The address that `ADDRESS:PORT` stands for, or nil for anything else.
    ///
    /// Port 0, by which a test lets the system choose, is taken for loopback addresses only.
    package static func address(_ text: String) -> ListenAddress? {
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
            guard host.utf8.contains(UInt8(ascii: ":")), host.utf8.allSatisfy(isIPv6) else {
                return nil
            }
        } else if !isHostName(host) {
            return nil
        }
        guard let port = number(String(text[text.index(after: colon)...])), port <= 65_535 else {
            return nil
        }
        let isLoopback = host == "127.0.0.1" || host == "::1" || host == "localhost"
        guard port > 0 || isLoopback else { return nil }
        return ListenAddress(host: host, port: port)
    }

    private static func isIPv6(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
            || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
            || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte | 0x20
    }

    /// Letters, digits and hyphens between dots, as RFC 1123 has it.
    ///
    /// Spec: RFC 1123, 2.1 Host Names and Numbers, https://www.rfc-editor.org/rfc/rfc1123#section-2.1
    package static func isHostName(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 253 else { return false }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            let bytes = label.utf8
            return 1...63 ~= bytes.count && bytes.first != UInt8(ascii: "-")
                && bytes.last != UInt8(ascii: "-")
                && bytes.allSatisfy { byte in
                    byte == UInt8(ascii: "-") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                        || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
                }
        }
    }

    /// Digits alone: no sign, no blank.
    private static func number(_ text: String) -> Int? {
        guard 1...9 ~= text.utf8.count,
            text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
        else { return nil }
        return Int(text)
    }
}
