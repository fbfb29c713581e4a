import Probability
import RealModule

/// What a collective costs by the alpha-beta model: so much a message, so much a byte.
package struct CollectiveCost: Sendable, Hashable {
    /// How the sum over all ranks is formed.
    package enum Algorithm: String, Sendable, Hashable, CaseIterable {
        /// A reduce-scatter and an all-gather round a ring: most steps, least data.
        case ring
        /// Two pipelined binary trees, up and down: few steps.
        case tree
    }

    /// Seconds a message takes, however short.
    package var latencySeconds: Double
    /// Seconds a byte takes.
    package var secondsPerByte: Double

    /// A cost of known parts.
    package init(latencySeconds: Double, secondsPerByte: Double) {
        self.latencySeconds = latencySeconds
        self.secondsPerByte = secondsPerByte
    }

    /// Seconds for an all-reduce of so many bytes over so many members; zero for one member.
    ///
    /// Ring: 2(n-1)(α + βB/n). Tree: 2⌈log2 n⌉α + 2βB(n-1)/n. Source: Thakur, Rabenseifner and Gropp (2005); Sanders, Speck
    /// and Träff (2009) for the two trees.
    package func allReduce(bytes: Double, members: Double, _ algorithm: Algorithm) -> Double {
        guard members > 1 else { return 0 }
        switch algorithm {
        case .ring:
            return 2 * (members - 1) * (latencySeconds + secondsPerByte * bytes / members)
        case .tree:
            return 2 * Double.log2(members).rounded(.up) * latencySeconds
                + 2 * secondsPerByte * bytes * (members - 1) / members
        }
    }
}

extension Double {
    /// The number with one decimal, or three significant digits of a small one.
    var oneDecimal: String {
        let scaled = (self * 10).rounded() / 10
        return abs(self) < 1 ? "\((self * 100).rounded() / 100)" : "\(scaled)"
    }
}
