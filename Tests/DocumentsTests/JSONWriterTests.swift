import Documents
import Testing

/// What is written reads back, and its canonical form is one.
@Suite struct JSONWriterTests {
    static func canonical(_ json: JSON) throws -> String { String(decoding: try json.canonical(), as: UTF8.self) }

    @Test(
        "numbers are spelt as RFC 8785 spells them (its appendix B, and the edges of its layouts)",
        arguments: [
            (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"), (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"),
            (0xFFEF_FFFF_FFFF_FFFF, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
            (0xC340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44B5_2D02_C7E1_4AF5, "9.999999999999997e+22"), (0x44B5_2D02_C7E1_4AF6, "1e+23"),
            (0x44B5_2D02_C7E1_4AF7, "1.0000000000000001e+23"), (0x444B_1AE4_D6E2_EF4E, "999999999999999700000"),
            (0x444B_1AE4_D6E2_EF4F, "999999999999999900000"), (0x444B_1AE4_D6E2_EF50, "1e+21"),
            (0x3EB0_C6F7_A0B5_ED8C, "9.999999999999997e-7"), (0x3EB0_C6F7_A0B5_ED8D, "0.000001"),
            (0x41B3_DE43_5555_5553, "333333333.3333332"), (0x41B3_DE43_5555_5557, "333333333.33333343"),
            (0xBECB_F647_612F_3696, "-0.0000033333333333333333"), (0x4314_3FF3_C1CB_0959, "1424953923781206.2"),
        ] as [(UInt64, String)]
    )
    func numbers(_ bits: UInt64, _ expected: String) throws {
        #expect(try Self.canonical(.number(Double(bitPattern: bits))) == expected)
    }

    @Test("any finite number reads back to itself", arguments: [1, 2, 3] as [UInt64])
    func numbersRoundTrip(_ seed: UInt64) throws {
        var generator = SplitMix(state: seed)
        for _ in 0..<3_000 {
            let number = Double(bitPattern: generator.next())
            guard number.isFinite else { continue }
            let text = try Self.canonical(.number(number))
            #expect(Double(text) == number)
            #expect(try JSONNumberTests.number(text) == number)
        }
    }

    @Test("the fast layout of everyday numbers is the layout of all", arguments: [1, 2, 3] as [UInt64])
    func layouts(_ seed: UInt64) throws {
        var generator = SplitMix(state: seed)
        for _ in 0..<3_000 {
            let scale = [1e-5, 1e-3, 1, 1e3, 1e9, 1e15][Int.random(in: 0...5, using: &generator)]
            var number = Double.random(in: -10...10, using: &generator) * scale
            if Bool.random(using: &generator) { number.round() }
            #expect(try Self.canonical(.number(number)) == NumberText.plain(number))
        }
    }

    @Test("keys are sorted by UTF-16 code units and strings escape only what they must")
    func keysAndStrings() throws {
        let object: JSON = ["\u{20AC}": 1, "\r": 2, "\u{FB33}": 3, "1": 4, "\u{1F600}": 5, "\u{80}": 6, "\u{F6}": 7]
        let keys = try Self.canonical(object)
        #expect(keys == "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{F6}\":7,\"\u{20AC}\":1,\"\u{1F600}\":5,\"\u{FB33}\":3}")
        let text: JSON = "\u{20AC}$\u{0F}\u{0A}A'\u{42}\u{22}\u{5C}\\\"/\u{7F}\u{08}\t\u{0C}\r\u{00}"
        #expect(try Self.canonical(text) == "\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\u{7F}\\b\\t\\f\\r\\u0000\"")
    }

    @Test(
        "what is written reads back the same, and writing it again changes no byte",
        arguments: 1...60 as ClosedRange<UInt64>
    )
    func roundTrip(_ seed: UInt64) throws {
        var generator = SplitMix(state: seed)
        let json = Self.random(depth: 4, &generator)
        let bytes = try json.canonical()
        let read = try #require(JSON(try JSONDocument.parse(bytes, file: "t.json")))
        #expect(try read.canonical() == bytes)
        // The pretty text means the same, in the order given.
        let pretty = try json.pretty()
        let reread = try #require(JSON(try JSONDocument.parse(text: pretty, file: "t.json")))
        #expect(try reread.canonical() == bytes)
        #expect(try reread.pretty() == pretty)
        // The order of members does not show.
        #expect(try Self.reversed(json).canonical() == bytes)
        #expect(Self.reversed(Self.reversed(json)) == json)
    }

    @Test("what is not known is left out, and what cannot be spelt is an error with its place")
    func unspeakable() throws {
        let absent: Double? = nil
        let fields = JSON.fields(["a": 1, "b": absent.map(JSON.number), "c": .finite(.nan), "d": .finite(2.5)])
        #expect(try Self.canonical(fields) == "{\"a\":1,\"d\":2.5}")
        for (json, expected) in [
            (JSON.number(.nan), "is not a number, which JSON cannot spell"),
            (["a": [1, ["b": .number(-.infinity)]]], "a[1].b: is infinite, which JSON cannot spell"),
            ([[.integer(.min)]], "[0][0]: -9223372036854775808 is beyond 2^53 - 1, which JSON does not carry exactly"),
            (["x": ["a": 1, "a": 2]], "x: has the key 'a' twice"),
        ] as [(JSON, String)] {
            #expect(#expect(throws: JSONWritingError.self) { try json.canonical() }?.description == expected)
            #expect(#expect(throws: JSONWritingError.self) { try json.pretty() }?.description == expected)
        }
        #expect(JSON(try JSONDocument.parse(text: "[1, {\"a\": null}]", file: "t")) == nil)
    }

    @Test("the pretty text has two spaces a level and keeps series on one line")
    func pretty() throws {
        let json: JSON = ["b": [1, 2.5, true], "a": ["x", []], "o": [:], "n": [["k": -1]]]
        #expect(
            try json.pretty() == """
                {
                  "b": [1, 2.5, true],
                  "a": [
                    "x",
                    []
                  ],
                  "o": {},
                  "n": [
                    {
                      "k": -1
                    }
                  ]
                }

                """
        )
    }

