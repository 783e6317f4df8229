import Kernel

extension QRCode {
    /// The light border that scanners need around a code, in modules.
    static let quietModules = 4

    /// The code as an SVG picture, dark on white with its light border, that fills its frame.
    ///
    /// Colours are fixed: a code in the colours of a dark page is not read by many cameras. `title`
    /// is what a screen reader says; every character of it is safe, also markup.
    public func svg(title: String) -> String {
        let frame = side + 2 * Self.quietModules
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(frame) \(frame)" role="img" \
            shape-rendering="crispEdges"><title>\(Self.escaped(title))</title>\
            <rect width="\(frame)" height="\(frame)" fill="#fff"/>\
            <path d="\(path)" fill="#000"/></svg>
            """
    }

    /// The dark runs of all rows as one path, the border included in the coordinates.
    var path: String {
        var path = ""
        for row in 0..<side {
            var column = 0
            while column < side {
                guard self[row, column] else {
                    column += 1
                    continue
                }
                let start = column
                while self[row, column] { column += 1 }
                let length = column - start
                path += "M\(start + Self.quietModules) \(row + Self.quietModules)"
                path += "h\(length)v1h-\(length)z"
            }
        }
        return path
    }

    /// A text without what XML 1.0 cannot hold, and without markup.
    private static func escaped(_ text: String) -> String {
        var allowed = ""
        for character in text.unicodeScalars {
            let isAllowed = character.value >= 0x20 || character == "\n" || character == "\t"
            allowed.unicodeScalars.append(isAllowed ? character : " ")
        }
        return Markup.escaped(allowed)
    }
}
