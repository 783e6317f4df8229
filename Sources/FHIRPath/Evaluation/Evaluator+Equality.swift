import FHIRModel

/// Equality, equivalence and order.
///
/// Spec: FHIRPath, equality and comparison, https://hl7.org/fhirpath/#equality
extension Evaluator {
    /// Whether two collections are equal, pair by pair; nil if that is not known.
    func equal(
        _ a: [PathValue], _ b: [PathValue], _ place: Place
    ) throws(FHIRPathError) -> Bool? {
        guard !a.isEmpty, !b.isEmpty else { return nil }
        guard a.count == b.count else { return false }
        var isKnown = true
        for (left, right) in zip(a, b) {
            switch try equal(left, right, place) {
            case false: return false
            case nil: isKnown = false
            default: break
            }
        }
        return isKnown ? true : nil
    }

    /// Whether two values are equal; nil if that is not known.
    func equal(_ a: PathValue, _ b: PathValue, _ place: Place) throws(FHIRPathError) -> Bool? {
        try charge(1, place)
        if case .node(let node) = a, case .string(let text) = b, let json = node.json,
            json.kind == .string, types[node.type].system == .text
        {
            try charge(text.utf8.count / 64, place)
            return json.equals(text)
        }
        if let left = structure(a), let right = structure(b) {
            if case .node(let node) = a, node.type != .unknown, types.isA(node.type, "Quantity"),
                let first = asQuantity(a), let second = asQuantity(b)
            {
                return PathQuantity.order(first, second).map { $0 == 0 }
            }
            return try isSame(left, right, place)
        }
        guard let pair = paired(a, b) else { return false }
        switch pair {
        case .numbers(let left, let right): return left == right
        case .texts(let left, let right):
            try charge(left.utf8.count / 64, place)
            return left.utf8.elementsEqual(right.utf8)
        case .booleans(let left, let right): return left == right
        case .moments(let left, let right):
            if (left.kind == .time) != (right.kind == .time) { return false }
            return PathMoment.order(left, right).map { $0 == 0 }
        case .quantities(let left, let right):
            if let order = PathQuantity.order(left, right) { return order == 0 }
            // A year of the calendar and one of UCUM are only about the same; metres and seconds
            // do not compare at all.
            return nil
        case .types(let left, let right): return left == right
        }
    }

    /// Two values brought to one type.
    private enum Pair {
        case numbers(PathDecimal, PathDecimal)
        case texts(String, String)
        case booleans(Bool, Bool)
        case moments(PathMoment, PathMoment)
        case quantities(PathQuantity, PathQuantity)
        case types(PathTypeInfo, PathTypeInfo)
    }

    private func paired(_ a: PathValue, _ b: PathValue) -> Pair? {
        let left = plain(a) ?? asQuantity(a).map { .quantity($0) }
        let right = plain(b) ?? asQuantity(b).map { .quantity($0) }
        guard let left, let right else { return nil }
        if let first = Self.number(left), let second = Self.number(right) {
            return .numbers(first, second)
        }
        switch (left, right) {
        case (.string(let first), .string(let second)): return .texts(first, second)
        case (.boolean(let first), .boolean(let second)): return .booleans(first, second)
        case (.moment(let first), .moment(let second)): return .moments(first, second)
        case (.typeInfo(let first), .typeInfo(let second)): return .types(first, second)
        case (.moment(let first), .string(let text)):
            return untyped(b, text, as: first).map { .moments(first, $0) }
        case (.string(let text), .moment(let second)):
            return untyped(a, text, as: second).map { .moments($0, second) }
        case (.quantity, _), (_, .quantity):
            guard let first = asQuantity(left), let second = asQuantity(right) else { return nil }
            return .quantities(first, second)
        default: return nil
        }
    }

    /// The text of an element of unknown type as the date or time it is compared with.
    private func untyped(
        _ value: PathValue, _ text: String, as other: PathMoment
    ) -> PathMoment? {
        guard case .node(let node) = value, node.type == .unknown else { return nil }
        return other.kind == .time ? PathMoment.time(text) : PathMoment.dateTime(text)
    }

    static func number(_ value: PathValue) -> PathDecimal? {
        switch value {
        case .integer(let number), .long(let number): PathDecimal(number)
        case .decimal(let number): number
        default: nil
        }
    }

    /// Whether two elements have the same parts with the same values, lists in the same order.
    private func isSame(_ a: JSON, _ b: JSON, _ place: Place) throws(FHIRPathError) -> Bool {
        try charge(1, place)
        guard a.kind == b.kind else { return false }
        switch a.kind {
        case .null: return true
        case .bool: return a.bool == b.bool
        case .string:
            try charge(a.rawBytes.count / 64, place)
            return a.string.map { b.equals($0) } ?? false
        case .number: return a.number == b.number
        case .array:
            guard a.count == b.count else { return false }
            for (left, right) in zip(a.elements, b.elements) {
                guard try isSame(left, right, place) else { return false }
            }
            return true
        case .object:
            guard a.count == b.count else { return false }
            for (key, left) in a.members {
                guard let right = b[key], try isSame(left, right, place) else { return false }
            }
            return true
        }
    }

