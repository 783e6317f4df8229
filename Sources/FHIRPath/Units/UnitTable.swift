/// The units of UCUM that clinical data uses, as factors over others.
///
/// Spec: UCUM, tables of units and prefixes, https://ucum.org/ucum
///
/// The mole is a unit of its own here: nobody counts a patient's molecules one by one, and the
/// conversion between its multiples stays exact.
struct UnitTable: Sendable {
    private var units: [String: UnitExpression]
    /// The units that take prefixes.
    private var metric: Set<String>

    /// A unit with or without prefix; nil if it is not in the table.
    func unit(_ symbol: String) -> UnitExpression? {
        if let plain = units[symbol] { return plain }
        for length in [1, 2] where symbol.utf8.count > length {
            let cut = symbol.utf8.index(symbol.startIndex, offsetBy: length)
            guard let power = Self.prefixes[String(symbol[..<cut])] else { continue }
            let stem = String(symbol[cut...])
            guard metric.contains(stem), let unit = units[stem] else { continue }
            let factor = PathDecimal(
                coefficient: PathDecimal.power(ofTen: abs(power)), scale: 0)
            return power < 0
                ? unit.scaled(by: PathDecimal(1), over: factor) : unit.scaled(by: factor)
        }
        return nil
    }

    private static let prefixes: [String: Int] = [
        "Y": 24, "Z": 21, "E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1,
        "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15, "a": -18, "z": -21,
        "y": -24,
    ]

    /// Units that are not made of others: the seven of UCUM and those of arbitrary scale.
    private static let own = [
        "m", "s", "g", "rad", "K", "C", "cd", "mol", "Cel", "[degF]", "[pH]", "[iU]", "[arb'U]",
        "[USP'U]", "[GPL'U]", "[MPL'U]", "[APL'U]", "[CFU]", "[PFU]", "[Amb'a'1'U]", "[FFU]",
        "[HPF]", "[LPF]", "[IR]", "[TCID_50]", "[EID_50]", "[ELU]", "B", "Np", "dpt",
    ]

    /// Each line: the symbol, `*` if it takes prefixes, the factor, and the unit it counts.
    private static let rows = """
        % - 1 10*-2
        [ppth] - 1 10*-3
        [ppm] - 1 10*-6
        [ppb] - 1 10*-9
        [pptr] - 1 10*-12
        osm * 1 mol
        eq * 1 mol
        sr * 1 rad2
        Hz * 1 s-1
        N * 1 kg.m/s2
        Pa * 1 N/m2
        J * 1 N.m
        W * 1 J/s
        A * 1 C/s
        V * 1 J/C
        F * 1 C/V
        Ohm * 1 V/A
        S * 1 Ohm-1
        Wb * 1 V.s
        T * 1 Wb/m2
        H * 1 Wb/A
        lm * 1 cd.sr
        lx * 1 lm/m2
        Bq * 1 s-1
        Gy * 1 J/kg
        Sv * 1 J/kg
        kat * 1 mol/s
        U * 1 umol/min
        l * 1 dm3
        L * 1 dm3
        ar * 100 m2
        t * 1000 kg
        u * 0.00000000000000000000000166054 g
        eV * 0.00000000000000000016021773 J
        bar * 100000 Pa
        min - 60 s
        h - 60 min
        d - 24 h
        wk - 7 d
        a - 365.25 d
        a_j - 365.25 d
        a_g - 365.2425 d
        mo - 30.4375 d
        mo_j - 30.4375 d
        deg - 0.0174532925199432957692 rad
        ' - 0.0002908882086657215962 rad
        '' - 0.0000048481368110953599 rad
        gf * 9.80665 g.m/s2
        cal * 4.184 J
        [Cal] - 4.184 kJ
        cal_th * 4.184 J
        dyn * 0.00001 N
        erg * 0.0000001 J
        P * 0.1 Pa.s
        atm - 101325 Pa
        G * 0.0001 T
        Ci * 37000000000 Bq
        R * 0.000258 C/kg
        RAD * 0.01 Gy
        REM * 0.01 Sv
        m[Hg] * 133.322 kPa
        m[H2O] * 9.80665 kPa
        [in_i] - 2.54 cm
        [ft_i] - 12 [in_i]
        [yd_i] - 3 [ft_i]
        [mi_i] - 5280 [ft_i]
        [nmi_i] - 1852 m
        [kn_i] - 1 [nmi_i]/h
        [in_us] - 2.54000508001016 cm
        [sin_i] - 1 [in_i]2
        [sft_i] - 1 [ft_i]2
        [cin_i] - 1 [in_i]3
        [gr] - 64.79891 mg
        [lb_av] - 7000 [gr]
        [oz_av] - 437.5 [gr]
        [dr_av] - 27.34375 [gr]
        [ston_av] - 2000 [lb_av]
        [stone_av] - 14 [lb_av]
        [oz_tr] - 480 [gr]
        [lb_ap] - 5760 [gr]
        [oz_ap] - 480 [gr]
        [gal_us] - 231 [in_i]3
        [qt_us] - 57.75 [in_i]3
        [pt_us] - 28.875 [in_i]3
        [foz_us] - 1.8046875 [in_i]3
        [cup_us] - 14.4375 [in_i]3
        [tbs_us] - 0.90234375 [in_i]3
        [tsp_us] - 0.30078125 [in_i]3
        [foz_m] - 30 mL
        [cup_m] - 240 mL
        [tsp_m] - 5 mL
        [tbs_m] - 15 mL
        [drp] - 0.05 mL
        [in_i'Hg] - 3386.3788 Pa
        [psi] - 6894.757293168361 Pa
        [IU] * 1 [iU]
        [mclg'U] - 1 10*0
        [MET] - 3.5 mL/min/kg
        """

    private static let metricOwn: Set<String> = [
        "m", "s", "g", "rad", "K", "C", "cd", "Cel", "[iU]", "B", "mol",
    ]

    /// The whole table, built in order: a line uses those above it.
    static let clinical: UnitTable = {
        var table = UnitTable(units: [:], metric: metricOwn)
        let one = PathDecimal(1)
        for symbol in own {
            table.units[symbol] = UnitExpression(
                powers: [symbol: 1], numerator: one, denominator: one)
        }
        for line in rows.split(separator: "\n") {
            let parts = line.split(separator: " ").map(String.init)
            guard parts.count == 4, let factor = PathDecimal(parts[2]) else { continue }
            var parser = UnitParser(parts[3], table)
            table.units[parts[0]] = parser.whole()?.scaled(by: factor)
            if parts[1] == "*" { table.metric.insert(parts[0]) }
        }
        return table
    }()
}
