import Glibc

/// Which segments of a folder are kept.
package enum RedoKeeping {
    /// Deletes the oldest segments beyond the bounds.
    package static func trim(_ folder: String, limits: RedoLog.Limits) {
        let names = Folders.names(in: folder).filter { RedoSegment.isName($0) }
        let sizes = names.map { Folders.fileBytes(folder + "/" + $0) }
        for name in expendable(Array(zip(names, sizes)), limits: limits) {
            unlink(folder + "/" + name)
        }
    }

    /// The names that may go, oldest first: those beyond the newest that fit the bounds.
    ///
    /// The moment stands at the beginning of a name, so names sort by age.
    package static func expendable(
        _ files: [(name: String, bytes: Int)], limits: RedoLog.Limits
    ) -> [String] {
        var bytes = 0
        var kept = 0
        var gone: [String] = []
        for file in files.sorted(by: { $0.name > $1.name }) {
            bytes += file.bytes
            kept += 1
            if kept > limits.keptCountMax || bytes > limits.keptBytesMax { gone.append(file.name) }
        }
        return gone.reversed()
    }
}
