package import FHIRModel
import Synchronization

/// Takes out of resources what they can be found by.
///
/// The values of a resource are a function of its JSON alone, so an index can be made again at any
/// time. `_id` and `_lastUpdated` are left out: the store knows both. Nothing is taken out of
/// contained resources.
///
/// Spec: FHIR R4 search, https://hl7.org/fhir/R4/search.html
package final class IndexExtractor: Sendable {
    /// Counts up when the same resource gives other values than before.
    package static let version = 4
    /// The parameters that look at whole texts, which are not among the entries of a resource.
    package static let textCodes: Set<String> = ["_content", "_text"]
    /// UTF-8 bytes of the whole text of a resource; what is beyond is left out.
    package static let wholeTextBytesMax = 1_048_576
    /// Values of one parameter in one resource; further ones are left out.
    package static let valuesPerParameterMax = 1_000
    /// Values of one resource; further ones are left out.
    package static let valuesMax = 10_000

    private let compiler: IndexPathCompiler
    private let reader: ValueReader
    private let types = Mutex<[String: TypeIndex]>([:])

    /// Makes an extractor.
    ///
    /// - Parameter ownAddress: the address of this system's FHIR interface, so that references
    ///   written with it are found like those without.
    /// - Parameter isFollowing: false to evaluate every expression with FHIRPath, to compare: it
    ///   finds the same values many times slower, but for the systems of codes that a definition
    ///   gives and for values that stand in extensions.
    package init(
        definitions: Definitions = .r4, ownAddress: String? = nil, isFollowing: Bool = true
    ) {
        compiler = IndexPathCompiler(definitions: definitions, isFollowing: isFollowing)
        reader = ValueReader(units: UnitCache(), ownAddress: ownAddress)
    }

    /// What a resource can be found by, in the order of the codes of the parameters; no value twice
    /// under one parameter.
    ///
    /// Never fails: what is not as its definition says is left out.
    package func entries(of resource: JSON, type: String) -> [IndexEntry] {
        var entries: [IndexEntry] = []
        guard let index = index(of: type) else { return entries }
        for (parameter, values) in zip(index.parameters, index.values(of: resource, reader)) {
            for value in values.prefix(Self.valuesMax - entries.count) {
                entries.append(IndexEntry(parameter: parameter.code, value: value))
            }
        }
        return entries
    }

    /// The words of a resource for `_text` and `_content`, each word once, made alike for search.
    ///
    /// They answer a ``TextQuery`` by its ``TextQuery/hint(words:)``. A resource without any text
    /// has none.
    package func words(of resource: JSON) -> [IndexEntry] {
        Self.textCodes.sorted().compactMap { code in
            let text = WholeText.of(resource, isNarrativeOnly: code == "_text")
            guard !text.isEmpty else { return nil }
            return IndexEntry(parameter: code, value: .string(WholeText.words(of: text)))
        }
    }

    /// The values of a resource under one parameter; a value may be there twice.
    ///
    /// Of `_text` and `_content` it is one text: the narrative, or all texts of the resource.
    package func values(of resource: JSON, type: String, parameter code: String) -> [IndexValue] {
        if Self.textCodes.contains(code) {
            let text = WholeText.of(resource, isNarrativeOnly: code == "_text")
            return text.isEmpty ? [] : [.string(text)]
        }
        let parameter = index(of: type)?.parameters.first { $0.code == code }
        return parameter?.values(of: RootResource(resource), reader) ?? []
    }

    /// The codes of the parameters of a type that have values, sorted.
    package func codes(of type: String) -> [String] {
        index(of: type)?.parameters.map(\.code) ?? []
    }

    /// The parameters of a type, made ready when the first resource of the type comes.
    private func index(of type: String) -> TypeIndex? {
        if let known = types.withLock({ $0[type] }) { return known }
        guard compiler.definitions.isResource(type) else { return nil }
        let index = TypeIndex(of: type, compiler)
        types.withLock { $0[type] = index }
        return index
    }
}
