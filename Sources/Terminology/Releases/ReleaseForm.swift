package import Kernel

/// A form in which publishers hand out code systems: which files, and what their rows say.
///
/// Spec: LOINC Users' Guide, https://loinc.org/kb/users-guide/; RxNorm technical documentation,
/// https://www.nlm.nih.gov/research/umls/rxnorm/docs/techdoc.html; SNOMED CT Release File
/// Specification, https://docs.snomed.org/
package enum ReleaseForm: Sendable, CaseIterable {
    case loinc, rxnorm, snomed, table

    /// The address of the system; nil where the clinic says it.
    package var system: String? {
        switch self {
        case .loinc: "http://loinc.org"
        case .rxnorm: "http://www.nlm.nih.gov/research/umls/rxnorm"
        case .snomed: "http://snomed.info/sct"
        case .table: nil
        }
    }

    /// The name for people; nil where the clinic says it.
    package var title: String? {
        switch self {
        case .loinc: "LOINC"
        case .rxnorm: "RxNorm"
        case .snomed: "SNOMED CT"
        case .table: nil
        }
    }

    /// Under which licence a clinic holds it.
    package var licence: String {
        switch self {
        case .loinc:
            "LOINC is copyright Regenstrief Institute, Inc. and the LOINC Committee; free under the "
                + "licence at https://loinc.org/license"
        case .rxnorm: "Produced by the US National Library of Medicine, under its terms"
        case .snomed: "SNOMED CT affiliate licence of the clinic"
        case .table: "The clinic's own"
        }
    }

    /// What a file of a release holds; nil for one that is not needed.
    ///
    /// - Parameter path: with its folders inside of the release.
    package func part(of path: String) -> ReleasePart? {
        let name = path.split(separator: "/").last.map { $0.lowercased() } ?? ""
        switch self {
        case .loinc: return name == "loinc.csv" ? .loinc : nil
        case .rxnorm: return name == "rxnconso.rrf" ? .rxnorm : nil
        case .snomed:
            guard name.hasSuffix(".txt"), name.contains("snapshot") else { return nil }
            if name.hasPrefix("sct2_concept_") { return .concepts }
            if name.hasPrefix("sct2_description_") { return .descriptions }
            return name.hasPrefix("sct2_relationship_") ? .relationships : nil
        case .table: return name.hasSuffix(".csv") || name.hasSuffix(".tsv") ? .table : nil
        }
    }

    /// Whether the files make a whole release.
    package func isWhole(_ parts: [ReleasePart]) -> Bool {
        switch self {
        case .loinc, .rxnorm: parts.count == 1
        case .snomed: Set(parts) == [.concepts, .descriptions, .relationships]
        case .table: parts.count == 1
        }
    }

    /// The form of some files; nil if they are none that is known.
    package static func of(_ paths: [String]) -> ReleaseForm? {
        allCases.first { form in form.isWhole(paths.compactMap { form.part(of: $0) }) }
    }
}

/// One kind of file of a release.
package enum ReleasePart: Sendable, Hashable {
    case loinc, rxnorm, concepts, descriptions, relationships, table

    /// A reader for the rows of such a file.
    ///
    /// - Parameter path: its ending tells commas from tabs where the clinic chose.
    package func reader(_ path: String) -> DelimitedReader {
        switch self {
        case .loinc: DelimitedReader(separator: 0x2C, hasQuotes: true)
        case .rxnorm: DelimitedReader(separator: 0x7C, hasQuotes: false)
        case .table where !path.lowercased().hasSuffix(".tsv"):
            DelimitedReader(separator: 0x2C, hasQuotes: true)
        default: DelimitedReader(separator: 0x09, hasQuotes: false)
        }
    }

    fileprivate var hasHeader: Bool { self != .rxnorm }

    fileprivate var columnsNeeded: [String] {
        switch self {
        case .loinc: ["loinc_num", "long_common_name", "status"]
        case .rxnorm: []
        case .concepts: ["id", "active"]
        case .descriptions: ["active", "conceptid", "typeid", "term"]
        case .relationships: ["active", "sourceid", "destinationid", "typeid"]
        case .table: ["code", "display"]
        }
    }
}

