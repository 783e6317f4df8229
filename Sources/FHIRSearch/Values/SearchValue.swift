/// A value that a search asks for, read as the kind of its parameter says.
package enum SearchValue: Sendable, Hashable {
    /// A code; also for `in` and `notIn`, where the code is the address of the value set, and for
    /// the modifier `identifier` of a reference.
    case token(TokenValue)
    /// A code of an identifier with the type of the identifier, for `ofType`.
    case typedIdentifier(typeSystem: String?, typeCode: String, value: String)
    /// A text as it was typed; what is compared is ``FHIRModel/SearchText`` of it except for
    /// `exact`.
    case string(String)
    /// What is referred to.
    case reference(ReferenceValue)
    /// An address, compared byte for byte.
    case uri(String)
    /// A time.
    case date(DateValue)
    /// A number.
    case number(NumberValue)
    /// A number with a unit.
    case quantity(QuantityValue)
    /// A place and how far from it something may be.
    case near(NearValue)
    /// One value for each part of a composite parameter.
    case composite([SearchValue])
}

/// How a value of a resource must stand to the value that is asked for.
///
/// Spec: FHIR R4 search, prefixes, https://hl7.org/fhir/R4/search.html#prefix
package enum SearchPrefix: String, Sendable, Hashable, CaseIterable {
    case eq, ne, gt, lt, ge, le, sa, eb, ap
}

/// A code that is asked for, with or without its system.
///
/// Spec: FHIR R4 search, token, https://hl7.org/fhir/R4/search.html#token
package struct TokenValue: Sendable, Hashable {
    /// What the system of a code must be.
    package enum System: Sendable, Hashable {
        /// Any or none: `code`.
        case any
        /// None: `|code`.
        case none
        /// This one: `system|code`.
        case exactly(String)
    }

    /// The system.
    package let system: System
    /// The code; nil for every code of the system: `system|`.
    package let code: String?

    /// Makes a value.
    package init(system: System = .any, code: String?) {
        self.system = system
        self.code = code
    }
}

/// What a reference must point to.
///
/// Spec: FHIR R4 search, reference, https://hl7.org/fhir/R4/search.html#reference
package enum ReferenceValue: Sendable, Hashable {
    /// A resource of this system: an id, and the types it may be of, at least one.
    case local(types: [String], id: String, version: String?)
    /// A whole address elsewhere, or a canonical one, with the version that stood after a bar.
    case url(String, version: String?)
}

/// A stretch of time and how a time of a resource must stand to it.
package struct DateValue: Sendable, Hashable {
    /// How a time must stand to the stretch.
    package let prefix: SearchPrefix
    /// Its first millisecond, since 1970 in UTC; the stretch of `ap` is widened already.
    package let low: Int64
    /// The first millisecond after it.
    package let high: Int64

    /// Makes a value.
    package init(prefix: SearchPrefix, low: Int64, high: Int64) {
        self.prefix = prefix
        self.low = low
        self.high = high
    }
}

/// A number and how a number of a resource must stand to it.
package struct NumberValue: Sendable, Hashable {
    /// How a number must stand to it.
    package let prefix: SearchPrefix
    /// The range that is compared with: for `eq` and `ne` what the written places leave open, for
    /// `ap` a tenth to both sides, for the others the number itself.
    package let range: NumberRange

    /// Makes a value.
    package init(prefix: SearchPrefix, range: NumberRange) {
        self.prefix = prefix
        self.range = range
    }
}

/// A number with a unit, and how a quantity of a resource must stand to it.
///
/// Spec: FHIR R4 search, quantity, https://hl7.org/fhir/R4/search.html#quantity
package struct QuantityValue: Sendable, Hashable {
    /// The number in the unit that was asked for.
    package let number: NumberValue
    /// The system of the unit; nil for any.
    package let system: String?
    /// The unit as code, or as it is written where no system is given; nil for any.
    package let code: String?
    /// The number in the units of UCUM that the unit is made of; nil if the unit is not known.
    package let canonical: CanonicalNumber?

    /// Makes a value.
    package init(
        number: NumberValue, system: String? = nil, code: String? = nil,
        canonical: CanonicalNumber? = nil
    ) {
        self.number = number
        self.system = system
        self.code = code
        self.canonical = canonical
    }
}
