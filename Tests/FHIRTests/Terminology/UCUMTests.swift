import FHIRModel
import FHIRPath
import Testing

@Suite("Units of measure")
struct UCUMTests {
    @Test func `every unit of the published table is understood and leads to base units`() throws {
        let symbols = UCUM.symbols
        #expect(symbols.count == 312)
        for (code, name) in symbols {
            let unit = try #require(UCUM(code), "\(code) \(name)")
            #expect(unit.isCommensurable(with: unit), "\(code)")
        }
    }

    @Test(arguments: [
        "mg/dL", "10*3/uL", "mm[Hg]", "kg/m2", "{beats}/min", "/min", "m[IU]/L", "%",
        "mL/min/{1.73_m2}", "mg/(24.h)", "10*-6.m", "cm[H2O]", "[degF]", "ug{creat}", "1",
        "2.mg", "meq/L", "[arb'U]/mL", "B[10.nV]", "[in_i'H2O]", "{}", "KiBy",
    ])
    func `units as clinics write them are units`(code: String) {
        #expect(UCUM(code) != nil)
    }

    @Test(arguments: [
        "", "mmHg", "beats/min", "mg/", "mg//dL", "mg.", "(mg", "mg)", "{mg", "mg}", "lbs", "°C",
        "mg dL", "deg F", "kk", "Mmi", "m[Hg", "mg{a b}", "mg{a{b}}", "2m", "10*a", "/", "mg/dL ",
        "((((((((((mg))))))))))",
    ])
    func `what is no unit is none`(code: String) {
        #expect(UCUM(code) == nil)
    }

    @Test(arguments: [
        ("1", "kg", "g", "1000"), ("180", "mg/dL", "g/L", "1.8"), ("98.6", "[degF]", "Cel", "37"),
        ("37", "Cel", "K", "310.15"), ("-40", "Cel", "[degF]", "-40"),
        ("1", "[lb_av]", "g", "453.59237"),
        ("6", "[ft_i]", "cm", "182.88"), ("1", "[mi_i]", "m", "1609.344"),
        ("1", "a", "d", "365.25"),
        ("1", "[gal_us]", "mL", "3785.411784"), ("120", "mm[Hg]", "Pa", "15998.64"),
        ("1", "KiBy", "By", "1024"), ("1", "[Cal]", "J", "4184"), ("5", "%", "1", "0.05"),
        ("1", "10*9/L", "10*3/uL", "1"), ("1", "[IU]/L", "m[IU]/L", "1000"),
    ])
    func `values convert exactly`(value: String, from: String, to: String, result: String) throws {
        let converted = try #require(UCUM(from)).convert(
            #require(FHIRDecimal(value)), to: #require(UCUM(to)))
        #expect(converted?.text == result)
    }

    @Test(arguments: [
        ("7.4", "[pH]", "mol/L", 3.981e-8), ("3", "B", "1", 1_000), ("20", "dB", "1", 100),
        ("180", "deg", "rad", 3.14159265), ("1", "Np", "1", 2.718281828),
        ("100", "%[slope]", "rad", 0.7853981),
        ("2", "[hp'_X]", "1", 0.01), ("8", "bit_s", "1", 256),
    ])
    func `values convert through logarithms and angles`(
        value: String, from: String, to: String, result: Double
    ) throws {
        let converted = try #require(UCUM(from)).convert(
            #require(FHIRDecimal(value)), to: #require(UCUM(to)))
        let number = try #require(converted.flatMap { Double($0.text) })
        #expect(abs(number - result) <= abs(result) * 1e-3)
    }

    @Test func `what measures different things does not convert`() throws {
        let value = try #require(FHIRDecimal("1"))
        let pairs = [("kg", "m"), ("[iU]", "g"), ("Cel", "s"), ("mg/dL", "mmol/L"), ("B", "Cel")]
        for (from, to) in pairs {
            #expect(try #require(UCUM(from)).convert(value, to: #require(UCUM(to))) == nil)
            #expect(try !#require(UCUM(from)).isCommensurable(with: #require(UCUM(to))))
        }
    }

    @Test func `a unit says what it is called and what it is made of`() throws {
        #expect(UCUM("mg/dL")?.display == "milligram per deciliter")
        #expect(UCUM("kg/m2")?.display == "kilogram per square meter")
        #expect(UCUM("mg/dL")?.canonical == UCUM("g/L")?.canonical)
        #expect(UCUM("Cel")?.canonical == "K")
    }

    @Test func `broken units end quickly and without harm`() {
        var state: UInt64 = 7
        let pieces = [
            "mg", "/", ".", "(", ")", "{", "}", "10*", "[", "]", "-3", "é", "k", "Cel", "9",
        ]
        for _ in 0..<3_000 {
            var text = ""
            for _ in 0..<12 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += pieces[Int(state >> 33) % pieces.count]
            }
            if let unit = UCUM(text) { #expect(!unit.display.isEmpty) }
        }
        #expect(UCUM(String(repeating: "m.", count: 500) + "m") == nil)
    }
}
