import Documents
import Testing

/// What RFC 8259 allows and what it does not, case by case.
@Suite struct JSONGrammarTests {
    @Test(
        "a JSON text is read",
        arguments: [
            "null", "true", "false", "0", "-0", "1", "-1", "12.5", "1e3", "1E+3", "1e-3", "0.1", "-0.0", "0e0",
            "\"\"", "\"a\"", "[]", "{}", " [ ] ", "\t{\r\n}\n", "[1]", "[1,2]", "[ 1 , [ 2 ] ]", "{\"a\":1}",
            "{\"a\":{\"b\":[]}}", "{\"\":0}", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u0041\"", "\"\\uD83D\\uDE00\"",
            "\"\\ud83d\\ude00\"", "\"\\u0000\"", "\"é€😀\"", "\"\u{7F}\"", "\"\u{2028}\"", "\"\u{FEFF}\"",
            "[null,true,false,0,\"\",[],{}]", "1.7976931348623157e308", "5e-324", "1e-999",
            "123456789012345678901234567890", "0.000000000000000000000000000000000000000000001",
        ]
    )
    func accepted(_ text: String) throws {
        _ = try JSONDocument.parse(text: text, file: "t.json")
    }

    @Test(
        "a text that is not JSON is refused",
        arguments: [
            "", " ", "\n", "nul", "nulll", "tru", "True", "TRUE", "undefined", "NaN", "-NaN", "Infinity", "-Infinity",
            "inf", "+1", "01", "-01", "00", "1.", ".5", "-.5", "-", "--1", "1e", "1e+", "1.e3", "1.5e", "0x10", "1_000",
            "1,2", "1 2", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1,,2]", "[1}", "{", "}", "{\"a\"",
            "{\"a\":",
            "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "{'a':1}", "{1:1}", "{\"a\":1 \"b\":2}", "{,}",
            "{\"a\":1]", "{\"a\":1,\"a\":2}", "\"", "\"a", "'a'", "\"\n\"", "\"\t\"", "\"\u{00}\"", "\"\\", "\"\\x\"",
            "\"\\u\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\uD800\"", "\"\\uDC00\"", "\"\\uD800\\u0041\"", "\"\\uD800x\"",
            "\"\\uD800\\n\"", "\"\\uDC00\\uD800\"", "[]]", "[] x", "{}{}", "// c\n1", "/* c */ 1", "# c\n1", "1 // c",
            "\u{FEFF}1", "\u{A0}1", "\u{0C}1", "1e999", "-1e999", "1e400", "[1e99999999999999999999]", "٣", "ｎull",
        ]
    )
    func refused(_ text: String) {
        #expect(throws: DocumentError.self) { try JSONDocument.parse(text: text, file: "t.json") }
    }

    @Test(
        "bytes that are not UTF-8 are refused, in values, keys and outside",
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22],
            [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0x5C, 0x6E, 0xFF, 0x22],
            [0x7B, 0x22, 0x80, 0x22, 0x3A, 0x31, 0x7D],
            [0x80], [0xFF, 0xFE, 0x31, 0x00], [0x31, 0x00],
        ] as [[UInt8]]
    )
    func notUTF8(_ bytes: [UInt8]) {
        #expect(throws: DocumentError.self) { try JSONDocument.parse(bytes, file: "t.json") }
    }

    @Test(
        "an error says where and what",
        arguments: [
            ("[1,\n2,\n x]", "t.json:3: expected a value at column 2, found 'x'"),
            ("", "t.json:1: the file is empty; expected a JSON value"),
            (
                "{\n\"a\": [1,\n2",
                "t.json:3: the file ends here, where ',' or ']' was expected; it looks cut short, so write it again"
            ),
            ("[1,]", "t.json:1: there is a comma before ']' at column 4; remove it"),
            ("[NaN]", "t.json:1: expected a value at column 2, found 'N'; numbers must be finite, such as 0 or -1.5e3"),
            (
                "[\n1e999]",
                "t.json:2: the number '1e999' at column 1 is too large; numbers must be finite, below 1.8e308"
            ),
            ("{\"a\":1,\n\n\"a\":2}", "t.json:3: the key 'a' stands twice in one object; remove one of them"),
            ("{'a':1}", "t.json:1: expected a key in double quotes at column 2, found '''; JSON uses double quotes"),
            ("{\"a\"=1}", "t.json:1: expected ':' after 'a' at column 5, found '='"),
            ("1 1", "t.json:1: expected the end of the file at column 3, found '1' after the value"),
            ("[007]", "t.json:1: a number at column 2 starts with 0; remove the leading zeros"),
            (
                "\"a\nb\"",
                "t.json:1: the string is not closed before the end of its line; add '\"', or write a line break as '\\n'"
            ),
            ("[tru]", "t.json:1: expected a value at column 2, found 'tru'"),
            (
                "[tru",
                "t.json:1: the file ends here, where the rest of 'true' was expected; it looks cut short, so write it again"
            ),
            ("\"\\uD800 \"", "t.json:1: the escape at column 2 is half of a surrogate pair; write both halves"),
        ]
    )
    func message(_ text: String, _ expected: String) {
        let error = #expect(throws: DocumentError.self) { try JSONDocument.parse(text: text, file: "t.json") }
        #expect(error?.description == expected)
    }

    @Test("strings mean what their escapes say")
    func strings() throws {
        let text = #""\u00e9\n\"\\\/\uD83D\uDE00 tail é""#
        let value = try JSONDocument.parse(text: text, file: "t.json")
        #expect(value.content == .string("é\n\"\\/😀 tail é"))
        #expect(try JSONDocument.parse(text: "\"\\u0000a\"", file: "t").content == .string("\u{0}a"))
    }

    @Test("values and keys know their line and column")
    func places() throws {
        let value = try JSONDocument.parse(text: "{\n  \"a\": [1,\n    true]\r\n}", file: "t.json")
        guard case .mapping(let members) = value.content, case .sequence(let list) = members[0].value.content else {
            Issue.record("not a mapping of a list")
            return
        }
        #expect((value.line, value.column) == (1, 1))
        #expect((members[0].line, members[0].column) == (2, 3))
        #expect(list.map { [$0.line, $0.column] } == [[2, 9], [3, 5]])
    }
}
