/// The numbers by which providers are known in the United States.
package enum ProviderNumbers {
    /// The naming system of the National Provider Identifier.
    package static let npiSystem = "http://hl7.org/fhir/sid/us-npi"
    /// The naming system of the registration number of the Drug Enforcement Administration.
    package static let deaSystem = "urn:oid:2.16.840.1.113883.4.814"

    /// Whether a text is an NPI: ten digits that begin with 1 or 2, of which the last is a check
    /// digit over the others behind 80840.
    ///
    /// Spec: 45 CFR 162.406; ISO/IEC 7812-1, Annex B.
    package static func isNPI(_ text: String) -> Bool {
        let digits = text.utf8.map { Int($0) - 0x30 }
        guard digits.count == 10, digits.allSatisfy({ 0...9 ~= $0 }), 1...2 ~= digits[0] else {
            return false
        }
        // What 80840 in front adds to the sum.
        var sum = 24
        for (index, digit) in digits.enumerated() {
            let doubled = index.isMultiple(of: 2) ? digit * 2 : digit
            sum += doubled > 9 ? doubled - 9 : doubled
        }
        return sum.isMultiple(of: 10)
    }

    /// Whether a text is a DEA number: two capital letters, of which the second may be 9, and seven
    /// digits of which the last is a check digit.
    ///
    /// Spec: 21 CFR 1301.35.
    package static func isDEA(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 9, isCapital(bytes[0]), isCapital(bytes[1]) || bytes[1] == 0x39 else {
            return false
        }
        let digits = bytes[2...].map { Int($0) - 0x30 }
        guard digits.allSatisfy({ 0...9 ~= $0 }) else { return false }
        let odd = digits[0] + digits[2] + digits[4]
        let even = digits[1] + digits[3] + digits[5]
        return (odd + 2 * even) % 10 == digits[6]
    }

    /// Whether a text has the form of a provider taxonomy code: ten capital letters and digits that
    /// end with `X`.
    ///
    /// The list of codes itself belongs to the NUCC and is not part of the program.
    package static func isTaxonomyCode(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count == 10 && bytes.last == UInt8(ascii: "X")
            && bytes.allSatisfy { isCapital($0) || 0x30...0x39 ~= $0 }
            && 0x30...0x39 ~= bytes[0]
    }

    private static func isCapital(_ byte: UInt8) -> Bool { 0x41...0x5A ~= byte }
}
