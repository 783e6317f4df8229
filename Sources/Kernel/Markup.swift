/// Text inside of HTML, XML and SVG.
package enum Markup {
    /// A text that stands for itself in content and in attributes: `&`, `<`, `>` and both quotes are
    /// written as references, all else stays.
    package static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
