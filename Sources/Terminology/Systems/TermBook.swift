package import FHIRModel
import Kernel

/// Resources of the clinic that define terms, by their addresses.
package struct TermResources: Sendable {
    /// Code systems.
    package var systems: [String: ResourceSource] = [:]
    /// ValueSet resources.
    package var sets: [String: JSON] = [:]
    /// ConceptMap resources, in the order of their change.
    package var maps: [JSON] = []

    /// Makes an empty shelf.
    package init() {}

    /// Takes a resource in; what is no definition of terms is passed over.
    package mutating func take(_ json: JSON) {
        switch json.string("resourceType") {
        case "CodeSystem":
            if let source = ResourceSource(json) { systems[source.url] = source }
        case "ValueSet":
            if let url = json.string("url") { sets[url] = json }
        case "ConceptMap": maps.append(json)
        default: break
        }
    }
}

/// Everything that is known of codes here, and where it is asked.
///
/// A release that the clinic loaded goes before what the clinic wrote, that before what is built in.
package struct TermBook: Sendable {
    let definitions: Definitions
    let table: CodeTable
    private let tableSystems: [String: TableSystem]
    private let releases: [String: any CodeSource]
    let resources: TermResources
    private let rules: RuleMemory

    /// What is built in, and nothing else.
    package static let builtIn = TermBook()

    /// Puts the book together.
    package init(
        table: CodeTable = .builtIn, definitions: Definitions = .r4,
        releases: [any CodeSource] = [], resources: TermResources = TermResources()
    ) {
        self.init(table, definitions, releases, resources, RuleMemory())
    }

    private init(
        _ table: CodeTable, _ definitions: Definitions, _ releases: [any CodeSource],
        _ resources: TermResources, _ rules: RuleMemory
    ) {
        self.rules = rules
        self.table = table
        self.definitions = definitions
        self.resources = resources
        tableSystems = Dictionary(
            table.systems.map { ($0.url, $0) }, uniquingKeysWith: { first, _ in first })
        self.releases = Dictionary(
            releases.map { ($0.url, $0) }, uniquingKeysWith: { first, _ in first })
    }

    var loadedURLs: [String] { Array(releases.keys) }
    var releaseSources: [any CodeSource] { Array(releases.values) }

    /// The same book with other releases and resources.
    package func with(
        releases: [any CodeSource], resources: TermResources
    ) -> TermBook {
        TermBook(table, definitions, releases, resources, rules)
    }

    /// The code system with an address; a version after a bar is not looked at.
    package func system(_ address: String) -> (any CodeSource)? {
        let url = Self.withoutVersion(address)
        if let release = releases[url] { return release }
        if let own = resources.systems[url] { return own }
        if url == "http://unitsofmeasure.org" { return UnitSource(table) }
        if url == "urn:ietf:bcp:47" { return LanguageSource(table) }
        if let found = tableSystems[url] { return TableSource(found) }
        guard let defined = definitions.codeSystem(address), defined.content != .notPresent,
            defined.content != .supplement
        else { return nil }
        return DefinitionSource(defined)
    }

    static func withoutVersion(_ address: String) -> String {
        address.firstIndex(of: "|").map { String(address[..<$0]) } ?? address
    }

    /// What to do about codes of a system that cannot be told here, as a sentence or two.
    package func advice(_ url: String) -> String {
        let own = Self.withoutVersion(url)
        guard let source = system(own) else {
            return "This box holds no codes of \(own). An administrator can load a release that "
                + "the clinic owns: tribal-ehr terms load PATH."
        }
        return
            "This box holds \(source.count ?? 0) of the codes of \(source.title), and not the one "
            + "that was asked for. An administrator can load the release that the clinic owns: "
            + "tribal-ehr terms load PATH."
    }

    /// A value set by its address; nil if it is not known here.
    package func valueSet(_ address: String) -> TermSet? {
        let url = Self.withoutVersion(address)
        if let own = resources.sets[url] { return .resource(own) }
        if let defined = definitions.valueSet(url) {
            return .definition(defined, compose: rules.compose(of: url, in: table))
        }
        return implicit(url)
    }

    /// Value sets that systems define by their address alone.
    ///
    /// Spec: FHIR R4, SNOMED CT implicit value sets,
    /// https://hl7.org/fhir/R4/snomedct.html#implicit; LOINC, https://hl7.org/fhir/R4/loinc.html
    private func implicit(_ url: String) -> TermSet? {
        if url == "http://loinc.org/vs" { return .whole(system: "http://loinc.org", below: nil) }
        guard let mark = url.firstIndex(of: "?"), url[mark...].hasPrefix("?fhir_vs") else {
            return nil
        }
        let system = String(url[..<mark])
        guard self.system(system) != nil || system == "http://snomed.info/sct" else { return nil }
        let rest = url[mark...].dropFirst("?fhir_vs".count)
        if rest.isEmpty { return .whole(system: system, below: nil) }
        guard rest.hasPrefix("=isa/") else { return nil }
        return .whole(system: system, below: String(rest.dropFirst(5)))
    }
}

/// A value set, wherever it is defined.
package enum TermSet: Sendable {
    /// One of the standard or of US Core; with its rules where the definitions hold not all codes.
    case definition(ValueSetDefinition, compose: JSON?)
    /// A ValueSet resource.
    case resource(JSON)
    /// Every code of a system, or every code at and below one.
    case whole(system: String, below: String?)

    /// The address, if it has one.
    package var url: String? {
        switch self {
        case .definition(let set, _): set.url
        case .resource(let json): json.string("url")
        case .whole(let system, let below):
            below.map { "\(system)?fhir_vs=isa/\($0)" } ?? "\(system)?fhir_vs"
        }
    }

    /// The name for people.
    package var title: String? {
        switch self {
        case .definition(let set, _): set.title
        case .resource(let json): json.string("title") ?? json.string("name")
        case .whole: nil
        }
    }

    /// The version.
    package var version: String? {
        switch self {
        case .definition(let set, _): set.version
        case .resource(let json): json.string("version")
        case .whole: nil
        }
    }
}
