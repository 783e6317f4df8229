import FHIRModel
import Synchronization

/// The profiles of the definitions, each read when it is first asked for.
final class ProfileShelf: Sendable {
    private let definitions: Definitions
    private let book: TypeBook
    private let trees = Mutex<[String: ProfileTree]>([:])

    init(_ definitions: Definitions, _ book: TypeBook) {
        self.definitions = definitions
        self.book = book
    }

    /// The profile with an address; nil if the definitions have none.
    func tree(_ url: String) -> ProfileTree? {
        if let known = trees.withLock({ $0[url] }) { return known }
        guard let definition = definitions.profile(url) else { return nil }
        // Kept by the address of the definition: what is asked for may carry any version.
        let own = definition.url
        if own != url, let known = trees.withLock({ $0[own] }) { return known }
        var reader = ProfileReader(definitions: definitions, book: book)
        let tree = reader.tree(definition)
        trees.withLock { $0[own] = tree }
        return tree
    }
}
