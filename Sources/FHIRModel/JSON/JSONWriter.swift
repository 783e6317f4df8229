/// Writes JSON of one line; commas and escapes are put by itself.
///
/// Whoever writes keeps names and values in turn and closes what was opened; that is not checked.
package struct JSONWriter: Sendable {
    /// What was written up to here.
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// Makes a writer with room for some bytes.
    package init(reservingBytes: Int = 256) { bytes.reserveCapacity(reservingBytes) }

    /// Opens an object.
    package mutating func beginObject() { open(0x7B) }
    /// Closes an object.
    package mutating func endObject() { close(0x7D) }
    /// Opens an array.
    package mutating func beginArray() { open(0x5B) }
    /// Closes an array.
    package mutating func endArray() { close(0x5D) }

    /// Writes the name of a member; its value comes next.
    package mutating func key(_ name: String) {
        comma()
        JSONText.appendQuoted(name.utf8, to: &bytes)
        bytes.append(0x3A)
        needsComma = false
    }

    /// Writes a string.
    package mutating func string(_ value: String) {
        append { JSONText.appendQuoted(value.utf8, to: &$0) }
    }

    /// Writes a whole number.
    package mutating func number(_ value: Int) { number(text: "\(value)") }

    /// Writes a number in its written form, which must be one that JSON has.
    package mutating func number(text: String) { append { $0 += text.utf8 } }

    /// Writes `true` or `false`.
    package mutating func bool(_ value: Bool) { append { $0 += (value ? "true" : "false").utf8 } }

    /// Writes `null`.
    package mutating func null() { append { $0 += "null".utf8 } }

    /// Writes one finished JSON value, which is not checked.
    package mutating func raw(_ value: some Sequence<UInt8>) { append { $0 += value } }

    /// Writes a value of a document in canonical form.
    package mutating func value(_ json: JSON) { append { json.appendCanonical(to: &$0) } }

    /// Writes a member that is a string.
    package mutating func member(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    /// Writes a member that is a whole number.
    package mutating func member(_ name: String, _ value: Int) {
        key(name)
        number(value)
    }

    /// Writes a member that is true or false.
    package mutating func member(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }

    /// Writes a member that is a value of a document.
    package mutating func member(_ name: String, _ json: JSON) {
        key(name)
        value(json)
    }

    /// Writes a member whose value is finished JSON.
    package mutating func member(_ name: String, raw value: some Sequence<UInt8>) {
        key(name)
        raw(value)
    }

    /// Writes an object, as a member if it has a name; `body` writes its members.
    package mutating func object(_ name: String? = nil, _ body: (inout JSONWriter) -> Void) {
        if let name { key(name) }
        beginObject()
        body(&self)
        endObject()
    }

    /// Writes an array, as a member if it has a name; `body` writes its elements.
    package mutating func array(_ name: String? = nil, _ body: (inout JSONWriter) -> Void) {
        if let name { key(name) }
        beginArray()
        body(&self)
        endArray()
    }

    /// Appends one value by a function that writes its bytes.
    mutating func append(_ body: (inout [UInt8]) -> Void) {
        comma()
        body(&bytes)
        needsComma = true
    }

    private mutating func comma() { if needsComma { bytes.append(0x2C) } }

    private mutating func open(_ bracket: UInt8) {
        comma()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }
}
