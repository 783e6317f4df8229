/// Who may ask about codes: everybody who works here, and patients; no record is looked at.
enum TermRoutes {
    private static let all = "+++++++++++"
    private static let icd = "http://hl7.org/fhir/sid/icd-10-cm"
    private static let genders = "http://hl7.org/fhir/ValueSet/administrative-gender"

    /// All of them.
    static let every: [RouteTable.Probe] = probes + operations("/fhir") + operations("/fhir/R4")

    private static let probes = [
        RouteTable.Probe(
            "GET /api/v1/terms", "/api/v1/terms?system=icd-10-cm&q=diab", .records, 200, all),
        RouteTable.Probe(
            "GET /api/v1/terms/systems", "/api/v1/terms/systems", .records, 200, all),
    ]

    private static func operations(_ base: String) -> [RouteTable.Probe] {
        let questions = [
            ("lookup", "CodeSystem", "system=\(icd)&code=I10", 200),
            ("validate-code", "CodeSystem", "url=\(icd)&code=I10", 200),
            ("subsumes", "CodeSystem", "system=\(icd)&codeA=E11&codeB=E11.9", 200),
            ("expand", "ValueSet", "url=\(genders)", 200),
            ("translate", "ConceptMap", "system=\(icd)&code=I10", 404),
        ]
        return questions.flatMap { code, type, query, status in
            let parameters = query.split(separator: "&").map { pair in
                let parts = pair.split(separator: "=", maxSplits: 1)
                return #"{"name":"\#(parts[0])","valueString":"\#(parts[1])"}"#
            }
            let body =
                #"{"resourceType":"Parameters","parameter":[\#(parameters.joined(separator: ","))]}"#
            return [
                RouteTable.Probe(
                    "GET \(base)/:type/$\(code)", "\(base)/\(type)/$\(code)?\(query)", .records,
                    status, all),
                RouteTable.Probe(
                    "POST \(base)/:type/$\(code)", "\(base)/\(type)/$\(code)", .records, status,
                    all, body: body),
                RouteTable.Probe(
                    "GET \(base)/:type/:id/$\(code)", "\(base)/\(type)/none/$\(code)?\(query)",
                    .records, 404, all),
                RouteTable.Probe(
                    "POST \(base)/:type/:id/$\(code)", "\(base)/\(type)/none/$\(code)", .records,
                    404, all, body: body),
            ]
        }
    }
}
