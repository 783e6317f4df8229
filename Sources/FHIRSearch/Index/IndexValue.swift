/// A value of a resource under the search parameter that finds it.
package struct IndexEntry: Sendable, Hashable {
    /// The code of the parameter; the type is that of the resource.
    package let parameter: String
    /// The value.
    package let value: IndexValue

    /// Makes an entry.
    package init(parameter: String, value: IndexValue) {
        self.parameter = parameter
        self.value = value
    }
}

/// A value that a search can find, taken out of a resource.
///
/// Spec: FHIR R4 search, parameter types, https://hl7.org/fhir/R4/search.html#ptypes
package enum IndexValue: Sendable, Hashable {
    /// A code; of a CodeableConcept one for each coding and one for its text alone.
    ///
    /// Also the value of an Identifier, a ContactPoint, a boolean or a text. The text is what
    /// stands with it: the display, or the name of the type of an identifier.
    case token(system: String?, code: String?, text: String?)
    /// An identifier with one coding of its type, for `:of-type`.
    case typedIdentifier(typeSystem: String?, typeCode: String, value: String)
    /// A reference or the address of a definition.
    case reference(IndexedReference)
    /// A text as it is written; what is compared is ``FHIRModel/SearchText`` of it.
    case string(String)
    /// An address, compared byte for byte.
    case uri(String)
    /// The milliseconds from `low` up to but not including `high`, since 1970 in UTC.
    ///
    /// `Int64.min` and `Int64.max` stand for a period without beginning or end.
    case date(low: Int64, high: Int64)
    /// A number, or a range of numbers.
    case number(NumberRange)
    /// A number with its unit.
    case quantity(IndexedQuantity)
    /// A place on the earth, in degrees of WGS84.
    case position(latitude: Double, longitude: Double)
    /// One value for each part of a composite parameter, all from the same element.
    case composite([IndexValue])
}

/// Where a reference of a resource points.
package struct IndexedReference: Sendable, Hashable {
    /// The type it points to, where the text or the element beside it says.
    package var type: String?
    /// The id of a resource of this system; nil for addresses elsewhere.
    package var id: String?
    /// The version after `_history`, or after the bar of a canonical address.
    package var version: String?
    /// The address as it is written, without the version; nil if there is only an identifier.
    package var url: String?
    /// The system of the identifier that stands with the reference.
    package var identifierSystem: String?
    /// The value of the identifier that stands with the reference.
    package var identifierValue: String?

    /// Makes a reference to nothing.
    package init() {}
}

/// A quantity of a resource.
package struct IndexedQuantity: Sendable, Hashable {
    /// The number, or the range that its comparator or its two ends leave.
    package var range: NumberRange
    /// The system of the unit's code; that of currencies for an amount of money.
    package var system: String?
    /// The code of the unit.
    package var code: String?
    /// The unit for people.
    package var unit: String?
    /// The number in the units of UCUM that the unit is made of; nil if the unit is not known.
    package var canonical: CanonicalNumber?

    /// Makes a quantity without unit.
    package init(range: NumberRange) { self.range = range }
}
