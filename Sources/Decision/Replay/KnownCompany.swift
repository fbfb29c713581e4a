import Scheduling

/// How much longer jobs of a pool worked for having company on their GPU, as the last replays found.
///
/// The next replay starts from it and so needs fewer rounds: near the largest demand that keeps a promise jobs have much
/// the same company on any number of hosts.
struct KnownCompany: Sendable {
    /// By copy: time of work over the time alone; 0 where it was not seen.
    private var ofCopy: ContiguousArray<Double>
    /// The same by job, of the copy that was seen last.
    private var ofJob: ContiguousArray<Double>

    /// Nothing known of a demand.
    init(_ demand: ScaledDemand) {
        ofCopy = ContiguousArray(repeating: 0, count: demand.dealtCopies)
        ofJob = ContiguousArray(repeating: 0, count: demand.count)
    }

    /// What to start from, in step with a draw: of the copy, else of its job, else 1.
    func factors(of draw: ScaledDemand.Draw) -> ContiguousArray<Double> {
        ContiguousArray(
            draw.jobs.indices.map { index in
                if draw.copies.indices.contains(index) {
                    let known = ofCopy[Int(draw.copies[index])]
                    if known > 0 { return known }
                }
                let known = ofJob[Int(draw.jobs[index])]
                return known > 0 ? known : 1
            }
        )
    }

    /// Takes what a replay found.
    mutating func learn(_ draw: ScaledDemand.Draw, _ alone: PreparedReplay, _ replay: ModelReplay) {
        let (inactive, lengths, found) = (alone.ledger.inactive, alone.trace.duration, replay.trace.duration)
        for index in draw.jobs.indices {
            let before = inactive[index]
            let work = Double(lengths[index] - before)
            guard work > 0 else { continue }
            let factor = Double(found[index] - before) / work
            ofJob[Int(draw.jobs[index])] = factor
            if draw.copies.indices.contains(index) { ofCopy[Int(draw.copies[index])] = factor }
        }
    }
}
