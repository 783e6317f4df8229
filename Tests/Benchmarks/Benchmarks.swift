import Glibc

/// Measures the box and the store below it, and compares with what the same machine does without
/// them.
///
/// Called by `appliance/bench`.
@main
struct Benchmarks {
    static func main() async {
        // A pipe that is closed early ends a write with an error, not the process.
        signal(SIGPIPE, SIG_IGN)
        let words = Array(CommandLine.arguments.dropFirst())
        let options: Options
        do {
            if words.first == PlainServer.word {
                return try await PlainServer.serve(Array(words.dropFirst()))
            }
            options = try Options(words)
        } catch {
            Console.note("\(error)")
            exit(2)
        }
        do {
            exit(try await run(options))
        } catch {
            Console.note("\(error)")
            exit(1)
        }
    }

    private static func run(_ options: Options) async throws -> Int32 {
        let scratch = try Scratch(in: options.scratch)
        var report = Report()
        for part in Part.allCases where options.parts.contains(part) {
            Console.note("Measuring \(part.rawValue) …")
            do {
                report.add(try await part.run(options, scratch: scratch.path))
            } catch {
                Console.note("\(part.rawValue): \(error)")
                report.fail(part.rawValue, "\(error)")
            }
        }
        for line in report.lines { Console.line(line) }
        for failure in report.failures {
            Console.line("not measured: \(failure.part): \(failure.reason)")
        }
        if let path = options.jsonPath { try Scratch.write(report.encode() + [0x0A], to: path) }
        return report.failures.isEmpty ? 0 : 1
    }
}

/// What can be measured by itself.
enum Part: String, CaseIterable, Sendable {
    case box
    case synthea
    case creates
    case names
    case sizes
    case backup
    case checks

    func run(_ options: Options, scratch: String) async throws -> [Figure] {
        switch self {
        case .box: try await ServedBox(options: options, scratch: scratch).run()
        case .synthea: try await SyntheaBox(options: options, scratch: scratch).run()
        case .creates: try await Creates(scratch: scratch, plan: options.plan).run()
        case .names: try await NameSearch(scratch: scratch, plan: options.plan).run()
        case .checks: try Checks(scratch: scratch).run()
        case .sizes: try await SizedBox(options: options, scratch: scratch).run()
        case .backup: try await BackupLoad(scratch: scratch, plan: options.plan).run()
        }
    }
}
