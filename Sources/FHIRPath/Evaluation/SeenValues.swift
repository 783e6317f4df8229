import FHIRModel

/// Values of which none equals another, found again fast.
///
/// A few are compared one by one. Many are sorted by a number that equal values share; those that
/// equal others by conversion, such as quantities, are always compared one by one.
struct SeenValues {
    private static let fewMax = 8

    private(set) var all: [PathValue] = []
    private var buckets: [Int: [PathValue]] = [:]
    private var unsorted: [PathValue] = []

    /// Adds a value; false if an equal one is there.
    mutating func insert(
        _ value: PathValue, _ evaluator: Evaluator, _ place: Place
    ) throws(FHIRPathError) -> Bool {
        if all.count < Self.fewMax {
            guard try !evaluator.holds(all, value, place) else { return false }
        } else {
            if all.count == Self.fewMax, buckets.isEmpty, unsorted.isEmpty {
                for earlier in all { try sort(earlier, evaluator, place) }
            }
            let rivals = try evaluator.sortNumber(of: value, place).map { buckets[$0] ?? [] }
            guard try !evaluator.holds(rivals ?? unsorted, value, place) else { return false }
            try sort(value, evaluator, place)
        }
        all.append(value)
        return true
    }

    private mutating func sort(
        _ value: PathValue, _ evaluator: Evaluator, _ place: Place
    ) throws(FHIRPathError) {
        if let number = try evaluator.sortNumber(of: value, place) {
            buckets[number, default: []].append(value)
        } else {
            unsorted.append(value)
        }
    }
}

extension Evaluator {
    /// A number that equal values share; nil for a value that may equal one of another form.
    func sortNumber(of value: PathValue, _ place: Place) throws(FHIRPathError) -> Int? {
        switch value {
        case .string(let text): return hash(text)
        case .boolean(let truth): return truth ? 1 : 2
        case .node(let node):
            guard let json = node.json else { return nil }
            if json.isObject {
                guard node.type == .unknown || !types.isA(node.type, "Quantity") else { return nil }
                return try hash(json, place)
            }
            let form = types[node.type].system
            guard form == .text || form == .unknown, let text = json.string else { return nil }
            return hash(text)
        default: return nil
        }
    }

    private func hash(_ text: String) -> Int {
        var hasher = Hasher()
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        return hasher.finalize()
    }

    /// The order of members does not count, nor how a number is written.
    private func hash(_ json: JSON, _ place: Place) throws(FHIRPathError) -> Int {
        try charge(1, place)
        switch json.kind {
        case .null: return 3
        case .bool: return json.bool == true ? 1 : 2
        case .string:
            try charge(json.rawBytes.count / 64, place)
            return json.string.map { hash($0) } ?? 0
        case .number: return json.number?.hashValue ?? 0
        case .array:
            var result = json.count
            for element in json.elements { result = result &* 31 &+ (try hash(element, place)) }
            return result
        case .object:
            var result = json.count
            for (key, member) in json.members {
                result &+= hash(key) &* 31 ^ (try hash(member, place))
            }
            return result
        }
    }
}
