package import FHIRModel

/// What a resource must fulfil to be found.
///
/// A criterion on a parameter, a chain or `_has` is fulfilled by resources of its own type only,
/// also when it asks for what is not there: `:not` and `:missing` look at the resources of that
/// type.
package indirect enum SearchCriterion: Sendable {
    /// One parameter of one type.
    case parameter(ParameterCriterion)
    /// A reference that leads to a resource of a type which fulfils another criterion:
    /// `subject:Patient.name=…`. Several possible types are several chains in an `any`.
    case chain(ParameterReference, target: String, SearchCriterion)
    /// Being referred to, by the reference of a type, from a resource that fulfils another
    /// criterion: `_has:Observation:patient:code=…`.
    case has(ParameterReference, SearchCriterion)
    /// Having one of these ids.
    case ids([String])
    /// Having been changed last at a time that fits one of the values.
    case lastUpdated([DateValue])
    /// Being in the list with the id: `_list=42`.
    case listed(String)
    /// Belonging to the compartment of a type and id.
    case compartment(String, id: String)
    /// Being of one of these types.
    case types([String])
    /// Fulfilling one of these; nothing does if there are none.
    case any([SearchCriterion])
    /// Fulfilling all of these; everything does if there are none.
    case all([SearchCriterion])
    /// Not fulfilling this, and being of one of the types of the query.
    case not(SearchCriterion)
}

/// A search parameter of a type.
package struct ParameterReference: Sendable {
    /// The type of resource that has the parameter.
    package let type: String
    /// The parameter.
    package let parameter: SearchParameter

    /// Makes one.
    package init(type: String, parameter: SearchParameter) {
        self.type = type
        self.parameter = parameter
    }
}

/// What one parameter must be: one of some values.
package struct ParameterCriterion: Sendable {
    /// The type of resource that has the parameter.
    package let type: String
    /// The parameter.
    package let parameter: SearchParameter
    /// What is special about the comparison.
    package let modifier: SearchModifier?
    /// The values of which one is enough; empty for `missing` alone.
    package let values: [SearchValue]

    /// Makes a criterion.
    package init(
        type: String, parameter: SearchParameter, modifier: SearchModifier? = nil,
        values: [SearchValue]
    ) {
        self.type = type
        self.parameter = parameter
        self.modifier = modifier
        self.values = values
    }
}

/// How the comparison differs from that of the parameter's kind.
///
/// Spec: FHIR R4 search, modifiers, https://hl7.org/fhir/R4/search.html#modifiers
package enum SearchModifier: Sendable, Hashable {
    /// The text as it is written, with letter case and marks.
    case exact
    /// The text anywhere in the value.
    case contains
    /// The text at the end of the value; only of `_filter`.
    case endsWith
    /// The text that stands with a code.
    case text
    /// Whether the resource has no value.
    case missing(Bool)
    /// Having none of the values; a resource without any value has none of them.
    case not
    /// A code of a value set.
    case `in`
    /// No code of a value set; a resource without any value has none.
    case notIn
    /// The value or one above it.
    case above
    /// The value or one below it.
    case below
    /// The identifier of a reference instead of its address.
    case identifier
    /// An identifier of a type.
    case ofType
}
