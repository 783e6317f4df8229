/// *Import a chart* and *open a chart* with the Synthea patients of the shared data.
struct SyntheaBox {
    let options: Options
    let scratch: String

    func run() async throws -> [Figure] {
        let source = "\(options.shared)/data/synthea-r4"
        let index = String(decoding: FileText.bytes("\(source)/index.tsv"), as: UTF8.self)
        guard !index.isEmpty else {
            Console.note("\(source) is not there; nothing is measured with it.")
            return []
        }
        let rows = index.split(separator: "\n").dropFirst().map { line in
            line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
        let plain = rows.filter { $0[0].hasPrefix("plain/") || !options.plan.isSmall }
        let largest = plain.max { (Int($0[7]) ?? 0) < (Int($1[7]) ?? 0) }
        let file = largest?[0].split(separator: "/").last
        guard let largest, let id = file?.split(separator: ".").first else {
            throw Failure("\(source)/index.tsv names no patient.")
        }
        let box = try MeasuredBox(options, in: scratch, name: "synthea")
        let paths =
            options.plan.isSmall
            ? ["\(source)/\(largest[0])"] : ["\(source)/plain", "\(source)/us-core-profiled"]
        let loaded = try await box.load(paths)
        _ = try box.start(path: "/fhir/Patient/\(id)")
        let load = LoadGenerator(
            scratch: scratch, connections: 1, seconds: options.plan.loadSeconds)
        let chart = try load.get(
            ["/api/v1/patients/\(id)/chart"], port: box.port, token: box.token)
        return [
            Figure(
                name: "import, Synthea", unit: "1/s",
                measured: Double(loaded.count) / loaded.seconds, aim: .measuredMin(2_000),
                detail: "\(loaded.count) resources, start and end of the command included"),
            Figure(
                name: "chart opened, p50", unit: "ms", measured: chart.p50,
                detail: "the largest, \(largest[7]) entries, one caller"),
            Figure(name: "chart opened, p95", unit: "ms", measured: chart.p95),
        ]
    }
}
