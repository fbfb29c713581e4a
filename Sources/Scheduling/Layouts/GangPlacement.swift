import Estate

/// Jobs on whole GPUs of one host, put where they leave the rest most together: largest first, tightest host first; where
/// that is asked for, on GPUs with running jobs before all else.
struct GangPlacement {
    /// Jobs that are alike.
    struct Gang {
        let size: Int
        let count: Int
        let team: String?
        /// The only model that will do.
        let model: Int?
    }

    /// Which team has a site whole; sites that no job has are not in it.
    private(set) var teamOf: [Int: String?] = [:]

    /// Places all jobs.
    ///
    /// - Parameters:
    ///   - gangs: the jobs.
    ///   - bins: sites of one model on one host, the most welcome first; in the order in which hosts are preferred.
    ///   - models: the model of each bin.
    ///   - clear: how many of each bin, from the first on, may be had; nil for all.
    ///   - busy: how many of each bin, from the first on, have jobs and are to be taken before others; nil for no such regard.
    ///   - isSliced: whether slices are wanted of each model: others are taken first.
    /// - Throws: ``PlanError/gangTooLarge(gpus:largest:)`` and ``PlanError/gangsDoNotFit(gpus:unplaced:freeGPUs:)``.
    init(
        _ gangs: [Gang],
        bins: [[Int]],
        models: [Int],
        clear: [Int]? = nil,
        busy: [Int]? = nil,
        isSliced: [Bool]
    ) throws(PlanError) {
        guard !gangs.isEmpty else { return }
        var left = bins.map(\.count)
        var clear = clear ?? left
        var busy = busy ?? bins.map { _ in 0 }
        let largest = left.max() ?? 0
        // Bins by room, for each model and number of busy GPUs; the last one of a list is taken next.
        var byRoom = Array(
            repeating: Array(
                repeating: Array(repeating: [Int](), count: largest + 1),
                count: (busy.max() ?? 0) + 1
            ),
            count: (models.max() ?? 0) + 1
        )
        for bin in bins.indices.reversed() { byRoom[models[bin]][busy[bin]][left[bin]].append(bin) }
        let order = isSliced.indices.sorted { (isSliced[$0] ? 1 : 0, $0) < (isSliced[$1] ? 1 : 0, $1) }
        let sorted = gangs.enumerated().sorted { one, other in
            (other.element.size, one.element.model == nil ? 1 : 0, one.offset)
                < (one.element.size, other.element.model == nil ? 1 : 0, other.offset)
        }
        for (_, gang) in sorted where gang.count > 0 {
            let able = zip(bins, models).filter { gang.model == nil || $0.1 == gang.model }.map(\.0.count).max() ?? 0
            guard gang.size <= able else { throw .gangTooLarge(gpus: gang.size, largest: able) }
            for placed in 0..<gang.count {
                guard let bin = Self.take(gang, &byRoom, clear, gang.model.map { [$0] } ?? order) else {
                    throw .gangsDoNotFit(
                        gpus: gang.size,
                        unplaced: gang.count - placed,
                        freeGPUs: left.reduce(0, +)
                    )
                }
                let from = bins[bin].count - left[bin]
                for site in bins[bin][from..<(from + gang.size)] { teamOf[site] = .some(gang.team) }
                left[bin] -= gang.size
                clear[bin] -= gang.size
                busy[bin] = max(0, busy[bin] - gang.size)
                byRoom[models[bin]][busy[bin]][left[bin]].append(bin)
            }
        }
    }

    private static func take(
        _ gang: Gang,
        _ byRoom: inout [[[[Int]]]],
        _ clear: [Int],
        _ models: [Int]
    ) -> Int? {
        let most = (byRoom.first?.count ?? 1) - 1
        for busy in stride(from: min(gang.size, most), through: 0, by: -1) {
            // A job has no use for more busy GPUs than it takes; those that have more serve it alike.
            for count in busy...(busy == gang.size ? most : busy) {
                for model in models where byRoom.indices.contains(model) {
                    for room in byRoom[model][count].indices where room >= gang.size {
                        if let place = byRoom[model][count][room].lastIndex(where: { clear[$0] >= gang.size }) {
                            return byRoom[model][count][room].remove(at: place)
                        }
                    }
                }
            }
        }
        return nil
    }
}
