/// Single requests with the box's token, by the command of the same name.
struct Curl {
    let box: MeasuredBox

    private var words: [String] {
        [
            "curl", "--http1.1", "--silent", "--insecure", "--header",
            "Authorization: Bearer \(box.token)",
        ]
    }

    private func url(_ path: String) -> String { "https://127.0.0.1:\(box.port)\(path)" }

    /// The status of the answer to a GET.
    func status(_ path: String) throws -> Int {
        let said = try Child.run(
            words + ["--output", "/dev/null", "--write-out", "%{http_code}", url(path)],
            log: "\(box.folder).curl.log")
        return Int(said) ?? 0
    }

    /// The bodies of the answers to many GETs over one connection, each without line ends inside.
    func bodies(_ paths: [String]) throws -> [String] {
        let config = paths.map { "url = \"\(url($0))\"\n" }.joined()
        try Scratch.write(Array(config.utf8), to: "\(box.folder).urls")
        let said = try Child.run(
            words + ["--fail", "--write-out", "\\n", "--config", "\(box.folder).urls"],
            log: "\(box.folder).curl.log")
        let lines = said.split(separator: "\n").map(String.init)
        guard lines.count == paths.count else {
            throw Failure(
                "\(paths.count) reads answered \(lines.count) bodies: \(said.prefix(300))")
        }
        return lines
    }
}
