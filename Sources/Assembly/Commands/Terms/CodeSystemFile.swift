import FHIRModel
import Kernel
import RecordStore
import Terminology

/// A file with one CodeSystem, or with one in each line.
enum CodeSystemFile {
    private static let bytesMax = 64 << 20
    private static let resourcesMax = 1_000

    /// What the file holds, ready to be loaded.
    ///
    /// - Throws: ``Problem`` that names the line.
    static func releases(_ path: String) throws -> [CodeSystemRelease] {
        guard let bytes = try FileBytes.read(path, bytesMax: bytesMax) else {
            throw Problem(.notFound, "There is no file \(path).")
        }
        guard path.lowercased().hasSuffix(".ndjson") else { return [try release(bytes, nil)] }
        var releases: [CodeSystemRelease] = []
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
            .enumerated()
        where line.contains(where: { $0 > 0x20 }) {
            guard releases.count < resourcesMax else {
                throw Problem(.tooCostly, "A file takes at most \(resourcesMax) CodeSystems.")
            }
            releases.append(try release(Array(line), index + 1))
        }
        guard !releases.isEmpty else { throw Problem(.incomplete, "The file is empty.") }
        return releases
    }

    private static func release(_ bytes: [UInt8], _ line: Int?) throws(Problem) -> CodeSystemRelease
    {
        let place = line.map { "Line \($0): " } ?? ""
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(bytes, limits: .any)
        } catch {
            throw Problem(.structure, "\(place)\(error.problem().detail)")
        }
        do throws(Problem) {
            return try CodeSystemRelease(json)
        } catch {
            throw Problem(error.code, "\(place)\(error.detail)")
        }
    }
}
