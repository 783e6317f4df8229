import FHIRModel
import FHIRPath
import Testing

@Suite("FHIRPath values")
struct FHIRPathValueTests {
    @Test(arguments: [
        ("0.1 + 0.2 = 0.3", ["true"]),
        ("1.10 = 1.1", ["true"]),
        ("0.1 + 0.20", ["0.30"]),
        ("12345678901234567890.12345678 + 0.00000001", ["12345678901234567890.12345679"]),
        ("1.0 / 3.0", ["0.33333333333333333333"]),
        ("2 / 3", ["0.66666666666666666667"]),
        ("(-1) / 3", ["-0.33333333333333333333"]),
        ("5.5 div 0.7", ["7"]),
        ("5.5 mod 0.7", ["0.6"]),
        ("(-5) mod 3", ["-2"]),
        ("1.005.round(2)", ["1.01"]),
        ("(-1.5).round()", ["-2"]),
        ("(-1.5).truncate()", ["-1"]),
        ("2.power(0.5)", ["1.414213562373"]),
        ("2.power(-2)", ["0.25"]),
        ("2.power(31)", ["2147483648"]),
        ("2.sqrt()", ["1.414213562373"]),
        ("1000.log(10)", ["3"]),
        ("1.exp()", ["2.718281828459"]),
        ("0.ln()", []),
        ("99999999999999999999999999999999999999.0 * 10.0", []),
        ("1.2345678901234567890123456789 ~ 1.23456789", ["true"]),
        ("1.587.lowBoundary()", ["1.58650000"]),
        ("12.5.precision()", ["1"]),
        ("(1.0 | 2.0 | 3.0).sum()", ["6.0"]),
        ("(5.5 'cm' | 4.7 'cm' | 4.8 'cm').avg()", ["5 'cm'"]),
        ("(2 | 4 | 8).max()", ["8"]),
        ("(@2012-12-31 | @2012-01-01).min()", ["2012-01-01"]),
        ("{}.sum()", []),
        ("45.toQuantity('m')", ["45 'm'"]),
    ])
    func `decimals are calculated exactly`(text: String, expected: [String]) throws {
        #expect(try Evaluating.values(text) == expected)
    }

