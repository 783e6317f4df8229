import Glibc
package import Kernel

/// Keeps the record in the hands of the user that the service runs as.
package enum FolderOwner {
    /// Refuses root a folder of somebody else: the files that it would make there could not be read
    /// by the service afterwards.
    ///
    /// - Parameter user: the effective user of this process.
    /// - Throws: ``Problem`` `.forbidden` that names the way out.
    package static func check(_ folder: String, user: UInt32 = geteuid()) throws(Problem) {
        var facts = stat()
        guard user == 0, stat(folder, &facts) == 0, facts.st_uid != 0 else { return }
        throw Problem(
            .forbidden,
            "\(folder) belongs to the service, which does not run, and root would leave files there "
                + "that it cannot read. Start it and repeat the command: systemctl start tribal-ehr"
        )
    }
}
