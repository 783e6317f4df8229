import Glibc

/// The libraries of the system that the program runs with.
enum LinkedLibraries {
    /// Names and versions as the libraries themselves tell them; the version is nil where a library
    /// does not tell.
    static func all() -> [(name: String, version: String?)] {
        [
            ("SQLite", text(of: "sqlite3_libversion")),
            ("OpenSSL", text(of: "OpenSSL_version", 6)),
            ("zlib", text(of: "zlibVersion")),
            ("glibc", text(of: "gnu_get_libc_version")),
        ]
    }

    private typealias Ask = @convention(c) () -> UnsafePointer<CChar>?
    private typealias AskOne = @convention(c) (Int32) -> UnsafePointer<CChar>?

    private static func text(of function: String) -> String? {
        guard let found = dlsym(nil, function) else { return nil }
        return unsafeBitCast(found, to: Ask.self)().map { String(cString: $0) }
    }

    /// With one number; 6 asks OpenSSL for the bare version.
    private static func text(of function: String, _ what: Int32) -> String? {
        guard let found = dlsym(nil, function) else { return nil }
        return unsafeBitCast(found, to: AskOne.self)(what).map { String(cString: $0) }
    }
}
