import FHIRModel

/// All figures of one run, as a table and as JSON.
struct Report: Sendable {
    private(set) var figures: [Figure] = []
    /// Parts that did not run to their end, with the reason.
    private(set) var failures: [(part: String, reason: String)] = []

    mutating func add(_ more: [Figure]) { figures += more }

    mutating func fail(_ part: String, _ reason: String) { failures.append((part, reason)) }

    /// The table, a line each.
    var lines: [String] {
        var rows = [["", "measured", "base", "ratio", "aim", "met"]]
        for figure in figures {
            let isMet = figure.isMet.map { $0 ? "yes" : "NO" }
            rows.append([
                figure.name, "\(Number.text(figure.measured)) \(figure.unit)",
                figure.base.map(Number.text) ?? "", figure.ratio.map(Number.text) ?? "",
                figure.aim?.text ?? "", isMet ?? "",
            ])
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var lines = rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let gap = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 || column >= 4 ? cell + gap : gap + cell
            }
            return Self.trimmed(cells.joined(separator: "   "))
        }
        lines.insert(String(repeating: "─", count: widths.reduce(15, +)), at: 1)
        return lines
    }

    /// One JSON object with everything.
    func encode() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.array("figures") { list in
            for figure in figures { list.object { Self.write(figure, to: &$0) } }
        }
        writer.array("failures") { list in
            for failure in failures {
                list.object { one in
                    one.member("part", failure.part)
                    one.member("reason", failure.reason)
                }
            }
        }
        writer.endObject()
        return writer.bytes
    }

    private static func write(_ figure: Figure, to out: inout JSONWriter) {
        func number(_ name: String, _ value: Double?) {
            guard let value, value.isFinite else { return }
            out.key(name)
            out.number(text: "\((value * 1_000).rounded() / 1_000)")
        }
        out.member("name", figure.name)
        out.member("unit", figure.unit)
        number("measured", figure.measured)
        number("base", figure.base)
        number("ratio", figure.ratio)
        if let aim = figure.aim { out.member("aim", aim.text) }
        if let isMet = figure.isMet { out.member("isMet", isMet) }
        if !figure.detail.isEmpty { out.member("detail", figure.detail) }
    }

    private static func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }
}
