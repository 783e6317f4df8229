/// The documented configuration file, made from the declarations of the settings.
package enum SettingsText {
    private static let columnsMax = 98

    private static let head = """
        # Settings of Tribal EHR. Installed as /etc/tribal-ehr/tribal-ehr.conf, readable by the service only.
        #
        # Every setting has a default, which is the value shown behind its key here. To change one, take the
        # "#" away. A setting can also come from the environment as TRIBAL_EHR_<KEY>, which wins over this
        # file. A key that is not known, or a value out of its bounds, stops the start and is named together
        # with every other one. `tribal-ehr check-config` tells without starting.

        """

    /// The text of the file that gets installed: every key with its default, commented out.
    package static func defaults(_ settings: [Setting] = Setting.all) -> String {
        var text = head
        for setting in settings {
            text += "\n"
            for line in wrapped(setting.sentence + " " + boundSentence(setting)) {
                text += "# \(line)\n"
            }
            text += "#\(setting.key)=\(setting.isSecret ? "" : setting.defaultText)\n"
        }
        return text
    }

    private static func boundSentence(_ setting: Setting) -> String {
        let bound = setting.bound
        let file =
            setting.isSecret
            ? " Better from a file of its own: TRIBAL_EHR_\(setting.key)_FILE." : ""
        return "Takes \(bound)." + file
            + (setting.isLive ? " Where it is not set here, the page Settings can change it." : "")
    }

    private static func wrapped(_ text: String) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty && line.count + 1 + word.count > columnsMax {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }
}
