/// Error correction over the field of 256 elements with the polynomial 0x11D.
///
/// Spec: ISO/IEC 18004:2015, 7.5.2, https://www.iso.org/standard/62021.html
struct ReedSolomon {
    /// Factors of the generator polynomial without the leading one, the highest power first.
    private let generator: [UInt8]

    /// A code with so many codewords of correction, 1 to 255.
    init(corrections: Int) {
        var generator = [UInt8](repeating: 0, count: corrections)
        generator[corrections - 1] = 1
        var root: UInt8 = 1
        for _ in 0..<corrections {
            for place in 0..<corrections {
                generator[place] = Self.product(generator[place], root)
                if place + 1 < corrections { generator[place] ^= generator[place + 1] }
            }
            root = Self.product(root, 2)
        }
        self.generator = generator
    }

    /// What is appended to the data of a block.
    func remainder(of data: ArraySlice<UInt8>) -> [UInt8] {
        var remainder = [UInt8](repeating: 0, count: generator.count)
        for byte in data {
            let factor = byte ^ remainder.removeFirst()
            remainder.append(0)
            for place in remainder.indices {
                remainder[place] ^= Self.product(generator[place], factor)
            }
        }
        return remainder
    }

    static func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var product: UInt8 = 0
        for place in stride(from: 7, through: 0, by: -1) {
            let overflow = product >> 7
            product = (product << 1) ^ (overflow &* 0x1D)
            if (right >> UInt8(place)) & 1 == 1 { product ^= left }
        }
        return product
    }
}
