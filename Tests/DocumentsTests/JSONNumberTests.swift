import Documents
import Testing

/// Numbers are read to the nearest `Double`, whatever their spelling.
@Suite struct JSONNumberTests {
    static func number(_ text: String) throws -> Double {
        try Reader(JSONDocument.parse(text: text, file: "t.json"), file: "t.json").double()
    }

    @Test(
        "a number has the value that the standard library reads",
        arguments: [
            "0", "-0", "1", "-1", "3.14", "0.1", "0.2", "0.3", "123456789012345", "1234567890123456",
            "9007199254740991", "9007199254740993", "18446744073709551616", "99999999999999999999999999",
            "0.00001234567890123", "0.000000000000000000000012", "0.0000000000000000000000123", "1e22", "1e23",
            "-1.5e-7",
            "2.2250738585072011e-308", "4.9e-324", "2.4703282292062327e-324", "1.7976931348623157e308",
            "1.7976931348623158e308", "8.5", "0.5000000000000000000000000000001", "100000000000000000000000",
            "1.000000000000000000000000000000000000000000000000000000000000001",
        ]
    )
    func nearest(_ text: String) throws {
        let expected = try #require(Double(text))
        let read = try Self.number(text)
        #expect(read.bitPattern == expected.bitPattern)
    }

    @Test(
        "many random decimals are read exactly as the standard library reads them",
        arguments: [1, 2, 3, 4] as [UInt64]
    )
    func random(_ seed: UInt64) throws {
        var generator = SplitMix(state: seed)
        for _ in 0..<2_000 {
            let digits = Int.random(in: 1...19, using: &generator)
            var text = (0..<digits).map { _ in String(Int.random(in: 0...9, using: &generator)) }.joined()
            while text.count > 1, text.hasPrefix("0") { text.removeFirst() }
            if Bool.random(using: &generator) {
                let fraction = Int.random(in: 1...25, using: &generator)
                text += "." + (0..<fraction).map { _ in String(Int.random(in: 0...9, using: &generator)) }.joined()
            }
            if Bool.random(using: &generator) { text += "e\(Int.random(in: -30...30, using: &generator))" }
            if Bool.random(using: &generator) { text = "-" + text }
            let expected = try #require(Double(text))
            let read = try Self.number(text)
            #expect(read.bitPattern == expected.bitPattern, "\(text)")
        }
    }

    @Test("tiny numbers become zero, not an error")
    func underflow() throws {
        #expect(try Self.number("1e-999") == 0)
        #expect(try Self.number("1e-99999999999999999999999") == 0)
    }

    @Test("numbers of absurd length are refused")
    func longLiterals() {
        for text in [String(repeating: "9", count: 100_000), "0." + String(repeating: "1", count: 100_000)] {
            #expect(throws: DocumentError.self) { try Self.number(text) }
        }
    }
}

/// A seeded generator, the same on every machine.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
