/// Sets of resources as rising lists of their origins.
enum OriginList {
    /// The list of numbers that may be in any order and there more than once.
    static func of(_ numbers: [Int64]) -> [Int64] {
        var sorted = numbers.sorted()
        var kept = 0
        for index in sorted.indices where index == 0 || sorted[index] != sorted[index - 1] {
            sorted[kept] = sorted[index]
            kept += 1
        }
        sorted.removeLast(sorted.count - kept)
        return sorted
    }

    /// What is in both.
    static func both(_ a: [Int64], _ b: [Int64]) -> [Int64] {
        if a.count > b.count { return both(b, a) }
        if a.count * 16 < b.count { return a.filter { contains(b, $0) } }
        var out: [Int64] = []
        var (left, right) = (0, 0)
        while left < a.count, right < b.count {
            if a[left] == b[right] { out.append(a[left]) }
            let isLeft = a[left] <= b[right]
            if a[left] >= b[right] { right += 1 }
            if isLeft { left += 1 }
        }
        return out
    }

    /// What is in one of the two.
    static func either(_ a: [Int64], _ b: [Int64]) -> [Int64] {
        if a.isEmpty { return b }
        if b.isEmpty { return a }
        var out: [Int64] = []
        out.reserveCapacity(a.count + b.count)
        var (left, right) = (0, 0)
        while left < a.count || right < b.count {
            if right == b.count || (left < a.count && a[left] < b[right]) {
                out.append(a[left])
                left += 1
            } else {
                if left < a.count, a[left] == b[right] { left += 1 }
                out.append(b[right])
                right += 1
            }
        }
        return out
    }

    /// What is in the first and not in the second.
    static func without(_ a: [Int64], _ b: [Int64]) -> [Int64] {
        var out: [Int64] = []
        var right = 0
        for number in a {
            while right < b.count, b[right] < number { right += 1 }
            if right == b.count || b[right] != number { out.append(number) }
        }
        return out
    }

    /// Whether a number is in a list.
    static func contains(_ list: [Int64], _ number: Int64) -> Bool {
        let place = firstPlace(list, after: number - 1)
        return place < list.count && list[place] == number
    }

    /// Where the first number greater than another one stands.
    static func firstPlace(_ list: [Int64], after number: Int64) -> Int {
        var (low, high) = (0, list.count)
        while low < high {
            let middle = (low + high) / 2
            if list[middle] <= number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
