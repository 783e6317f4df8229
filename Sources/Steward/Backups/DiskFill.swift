import Glibc

/// How full a disk is.
enum DiskFill {
    /// The part of the disk with a folder that is in use, in percent; 0 where that is not known.
    static func percent(_ folder: String) -> Int {
        var facts = statvfs()
        guard statvfs(folder, &facts) == 0, facts.f_blocks > 0 else { return 0 }
        let used = facts.f_blocks - facts.f_bfree
        let usable = used + facts.f_bavail
        return usable > 0 ? Int(used * 100 / usable) : 100
    }
}