    @Test(arguments: [
        ("@2012 < @2013", ["true"]),
        ("@2012 = @2012-01", []),
        ("@2012-01-01 = @2012-01-01T00:00", []),
        ("@2012-01-31 + 1 month", ["2012-02-29"]),
        ("@2012-02-29 + 1 year", ["2013-02-28"]),
        ("@2012-03-31 - 1 month", ["2012-02-29"]),
        ("@2012 + 24 months", ["2014"]),
        ("@2012 + 13 months", ["2013"]),
        ("@2012-05 - 61 days", ["2012-03"]),
        ("@2012-01-01 + 36 hours", ["2012-01-02"]),
        ("@2014 + 23 months", ["2015"]),
        ("@2016 + 365 days", ["2017"]),
        ("@2026-02 + 5 weeks", ["2026-03"]),
        ("@2026-02 - 1 day", ["2026-02"]),
        ("@T01:00:00 + 48 hours", ["01:00:00"]),
        ("@2012.monthOf()", []),
        ("1.yearOf()", []),
        ("@T23:30 + 2 hours", ["01:30"]),
        ("@T10:00:00 - 1 second", ["09:59:59"]),
        ("@2012-01-01T10:00:00Z + 1.5 's'", ["2012-01-01T10:00:01.500Z"]),
        ("@2012-12-31T23:59:59Z + 1 second", ["2013-01-01T00:00:00Z"]),
        ("@2012-01-01T00:00+01:00 = @2011-12-31T23:00Z", ["true"]),
        ("@2012-01-01T12:00Z = @2012-01-01T12:00", []),
        ("@2012-01-01T12:00Z < @2012-01-05T12:00", ["true"]),
        ("@2012-01-01T10:00:00 = @2012-01-01T10:00:00.0", ["true"]),
        ("@2012-01-01T10:30 ~ @2012-01-01T10:30:00", ["false"]),
        ("@2012-02-30T.empty()", []),
        ("birthDate < @1975", ["true"]),
        ("deceased > @2020", []),
        ("deceased.lowBoundary()", ["2020-03-01T00:00:00.000+14:00"]),
        ("@2012-02.highBoundary()", ["2012-02-29"]),
        ("@2012-02.highBoundary(4)", ["2012"]),
        ("@T10.highBoundary()", ["10:59:59.999"]),
        ("@2012-03-04T05:06:07.089Z.monthOf()", ["3"]),
        ("@2012-03-04T05:06:07.089Z.millisecondOf()", ["89"]),
        ("@2012-03-04T05:06:07+05:30.timezoneOffsetOf()", ["5.5"]),
        ("@2012-03-04T05:06Z.dateOf()", ["2012-03-04"]),
        ("@2012-03-04T05:06Z.timeOf()", ["05:06"]),
        ("@2025-01-02.duration(@2025-01-07, 'week')", ["0"]),
        ("@2025-01-02.difference(@2025-01-07, 'week')", ["1"]),
        ("@2024-12-01.duration(@2025-09-01, 'year')", ["0"]),
        ("@2024-12-01.difference(@2025-09-01, 'year')", ["1"]),
        ("@2025-03-15.duration(@2025-01-20, 'month')", ["-1"]),
        ("@2025-01.duration(@2025-03, 'day')", []),
        ("@2025-01-01T10:00Z.duration(@2025-01-01T10:00+01:00, 'hour')", ["-1"]),
        ("@T10:30.difference(@T12:00, 'hour')", ["2"]),
        ("birthDate.duration(@2026-11-21, 'year')", ["51"]),
    ])
    func `dates are known as far as they are written`(text: String, expected: [String]) throws {
        guard !text.hasPrefix("@2012-02-30") else {
            #expect(Evaluating.failure(text) == .syntax)
            return
        }
        #expect(try Evaluating.values(text) == expected)
    }

    @Test(arguments: [
        ("1 'kg' = 1000 'g'", ["true"]),
        ("1 '[lb_av]' = 453.59237 'g'", ["true"]),
        ("1 '[in_i]' = 2.54 'cm'", ["true"]),
        ("98 'mg/dL' = 0.98 'g/L'", ["true"]),
        ("1 'mmol/L' = 1000 'umol/L'", ["true"]),
        ("1 '10*9/L' = 1 '10*3/uL'", ["true"]),
        ("120 'mm[Hg]' > 15 'kPa'", ["true"]),
        ("1 'mg{creat}' = 1 'mg'", ["true"]),
        ("37 'Cel' = 37 'K'", ["false"]), ("37 'Cel' = 98.6 '[degF]'", ["true"]),
        ("1 'kg' = 1 'm'", []),
        ("1 'kg' > 1 'm'", []),
        ("1 'bogus' = 1 'bogus'", ["true"]),
        ("1 year = 12 months", ["true"]),
        ("1 year = 1 'a'", []),
        ("1 week = 7 days", ["true"]),
        ("1 'h' = 60 minutes", ["true"]),
        ("1 month > 1 day", ["true"]),
        ("6 months > 1 year", ["false"]),
        ("1 year = 12 'mo'", []),
        ("1 year ~ 1 'a'", ["true"]),
        ("1 year ~ 11 months", ["true"]),
        ("21 'mm' ~ 2 'cm'", ["true"]),
        ("1 year.toQuantity('a') = 1 'a'", ["true"]),
        ("1 year.toQuantity('month') + 12 months", ["24 months"]),
        ("182.5 days.toQuantity('a')", ["0.5 'a'"]),
        ("7 days.toQuantity('wk')", ["1 'wk'"]),
        ("1 year + 12 months", []),
        ("2 minutes + 60 seconds", ["3 minutes"]),
        ("60 's' + 2 minutes", ["180 's'"]),
        ("1 minute - 30 's'", ["0.5 minutes"]),
        ("3 'cm' + 3 'm'", ["303 'cm'"]),
        ("1 + 2 'cm'", ["3 'cm'"]),
        ("3 * 2 'cm'", ["6 'cm'"]),
        ("60 / 1 's' = 60 '/s'", ["true"]),
        ("12 days * 45 'm'", []),
        ("2 * 3 days", ["6 days"]),
        ("1 year.comparable(1 'a')", ["false"]),
        ("1.comparable(2)", ["true"]),
        ("1.5 'mg'.ceiling()", ["2 'mg'"]),
        ("(-1.5 'mg').floor()", ["-2 'mg'"]),
        ("2 'cm' * 3 'cm' = 6 'cm2'", ["true"]),
        ("6 'g' / 2 'L' = 3 'g/L'", ["true"]),
        ("1 'g' + 500 'mg'", ["1.5 'g'"]),
        ("1 'kg'.toQuantity('g')", ["1000 'g'"]),
        ("3 days", ["3 days"]),
        ("'5.4 \\'mg\\''.toQuantity()", ["5.4 'mg'"]),
        ("'5 mg'.toQuantity()", []),
    ])
    func `quantities compare by their units`(text: String, expected: [String]) throws {
        #expect(try Evaluating.values(text) == expected)
    }