    // MARK: Equivalence

    /// Whether two collections hold the same values in any order, looked at less strictly.
    func equivalent(
        _ a: [PathValue], _ b: [PathValue], _ place: Place
    ) throws(FHIRPathError) -> Bool {
        guard a.count == b.count else { return false }
        var rest = b
        for value in a {
            var index: Int?
            for (position, other) in rest.enumerated()
            where try equivalent(value, other, place) {
                index = position
                break
            }
            guard let index else { return false }
            rest.remove(at: index)
        }
        return true
    }

    private func equivalent(
        _ a: PathValue, _ b: PathValue, _ place: Place
    ) throws(FHIRPathError) -> Bool {
        try charge(1, place)
        if let left = structure(a), let right = structure(b) {
            if case .node(let node) = a, node.type != .unknown, types.isA(node.type, "Quantity"),
                let first = asQuantity(a), let second = asQuantity(b)
            {
                return PathQuantity.isEquivalent(first, second)
            }
            return try isAlike(left, right, place)
        }
        guard let pair = paired(a, b) else { return false }
        switch pair {
        case .numbers(let left, let right): return PathQuantity.isEquivalent(left, right)
        case .texts(let left, let right):
            try charge((left.utf8.count + right.utf8.count) / 4, place)
            return Self.folded(left) == Self.folded(right)
        case .booleans(let left, let right): return left == right
        case .moments(let left, let right):
            if (left.kind == .time) != (right.kind == .time) { return false }
            return PathMoment.order(left, right) == 0
        case .quantities(let left, let right): return PathQuantity.isEquivalent(left, right)
        case .types(let left, let right): return left == right
        }
    }

    /// A text without regard to case and the kind of its spaces.
    private static func folded(_ text: String) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            if scalar.properties.isWhitespace {
                out.append(0x20)
            } else if scalar.isASCII {
                let byte = UInt8(truncatingIfNeeded: scalar.value)
                out.append(byte &- 0x41 < 26 ? byte + 32 : byte)
            } else {
                out += scalar.properties.lowercaseMapping.utf8
            }
        }
        return out
    }

    private func isAlike(_ a: JSON, _ b: JSON, _ place: Place) throws(FHIRPathError) -> Bool {
        try charge(1, place)
        guard a.kind == b.kind else { return false }
        switch a.kind {
        case .string:
            try charge((a.rawBytes.count + b.rawBytes.count) / 4, place)
            return Self.folded(a.string ?? "") == Self.folded(b.string ?? "")
        case .number:
            guard let left = a.numberText.flatMap({ PathDecimal($0) }),
                let right = b.numberText.flatMap({ PathDecimal($0) })
            else { return a.number == b.number }
            return PathQuantity.isEquivalent(left, right)
        case .array:
            guard a.count == b.count else { return false }
            var rest = Array(b.elements)
            for left in a.elements {
                var index: Int?
                for (position, right) in rest.enumerated()
                where try isAlike(left, right, place) {
                    index = position
                    break
                }
                guard let index else { return false }
                rest.remove(at: index)
            }
            return true
        case .object:
            // An id names the place in the document and says nothing about the content.
            let left = a.members.filter { $0.key != "id" }
            guard left.count == b.members.filter({ $0.key != "id" }).count else { return false }
            for (key, value) in left {
                guard let other = b[key], try isAlike(value, other, place) else { return false }
            }
            return true
        case .null, .bool: return try isSame(a, b, place)
        }
    }

    // MARK: Order

    /// Negative, zero or positive as `a` is less than, equal to or greater than `b`; nil if that is
    /// not known.
    ///
    /// - Throws: ``FHIRPathError`` `.execution` if values of their types have no order.
    func order(_ a: PathValue, _ b: PathValue, _ place: Place) throws(FHIRPathError) -> Int? {
        try charge(1, place)
        switch paired(a, b) {
        case .numbers(let left, let right): return PathDecimal.order(left, right)
        case .texts(let left, let right):
            try charge(left.utf8.count / 64, place)
            if left.utf8.elementsEqual(right.utf8) { return 0 }
            return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
        case .moments(let left, let right) where (left.kind == .time) == (right.kind == .time):
            return PathMoment.order(left, right)
        case .quantities(let left, let right): return PathQuantity.order(left, right)
        default:
            if case .node(let node) = a, node.json == nil { return nil }
            if case .node(let node) = b, node.json == nil { return nil }
            throw FHIRPathError(
                .execution, at: place,
                "Values of these types have no order; compare numbers, texts, dates or quantities "
                    + "with their like.")
        }
    }

    // MARK: Sets

    /// Whether a collection holds a value.
    func holds(
        _ values: [PathValue], _ value: PathValue, _ place: Place
    ) throws(FHIRPathError) -> Bool {
        for other in values where try equal(other, value, place) == true { return true }
        return false
    }

    /// The values without those that come again.
    func distinct(_ values: [PathValue], _ place: Place) throws(FHIRPathError) -> [PathValue] {
        guard values.count > 1 else { return values }
        var seen = SeenValues()
        for value in values { _ = try seen.insert(value, self, place) }
        return seen.all
    }
}
