import ArgumentParser
import Kernel

/// `tribal-ehr serve`: runs the box until it is told to stop.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the box until SIGTERM or Ctrl-C.",
        discussion: "Prints one line with the URL when it answers.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var listening: ListenOptions

    @Option(help: ArgumentHelp("The least important kind of line to log.", valueName: "level"))
    var logLevel: String?

    @Option(
        help: ArgumentHelp(
            "Where the package writes how far an upgrade is.", valueName: "file",
            visibility: .hidden))
    var upgradeState: String?

    func run() async throws {
        var settings = try folder.reading(
            listening.values + [(key: "LOG_LEVEL", option: "--log-level", value: logLevel)]
        ).result()
        settings.upgradeState = upgradeState
        if let warning = ClockCheck.warning(nowMs: SystemClock.clock.wallMs()) {
            Terminal.current.tell("tribal-ehr: \(warning)")
        }
        try await Appliance.serve(settings)
    }
}

/// Where the box listens, for the commands that ask about it.
struct ListenOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Where HTTPS is served.", valueName: "addr:port"))
    var listen: String?

    @Option(
        help: ArgumentHelp(
            "Where plain HTTP sends browsers on to HTTPS, or off.", valueName: "addr:port"))
    var httpListen: String?

    @Option(
        name: .customLong("host"),
        help: ArgumentHelp(
            "A name under which browsers reach the box; may be repeated.", valueName: "name"))
    var hosts: [String] = []

    /// Keys, options and values.
    var values: [(key: String, option: String, value: String?)] {
        [
            (key: "LISTEN", option: "--listen", value: listen),
            (key: "HTTP_LISTEN", option: "--http-listen", value: httpListen),
            (
                key: "HOSTS", option: "--host",
                value: hosts.isEmpty ? nil : hosts.joined(separator: " ")
            ),
        ]
    }
}
