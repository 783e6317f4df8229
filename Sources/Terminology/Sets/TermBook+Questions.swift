import FHIRModel
package import Kernel

/// What the box says about a code.
package struct CodeVerdict: Sendable {
    package let isValid: Bool
    /// The name of the code, where it is known.
    package let display: String?
    /// Why it is not valid, or what else there is to say.
    package let message: String?
}

extension TermBook {
    /// Whether a code is in a value set; nil where that cannot be told here, also of a set that is
    /// not known.
    ///
    /// A code of a system that belongs to the set as a whole is in it, whether or not the box holds
    /// the system.
    /// - Throws: ``Problem`` where a set cannot be worked out or a disk cannot be read.
    package func contains(
        _ valueSet: String, system: String?, code: String
    ) throws(Problem) -> Bool? {
        guard let set = self.valueSet(valueSet) else { return nil }
        var question = SetQuestion(self)
        return try question.contains(set, system, code)
    }

    /// Whether a code is in a set; as the other.
    package func contains(
        _ set: TermSet, system: String?, code: String
    ) throws(Problem) -> Bool? {
        var question = SetQuestion(self)
        return try question.contains(set, system, code)
    }

    /// Whether of every code it can be told whether it is in a value set.
    package func knows(_ valueSet: String) -> Bool {
        switch self.valueSet(valueSet) {
        case nil: false
        case .definition(let set, let compose)?:
            set.isDecidable || (compose.map { isDecidable(compose: $0, depth: 0) } ?? false)
        case .resource(let json)?:
            json["compose"].map { isDecidable(compose: $0, depth: 0) } ?? (json["expansion"] != nil)
        case .whole(let system, let below)?:
            below == nil || self.system(system)?.isComplete ?? false
        }
    }

    private func isDecidable(compose: JSON, depth: Int) -> Bool {
        guard depth <= TermLimits.depthMax else { return false }
        let parts = ["include", "exclude"].flatMap { name in
            compose[name].map { Array($0.elements) } ?? []
        }
        return parts.allSatisfy { json in
            let part = SetPart(json)
            let isHeld = part.system.map { self.system($0)?.isComplete ?? false } ?? true
            guard !part.hasStrangeRule, part.rules.isEmpty || isHeld else { return false }
            return part.sets.allSatisfy { url in
                switch self.valueSet(url) {
                case .definition(let set, nil)?: set.isDecidable
                case .definition(let set, let inner?)?:
                    set.isDecidable || isDecidable(compose: inner, depth: depth + 1)
                case .resource(let json)?:
                    json["compose"].map { isDecidable(compose: $0, depth: depth + 1) } ?? true
                case .whole?: knows(url)
                case nil: false
                }
            }
        }
    }

    /// Whether the first code is the second one or above it; nil if that is not known.
    package func subsumes(
        system: String, _ ancestor: String, _ code: String
    ) throws(Problem) -> Bool? {
        try self.system(system)?.subsumes(ancestor, code)
    }

    /// The codes of a value set, or a page of them.
    ///
    /// - Throws: ``Problem`` `.tooCostly` for too many codes without pages.
    package func expand(
        _ set: TermSet, _ request: ExpansionRequest
    ) throws(Problem) -> SetExpansion {
        var walk = SetWalk(self, request)
        return try walk.expand(set)
    }

    /// What is known of a code.
    ///
    /// - Throws: ``Problem`` `.notFound` for a code that the system does not have, `.incomplete` for
    ///   one that the box cannot tell.
    package func lookup(
        system url: String, _ code: String
    ) throws(Problem) -> (source: any CodeSource, concept: TermConcept) {
        guard let source = self.system(url) else { throw Problem(.incomplete, advice(url)) }
        if let concept = try source.concept(code) { return (source, concept) }
        guard source.isComplete else { throw Problem(.incomplete, advice(url)) }
        throw Problem(.notFound, "\(source.title) has no such code. Check how it is written.")
    }

    /// Whether a system has a code, and whether it is called as given.
    ///
    /// - Throws: ``Problem`` `.incomplete` for a code that the box cannot tell.
    package func validate(
        system url: String, _ code: String, display: String?
    ) throws(Problem) -> CodeVerdict {
        guard let source = self.system(url) else { throw Problem(.incomplete, advice(url)) }
        guard let concept = try source.concept(code) else {
            guard source.isComplete else { throw Problem(.incomplete, advice(url)) }
            return CodeVerdict(
                isValid: false, display: nil, message: "\(source.title) has no such code.")
        }
        return Self.verdict(concept, display, isStrict: source.isComplete)
    }

    private static func verdict(
        _ concept: TermConcept, _ display: String?, isStrict: Bool
    ) -> CodeVerdict {
        let names = [concept.display].compactMap { $0 } + concept.names
        let wanted = display.map { Array(SearchText.fold($0)) }
        let fits = wanted.map { one in names.contains { SearchText.fold($0) == one } } ?? true
        if fits || names.isEmpty {
            return CodeVerdict(
                isValid: true, display: concept.display,
                message: concept.isInactive ? "The code is no longer to be used." : nil)
        }
        return CodeVerdict(
            isValid: !isStrict, display: concept.display,
            message: "The code is known, under another name than the one given.")
    }

    /// Whether a code is in a value set, there is such a code, and it is called as given.
    ///
    /// - Throws: ``Problem`` `.incomplete` where that cannot be told here.
    package func validate(
        in set: TermSet, system: String?, _ code: String, display: String?
    ) throws(Problem) -> CodeVerdict {
        let name = set.title ?? set.url ?? "the value set"
        switch try contains(set, system: system, code: code) {
        case nil:
            throw Problem(
                .incomplete,
                "Whether the code is in “\(name)” cannot be told here. "
                    + (system.map(advice) ?? "Say which code system it is of."))
        case false?:
            return CodeVerdict(
                isValid: false, display: nil, message: "The code is not in “\(name)”.")
        case true?: break
        }
        guard let system else {
            return CodeVerdict(isValid: true, display: nil, message: nil)
        }
        if case .definition(let defined, _) = set,
            let listed = defined.display(system: system, code: code)
        {
            var concept = TermConcept(code: code, display: listed.isEmpty ? nil : listed)
            if let known = try self.system(system)?.concept(code) {
                concept.names = known.names + [known.display].compactMap { $0 }
            }
            return Self.verdict(concept, display, isStrict: false)
        }
        if case .resource(let json) = set, json["compose"] != nil, self.system(system) == nil,
            try isListed(json, system, code)
        {
            return CodeVerdict(isValid: true, display: nil, message: nil)
        }
        return try validate(system: system, code, display: display)
    }

    /// Whether a set names a code itself, so that no system has to vouch for it.
    private func isListed(_ json: JSON, _ system: String, _ code: String) throws(Problem) -> Bool {
        let parts = json.at("compose", "include").map { Array($0.elements) } ?? []
        return parts.contains { item in
            let part = SetPart(item)
            return part.system == system && part.codes?.contains { $0.code == code } ?? false
        }
    }
}
