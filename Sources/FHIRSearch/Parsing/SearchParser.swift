package import FHIRModel

/// Reads what is asked for in the address or the form of a search.
///
/// Pure: the time is handed in, and nothing is looked up but definitions and terminology.
///
/// Spec: FHIR R4 search, https://hl7.org/fhir/R4/search.html
package struct SearchParser: Sendable {
    let definitions: Definitions
    let terminology: SearchTerminology
    let limits: SearchLimits
    let nowMs: Int64
    let ownAddress: String?
    let offersText: Bool
    let units = UnitCache()

    /// Makes a parser.
    ///
    /// - Parameter nowMs: milliseconds since 1970 in UTC, for the prefix `ap` of dates.
    /// - Parameter ownAddress: the address of this system's FHIR interface, so that a reference
    ///   written with it is one to a resource here.
    /// - Parameter offersText: whether `_text` and `_content` are offered; their values are not
    ///   among the entries of ``IndexExtractor/entries(of:type:)``.
    package init(
        definitions: Definitions = .r4, terminology: SearchTerminology? = nil,
        limits: SearchLimits = SearchLimits(), nowMs: Int64, ownAddress: String? = nil,
        offersText: Bool = false
    ) {
        self.definitions = definitions
        self.terminology = terminology ?? SearchTerminology(definitions)
        self.limits = limits
        self.nowMs = nowMs
        self.ownAddress = ownAddress
        self.offersText = offersText
    }

    /// Reads the parameters of a search of one type, or of all types if none is given.
    ///
    /// A parameter that the type does not have, or that is not offered, is an error for a strict
    /// search and is left out and named in ``SearchQuery/ignored`` otherwise. A modifier or value
    /// that is wrong is always an error, because leaving it out would find too much.
    ///
    /// - Parameter parameters: names and values in the order asked for, percent-decoded.
    /// - Throws: ``SearchError`` that names the parameter.
    package func query(
        type: String?, parameters: [(name: String, value: String)], isStrict: Bool = false,
        compartment: (type: String, id: String)? = nil
    ) throws(SearchError) -> SearchQuery {
        guard parameters.count <= limits.parametersMax else {
            throw SearchError(
                .limit, "", "A search takes at most \(limits.parametersMax) parameters; use fewer.")
        }
        let types = try types(type, parameters, compartment?.type)
        var query = SearchQuery(types: types)
        if let compartment {
            query.criteria.append(.compartment(compartment.type, id: compartment.id))
        }
        for (name, value) in parameters {
            do {
                try checkSize(name, value)
                let isControl = try control(name, value, type, &query)
                if !isControl {
                    query.criteria.append(try criterion(name, value, of: types))
                }
                query.applied.append(AppliedParameter(name: name, value: value))
            } catch {
                let isIgnorable = error.code == .unknownParameter || error.code == .notSupported
                guard isIgnorable, !isStrict else { throw error }
                query.ignored.append(IgnoredParameter(name: error.parameter, error: error))
            }
        }
        guard query.contained == .none || query.sort.isEmpty else {
            throw SearchError(
                .value, "_sort",
                "What stands inside of other resources has no order; leave _sort or _contained "
                    + "out.")
        }
        return query
    }

    /// The criterion of one parameter of a type, read as in a search, as for a subscription.
    ///
    /// - Throws: ``SearchError`` that names the parameter.
    package func criterion(
        _ name: String, _ value: String, of type: String
    ) throws(SearchError) -> SearchCriterion {
        try checkSize(name, value)
        return try criterion(name, value, of: [type])
    }

    private func checkSize(_ asked: String, _ value: String) throws(SearchError) {
        let name = Self.shown(asked)
        guard asked.utf8.count <= limits.nameBytesMax else {
            throw SearchError(
                .limit, name,
                "The name of a parameter has at most \(limits.nameBytesMax) bytes; shorten it.")
        }
        guard value.utf8.count <= limits.valueBytesMax else {
            throw SearchError(
                .limit, name,
                "The value of \(name) has at most \(limits.valueBytesMax) bytes; shorten it.")
        }
        // Left out, an empty `patient` would find everybody's records.
        guard !value.isEmpty else {
            throw SearchError(
                .value, name, "Parameter \(name) has no value; give one or leave it out.")
        }
    }

    /// Whether a name is that of a type that resources can be of.
    func isSearchable(_ name: String) -> Bool {
        definitions.type(name).map { $0.kind == .resource && !$0.isAbstract } ?? false
    }

    /// The types that are searched.
    private func types(
        _ type: String?, _ parameters: [(name: String, value: String)], _ compartment: String?
    ) throws(SearchError) -> [String] {
        if let type {
            guard isSearchable(type) else {
                throw SearchError(.unknownParameter, type, "There is no type of this name.")
            }
            return [type]
        }
        var types = definitions.resourceTypes
        if let compartment, let definition = definitions.compartment(compartment) {
            types = Set(definition.types + [compartment]).sorted()
        }
        for (name, value) in parameters where name == "_type" {
            let asked = value.split(separator: ",").map(String.init)
            guard asked.allSatisfy(types.contains), !asked.isEmpty else {
                throw SearchError(
                    .value, name,
                    "The value of _type names a type that cannot be searched here; "
                        + "write names of resources with commas between.")
            }
            types = types.filter(asked.contains)
        }
        return types
    }
}
