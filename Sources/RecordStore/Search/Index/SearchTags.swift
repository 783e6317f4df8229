import Kernel

/// The keyed hashes of the search index.
///
/// The name of the parameter is part of what is hashed, so that two parameters with the same value
/// do not show that; a reference is hashed alike for all, so that it leads to its resource.
struct SearchTags: Sendable {
    let maker: TagMaker

    /// The name of a parameter's tags.
    static func field(_ type: String, _ code: String) -> String { "search/\(type)/\(code)" }

    /// The tag of `Type/id`, or of an address elsewhere.
    func resource(_ name: String) -> Int64 { maker.tag("search-resource", name) }

    /// The tag of a code; letter case does not count.
    func code(_ field: String, _ code: String) -> Int64 { maker.tag(field, code.lowercased()) }

    /// The tag of the system of a code.
    func system(_ field: String, _ system: String) -> Int64 { maker.tag("\(field)/system", system) }

    /// The tag of an address.
    func uri(_ field: String, _ uri: String) -> Int64 { maker.tag("\(field)/uri", uri) }
}
