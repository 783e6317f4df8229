import ArgumentParser
import Identity
import Kernel
import RecordStore

/// Where a command gets a password from: a file, the keyboard, or chance.
struct PasswordOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Take the first line of this file as the password.", valueName: "file"))
    var passwordFile: String?

    @Flag(
        help: "Print a temporary password, which the user has to change at the first sign-in.")
    var generate = false

    func validate() throws {
        guard passwordFile == nil || !generate else {
            throw ValidationError("Use --password-file or --generate, not both.")
        }
    }

    /// The password that was given, asked or made.
    ///
    /// - Throws: ``Problem`` if there is none to get; never says what was typed.
    func password() throws -> (text: String, isTemporary: Bool) {
        if generate { return (try Password.temporary(), true) }
        if let passwordFile { return (try Self.firstLine(of: passwordFile), false) }
        let ask = Terminal.current.askSecret
        guard let first = ask("Password: "), let second = ask("The same again: ") else {
            throw Problem(
                .required,
                "There is no keyboard to ask for a password. Use --password-file FILE or --generate."
            )
        }
        guard first == second else {
            throw Problem(.value, "The two passwords are not the same. Try again.")
        }
        guard !first.isEmpty else { throw Problem(.required, "The password is empty. Try again.") }
        return (first, false)
    }

    private static func firstLine(of path: String) throws -> String {
        guard let bytes = try FileBytes.read(path, bytesMax: 65_536) else {
            throw Problem(.notFound, "There is no file \(path). Name the file with the password.")
        }
        let line = bytes.prefix { $0 != 0x0A && $0 != 0x0D }
        guard !line.isEmpty, let text = String(validating: line, as: UTF8.self) else {
            throw Problem(.value, "\(path): The first line is empty or not UTF-8 text.")
        }
        return text
    }
}
