import FHIRModel

/// Requests from many connections at once, by wrk.
struct LoadGenerator: Sendable {
    /// What one run showed.
    struct Outcome: Sendable {
        let requestsPerSecond: Double
        /// Milliseconds from request to answer.
        let p50, p95, p99: Double
    }

    let scratch: String
    let connections: Int
    let seconds: Int

    /// Sends GETs for the paths, in turns.
    func get(_ paths: [String], port: Int, token: String?) throws -> Outcome {
        try run("GET", paths, port: port, token: token, path: "")
    }

    /// Posts the bodies to one path, in turns.
    func post(_ bodies: [String], path: String, port: Int, token: String) throws -> Outcome {
        try run("POST", bodies, port: port, token: token, path: path)
    }

    private func run(
        _ method: String, _ lines: [String], port: Int, token: String?, path: String
    ) throws -> Outcome {
        let list = "\(scratch)/requests.txt"
        let script = "\(scratch)/requests.lua"
        try Scratch.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: list)
        try Scratch.write(Array(Self.script.utf8), to: script)
        var words = [
            "wrk", "--threads", "1", "--connections", "\(connections)", "--duration",
            "\(seconds)s", "--timeout", "10s", "--script", script,
        ]
        if let token { words += ["--header", "Authorization: Bearer \(token)"] }
        let said = try Child.run(
            words + ["https://127.0.0.1:\(port)"], log: "\(scratch)/wrk.log",
            environment: ["BENCH_METHOD": method, "BENCH_LINES": list, "BENCH_PATH": path])
        return try Self.outcome(said)
    }

    private static func outcome(_ said: String) throws -> Outcome {
        guard let line = said.split(separator: "\n").last(where: { $0.hasPrefix("{") }) else {
            throw Failure("wrk printed no result: \(said.suffix(300))")
        }
        let json = try JSON.parse(Array(line.utf8))
        func number(_ name: String) -> Double { json[name]?.double ?? .nan }
        guard number("failed") == 0, number("requests") > 0 else {
            throw Failure("Requests failed under load: \(line)")
        }
        return Outcome(
            requestsPerSecond: number("requests") / number("microseconds") * 1e6,
            p50: number("p50") / 1_000, p95: number("p95") / 1_000, p99: number("p99") / 1_000)
    }

    private static let script = """
        local requests, count, turn = {}, 0, 0
        function init(arguments)
            local method = os.getenv("BENCH_METHOD")
            local headers = { ["Content-Type"] = "application/fhir+json" }
            for name, value in pairs(wrk.headers) do headers[name] = value end
            for line in io.lines(os.getenv("BENCH_LINES")) do
                count = count + 1
                if method == "GET" then
                    requests[count] = wrk.format(method, line, wrk.headers)
                else
                    requests[count] = wrk.format(method, os.getenv("BENCH_PATH"), headers, line)
                end
            end
        end
        function request()
            turn = turn % count + 1
            return requests[turn]
        end
        function done(summary, latency)
            local e = summary.errors
            local failed = e.connect + e.read + e.write + e.status + e.timeout
            io.write(string.format(
                '{"requests":%d,"microseconds":%d,"failed":%d,"p50":%d,"p95":%d,"p99":%d}\\n',
                summary.requests, summary.duration, failed, latency:percentile(50),
                latency:percentile(95), latency:percentile(99)))
        end
        """
}
