/// A list of what is true of a patient now, which nobody keeps: `_list=$current-problems`.
///
/// Spec: FHIR R4 §2.31.3 current resource lists, https://hl7.org/fhir/R4/lifecycle.html#lists
enum CurrentList: String, CaseIterable {
    case problems = "$current-problems"
    case medications = "$current-medications"
    case allergies = "$current-allergies"
    case drugAllergies = "$current-drug-allergies"

    /// What a record of a type fulfils to stand on the list, as a `_filter` says it; nil for a type
    /// that never does.
    ///
    /// A problem that came back counts, and nothing that was found to be wrong.
    func filter(_ type: String) -> String? {
        let isTrue =
            " and not (verification-status eq refuted or verification-status eq entered-in-error)"
        switch (self, type) {
        case (.problems, "Condition"):
            return "category eq problem-list-item and (clinical-status eq active"
                + " or clinical-status eq recurrence or clinical-status eq relapse)" + isTrue
        case (.medications, "MedicationRequest"), (.medications, "MedicationStatement"):
            return "status eq active"
        case (.allergies, "AllergyIntolerance"):
            return "clinical-status eq active" + isTrue
        case (.drugAllergies, "AllergyIntolerance"):
            return "category eq medication and clinical-status eq active" + isTrue
        default: return nil
        }
    }
}

extension SearchParser {
    /// The criterion of a list that nobody keeps, over the types of the search.
    func criterion(
        of list: CurrentList, _ types: [String]
    ) throws(SearchError) -> SearchCriterion {
        var all: [SearchCriterion] = []
        for type in types {
            guard let text = list.filter(type) else { continue }
            all.append(try filter(text, [type]))
        }
        return all.count == 1 ? all[0] : .any(all)
    }
}
