import FHIRModel
import Testing

@Suite("Decimal")
struct FHIRDecimalTests {
    @Test(arguments: [
        ("1", "2"), ("-2", "-1"), ("-1", "0"), ("0", "0.0001"), ("0.1", "0.11"), ("9.99", "10"),
        ("1e2", "100.5"), ("-1e3", "-999.999"),
        ("123456789012345678901234567890", "123456789012345678901234567891"),
        ("0.00000000000000000001", "0.00000000000000000002"), ("5e-7", "0.000001"), ("2", "10"),
    ])
    func `a lesser number precedes a greater one`(lesser: String, greater: String) throws {
        let (a, b) = (try #require(FHIRDecimal(lesser)), try #require(FHIRDecimal(greater)))
        #expect(a < b)
        #expect(!(b < a))
        #expect(a != b)
    }

    @Test(arguments: [
        ("1", "1.0"), ("0", "-0.00"), ("100", "1E+2"), ("0.001", "1e-3"), ("10", "10.000"),
        ("-5.50", "-5.5"),
    ])
    func `numbers of one value are equal and keep their form`(one: String, other: String) throws {
        let (a, b) = (try #require(FHIRDecimal(one)), try #require(FHIRDecimal(other)))
        #expect(a == b)
        #expect(a.hashValue == b.hashValue)
        #expect(!(a < b) && !(b < a))
        #expect(b.text == other)
    }

    @Test(arguments: [
        "", "-", "+1", "01", "1.", ".5", "1e", "1e+", "0x1", "NaN", "1 ", " 1", "1e10000000",
        "1.2.3",
    ])
    func `what is no number is refused`(text: String) {
        #expect(FHIRDecimal(text) == nil)
    }

    @Test(arguments: [
        ("100", "99.5", "100.5"), ("100.00", "99.995", "100.005"), ("1e2", "50", "150"),
        ("0", "-0.5", "0.5"),
        ("-5.4", "-5.45", "-5.35"), ("0.5", "0.45", "0.55"), ("1", "0.5", "1.5"),
        ("1000000", "999999.5", "1000000.5"),
    ])
    func `the written places tell the range of a search`(text: String, low: String, high: String)
        throws
    {
        let range = try #require(FHIRDecimal(text)).writtenRange
        #expect(range.lower == FHIRDecimal(low))
        #expect(range.upper == FHIRDecimal(high))
    }
}
