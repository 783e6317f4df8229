package import FHIRModel

/// What an expression may ask of the world around it, and how much it may cost.
///
/// Nothing is read by the engine itself: the time is handed in, and what is left out cannot be
/// asked for.
package struct FHIRPathEnvironment: Sendable {
    /// A code with the system it belongs to, as `memberOf` asks for it.
    package struct Code: Sendable, Hashable {
        package let system: String?
        package let version: String?
        package let code: String

        /// Makes a code.
        package init(system: String?, version: String? = nil, code: String) {
            self.system = system
            self.version = version
            self.code = code
        }
    }

    /// Bounds of one evaluation.
    package struct Limits: Sendable, Hashable {
        /// Steps of work: values visited, comparisons made, places of a pattern tried.
        package var stepsMax = 1_000_000
        /// Values of one collection.
        package var itemsMax = 100_000
        /// UTF-8 bytes of a text that an expression makes.
        package var textBytesMax = 1_048_576

        /// The bounds as they stand.
        package init() {}
    }

    /// The types of FHIR.
    package var types: PathTypes
    /// Milliseconds since 1970 in UTC that `now()` stands for; nil makes it an error.
    package var nowMs: Int64?
    /// Minutes that local time is ahead of UTC, for `now()`, `today()` and `timeOfDay()`.
    package var offsetMinutes = 0
    /// What `%resource` stands for if it is not the value evaluated on.
    package var resource: PathNode?
    /// What `%rootResource` stands for if it is not `%resource`: the resource that contains it.
    package var rootResource: PathNode?
    /// Values of `%name`.
    package var variables: [String: [PathValue]] = [:]
    /// The resource a reference leads to; nil if it cannot be found.
    package var resolve: (@Sendable (_ reference: String) -> JSON?)?
    /// Whether a reference that cannot be followed resolves to a value without elements of the type
    /// that it names.
    ///
    /// Search parameters ask `where(resolve() is Patient)`, which the reference answers by itself.
    package var resolvesToTypes = false
    /// Whether a code is in a value set; nil if the value set is not known.
    package var memberOf: (@Sendable (_ valueSet: String, _ code: Code) -> Bool?)?
    /// Whether the first code of a system is the second one or above it; nil if that is not known.
    package var subsumes: (@Sendable (_ first: Code, _ second: Code) -> Bool?)?
    /// Whether an element conforms to a profile; nil if the profile is not known.
    package var conformsTo: (@Sendable (_ profile: String, _ element: JSON) -> Bool?)?
    /// Takes what `trace` is called with.
    package var trace: (@Sendable (_ name: String, _ values: [PathValue]) -> Void)?
    /// Whether `as` takes several values and keeps those of the type.
    ///
    /// The language allows one value only, but search parameters and rules of FHIR R4, such as
    /// `dom-3`, are written for this.
    package var asTakesMany = false
    /// The bounds of one evaluation.
    package var limits = Limits()

    /// An environment that knows types and nothing else.
    package init(types: PathTypes = .bare) { self.types = types }
}
