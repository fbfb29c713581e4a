internal import Probability

extension ProbeContext {
    /// The source of all that is random in the run.
    var generator: RandomGenerator { RandomGenerator(seed: UInt64(max(0, request.seed))) }
}
