import FHIRModel
import Kernel
import Testing

@Suite("Date and time")
struct FHIRDateTimeTests {
    @Test(arguments: [
        ("2026", "2026-01-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z"),
        ("2024-02", "2024-02-01T00:00:00.000Z", "2024-03-01T00:00:00.000Z"),
        ("2023-02", "2023-02-01T00:00:00.000Z", "2023-03-01T00:00:00.000Z"),
        ("1969-12-31", "1969-12-31T00:00:00.000Z", "1970-01-01T00:00:00.000Z"),
        ("2000-02-29", "2000-02-29T00:00:00.000Z", "2000-03-01T00:00:00.000Z"),
        ("2026-03-08T10:30:00Z", "2026-03-08T10:30:00.000Z", "2026-03-08T10:30:01.000Z"),
        ("2026-03-08T10:30:00-07:00", "2026-03-08T17:30:00.000Z", "2026-03-08T17:30:01.000Z"),
        ("2026-03-08T10:30:00.5+05:30", "2026-03-08T05:00:00.500Z", "2026-03-08T05:00:00.501Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z", "2017-01-01T00:00:01.000Z"),
        ("0001-01-01", "0001-01-01T00:00:00.000Z", "0001-01-02T00:00:00.000Z"),
    ])
    func `a time covers what its precision leaves open`(text: String, from: String, to: String)
        throws
    {
        let time = try FHIRDateTime(text)
        #expect(Timestamp.text(ms: time.lowerBoundMs()) == from)
        #expect(Timestamp.text(ms: time.upperBoundMs()) == to)
        #expect(time.text == text)
    }

    @Test(arguments: [
        ("", FHIRDateError.Code.empty), ("26", .form), ("2026-13", .month), ("2026-00", .month),
        ("2026-02-29", .day), ("1900-02-29", .day), ("2026-04-31", .day), ("2026-1-1", .form),
        ("0000", .year), ("2026-01-01T10:00", .form), ("2026-01-01T10:00:00", .needsZone),
        ("2026-01-01T24:00:00Z", .hour), ("2026-01-01T10:60:00Z", .minute),
        ("2026-01-01T10:00:61Z", .second),
        ("2026-01-01T10:00:00+15:00", .offset), ("2026-01-01T10:00:00+14:01", .offset),
        ("2026-01-01T10:00:00.Z", .form), ("2026-01-01T10:00:00ZZ", .form),
        ("2026-01T10:00:00Z", .form),
        ("2026-01-01 10:00:00Z", .form), ("２０２６", .form), ("2026-01-01Z", .form), ("-2026", .form),
    ])
    func `a text that is no time is refused`(text: String, code: FHIRDateError.Code) {
        let error = #expect(throws: FHIRDateError.self) { try FHIRDateTime(text) }
        #expect(error?.code == code)
    }

    @Test func `each type takes its own forms only`() throws {
        #expect(throws: FHIRDateError(.noTime)) {
            try FHIRDateTime("2026-01-01T00:00:00Z", as: .date)
        }
        #expect(throws: FHIRDateError(.needsTime)) { try FHIRDateTime("2026-01-01", as: .instant) }
        #expect(try FHIRDateTime("2026-01-01T10:30", as: .search).precision == .minute)
        #expect(try FHIRDateTime("2026-01-01T10:30:15", as: .search).offsetMinutes == nil)
        #expect(try FHIRDateTime("2026-01", as: .date).precision == .month)
    }

    @Test func `a time without zone is taken in the given one`() throws {
        let day = try FHIRDateTime("2026-07-01", as: .date)
        #expect(
            Timestamp.text(ms: day.lowerBoundMs(offsetMinutes: -420)) == "2026-07-01T07:00:00.000Z")
        let zoned = try FHIRDateTime("2026-07-01T00:00:00Z")
        #expect(
            Timestamp.text(ms: zoned.lowerBoundMs(offsetMinutes: -420))
                == "2026-07-01T00:00:00.000Z")
    }

    @Test(arguments: [
        ("2025", "2026", true as Bool?), ("2026", "2025", false), ("2026", "2026-05", nil),
        ("2026-05", "2026", nil),
        ("2026-05-01", "2026-05-02", true), ("2026-05-01", "2026-05-01", nil),
        ("2026-05-01T10:00:00Z", "2026-05-01T10:00:00Z", false),
        ("2026-05-01T10:00:00+01:00", "2026-05-01T10:00:00Z", true),
    ])
    func `order is known only where precision tells it`(one: String, other: String, expected: Bool?)
        throws
    {
        #expect(try FHIRDateTime(one).precedes(FHIRDateTime(other)) == expected)
    }

    @Test func `ids, codes, addresses and times of day have their forms`() {
        #expect(FHIRID.isValid("a-1.B") && !FHIRID.isValid("") && !FHIRID.isValid("a_b"))
        #expect(FHIRID.isValid(String(repeating: "a", count: 64)))
        #expect(!FHIRID.isValid(String(repeating: "a", count: 65)) && !FHIRID.isValid("é"))
        #expect(FHIRCode.isValid("a b") && !FHIRCode.isValid(" a") && !FHIRCode.isValid("a  b"))
        #expect(!FHIRCode.isValid("a ") && !FHIRCode.isValid("") && !FHIRCode.isValid("a\tb"))
        #expect(FHIRURI.isValid("http://a/b") && !FHIRURI.isValid("a b") && !FHIRURI.isValid(""))
        #expect(FHIROID.isValid("urn:oid:2.16.840.1") && FHIROID.isValid("urn:oid:1.0"))
        #expect(
            !FHIROID.isValid("urn:oid:3.1") && !FHIROID.isValid("urn:oid:1.01")
                && !FHIROID.isValid("2.16"))
        #expect(FHIRUUID.isValid("urn:uuid:c757873d-ec9a-4326-a141-556f43239520"))
        #expect(!FHIRUUID.isValid("urn:uuid:C757873D-EC9A-4326-A141-556F43239520"))
        #expect(
            FHIRTime.isValid("23:59:59.5") && !FHIRTime.isValid("23:59")
                && !FHIRTime.isValid("10:00:00Z"))
    }
}
