import FHIRModel

/// Criteria that are made of others.
extension SearchParser {
    /// The parameter by which resources of a type are part of others of it.
    private static let partOf = ["Location": "partof", "Organization": "partof"]

    /// A reference to a place or organization, to those it is part of, or to its parts.
    ///
    /// It is followed over as many steps as a chain may have. `location:below=42` finds what is at
    /// 42 or at a part of it, `location:above=42` what is at 42 or at what 42 is part of.
    ///
    /// Spec: FHIR R4 search, above and below, https://hl7.org/fhir/R4/search.html#recursive
    func hierarchy(
        _ start: ParameterReference, isBelow: Bool, _ term: Term
    ) throws(SearchError) -> SearchCriterion {
        let parser = valueParser(term.asked)
        var ways: [SearchCriterion] = []
        for piece in try pieces(of: term) {
            let value = try parser.value(piece, start.parameter, nil)
            ways.append(exactly(start, value))
            guard case .reference(.local(let types, let id, _)) = value else { continue }
            for type in types {
                guard let code = Self.partOf[type],
                    let part = definitions.searchParameter(code, for: type)
                else { continue }
                let link = ParameterReference(type: type, parameter: part)
                let top = SearchValue.reference(.local(types: [type], id: id, version: nil))
                var related = isBelow ? exactly(link, top) : .has(link, .ids([id]))
                for _ in 1..<limits.chainStepsMax {
                    ways.append(.chain(start, target: type, related))
                    related =
                        isBelow
                        ? .chain(link, target: type, related) : .has(link, related)
                }
            }
        }
        guard ways.count > 1 else {
            throw SearchError(
                .modifier, term.asked,
                "\(term.asked) leads to nothing that is part of another; leave the modifier out.")
        }
        return .any(ways)
    }

    private func exactly(_ reference: ParameterReference, _ value: SearchValue) -> SearchCriterion {
        .parameter(
            ParameterCriterion(
                type: reference.type, parameter: reference.parameter, values: [value]))
    }

    /// What makes a resource of a type belong to a compartment: being its centre, or one of the
    /// references that the definition of the compartment names.
    ///
    /// Nil if the type does not belong to it.
    ///
    /// Spec: FHIR R4 compartments, https://hl7.org/fhir/R4/compartmentdefinition.html
    package func membership(
        of type: String, inCompartment name: String, id: String
    ) -> SearchCriterion? {
        var ways: [SearchCriterion] = type == name ? [.ids([id])] : []
        for code in definitions.compartment(name)?.parameters(for: type) ?? [] {
            guard let parameter = definitions.searchParameter(code, for: type) else { continue }
            let centre = ReferenceValue.local(types: [name], id: id, version: nil)
            ways.append(
                exactly(ParameterReference(type: type, parameter: parameter), .reference(centre)))
        }
        return ways.isEmpty ? nil : ways.count == 1 ? ways[0] : .any(ways)
    }
}