    private static func random(depth: Int, _ generator: inout SplitMix) -> JSON {
        switch Int.random(in: 0...(depth > 0 ? 6 : 4), using: &generator) {
        case 0: .bool(Bool.random(using: &generator))
        case 1: .integer(Int.random(in: -9_007_199_254_740_991...9_007_199_254_740_991, using: &generator))
        case 2: .number(Double.random(in: -1e6...1e6, using: &generator))
        case 3:
            .number(Double(sign: .plus, exponent: Int.random(in: -1000...1000, using: &generator), significand: 1.7))
        case 4: .string(text(&generator))
        case 5: .array((0..<Int.random(in: 0...5, using: &generator)).map { _ in random(depth: depth - 1, &generator) })
        default:
            .object(
                (0..<Int.random(in: 0...5, using: &generator)).map { index in
                    JSONMember("\(text(&generator))\(index)", random(depth: depth - 1, &generator))
                }
            )
        }
    }

    private static func text(_ generator: inout SplitMix) -> String {
        let letters: [Character] = [
            "a", "Z", "0", "\"", "\\", "\n", "\u{0}", "\u{1F}", "é", "€", "😀", "\u{FFFF}", " ", "/",
        ]
        let length = Int.random(in: 0...8, using: &generator)
        return String((0..<length).compactMap { _ in letters.randomElement(using: &generator) })
    }

    private static func reversed(_ json: JSON) -> JSON {
        switch json {
        case .array(let items): .array(items.map(reversed))
        case .object(let members): .object(members.reversed().map { JSONMember($0.key, reversed($0.value)) })
        default: json
        }
    }
}
