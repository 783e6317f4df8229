package import FHIRModel
import Kernel
import Terminology

/// What checks of resources ask: built in, loaded and written by the clinic.
extension TermShelf: CodeSets {
    package func membership(
        of code: String, system: String?, in valueSet: String
    ) -> CodeMembership {
        // What the standard's own tables tell costs least, and nobody writes over it.
        let told = Definitions.r4.membership(of: code, system: system, in: valueSet)
        guard told == .unknown else { return told }
        // What cannot be worked out cannot be told.
        guard let answer = try? book.contains(valueSet, system: system, code: code) else {
            return .unknown
        }
        return CodeMembership(answer)
    }

    package func codes(of valueSet: String, countMax: Int) -> [String] {
        var request = ExpansionRequest()
        request.countMax = countMax
        // The codes only help to understand an error, which stands without them.
        guard let set = book.valueSet(valueSet), let found = try? book.expand(set, request),
            found.total <= 1_000
        else { return [] }
        return found.entries.map(\.concept.code)
    }
}
