/// Rows of text in columns.
package enum TextTable {
    private static let columnMax = 48

    /// Lines without blanks at the end; two blanks between columns.
    ///
    /// A longer cell than 48
    /// characters pushes the rest of its row to the right.
    package static func lines(_ rows: [[String]]) -> [String] {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            min(columnMax, rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0)
        }
        return rows.map { row in
            var line = ""
            for (index, cell) in row.enumerated() {
                line += cell
                let isLast = !row.dropFirst(index + 1).contains { !$0.isEmpty }
                if isLast { break }
                line += String(repeating: " ", count: max(0, widths[index] - cell.count) + 2)
            }
            return line
        }
    }
}
