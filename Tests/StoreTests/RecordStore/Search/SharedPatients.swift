import Deflate
import FHIRModel
import Glibc
import TestKit

/// Records of invented patients that the project shares, as they lie beside the checkout.
struct SharedPatients {
    let folder: String

    /// Nil, with the reason printed, where the shared data are not there.
    init?(file: String = #filePath) {
        var candidates: [String] = []
        if let shared = getenv("TRIBAL_EHR_SHARED") { candidates.append(String(cString: shared)) }
        var path = file
        while let slash = path.lastIndex(of: "/") {
            path = String(path[..<slash])
            if path.hasSuffix("/Tests") {
                candidates.append(String(path.dropLast(6)) + "/../shared")
            }
        }
        let folders: [String] = candidates.map { "\($0)/data/synthea-r4/us-core-profiled" }
        let found = folders.first { access($0, F_OK) == 0 }
        guard let found else {
            print("skipped: ../shared/data/synthea-r4 is not there")
            return nil
        }
        folder = found
    }

    /// The resources of the smallest of the files, with references to one another made local.
    func resources(files: Int) throws -> [JSON] {
        let names = TemporaryFolder.names(in: folder).filter { $0.hasSuffix(".gz") }
        let texts = names.map { TemporaryFolder.bytes(of: "\(folder)/\($0)") }
        var all: [JSON] = []
        for packed in texts.sorted(by: { $0.count < $1.count }).prefix(files) {
            let bytes = try Gzip.decompress(packed, bytesMax: 64 << 20)
            let bundle = try JSON.parse(bytes, limits: .bundle)
            var text = String(decoding: bytes, as: UTF8.self)
            for entry in bundle["entry"].map({ Array($0.elements) }) ?? [] {
                guard let url = entry.string("fullUrl"), url.hasPrefix("urn:uuid:"),
                    let type = entry["resource"]?.string("resourceType")
                else { continue }
                text = text.split(separator: "\"\(url)\"", omittingEmptySubsequences: false)
                    .joined(separator: "\"\(type)/\(url.dropFirst(9))\"")
            }
            let linked = try JSON.parse(Array(text.utf8), limits: .bundle)
            for entry in linked["entry"].map({ Array($0.elements) }) ?? [] {
                if let resource = entry["resource"] { all.append(resource) }
            }
        }
        return all
    }
}
