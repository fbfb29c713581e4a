import Documents
import Testing

/// Numbers as people read them.
@Suite struct NumberTextTests {
    @Test(
        "fixed and grouped digits, rounded half away from zero on the decimal shown",
        arguments: [
            (0, 0, "0", "0"), (0, 2, "0.00", "0.00"), (-0.0, 1, "0.0", "0.0"), (-0.04, 1, "0.0", "0.0"),
            (0.05, 1, "0.1", "0.1"), (-0.05, 1, "-0.1", "-0.1"), (1.005, 2, "1.01", "1.01"), (2.5, 0, "3", "3"),
            (-2.5, 0, "-3", "-3"), (0.5, 0, "1", "1"), (0.49999999999999994, 0, "0", "0"),
            (999.95, 1, "1000.0", "1,000.0"),
            (99.99, 1, "100.0", "100.0"), (1234567.89, 1, "1234567.9", "1,234,567.9"), (123, 0, "123", "123"),
            (1234, 2, "1234.00", "1,234.00"), (0.1, 20, "0.10000000000000000000", "0.10000000000000000000"),
            (1e14, 0, "100000000000000", "100,000,000,000,000"), (1e15, 2, "1e15", "1e15"),
            (-1.23456e30, 2, "-1.235e30", "-1.235e30"),
            (1e-300, 3, "0.000", "0.000"), (.leastNonzeroMagnitude, 0, "0", "0"), (0.0005, 3, "0.001", "0.001"),
            (.infinity, 2, "∞", "∞"), (-.infinity, 2, "-∞", "-∞"), (.nan, 2, "not a number", "not a number"),
            (1.5, -3, "2", "2"), (999_999.5, 0, "1000000", "1,000,000"),
        ] as [(Double, Int, String, String)]
    )
    func fixedAndGrouped(_ number: Double, _ digits: Int, _ fixed: String, _ grouped: String) {
        #expect(NumberText.fixed(number, digits) == fixed)
        #expect(NumberText.grouped(number, digits) == grouped)
    }

    @Test(
        "whole numbers in groups of three, to the ends of Int",
        arguments: [
            (0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567"), (.max, "9,223,372,036,854,775,807"),
            (.min, "-9,223,372,036,854,775,808"),
        ]
    )
    func groupedInt(_ number: Int, _ expected: String) {
        #expect(NumberText.grouped(number) == expected)
    }

    @Test(
        "significant digits",
        arguments: [
            (0, 3, "0"), (1.5, 3, "1.50"), (0.00012345, 3, "0.000123"), (123_456, 3, "123000"), (99.99, 3, "100"),
            (9.999, 3, "10.0"), (0.0099999, 2, "0.010"), (1.23456e-9, 3, "1.23e-9"), (6.02214e23, 3, "6.02e23"),
            (-0.05, 1, "-0.05"),
            (.leastNonzeroMagnitude, 3, "5e-324"), (1.7976931348623157e308, 2, "1.8e308"), (2.5, 1, "3"),
            (.infinity, 3, "∞"),
            (.nan, 3, "not a number"), (3, 0, "3"), (1.0 / 3, 99, "0.33333333333333330"), (0.95, 1, "1"),
        ] as [(Double, Int, String)]
    )
    func significant(_ number: Double, _ digits: Int, _ expected: String) {
        #expect(NumberText.significant(number, digits) == expected)
    }

    @Test(
        "percentages of fractions",
        arguments: [
            (0.023, 1, false, "2.3 %"), (0.023, 1, true, "+2.3 %"), (-0.0004, 1, true, "0.0 %"), (0, 1, true, "0.0 %"),
            (-0.071, 1, true, "-7.1 %"), (0.285, 0, false, "29 %"), (12.5, 0, false, "1,250 %"),
            (0.07, 0, false, "7 %"),
            (.nan, 1, true, "not a number"), (.infinity, 1, true, "+∞ %"), (1e-9, 2, true, "0.00 %"),
        ] as [(Double, Int, Bool, String)]
    )
    func percent(_ fraction: Double, _ digits: Int, _ signed: Bool, _ expected: String) {
        #expect(NumberText.percent(fraction, digits, signed: signed) == expected)
    }

    @Test(
        "amounts of money",
        arguments: [
            (0, "0 USD", "0 USD"), (1.06, "1.06 USD", "+1.06 USD"), (2.657, "2.66 USD", "+2.66 USD"),
            (310_000, "310,000 USD", "+310,000 USD"), (-1234.5, "-1,235 USD", "-1,235 USD"),
            (999.99, "999.99 USD", "+999.99 USD"),
            (999.996, "1,000 USD", "+1,000 USD"), (0.0042, "0.0042 USD", "+0.0042 USD"),
            (0.01, "0.01 USD", "+0.01 USD"),
            (-0.001, "-0.0010 USD", "-0.0010 USD"), (.nan, "not a number", "not a number"),
            (.infinity, "∞ USD", "+∞ USD"),
            (1e20, "1e20 USD", "+1e20 USD"),
        ] as [(Double, String, String)]
    )
    func money(_ amount: Double, _ plain: String, _ signed: String) {
        #expect(NumberText.money(usd: amount) == plain)
        #expect(NumberText.money(usd: amount, signed: true) == signed)
    }

    @Test("signed numbers and shortest text")
    func signedAndPlain() {
        #expect(NumberText.signed(1234.56, 1) == "+1,234.6")
        #expect(NumberText.signed(-0.01, 1) == "0.0")
        #expect(NumberText.plain(12.50) == "12.5" && NumberText.plain(3) == "3" && NumberText.plain(1e-9) == "1e-9")
        #expect(NumberText.plain(-0.0) == "0" && NumberText.plain(9_007_199_254_740_991) == "9007199254740991")
    }

    @Test("a fixed text is never further than half a unit from the number", arguments: [1, 2, 3] as [UInt64])
    func nearest(_ seed: UInt64) throws {
        var generator = SplitMix(state: seed)
        for _ in 0..<2_000 {
            let number = Double.random(in: -1e9...1e9, using: &generator) * (Bool.random(using: &generator) ? 1 : 1e-6)
            let digits = Int.random(in: 0...6, using: &generator)
            let unit = 1 / [1, 10, 100, 1e3, 1e4, 1e5, 1e6][digits]
            let read = try #require(Double(NumberText.fixed(number, digits)))
            #expect(abs(read - number) <= unit / 2 + number.magnitude.ulp)
            let ungrouped = NumberText.grouped(number, digits).filter { $0 != "," }
            #expect(ungrouped == NumberText.fixed(number, digits))
        }
    }
}
