import ArgumentParser
import FHIRModel
import Kernel
import RecordStore

/// Where the box lies, for every command that touches it.
struct FolderOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The data folder.", valueName: "dir"))
    var dataDir: String?

    @Option(
        help: ArgumentHelp(
            "The configuration file, \(SettingsReading.defaultFile) unless told.",
            valueName: "file"))
    var config: String?

    /// The configuration, with the options of the command line on top.
    ///
    /// - Parameter options: key, option and value of what only some commands take.
    /// - Throws: ``SettingsProblems`` with all of them.
    func reading(
        _ options: [(key: String, option: String, value: String?)] = []
    ) throws -> SettingsReading {
        var reading = SettingsReading()
        let path = config ?? SettingsReading.defaultFile
        if let bytes = try FileBytes.read(path, bytesMax: SettingsFile.bytesMax) {
            reading.take(SettingsFile(bytes), name: path)
        } else if config != nil {
            throw SettingsProblems(sentences: ["--config: There is no file \(path)."])
        }
        reading.take(environment: Terminal.current.environment, secret: Self.secret)
        reading.take(key: "DATA_DIR", option: "--data-dir", dataDir.map(FilePath.absolute))
        for one in options { reading.take(key: one.key, option: one.option, one.value) }
        return reading
    }

    /// The values in force.
    func settings() throws -> ServeSettings { try reading().result() }

    /// Opens the way to the box, runs `body` on it and closes it.
    ///
    /// - Parameter makes: whether a folder without a record becomes a new box.
    func linked<Result>(
        makes: Bool = false, _ body: (BoxLink) async throws -> Result
    ) async throws -> Result {
        let settings = try settings()
        let link = try await BoxLink.open(
            settings.dataFolder, settings: settings.identity, serving: settings, makes: makes)
        do {
            let result = try await body(link)
            await link.close()
            return result
        } catch {
            await link.close()
            throw error
        }
    }

    /// The content of a file that holds a secret, without the newline at its end.
    private static func secret(_ path: String) -> String? {
        // A file that cannot be read is a problem of the configuration, which the caller names.
        guard let bytes = try? FileBytes.read(path, bytesMax: Setting.valueBytesMax) else {
            return nil
        }
        let line = bytes.prefix { $0 != 0x0A && $0 != 0x0D }
        return String(validating: line, as: UTF8.self)
    }
}

extension BoxLink {
    /// Carries out a command whose progress is not shown.
    func ask(_ operation: String, _ arguments: (inout JSONWriter) -> Void) async throws -> JSON {
        try await run(operation, arguments)
    }
}

/// How a command reports.
struct ReportOptions: ParsableArguments {
    @Flag(help: "Print one JSON object as the last line, for scripts.")
    var json = false

    /// Writes an object as the last line, if it was asked for.
    func finish(_ body: (inout JSONWriter) -> Void) {
        guard json else { return }
        var writer = JSONWriter()
        writer.beginObject()
        body(&writer)
        writer.endObject()
        Terminal.current.say(String(decoding: writer.bytes, as: UTF8.self))
    }

    /// Writes an object that the box made as the last line, if it was asked for.
    func finish(_ answer: JSON) {
        guard json else { return }
        Terminal.current.say(String(decoding: answer.canonicalBytes(), as: UTF8.self))
    }

    /// Writes a line for people, unless a program reads.
    func say(_ line: @autoclosure () -> String) {
        if !json { Terminal.current.say(line()) }
    }
}

/// A user's name, by position or by option.
struct UsernameOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The user's name.", valueName: "name"))
    var name: String?

    @Option(
        name: [.customLong("username"), .customLong("user")],
        help: ArgumentHelp("The same, as an option.", valueName: "name"))
    var username: String?

    var text: String { name ?? username ?? "" }

    func validate() throws {
        guard (name == nil) != (username == nil) else {
            throw ValidationError("Name one user, such as: tribal-ehr user unlock maria")
        }
    }
}
