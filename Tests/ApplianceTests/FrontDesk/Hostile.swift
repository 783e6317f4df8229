import FHIRModel
import TestKit

#if canImport(Glibc)
import Glibc
#endif

/// Texts that break programs, of which a few dozen stand for all unless the whole run is wanted.
enum Hostile {
    static func lines() -> [String]? {
        let file = "/data/json/blns.json"
        let places = ["/work/shared", "../shared"].map { $0 + file }
        guard let path = places.first(where: { access($0, R_OK) == 0 }),
            // A damaged list counts as not at hand.
            let json = try? JSON.parse(TemporaryFolder.bytes(of: path))
        else { return nil }
        let all = json.elements.compactMap(\.string).filter { $0.count <= 200 }
        guard getenv("TRIBAL_EHR_FULL") == nil else { return all }
        return all.enumerated().filter { $0.offset % 12 == 0 }.map(\.element)
    }

    static func trimmed(_ text: String) -> String {
        let start = text.drop(while: \.isWhitespace)
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}
