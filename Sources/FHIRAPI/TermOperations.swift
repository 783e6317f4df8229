/// The operations on terms: what is routed, and what the capability statement tells.
enum TermOperations {
    /// An operation with the types that have it.
    static let all: [(code: String, types: [String])] = [
        ("lookup", ["CodeSystem"]), ("validate-code", ["CodeSystem", "ValueSet"]),
        ("subsumes", ["CodeSystem"]), ("expand", ["ValueSet"]), ("translate", ["ConceptMap"]),
    ]
}
