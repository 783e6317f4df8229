import FHIRModel

/// The limits as the page gets them: for each measure and unit, so that the page computes nothing.
enum VitalRules {
    /// The rules for an age as `{"ageDays", "kinds": [{key, label, isWhole, units: […]}]}`.
    static func encode(ageDays: Int64?) -> [UInt8] {
        var writer = JSONWriter(reservingBytes: 8_192)
        writer.object { out in
            if let ageDays { out.member("ageDays", Int(ageDays)) }
            out.array("kinds") { list in
                for kind in VitalKind.allCases {
                    list.object { write(kind, ageDays: ageDays, to: &$0) }
                }
            }
        }
        return writer.bytes
    }

    private static func write(
        _ kind: VitalKind, ageDays: Int64?, to one: inout JSONWriter
    ) {
        let limits = VitalLimits.of(kind, at: VitalAge(days: ageDays), days: ageDays)
        one.member("key", kind.rawValue)
        one.member("label", kind.label)
        one.member("isWhole", kind.isWhole)
        one.array("units") { list in
            for unit in kind.units {
                list.object { write(unit, limits, to: &$0) }
            }
        }
    }

    private static func write(
        _ unit: VitalUnit, _ limits: VitalLimits, to one: inout JSONWriter
    ) {
        func number(_ name: String, _ base: Int?) {
            guard let base else { return }
            one.key(name)
            one.number(text: MeasuredNumber(thousandths: max(0, unit.fromBase(base))).text)
        }
        one.member("code", unit.code)
        one.member("shown", unit.shown)
        number("possibleLow", limits.possible.lowerBound)
        number("possibleHigh", limits.possible.upperBound)
        number("likelyLow", limits.likely.lowerBound)
        number("likelyHigh", limits.likely.upperBound)
        number("criticalLow", limits.criticalLow)
        number("low", limits.low)
        number("high", limits.high)
        number("criticalHigh", limits.criticalHigh)
    }
}
