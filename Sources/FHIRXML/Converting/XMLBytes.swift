extension [UInt8] {
    /// Appends an attribute with the space in front of it.
    mutating func appendAttribute(_ name: String, _ value: some Collection<UInt8>) {
        append(0x20)
        self += name.utf8
        append(0x3D)
        append(0x22)
        appendXML(value, isValue: true)
        append(0x22)
    }

    /// Appends text, or the value of an attribute, with what XML asks to be written otherwise.
    mutating func appendXML(_ text: some Collection<UInt8>, isValue: Bool) {
        let isDone: Void? = text.withContiguousStorageIfAvailable {
            appendXML(buffer: $0, isValue: isValue)
        }
        guard isDone == nil else { return }
        Array(text).withUnsafeBufferPointer { appendXML(buffer: $0, isValue: isValue) }
    }

    private mutating func appendXML(buffer: UnsafeBufferPointer<UInt8>, isValue: Bool) {
        var plain = 0
        for index in 0..<buffer.count {
            let byte = buffer[index]
            // None of the characters below lies in these ranges.
            if byte > 0x3E || byte > 0x26 && byte < 0x3C { continue }
            guard let written = Self.reference(byte, isValue: isValue) else { continue }
            append(contentsOf: UnsafeBufferPointer(rebasing: buffer[plain..<index]))
            self += written.utf8
            plain = index + 1
        }
        append(contentsOf: UnsafeBufferPointer(rebasing: buffer[plain..<buffer.count]))
    }

    private static func reference(_ byte: UInt8, isValue: Bool) -> String? {
        switch byte {
        case 0x26: "&amp;"
        case 0x3C: "&lt;"
        case 0x3E: "&gt;"
        case 0x22 where isValue: "&quot;"
        // A reader would make spaces of these in a value, and a line feed of the last anywhere.
        case 0x09 where isValue: "&#9;"
        case 0x0A where isValue: "&#10;"
        case 0x0D: "&#13;"
        default: nil
        }
    }
}
