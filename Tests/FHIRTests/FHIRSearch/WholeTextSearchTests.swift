import FHIRModel
import FHIRSearch
import TestKit
import Testing

@Suite("Search in whole texts")
struct WholeTextSearchTests {
    private let condition = #"""
        {"resourceType":"Condition","text":{"status":"generated",
          "div":"<div>Metastases in the <b>liver</b>, none in the lung<br/>Ann Y&#225;zh&#xED; &amp; co</div>"},
         "code":{"text":"Malignant neoplasm"},"note":[{"text":"Sleeps badly, łast week worse"}]}
        """#

    private func finds(_ name: String, _ value: String) throws -> Bool {
        let parser = SearchParser(nowMs: 0, offersText: true)
        let query = try parser.query(type: "Condition", parameters: [(name, value)], isStrict: true)
        let json = try Searching.json(condition)
        return query.criteria.allSatisfy {
            guard case .parameter(let criterion) = $0 else { return false }
            return Searching.match.matches(json, criterion, by: Searching.extractor)
        }
    }

    @Test func `the narrative is searched by words, or, not, quotes and parentheses`() throws {
        for value in [
            "liver", "METASTASES liver", "(bone or liver) and metastases", "metast",
            "\"in the liver\"", "not bone", "liver not (bone or skin)", "liver,", "bone OR lung",
            "\"ann yazhi\"", "\"Yázhí co\"",
        ] {
            #expect(try finds("_text", value), "\(value)")
        }
        for value in [
            "bone", "liver bone", "not liver", "iver", "\"liver in\"", "div", "neoplasm", "amp",
        ] {
            #expect(try !finds("_text", value), "\(value)")
        }
    }

    @Test func `the words of a text tell the same as the text, or that they cannot`() throws {
        let json = try Searching.json(condition)
        let entries = Searching.extractor.words(of: json)
        #expect(entries.map(\.parameter) == ["_content", "_text"])
        var random = SeededRandom(seed: 41)
        let words = ["liver", "metas", "in", "the", "lung", "bone", "co", "yazhi", "week", "zz"]
        var openCount = 0
        for _ in 0..<3_000 {
            let text = Self.query(words, &random, depth: 0)
            guard let query = TextQuery(text) else { continue }
            for entry in entries {
                guard case .string(let words) = entry.value,
                    case .string(let whole)? = Searching.extractor.values(
                        of: json, type: "Condition", parameter: entry.parameter
                    ).first
                else {
                    Issue.record("There is no text.")
                    continue
                }
                switch query.hint(words: Array(words.utf8)) {
                case .open: openCount += 1
                case .certain(let isFound): #expect(isFound == query.accepts(whole), "\(text)")
                }
            }
        }
        #expect(openCount > 100 && openCount < 3_000)
    }

    @Test func `of a word that no language has an index keeps the beginning, and says so`() throws {
        for letter in ["x", "ž", "あ"] {
            let long = String(repeating: letter, count: 20_000)
            let json = try Searching.json(
                #"{"resourceType":"Condition","note":[{"text":"\#(long)"}]}"#)
            let entry = try #require(Searching.extractor.words(of: json).first)
            guard case .string(let words) = entry.value else { return }
            #expect(words.utf8.count <= 80)
            #expect(!words.unicodeScalars.contains("\u{FFFD}"))
            let part = String(repeating: letter, count: 5)
            #expect(try #require(TextQuery(part)).hint(words: Array(words.utf8)) == .certain(true))
            #expect(try #require(TextQuery(long)).hint(words: Array(words.utf8)) == .open)
            let other = try #require(TextQuery("y" + long))
            #expect(other.hint(words: Array(words.utf8)) == .certain(false))
        }
    }

    private static func query(
        _ words: [String], _ random: inout SeededRandom, depth: Int
    ) -> String {
        switch random.below(depth > 3 ? 2 : 6) {
        case 0, 1: return random.pick(words)
        case 2: return "\"\(random.pick(words)) \(random.pick(words))\""
        case 3: return "not (\(query(words, &random, depth: depth + 1)))"
        case 4:
            return "(\(query(words, &random, depth: depth + 1)) or "
                + "\(query(words, &random, depth: depth + 1)))"
        default:
            return query(words, &random, depth: depth + 1) + " "
                + query(words, &random, depth: depth + 1)
        }
    }

    @Test func `the whole content has all texts`() throws {
        #expect(try finds("_content", "neoplasm last week liver"))
        #expect(try !finds("_content", "neoplasm yesterday"))
    }

    @Test func `a query without words or with half a quote is an error`() {
        for value in ["", "()", "(liver", "liver)", "\"liver", "or", "liver or", "not", "---"] {
            #expect(TextQuery(value) == nil, "\(value)")
        }
        let many = Array(repeating: "x", count: 65).joined(separator: " ")
        #expect(TextQuery(many) == nil)
        #expect(TextQuery(String(repeating: "(", count: 30) + "x") == nil)
        #expect(TextQuery(String(repeating: "not ", count: 60) + "x") != nil)
    }

    @Test func `it is offered only where the answer is looked up in the resources`() {
        let failure = Searching.failure("_text", "liver", type: "Condition")
        #expect(failure?.code == .notSupported)
    }
}
