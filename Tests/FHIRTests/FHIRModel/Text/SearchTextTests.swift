import FHIRModel
import Testing

@Suite("Search text")
struct SearchTextTests {
    @Test(arguments: [
        ("Tsosie Yázhí", "tsosie yazhi"), ("Łitso", "litso"), ("Diné bizaad", "dine bizaad"),
        ("Nilch'i Ts'osí", "nilchi tsosi"), ("Tł’ízí", "tlizi"),
        ("Hastiin Ch'il Łigai", "hastiin chil ligai"),
        ("Łakȟóta", "lakhota"), ("Tȟatȟáŋka Íyotake", "thathanka iyotake"),
        ("Tȟašúŋke Witkó", "thasunke witko"),
        ("X̱'unei", "xunei"), ("Ḵaagwaantaan", "kaagwaantaan"), ("G̱uuch", "guuch"),
        ("Sḵwx̱wú7mesh", "skwxwu7mesh"), ("SENĆOŦEN", "sencoten"), ("kʷuʔ", "kwu"),
        ("xʷməθkʷəy̓əm", "xwmethkweyem"),
        ("ƛ̓əmq̓", "tlemq"), ("Sƛ̓púlmx", "stlpulmx"), ("Kahnawà:ke", "kahnawake"),
        ("Ohén:ton Karihwatéhkwen", "ohenton karihwatehkwen"),
        ("Kawaiʻula Kaʻahumanu", "kawaiula kaahumanu"), ("Liliʼuokalani", "liliuokalani"),
        ("ᏣᎳᎩ", "ꮳꮃꭹ"), ("𐓏𐓘𐓻𐓘𐓻𐓟", "𐓷𐓘𐓻𐓘𐓻𐓟"), ("ᐃᓄᒃᑎᑐᑦ", "ᐃᓄᒃᑎᑐᑦ"),
        ("O'Neill-Smith, Jr.", "oneill smith jr"), ("d’Arcy", "darcy"),
        ("J.R.  Begay", "j r begay"),
        ("Müller", "muller"), ("Strauß", "strauss"), ("Ærøskøbing", "aeroskobing"),
        ("Þórður", "thordur"),
        ("İstanbul Işık", "istanbul isik"), ("Đặng", "dang"), ("Nguyễn", "nguyen"),
        ("ﬁne ＡＢＣ", "fine abc"),
        ("", ""), ("  --  ", ""), ("Room:12 a:b", "room 12 ab"), ("Peña\u{301}", "pena"),
        ("123-45", "123 45"),
        ("Wíiyuqʼ·ta", "wiiyuqta"), ("Two\u{00A0}Bulls", "two bulls"), ("\u{FF07}abc", "abc"),
    ])
    func `a text is folded to what people type`(text: String, folded: String) {
        #expect(String(decoding: SearchText.fold(text), as: UTF8.self) == folded)
    }

    @Test func `the fast path for plain text answers as the general one`() {
        for text in [
            "O'Neill-Smith", "a:b", "a: b", "A1 b2", "x`y", "::", "a:", ":a", "q_w/e", "7:30",
        ] {
            // The no-break space forces the general path and ends as a gap of its own.
            let general = SearchText.words(text + "\u{A0}")
            #expect(SearchText.words(text) == general, "\(text)")
        }
    }

    @Test func `folding twice changes nothing`() {
        for text in ["Łakȟóta Oyáte", "xʷməθkʷəy̓əm", "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ", "Ǆ ǅ ß İ"] {
            let once = SearchText.fold(text)
            #expect(SearchText.fold(String(decoding: once, as: UTF8.self)) == once, "\(text)")
        }
    }

    @Test(arguments: [
        ("ﬁ", "fi"), ("Å", "Å"), ("e\u{301}", "é"), ("\u{FF21}１", "A1"), ("\u{1E9B}\u{323}", "ṩ"),
        ("½", "1⁄2"),
        ("\u{1112}\u{1161}\u{11AB}", "한"), ("ℌ", "H"), ("\u{2126}", "Ω"), ("plain", "plain"),
        ("\u{0344}", "\u{0308}\u{0301}"),
        ("\u{A0}x", " x"), ("q\u{307}\u{323}", "q\u{323}\u{307}"),
        ("\u{FDFA}", "صلى الله عليه وسلم"),
    ])
    func `form KC makes one password of two keyboards`(text: String, normal: String) {
        #expect(Array(NFKC.normalize(text).unicodeScalars) == Array(normal.unicodeScalars))
    }

    @Test(arguments: [
        ("Robert", "R163"), ("Rupert", "R163"), ("Tymczak", "T522"), ("Pfister", "P236"),
        ("Honeyman", "H555"),
        ("Ashcraft", "A261"), ("Lee", "L000"), ("Łitso", "L320"),
    ])
    func `names that sound alike share a key`(name: String, key: String) {
        #expect(Phonetic.key(name) == key)
        #expect(Phonetic.key("ᏣᎳᎩ") == nil)
    }
}
