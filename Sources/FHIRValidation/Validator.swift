package import FHIRModel
import FHIRPath

/// Says what is wrong with resources: structure, references, codes, rules and profiles.
///
/// One walk over the JSON looks at everything that the definitions of types say; the profiles that a
/// resource claims, or that are asked for, follow. The work is bounded, whatever the resource holds.
///
/// Spec: FHIR R4 validation, https://hl7.org/fhir/R4/validation.html
package struct Validator: Sendable {
    /// What is asked beside what the resource itself claims.
    package struct Question: Sendable {
        /// Addresses of profiles that the resource has to fit; one that is not known is an error.
        package var profiles: [String] = []
        /// The most findings that are told; the walk ends there.
        package var findingsMax = 100
        /// The work of rules and profiles: values visited, comparisons made.
        package var stepsMax = 3_000_000

        /// Nothing more.
        package init() {}
    }

    let definitions: Definitions
    let codeSets: any CodeSets
    let book: TypeBook
    let profiles: ProfileShelf

    /// The validator of FHIR R4 and US Core.
    package static let r4 = Validator(.r4, codeSets: Definitions.r4)

    /// Makes a validator, which takes some ten milliseconds.
    package init(_ definitions: Definitions, codeSets: any CodeSets) {
        self.init(definitions, codeSets, TypeBook(definitions))
    }

    private init(_ definitions: Definitions, _ codeSets: any CodeSets, _ book: TypeBook) {
        self.definitions = definitions
        self.codeSets = codeSets
        self.book = book
        profiles = ProfileShelf(definitions, book)
    }

    /// The same validator with other tables of codes.
    package func with(codeSets: any CodeSets) -> Validator {
        Validator(definitions, codeSets, book)
    }

    /// Whether there is a profile, or a definition of a type, with an address.
    package func knows(profile url: String) -> Bool { definitions.profile(url) != nil }

    /// What is wrong with a resource, in the order in which it stands; empty if nothing is.
    package func findings(in resource: JSON, _ question: Question = Question()) -> [Finding] {
        var walk = Walk(self, resource, question)
        walk.visitWhole(resource)
        return walk.findings
    }
}