/// Turns the rows of one file into what they say of codes.
package struct ReleaseRows: Sendable {
    private static let isA = "116680003"
    private static let fullName = "900000000000003001"
    private static let codeBytesMax = 200
    private static let textBytesMax = 4_000

    private let part: ReleasePart
    private var columns: [String: Int]?
    private var names: [String] = []

    /// Reads a file of a kind.
    package init(_ part: ReleasePart) {
        self.part = part
        columns = part.hasHeader ? nil : [:]
    }

    /// What a row says; nil where that is nothing.
    ///
    /// - Throws: ``Problem`` where the first row does not name the columns that are needed.
    package mutating func piece(_ row: [String]) throws(Problem) -> TermPiece? {
        guard let columns else {
            try readHeader(row)
            return nil
        }
        func field(_ name: String) -> String {
            columns[name].flatMap { $0 < row.count ? row[$0] : nil } ?? ""
        }
        let piece: TermPiece? =
            switch part {
            case .loinc: Self.loinc(field)
            case .rxnorm: Self.rxnorm(row)
            case .concepts: Self.concept(field)
            case .descriptions: Self.description(field)
            case .relationships: Self.relationship(field)
            case .table: table(row, field)
            }
        guard let piece, !piece.code.isEmpty, piece.code.utf8.count <= Self.codeBytesMax else {
            return nil
        }
        return piece
    }

    private mutating func readHeader(_ row: [String]) throws(Problem) {
        names = row
        var found: [String: Int] = [:]
        for (index, name) in row.enumerated() {
            found[String(name.lowercased().filter { !$0.isWhitespace })] = index
        }
        for name in part.columnsNeeded where found[name] == nil {
            throw Problem(
                .structure,
                "The first line does not name the column “\(name)”. Is this the right file?")
        }
        columns = found
    }

    private static func short(_ text: String) -> String {
        text.utf8.count <= textBytesMax
            ? text : String(decoding: text.utf8.prefix(textBytesMax), as: UTF8.self)
    }

    private static func loinc(_ field: (String) -> String) -> TermPiece {
        var piece = TermPiece(code: field("loinc_num"))
        piece.display = short(field("long_common_name"))
        let names = [field("shortname"), field("consumer_name"), field("component")]
        let related = field("relatednames2").split(separator: ";").map { name in
            String(name.drop { $0 == " " })
        }
        piece.names = (names + related.prefix(40)).filter { !$0.isEmpty }.map(short)
        let status = field("status")
        piece.flags = status == "DEPRECATED" ? 2 : 0
        for name in [
            "STATUS", "COMPONENT", "PROPERTY", "TIME_ASPCT", "SYSTEM", "SCALE_TYP", "METHOD_TYP",
            "CLASS", "CLASSTYPE", "ORDER_OBS", "EXAMPLE_UCUM_UNITS",
        ] {
            let value = field(name.lowercased())
            if !value.isEmpty { piece.facts.append((name, short(value))) }
        }
        return piece
    }

    private static func rxnorm(_ row: [String]) -> TermPiece? {
        guard row.count > 16, row[11] == "RXNORM" else { return nil }
        var piece = TermPiece(code: row[0])
        let name = short(row[14])
        if ["SY", "TMSY", "PSN"].contains(row[12]) {
            piece.names = [name]
            return piece
        }
        piece.display = name
        piece.flags = row[16] == "N" || row[16].isEmpty ? 0 : 2
        piece.facts = [("TTY", row[12])]
        return piece
    }

    private static func concept(_ field: (String) -> String) -> TermPiece {
        var piece = TermPiece(code: field("id"))
        piece.flags = field("active") == "1" ? 0 : 2
        return piece
    }

    private static func description(_ field: (String) -> String) -> TermPiece? {
        guard field("active") == "1" else { return nil }
        var piece = TermPiece(code: field("conceptid"))
        let term = short(field("term"))
        if field("typeid") == fullName { piece.display = term } else { piece.names = [term] }
        return piece
    }

    private static func relationship(_ field: (String) -> String) -> TermPiece? {
        guard field("active") == "1", field("typeid") == isA else { return nil }
        var piece = TermPiece(code: field("sourceid"))
        piece.parents = [field("destinationid")]
        return piece
    }

    private func table(_ row: [String], _ field: (String) -> String) -> TermPiece {
        var piece = TermPiece(code: field("code"))
        piece.display = Self.short(field("display"))
        let status = field("status").lowercased()
        let isRetired = ["inactive", "retired", "deprecated"].contains(status)
        piece.flags = isRetired ? 2 : 0
        if !field("parent").isEmpty { piece.parents = [field("parent")] }
        if !field("synonym").isEmpty { piece.names = [Self.short(field("synonym"))] }
        for (index, name) in names.enumerated() where index < row.count {
            let known = ["code", "display", "parent", "synonym"].contains(name.lowercased())
            if !known, !row[index].isEmpty { piece.facts.append((name, Self.short(row[index]))) }
        }
        return piece
    }
}
