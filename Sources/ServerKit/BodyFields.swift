import FHIRModel
package import Kernel

/// The members of a JSON object that a route takes; every other one is refused by its name.
///
/// So no body sets what belongs to the box: an id, a time, a state, an author.
///
/// Spec: OWASP API Security 2023, API3; SECURITY S20.
package struct BodyFields: Sendable {
    /// The longest text of a field unless the route says otherwise, in characters.
    package static let textCharactersMax = 200

    private let json: JSON
    /// What stands before a name in messages: `address.` for a part of a whole.
    private let path: String

    /// Reads a body.
    ///
    /// - Throws: ``Problem`` `.structure` if it is no JSON object, `.invalid` with the name of the
    ///   first member that is not among `names`.
    package init(_ bytes: [UInt8], takes names: Set<String>) throws(Problem) {
        do throws(JSONError) {
            json = try JSON.parse(bytes)
        } catch {
            throw error.problem()
        }
        path = ""
        try check(names)
    }

    private init(_ json: JSON, path: String, takes names: Set<String>) throws(Problem) {
        self.json = json
        self.path = path
        try check(names)
    }

    private func check(_ names: Set<String>) throws(Problem) {
        guard json.isObject else {
            throw Problem(
                .structure, "Send a JSON object.", location: path.isEmpty ? nil : path)
        }
        for (key, _) in json.members where !names.contains(key) {
            let shown = path + key.prefix(64)
            throw Problem(
                .invalid,
                "The field “\(shown)” cannot be set here. Leave it out. What can be set: "
                    + names.sorted().joined(separator: ", ") + ".", location: shown)
        }
    }

    /// Whether the body has a field that is not `null`.
    package func has(_ name: String) -> Bool { json[name].map { !$0.isNull } ?? false }

    /// A text without blanks at its ends; nil where it is missing, `null` or empty.
    ///
    /// - Throws: ``Problem`` `.value` for another kind or for control characters, `.tooLong`.
    package func text(
        _ name: String, charactersMax: Int = textCharactersMax
    ) throws(Problem) -> String? {
        guard let value = json[name], !value.isNull else { return nil }
        guard let text = value.string else {
            throw Problem(.value, "Send “\(path)\(name)” as a text.", location: path + name)
        }
        return try Self.plain(text, path + name, charactersMax: charactersMax)
    }

    /// A text that has to be there.
    ///
    /// - Throws: ``Problem`` `.required` where it is missing or empty; else as `text`.
    package func required(
        _ name: String, charactersMax: Int = textCharactersMax
    ) throws(Problem) -> String {
        guard let text = try text(name, charactersMax: charactersMax) else {
            throw Problem(.required, "Fill in “\(path)\(name)”.", location: path + name)
        }
        return text
    }

    /// `true` or `false`; nil where it is missing.
    package func flag(_ name: String) throws(Problem) -> Bool? {
        guard let value = json[name], !value.isNull else { return nil }
        guard let flag = value.bool else {
            throw Problem(.value, "Send “\(path)\(name)” as true or false.", location: path + name)
        }
        return flag
    }

    /// A list of texts; empty where it is missing.
    ///
    /// - Throws: ``Problem`` `.tooLong` for more than `countMax`.
    package func texts(_ name: String, countMax: Int) throws(Problem) -> [String] {
        var texts: [String] = []
        for value in try list(name, countMax: countMax) {
            guard let text = value.string,
                let plain = try Self.plain(
                    text, path + name, charactersMax: Self.textCharactersMax)
            else {
                throw Problem(
                    .value, "Send “\(path)\(name)” as a list of texts.", location: path + name)
            }
            texts.append(plain)
        }
        return texts
    }

    /// An object inside of the body; nil where it is missing.
    package func object(_ name: String, takes names: Set<String>) throws(Problem) -> BodyFields? {
        guard let value = json[name], !value.isNull else { return nil }
        return try BodyFields(value, path: "\(path)\(name).", takes: names)
    }

    /// A list of objects inside of the body; empty where it is missing.
    package func objects(
        _ name: String, countMax: Int, takes names: Set<String>
    ) throws(Problem) -> [BodyFields] {
        var objects: [BodyFields] = []
        for (index, value) in try list(name, countMax: countMax).enumerated() {
            objects.append(try BodyFields(value, path: "\(path)\(name)[\(index)].", takes: names))
        }
        return objects
    }

    private func list(_ name: String, countMax: Int) throws(Problem) -> [JSON] {
        guard let value = json[name], !value.isNull else { return [] }
        guard value.isArray else {
            throw Problem(.value, "Send “\(path)\(name)” as a list.", location: path + name)
        }
        guard value.count <= countMax else {
            throw Problem(
                .tooLong, "“\(path)\(name)” takes at most \(countMax).", location: path + name)
        }
        return Array(value.elements)
    }

    private static func plain(
        _ text: String, _ name: String, charactersMax: Int
    ) throws(Problem) -> String? {
        let start = text.drop(while: \.isWhitespace)
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return nil }
        let trimmed = start[...end]
        guard trimmed.count <= charactersMax else {
            throw Problem(
                .tooLong, "“\(name)” takes at most \(charactersMax) characters.", location: name)
        }
        let isPlain = trimmed.unicodeScalars.allSatisfy {
            $0 == "\n" || $0 == "\t" || $0.properties.generalCategory != .control
        }
        guard isPlain else {
            throw Problem(
                .value, "“\(name)” has characters that cannot be shown. Type it anew.",
                location: name)
        }
        return String(trimmed)
    }
}
