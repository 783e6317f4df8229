/// What the command line asks for.
struct Options: Sendable {
    var plan = Plan.full
    /// Where the figures are written as JSON.
    var jsonPath: String?
    /// The release binary of the product.
    var binary = ".build/release/tribal-ehr"
    /// Where the measured data lie while it runs; a real disk, so that syncing costs what it costs.
    var scratch = ".build"
    /// The folder of shared data; what needs it is left out where there is none.
    var shared = "../shared"
    var parts = Set(Part.allCases)

    static let usage = """
        appliance/bench [--smoke] [--json FILE] [--only PART]…

          --smoke      little of everything in less than a minute, to see that it runs
          --json FILE  also writes the figures as JSON
          --size MIB   size of the record that is backed up, 5120 unless told
          --only PART  one of: \(Part.allCases.map(\.rawValue).joined(separator: " "))
        """

    init(_ words: [String]) throws {
        var words = words[...]
        var only: Set<Part> = []
        var sizeMiB: Int?
        while let word = words.popFirst() {
            switch word {
            case "--smoke": plan = .smoke
            case "--json": jsonPath = try Self.value(word, &words)
            case "--size": sizeMiB = Int(try Self.value(word, &words))
            case "--binary": binary = try Self.value(word, &words)
            case "--scratch": scratch = try Self.value(word, &words)
            case "--shared": shared = try Self.value(word, &words)
            case "--only":
                guard let part = Part(rawValue: try Self.value(word, &words)) else {
                    throw Failure(Self.usage)
                }
                only.insert(part)
            default: throw Failure("\(word) is not an option.\n\(Self.usage)")
            }
        }
        if !only.isEmpty { parts = only }
        if let sizeMiB { plan.backupMiB = sizeMiB }
    }

    private static func value(_ word: String, _ words: inout ArraySlice<String>) throws -> String {
        guard let value = words.popFirst() else { throw Failure("\(word) needs a value.") }
        return value
    }
}
