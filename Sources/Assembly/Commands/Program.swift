import ArgumentParser
import Glibc
import Kernel
import Sealing
import ServerKit

/// The program as the shell calls it.
package enum Program {
    /// Runs the command of the process and ends it with its exit code.
    package static func main() async -> Never {
        // A reader that goes away, such as `head`, is told by the write that fails.
        signal(SIGPIPE, SIG_IGN)
        umask(0o077)
        HeapReturn.setUp()
        exit(await run(Array(CommandLine.arguments.dropFirst())))
    }

    /// Runs a command.
    ///
    /// - Returns: the exit code: 0 all is well, 1 the thing asked about is not well or failed,
    ///   2 wrong usage.
    package static func run(_ arguments: [String]) async -> Int32 {
        do {
            var command = try RootCommand.parseAsRoot(arguments)
            if var waiting = command as? any AsyncParsableCommand {
                try await waiting.run()
            } else {
                try command.run()
            }
            return 0
        } catch {
            return report(error)
        }
    }

    private static func report(_ error: any Error) -> Int32 {
        let terminal = Terminal.current
        switch error {
        case let code as ExitCode:
            return code.rawValue
        case let problem as Problem:
            terminal.tell("tribal-ehr: " + sentence(problem))
        case let problems as SettingsProblems:
            terminal.tell("tribal-ehr: The configuration cannot be used.")
            for sentence in problems.sentences { terminal.tell("  " + sentence) }
        case is KeyRingError, is SealingError, is RecoveryCodeError, is PrivateFile.Failure:
            terminal.tell("tribal-ehr: \(error)")
        default:
            return reportUsage(error, to: terminal)
        }
        return 1
    }

    /// Help asked for, wrong usage, or a defect.
    private static func reportUsage(_ error: any Error, to terminal: Terminal) -> Int32 {
        let code = RootCommand.exitCode(for: error)
        if code == .success {
            terminal.say(RootCommand.fullMessage(for: error))
            return 0
        }
        if code == .validationFailure {
            terminal.tell(RootCommand.fullMessage(for: error))
            return 2
        }
        terminal.tell(
            "tribal-ehr: The command failed by a defect of the program (\(type(of: error))). Report "
                + "it with the output of: tribal-ehr version --verbose")
        return 1
    }

    /// A problem with its place.
    static func sentence(_ problem: Problem) -> String {
        guard let location = problem.location else { return problem.detail }
        return "\(location): \(problem.detail)"
    }
}
