import Testing

@testable import Evidence
import Probability

@Suite("The expected maximum of N")
struct ExpectedMaximumTests {
    /// Reference values: numerical integration in 30 digits (mpmath) of N x φ(x) Φ(x)^(N-1).
    @Test(
        "of normal values is right to 0.01 %",
        arguments: [
            (1.0, 0.0), (2, 0.564_189_583_5), (8, 1.423_600_306_0), (64, 2.343_733_465_1), (512, 3.043_903_161_2),
            (4096, 3.626_082_177_8), (10752, 3.869_411_361_9),
        ]
    )
    func normal(count: Double, known: Double) {
        #expect(abs(ExpectedMaximum.normal(count) - known) <= 1e-4 * max(known, 1e-8))
    }

    /// A published table of the closed form beside 'exact' values, which came from a simulation of finite length: of those only
    /// the first row holds to its printed digits, the others are off by 0.1 to 0.5 %.
    @Test(
        "of normal values beside a published table: the closed form to its digits, its 'exact' column within 0.5 %",
        arguments: [
            (8.0, 1.459, 1.424, true), (64, 2.369, 2.333, false), (512, 3.060, 3.029, false),
            (4096, 3.637, 3.617, false), (10752, 3.878, 3.873, false),
        ]
    )
    func published(count: Double, closed: Double, simulated: Double, holdsToDigits: Bool) {
        let gamma = 0.577_215_664_9
        let form =
            (1 - gamma) * Normal.quantile(1 - 1 / count) + gamma * Normal.quantile(1 - 1 / (count * 2.718_281_828_459))
        #expect(abs(form - closed) <= 0.000_5)
        let ours = ExpectedMaximum.normal(count)
        #expect((abs(ours - simulated) <= 0.000_5) == holdsToDigits)
        #expect(abs(ours / simulated - 1) < 0.005)
        // Why the closed form is not used.
        #expect(form / ours - 1 > 0.002)
    }

    @Test("of exponential values is the harmonic number", arguments: [1.0, 2, 8, 64, 512, 4096, 10752])
    func exponential(count: Double) {
        var harmonic = 0.0
        for k in stride(from: count, through: 1, by: -1) { harmonic += 1 / k }
        #expect(abs(ExpectedMaximum.exponential(count) / harmonic - 1) < 1e-9)
    }

    @Test("is no number for a senseless N", arguments: [0.0, -1, 1e13, .nan, .infinity])
    func senseless(count: Double) {
        #expect(ExpectedMaximum.normal(count).isNaN)
        #expect(ExpectedMaximum.exponential(count).isNaN)
        #expect(ExpectedMaximum.ofSample([], 2).isNaN)
    }

    @Test("of a sample is the exact mean over all draws of N with replacement")
    func sample() {
        // All nine pairs of three values.
        let values = [1.0, 4, 10]
        var sum = 0.0
        for a in values { for b in values { sum += max(a, b) } }
        #expect(abs(ExpectedMaximum.ofSample(values, 2) - sum / 9) < 1e-12)
        #expect(ExpectedMaximum.ofSample(values, 1) == 5)
        #expect(abs(ExpectedMaximum.ofSample(values, 1e6) - 10) < 1e-9)
    }

    @Test("of a large sample approaches that of its law while N is small against it")
    func sampleApproaches() {
        let sample = (0..<100_000).map { Normal.quantile((Double($0) + 0.5) / 100_000) }
        #expect(abs(ExpectedMaximum.ofSample(sample, 64) / ExpectedMaximum.normal(64) - 1) < 1e-3)
    }
}

@Suite("Rare detours")
struct RareDetourTests {
    /// A row of the table: step and detour in seconds, ranks, and the slowdown in per cent as printed.
    struct Row: Sendable, CustomStringConvertible {
        var step: Double
        var detour: Double
        var ranks: Double
        var printed: String
        var several = false
        var description: String { "T \(step) s, D \(detour) s, N \(ranks)" }
    }

    static func printed(_ share: Double) -> String {
        let percent = share * 100
        let digits = percent < 0.95 && percent >= 0.105 ? 100.0 : 10.0
        return "\((percent * digits).rounded() / digits)"
    }

    @Test(
        "cost what the published table says, to its digits",
        arguments: [
            Row(step: 0.01, detour: 0.001, ranks: 1, printed: "0.1"),
            Row(step: 0.01, detour: 0.001, ranks: 8, printed: "0.77"),
            Row(step: 0.01, detour: 0.001, ranks: 64, printed: "4.7"),
            Row(step: 0.01, detour: 0.001, ranks: 512, printed: "9.9"),
            Row(step: 0.1, detour: 0.001, ranks: 512, printed: "1.0"),
            Row(step: 0.1, detour: 0.01, ranks: 1, printed: "0.1"),
            Row(step: 0.1, detour: 0.01, ranks: 8, printed: "0.77"),
            Row(step: 0.1, detour: 0.01, ranks: 64, printed: "4.7"),
            Row(step: 0.1, detour: 0.01, ranks: 512, printed: "9.9"),
            Row(step: 1, detour: 0.001, ranks: 1, printed: "0.1", several: true),
        ]
    )
    func table(row: Row) {
        let found =
            row.several
            ? RareDetours.several(noiseShare: 0.001, detour: row.detour, step: row.step, ranks: row.ranks)
            : RareDetours.single(noiseShare: 0.001, detour: row.detour, step: row.step, ranks: row.ranks)
        #expect(Self.printed(found) == row.printed)
    }

    /// The table's last row ends at 0.6 %; Poisson counts of mean 1 reach that at 4,096 ranks and 0.5 % at 512.
    @Test(
        "with about one in each step cost more than one detour a step can reach",
        arguments: [(512.0, 5.0), (4096, 6)]
    )
    func severalDetours(ranks: Double, tenths: Double) {
        let several = RareDetours.several(noiseShare: 0.001, detour: 0.001, step: 1, ranks: ranks)
        #expect((several * 1000).rounded() == tenths)
        #expect(RareDetours.single(noiseShare: 0.001, detour: 0.001, step: 1, ranks: 512) <= 0.001)
    }

    @Test("are the same either way while they are rare", arguments: [1.0, 8, 64, 512, 1e6])
    func rare(ranks: Double) {
        let single = RareDetours.single(noiseShare: 1e-8, detour: 0.001, step: 0.01, ranks: ranks)
        let several = RareDetours.several(noiseShare: 1e-8, detour: 0.001, step: 0.01, ranks: ranks)
        #expect(abs(single / several - 1) < 1e-3)
    }

    @Test("have no number for senseless arguments")
    func senseless() {
        let cases = [(1.0, 1.0, 1.0, 1.0), (0.1, 0, 1, 1), (0.1, 1, 0, 1), (0.1, 1, 1, 0), (.nan, 1, 1, 1)]
        for (share, detour, step, ranks) in cases {
            #expect(RareDetours.single(noiseShare: share, detour: detour, step: step, ranks: ranks).isNaN)
            #expect(RareDetours.several(noiseShare: share, detour: detour, step: step, ranks: ranks).isNaN)
        }
    }
}
