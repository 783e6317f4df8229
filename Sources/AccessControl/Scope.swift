package import Kernel

/// One SMART scope: for whom, which resource type, which interactions.
///
/// Version 2 (`user/Patient.rs`) and version 1 (`user/Patient.read`) are both understood.
/// Spec: SMART App Launch 2.0, Scopes, https://hl7.org/fhir/smart-app-launch/STU2/scopes-and-launch-context.html
package struct Scope: Hashable, Sendable {
    /// Whose rights bound the scope.
    package enum Level: String, Sendable { case patient, user, system }

    package let level: Level
    /// A resource type, or `*` for every one.
    package let type: String
    /// Letters out of `cruds`.
    package let interactions: Set<Character>

    /// The most scopes that one token may carry.
    package static let countMax = 64

    /// The scopes of a text that are separated by blanks.
    ///
    /// - Throws: ``Problem`` `.value` that names the scope that is none.
    package static func parse(_ text: String) throws(Problem) -> [Scope] {
        let words = text.split(separator: " ")
        guard !words.isEmpty else {
            throw Problem(
                .required, "Name at least one scope, such as user/*.rs.", location: "scope")
        }
        guard words.count <= countMax else {
            throw Problem(.tooLong, "A token takes at most \(countMax) scopes.", location: "scope")
        }
        var scopes: [Scope] = []
        for word in words { scopes.append(try one(word)) }
        return scopes
    }

    /// Whether the scope covers a verb on a resource type.
    package func covers(_ verb: Verb, type asked: String) -> Bool {
        guard type == "*" || type == asked else { return false }
        return switch verb {
        case .read, .vread: interactions.contains("r")
        case .search, .export: interactions.contains("s")
        case .create: interactions.contains("c")
        case .update: interactions.contains("u")
        case .delete: interactions.contains("d")
        case .signIn, .signOut, .administer: false
        }
    }

    private static func one(_ word: Substring) throws(Problem) -> Scope {
        let wrong = Problem(
            .value,
            "“\(word.prefix(80))” is not a scope. Write for example user/Patient.rs or system/*.cruds.",
            location: "scope")
        let parts = word.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let level = Level(rawValue: String(parts[0])) else { throw wrong }
        let halves = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        guard halves.count == 2 else { throw wrong }
        let type = String(halves[0])
        guard type == "*" || type.utf8.allSatisfy({ $0 >= 0x41 && $0 <= 0x7A }), !type.isEmpty
        else { throw wrong }
        switch halves[1] {
        case "read": return Scope(level: level, type: type, interactions: ["r", "s"])
        case "write": return Scope(level: level, type: type, interactions: ["c", "u", "d"])
        case "*": return Scope(level: level, type: type, interactions: ["c", "r", "u", "d", "s"])
        default:
            let letters = Set(halves[1])
            guard !letters.isEmpty, letters.count == halves[1].count,
                letters.isSubset(of: ["c", "r", "u", "d", "s"])
            else { throw wrong }
            return Scope(level: level, type: type, interactions: letters)
        }
    }
}
