package import Kernel

/// Why a search cannot be read.
///
/// Carries names of parameters and limits only, never a value that was asked for.
package struct SearchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        /// There is no such parameter for the type.
        case unknownParameter
        /// The parameter or modifier exists but is not offered here.
        case notSupported
        /// The modifier does not fit the parameter.
        case modifier
        /// The value has the wrong form.
        case value
        /// The name, chain, include or filter has the wrong form.
        case form
        /// A limit is reached.
        case limit
    }

    /// What is wrong.
    package let code: Code
    /// The name of the parameter as it was asked.
    package let parameter: String
    /// A sentence that says what is wrong and what to do.
    package let message: String

    /// Makes an error.
    package init(_ code: Code, _ parameter: String, _ message: String) {
        self.code = code
        self.parameter = parameter
        self.message = message
    }

    package var description: String { message }

    /// The error as the caller of an interface sees it.
    ///
    /// All but a limit are a bad request, also a parameter or modifier that is not offered.
    ///
    /// Spec: FHIR R4 search, errors, https://hl7.org/fhir/R4/search.html#errors
    package var problem: Problem {
        let code: Problem.Code =
            switch self.code {
            case .unknownParameter, .notSupported, .modifier, .form: .invalid
            case .value: .value
            case .limit: .tooCostly
            }
        return Problem(code, message, location: parameter)
    }
}
