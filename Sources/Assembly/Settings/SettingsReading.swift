import Kernel
import RecordStore

/// Everything that is wrong with a configuration, at once.
package struct SettingsProblems: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence each, with the place: `tribal-ehr.conf:12`, `TRIBAL_EHR_LISTEN`, `--listen`.
    package let sentences: [String]

    package var description: String { sentences.joined(separator: "\n") }
}

/// Where settings come from, in rising order: default, file, environment, command line.
package struct SettingsReading: Sendable {
    /// The file that is read unless another is named; it may be missing.
    package static let defaultFile = "/etc/tribal-ehr/tribal-ehr.conf"
    /// What the names of the environment begin with.
    package static let prefix = "TRIBAL_EHR_"
    /// Names of the environment that are not settings: paths that scripts and tests use.
    private static let others: Set<String> = ["SHARED", "PROJECT", "BROWSER_VENV"]

    private let declared: [Setting]
    private var settings = ServeSettings()
    private var problems: [String] = []
    private var taken: [String: (text: String, origin: String)] = [:]

    /// Starts with the defaults.
    package init(_ declared: [Setting] = Setting.all) {
        self.declared = declared
        for setting in declared {
            let isPut = setting.put(setting.defaultText, into: &settings)
            precondition(isPut, "A default is in bounds.")
        }
    }

    /// Takes the lines of a file.
    ///
    /// - Parameter name: how the file is called in messages.
    package mutating func take(_ file: SettingsFile, name: String) {
        for fault in file.faults {
            let place = fault.line > 0 ? "\(name):\(fault.line)" : name
            problems.append("\(place): \(fault.sentence)")
        }
        var firstLine: [String: Int] = [:]
        for line in file.lines {
            let place = "\(name):\(line.number)"
            if let first = firstLine[line.key] {
                problems.append("\(place): \(line.key) is set in line \(first) already.")
                continue
            }
            firstLine[line.key] = line.number
            take(key: line.key, line.value, place: place)
        }
    }

    /// Takes the variables of the environment that begin with ``prefix``.
    ///
    /// - Parameter secret: reads a file that holds a secret; nil if it cannot be read.
    package mutating func take(
        environment: [String: String], secret: (String) -> String?
    ) {
        for (name, value) in environment.sorted(by: { $0.key < $1.key })
        where name.hasPrefix(Self.prefix) {
            let key = String(name.dropFirst(Self.prefix.count))
            if Self.others.contains(key) || key.hasPrefix("FAULT") { continue }
            guard let holder = secretSetting(ofFileKey: key) else {
                take(key: key, value, place: name)
                continue
            }
            if environment[Self.prefix + holder.key] != nil {
                problems.append("\(name): \(holder.key) is set twice; take one of the two away.")
            } else if let content = secret(value) {
                take(key: holder.key, content, place: name)
            } else {
                problems.append("\(name): The file \(value) cannot be read.")
            }
        }
    }

    /// Takes a value of the command line.
    package mutating func take(key: String, option: String, _ value: String?) {
        guard let value else { return }
        take(key: key, value, place: option)
    }

    /// The settings.
    ///
    /// - Throws: ``SettingsProblems`` with everything that was wrong.
    package func result() throws(SettingsProblems) -> ServeSettings {
        guard problems.isEmpty else { throw SettingsProblems(sentences: problems) }
        var settings = settings
        for value in values where value.origin != nil { settings.given[value.key] = value }
        return settings
    }

    /// One value in force, as it was written.
    package struct Value: Hashable, Sendable {
        package let key: String
        /// Stars for a secret.
        package let text: String
        /// Where it came from; nil for a default.
        package let origin: String?
    }

    /// The values in force, in the order of the declarations.
    package var values: [Value] {
        declared.map { setting in
            let one = taken[setting.key]
            return Value(
                key: setting.key,
                text: setting.isSecret ? "***" : one?.text ?? setting.defaultText,
                origin: one?.origin)
        }
    }

    private mutating func take(key: String, _ value: String, place: String) {
        guard let setting = declared.first(where: { $0.key == key }) else {
            let near = declared.first { $0.key.isNear(key) }
            problems.append(
                "\(place): \(key) is not a setting."
                    + (near.map { " Do you mean \($0.key)?" }
                        ?? " See: tribal-ehr check-config --print-defaults"))
            return
        }
        guard value.utf8.count <= Setting.valueBytesMax, setting.put(value, into: &settings) else {
            let shown = setting.isSecret ? "" : " \"\(value.prefix(80))\""
            problems.append(
                "\(place): The value\(shown) of \(key) cannot be used. It takes \(setting.bound).")
            return
        }
        taken[key] = (value, place)
    }

    private func secretSetting(ofFileKey key: String) -> Setting? {
        guard key.hasSuffix("_FILE") else { return nil }
        return declared.first { $0.isSecret && $0.key + "_FILE" == key }
    }
}

extension String {
    /// Whether at most two letters stand between two keys.
    fileprivate func isNear(_ other: String) -> Bool {
        let a = Array(utf8)
        let b = Array(other.utf8.prefix(64))
        guard abs(a.count - b.count) <= 2 else { return false }
        var row = Array(0...b.count)
        for (i, one) in a.enumerated() {
            var corner = row[0]
            row[0] = i + 1
            for (j, two) in b.enumerated() {
                let changed = corner + (one == two ? 0 : 1)
                corner = row[j + 1]
                row[j + 1] = Swift.min(changed, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count] <= 2
    }
}
