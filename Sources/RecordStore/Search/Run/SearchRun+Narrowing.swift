import FHIRModel
import FHIRSearch

extension SearchRun {
    /// What a criterion on the patient of a record makes of a scope.
    enum Narrowing {
        /// The criterion must be looked at like any other.
        case kept
        /// It holds for all records of this part, and for no others.
        case narrowed(SearchScope)
        /// No record fulfils it.
        case empty
    }

    /// Turns `patient=42` into the charts of that patient.
    func narrowed(_ scope: SearchScope, by criterion: SearchCriterion) throws -> Narrowing {
        guard case .parameter(let one) = criterion, one.type == scope.type, one.modifier == nil,
            one.values.count == 1,
            case .reference(.local(let types, let id, nil))? = one.values.first,
            types == ["Patient"], Self.isOfChart(one.parameter, type: scope.type)
        else { return .kept }
        guard let number = maker.numbers.knownPatient(id),
            let part = scope.narrowed(toPatient: number)
        else { return .empty }
        return .narrowed(part)
    }

    /// Whether a parameter asks for just the one element that decides whose chart a record is in.
    private static func isOfChart(_ parameter: SearchParameter, type: String) -> Bool {
        guard type != "Patient", let path = PatientCompartment.patientPath(of: type),
            !path.utf8.contains(UInt8(ascii: ".")),
            let element = Definitions.r4.type(type)?.element(named: path), !element.isList
        else { return false }
        let plain = "\(type).\(path)"
        let expression = parameter.expression
        return expression == plain
            || expression == "\(plain).where(resolve() is Patient)"
            || expression == "(\(plain))"
    }
}
