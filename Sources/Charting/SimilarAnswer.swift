import AccessControl
import FHIRModel
import RecordStore

/// Patients who may be the same person, as pages and programs are told of them.
enum SimilarAnswer {
    /// The patients with their points, the most alike first; of a closed chart only who it is.
    static func encode(_ found: [SimilarPerson], _ grant: Grant) -> [UInt8] {
        var writer = JSONWriter(reservingBytes: 512)
        writer.beginObject()
        writer.member("total", found.count)
        writer.member("pointsMax", MatchScore.pointsMax)
        writer.array("items") { list in
            for one in found { list.object { write(one, grant, &$0) } }
        }
        writer.endObject()
        return writer.bytes
    }

    private static func write(
        _ one: SimilarPerson, _ grant: Grant, _ item: inout JSONWriter
    ) {
        let person = one.person
        item.member("id", person.id)
        item.member("name", person.name)
        item.member("birthDate", optional: person.birthDate)
        item.member("points", one.score.points)
        item.member("grade", one.score.grade.rawValue)
        item.array("signs") { list in
            for sign in one.score.signs { list.string(sign.rawValue) }
        }
        guard grant.covers(.general, ofPatient: person.id) else {
            item.member("isClosed", true)
            return
        }
        item.member("sex", optional: person.gender)
        item.member("mrn", optional: person.mrn)
        item.member("deceased", person.isDeceased)
        item.member("city", optional: person.city)
    }
}
