import Evidence
import Testing

@Suite("Overhead and lost share are two numbers")
struct OverheadTests {
    @Test("10,000 hours of bare-metal work at an overhead of 8 % need 800 more")
    func needed() { #expect((10_000 * 0.08).rounded() == 800) }

    @Test(
        "10,000 billed hours lose 741 at an overhead of 8 %, and 800 at a lost share of 8 %",
        arguments: zip([0.08, 0.08 / 0.92], [741.0, 800])
    )
    func lost(overhead: Double, hours: Double) throws {
        let share = try #require(Overhead.lostShare(of: overhead))
        #expect((10_000 * share).rounded() == hours)
        // The hours that are left do the work that bare metal does in fewer.
        #expect(abs(10_000 * (1 - share) * (1 + overhead) - 10_000) < 1e-8)
    }

    @Test("each is the other's inverse", arguments: [-0.5, -0.01, 0, 0.023, 0.08, 1, 9])
    func inverse(overhead: Double) throws {
        let share = try #require(Overhead.lostShare(of: overhead))
        #expect(abs(try #require(Overhead.overhead(ofLostShare: share)) - overhead) < 1e-12)
    }

    @Test("what no speed gives is absent", arguments: [-1, -2, Double.nan, .infinity])
    func absent(overhead: Double) { #expect(Overhead.lostShare(of: overhead) == nil) }
}
