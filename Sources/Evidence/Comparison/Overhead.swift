/// The two ways to say what virtual machines cost in speed, which are not the same number.
package enum Overhead {
    /// The share of billed hours that an overhead takes: o / (1 + o).
    ///
    /// At an overhead of 8 %, 10,000 hours of bare-metal work need 800 more, and 10,000 billed hours lose 741. Absent
    /// for -1 and below, which no speed gives.
    package static func lostShare(of overhead: Double) -> Double? {
        overhead > -1 && overhead.isFinite ? overhead / (1 + overhead) : nil
    }

    /// The overhead that takes a share of the billed hours: s / (1 - s); absent for 1 and above.
    package static func overhead(ofLostShare share: Double) -> Double? {
        share < 1 && share.isFinite ? share / (1 - share) : nil
    }
}
