extension JSONParser {
    /// Refuses an object with two members of one name; its tape is complete.
    func refuseDuplicates(in object: Int) throws(JSONError) {
        let count = nodes[object].count
        guard count > 12 else { return try compareKeys(in: object) }
        var seen = Set<ArraySlice<UInt8>>(minimumCapacity: count)
        var key = object + 1
        while key < nodes.count {
            guard seen.insert(keyBytes(key)).inserted else { throw duplicate(key) }
            key = Int(nodes[key + 1].next)
        }
    }

    private func compareKeys(in object: Int) throws(JSONError) {
        var key = object + 1
        while key < nodes.count {
            var other = object + 1
            while other < key {
                if isSameKey(key, other) { throw duplicate(key) }
                other = Int(nodes[other + 1].next)
            }
            key = Int(nodes[key + 1].next)
        }
    }

    private func isSameKey(_ a: Int, _ b: Int) -> Bool {
        if nodes[a].isEscaped || nodes[b].isEscaped { return keyBytes(a) == keyBytes(b) }
        let (first, second) = (nodes[a].range, nodes[b].range)
        guard first.count == second.count else { return false }
        return bytes[first].elementsEqual(bytes[second])
    }

    private func keyBytes(_ key: Int) -> ArraySlice<UInt8> {
        let source = Array(bytes[nodes[key].range])
        guard nodes[key].isEscaped else { return source[...] }
        return JSONText.unescaped(source[...])[...]
    }

    private func duplicate(_ key: Int) -> JSONError {
        error(.duplicateKey, at: Int(nodes[key].start) - 1)
    }

    /// The error of a code at a place.
    func error(_ code: JSONError.Code, at offset: Int) -> JSONError {
        var line = 1
        var lineStart = 0
        for index in 0..<min(offset, end) where bytes[index] == 0x0A {
            line += 1
            lineStart = index + 1
        }
        return JSONError(
            code: code, offset: offset, line: line, column: offset - lineStart + 1, path: path())
    }

    /// The JSON Pointer of the innermost open value, cut after 20 steps.
    private func path() -> String {
        var out = ""
        for (depth, container) in open.prefix(20).enumerated() {
            let bound = depth + 1 < open.count ? open[depth + 1] : nodes.count
            let isObject = nodes[container].kind == .object
            var step = container + 1
            var position = 0
            while step < bound {
                let value = isObject ? step + 1 : step
                guard value < bound else { break }
                step = max(Int(nodes[value].next), value + 1)
                position += 1
                if step >= bound { break }
            }
            out += isObject ? pathStep(ofObject: container, bound: bound) : "/\(position)"
        }
        return out
    }

    private func pathStep(ofObject container: Int, bound: Int) -> String {
        var last: Int?
        var key = container + 1
        while key < min(bound, nodes.count) {
            last = key
            guard key + 1 < bound else { break }
            key = max(Int(nodes[key + 1].next), key + 2)
        }
        guard let last else { return "" }
        let text = String(decoding: keyBytes(last).prefix(64), as: UTF8.self)
        return "/" + JSONText.pointerToken(text)
    }
}