    @Test func `an element that is a quantity counts as one`() throws {
        let on = Evaluating.observation
        #expect(try Evaluating.values("value > 180 '[lb_av]'", on: on) == ["true"])
        #expect(try Evaluating.values("value = 84.5 'kg'", on: on) == ["true"])
        #expect(try Evaluating.values("value.value", on: on) == ["84.50"])
        #expect(try Evaluating.values("value is Quantity", on: on) == ["true"])
        let age = #"""
            {"resourceType":"Condition","onsetAge":{"value":41,
             "system":"http://unitsofmeasure.org","code":"a"}}
            """#
        #expect(try Evaluating.values("onset >= 18 years", on: age) == ["true"])
        #expect(try Evaluating.values("@1980 + (onset as Age)", on: age) == ["2021"])
        let local = on.replacing("http://unitsofmeasure.org", with: "http://local")
        #expect(try Evaluating.values("value = 84.5 'kg'", on: local) == [])
        #expect(try Evaluating.values("value <= value", on: local) == ["true"])
        let below = on.replacing("\"value\":84.50", with: "\"value\":84.50,\"comparator\":\"<\"")
        #expect(Evaluating.failure("value > 180 '[lb_av]'", on: below) == .execution)
    }

    @Test(arguments: [
        ("gender is code", "true"), ("gender is string", "true"), ("gender is uri", "false"),
        ("birthDate is date", "true"), ("birthDate is System.Date", "false"),
        ("multipleBirth is integer", "true"), ("deceased is dateTime", "true"),
        ("name.first() is HumanName", "true"), ("name.first() is Element", "true"),
        ("Patient is DomainResource", "true"), ("Patient is Resource", "true"),
        ("Patient is Person", "false"), ("1 is Integer", "true"), ("1L is Long", "true"),
        ("1 'mg' is Quantity", "true"), ("contained.first() is Organization", "true"),
        ("gender.type().name", "code"), ("1.type().namespace", "System"),
        ("Patient.conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')", "true"),
    ])
    func `types are known`(text: String, expected: String) throws {
        #expect(try Evaluating.values(text) == [expected])
    }

    @Test func `without definitions plain paths and choices still work`() throws {
        let bare = FHIRPathEnvironment(types: .bare)
        let on = Evaluating.patient
        #expect(
            try Evaluating.values("Patient.name.given", on: on, bare) == ["Ann", "Lee", "Annie"])
        #expect(try Evaluating.values("Patient.deceased", on: on, bare) == ["2020-03"])
        #expect(try Evaluating.values("deceased as dateTime", on: on, bare) == ["2020-03"])
        #expect(try Evaluating.values("deceased as boolean", on: on, bare) == [])
        #expect(try Evaluating.values("birthDate < @1975", on: on, bare) == ["true"])
        #expect(try Evaluating.values("Person.name", on: on, bare) == [])
        #expect(
            try Evaluating.values("(value as Quantity).value", on: Evaluating.observation, bare)
                == ["84.50"])
    }
}
