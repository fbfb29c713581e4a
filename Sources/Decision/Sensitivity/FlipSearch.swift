import Cost
import Study

/// Assignments that become good where an input is at an end of its range, when there are too many to price each one.
///
/// The local search behind the choice saw only the inputs as they are drawn. Here it starts again from the choice with
/// one input held, so that the scan for flip points can see what that leads to.
struct FlipSearch: Sendable {
    let pricer: Pricer
    let space: AssignmentSpace
    let chosen: [Int]

    /// Draws that moves are compared on, rounds of moves, and assignments handed on.
    static let sample = 64
    static let rounds = 4
    static let kept = 48

    /// Those that are not yet known, in the order of the inputs.
    func found(_ inputs: [Int], known: Set<[Int]>) async -> [[Int]] {
        let ends = inputs.flatMap { input -> [(input: Int, value: Double)] in
            let range = pricer.model.inputs[input].range
            guard range.lowerBound < range.upperBound, range.lowerBound.isFinite, range.upperBound.isFinite else {
                return []
            }
            return [(input, range.lowerBound), (input, range.upperBound)]
        }
        let settled = await Sweep.map(ends) { settle($0.input, $0.value) }
        var seen = known
        return Array(settled.filter { seen.insert($0).inserted }.prefix(FlipSearch.kept))
    }

    /// Where the best single move of each round leads, with an input held; one pricing of all moves a round.
    private func settle(_ input: Int, _ value: Double) -> [Int] {
        var current = chosen
        for _ in 0..<FlipSearch.rounds {
            let moves = current.indices.flatMap { workload in
                space.eligible[workload].filter { $0 != current[workload] }.map {
                    AssignmentSpace.moving(workload, to: $0, in: current)
                }
            }
            let options = [current] + moves
            let means = pricer.means(options, sample: FlipSearch.sample, fixing: input, at: value)
            var least = 0
            for index in means.indices where means[index] < means[least] && !Tally.ties(means[index], means[least]) {
                least = index
            }
            if least == 0 { break }
            current = options[least]
        }
        return current
    }
}
