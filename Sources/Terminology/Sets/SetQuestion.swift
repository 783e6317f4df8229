import FHIRModel
import Kernel

/// Whether a code is in a value set.
///
/// Lives for one question, and counts the sets that it opens, so that sets that take in each other
/// come to an end.
struct SetQuestion {
    let book: TermBook
    private var opened = 0

    init(_ book: TermBook) { self.book = book }

    /// Nil where it cannot be told here.
    ///
    /// - Parameter system: nil for an element of type `code`, where the set says which is meant.
    /// - Throws: ``Problem`` `.tooCostly` for sets that take in too many others.
    mutating func contains(
        _ set: TermSet, _ system: String?, _ code: String, depth: Int = 0
    ) throws(Problem) -> Bool? {
        opened += 1
        guard depth <= TermLimits.depthMax, opened <= TermLimits.setsMax else {
            throw Problem(
                .tooCostly,
                "The value set takes in too many others, or itself. Mend its definition.")
        }
        switch set {
        case .definition(let defined, let compose):
            return try contains(defined, compose, system, code, depth)
        case .resource(let json):
            guard let compose = json["compose"] else {
                return Self.isListed(json["expansion"], system, code)
            }
            return try contains(compose: compose, system, code, depth)
        case .whole(let owner, let below):
            return try contains(SetPart(system: owner, below: below), system, code, depth)
        }
    }

    private mutating func contains(
        _ defined: ValueSetDefinition, _ compose: JSON?, _ system: String?, _ code: String,
        _ depth: Int
    ) throws(Problem) -> Bool? {
        if defined.display(system: system, code: code) != nil { return true }
        let known = defined.contains(system: system, code: code)
        if known == true || known == nil, let compose {
            return try contains(compose: compose, system, code, depth)
        }
        if known == true, let system, let source = book.system(system), source.isComplete {
            return try source.concept(code) != nil
        }
        return known
    }

    private mutating func contains(
        compose: JSON, _ system: String?, _ code: String, _ depth: Int
    ) throws(Problem) -> Bool? {
        let taken = try anyPart(compose["include"], system, code, depth)
        if taken == false { return false }
        switch try anyPart(compose["exclude"], system, code, depth) {
        case true?: return false
        case false?: return taken
        case nil: return nil
        }
    }

    /// Whether one of the parts takes a code.
    mutating func anyPart(
        _ parts: JSON?, _ system: String?, _ code: String, _ depth: Int
    ) throws(Problem) -> Bool? {
        var isUncertain = false
        for json in parts.map({ Array($0.elements) }) ?? [] {
            switch try contains(SetPart(json), system, code, depth) {
            case true?: return true
            case nil: isUncertain = true
            case false?: break
            }
        }
        return isUncertain ? nil : false
    }

    private mutating func contains(
        _ part: SetPart, _ system: String?, _ code: String, _ depth: Int
    ) throws(Problem) -> Bool? {
        var answer: Bool? = part.hasStrangeRule ? nil : true
        if let owner = part.system {
            if let system, system != TermBook.withoutVersion(owner) { return false }
            switch try isChosen(code, by: part, of: owner) {
            case false?: return false
            case nil: answer = nil
            case true?: break
            }
        } else if part.sets.isEmpty {
            return false
        }
        for url in part.sets {
            guard let set = book.valueSet(url) else {
                answer = nil
                continue
            }
            switch try contains(set, system, code, depth: depth + 1) {
            case false?: return false
            case nil: answer = nil
            case true?: break
            }
        }
        return answer
    }

    /// Whether a part takes a code of its system, other sets left aside.
    func isChosen(
        _ code: String, by part: SetPart, of owner: String
    ) throws(Problem) -> Bool? {
        if let codes = part.codes { return codes.contains { $0.code == code } }
        let source = book.system(owner)
        if part.rules.isEmpty {
            // Every code of the system belongs to the set; a whole system tells which there are.
            guard let source, source.isComplete else { return true }
            return try source.concept(code) != nil
        }
        guard let source else { return nil }
        var answer: Bool? = true
        for rule in part.rules {
            switch try rule.accepts(code, of: source) {
            case false?: return false
            case nil: answer = nil
            case true?: break
            }
        }
        return answer
    }

    /// Whether an expansion lists a code.
    private static func isListed(_ expansion: JSON?, _ system: String?, _ code: String) -> Bool? {
        guard let expansion else { return nil }
        var waiting = expansion["contains"].map { Array($0.elements) } ?? []
        var visits = 0
        while let item = waiting.popLast(), visits < TermLimits.visitsMax {
            visits += 1
            if item.string("code") == code, system == nil || item.string("system") == system {
                return true
            }
            waiting += item["contains"].map { Array($0.elements) } ?? []
        }
        return false
    }
}
