/// What the box says on its console while it belongs to nobody.
package enum SetupWords {
    /// How long a code holds, as it is said.
    package static let life = "30 minutes"

    /// The lines with the setup code.
    ///
    /// - Parameter place: host and port of the box as far as it knows them.
    package static func invitation(_ place: String, code: String) -> String {
        """

        This box belongs to no clinic yet. Open in a browser:

            https://\(place)/setup

        and type this setup code, which works once and for \(life):

            \(code)

        Another code:  tribal-ehr setup-code
        Without a page: tribal-ehr setup --answers FILE

        """
    }
}
