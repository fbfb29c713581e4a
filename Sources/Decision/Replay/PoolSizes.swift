import Cost
import Scheduling
import Synchronization

/// What each size of one pool carries, replayed when it is first asked for and kept.
///
/// For some numbers of hosts the largest demand that keeps the promise is searched, to 2 %: 1, 2, 3, 4, 6, 8, 12, 16 and
/// so on, from one that carries no more than the least demand expected to the first that carries the largest. What is
/// replayed depends on the pool and these two alone, never on which draw asks first.
final class PoolSizes: Sendable {
    let pool: PoolReplay
    /// Jobs that were replayed, and those that no size can run.
    let jobs: Int
    let refused: Int
    let slots: Int?
    /// The least and the largest demand expected, in times the trace's.
    let expected: ClosedRange<Double>

    private struct State {
        var sizes: ReplayedSizes?
        var failure: SimulationError?
        var replays = 0
        var company: KnownCompany
    }

    private let state: Mutex<State>
    static let precision = 1.02
    /// The most jobs that one replay is asked for, and the most sizes.
    static let jobLimit = 5_000_000.0
    static let sizeLimit = 32
    static let hostLimit = 100_000

    init(_ pool: PoolReplay, refused: Int, slots: Int?, expected: ClosedRange<Double>) {
        self.pool = pool
        self.slots = slots
        self.refused = refused
        self.expected = expected
        jobs = pool.demand.count
        state = Mutex(State(company: KnownCompany(pool.demand)))
    }

    /// Sizes over the demand that is expected, ascending.
    var sizes: ReplayedSizes {
        state.withLock { state in
            if let known = state.sizes { return known }
            var made = ReplayedSizes(hosts: [], levels: [], jobs: jobs, refused: refused, slots: slots)
            do throws(SimulationError) {
                made = try replayed(&state)
            } catch {
                state.failure = error
            }
            state.sizes = made
            return made
        }
    }

    /// The most demand that a number of hosts carries at the middle of the overheads.
    func carried(hosts: Int) -> Double {
        state.withLock { state in
            do throws(SimulationError) {
                return try search(hosts, middle, from: Double(hosts) / 2, &state).load
            } catch {
                state.failure = error
                return 0
            }
        }
    }

    /// Why a replay could not be run; nil where all could.
    var failure: SimulationError? { state.withLock { $0.failure } }

    /// How many replays were run.
    var replays: Int { state.withLock { $0.replays } }

    private var middle: Int { pool.levels.count / 2 }

    /// The number of hosts at a place: 1, 2, 3, 4, 6, 8, 12, 16 and so on.
    static func hosts(at place: Int) -> Int {
        guard place > 1 else { return max(place, 0) + 1 }
        let power = 1 << min(place / 2, 40)
        return place % 2 == 1 ? 2 * power : power + power / 2
    }

    private func replayed(_ state: inout State) throws(SimulationError) -> ReplayedSizes {
        // From half of what the least demand would take without any waiting, downwards until a size carries less.
        var first = 0
        let least = expected.lowerBound * pool.busyHosts / 2
        while first < 2 * Self.sizeLimit, Double(Self.hosts(at: first + 1)) <= least { first += 1 }
        var found: [(place: Int, load: Double, held: Double)] = []
        func search(_ place: Int) throws(SimulationError) -> (place: Int, load: Double, held: Double) {
            let result = try self.search(Self.hosts(at: place), middle, from: guess(place, found), &state)
            return (place, result.load, result.held)
        }
        found.append(try search(first))
        while let lowest = found.first, lowest.place > 0, lowest.load > expected.lowerBound {
            found.insert(try search(lowest.place - 1), at: 0)
        }
        while let last = found.last, last.load < expected.upperBound, found.count < Self.sizeLimit,
            last.load * Double(jobs) < Self.jobLimit, Self.hosts(at: last.place + 1) <= Self.hostLimit
        {
            found.append(try search(last.place + 1))
        }
        var levels: [ReplayedSizes.Level] = []
        for index in pool.levels.indices {
            levels.append(try level(index, found, &state))
        }
        return ReplayedSizes(
            hosts: found.map { Self.hosts(at: $0.place) },
            levels: levels,
            jobs: jobs,
            refused: refused,
            slots: slots
        )
    }

    /// A level of the overheads, searched at every other size; between, it keeps its distance to the middle.
    private func level(
        _ index: Int,
        _ middleFound: [(place: Int, load: Double, held: Double)],
        _ state: inout State
    ) throws(SimulationError) -> ReplayedSizes.Level {
        let part = pool.levels[index].pooled / pool.levels[middle].pooled
        var made = ReplayedSizes.Level(stretch: pool.levels[index].pooled, carried: [], held: [])
        var ratio = 1 / part
        for (position, known) in middleFound.enumerated() {
            var (load, held) = (known.load, known.held)
            if index != middle {
                if position % 2 == 0 || position == middleFound.count - 1, known.load > 0 {
                    (load, held) = try search(Self.hosts(at: known.place), index, from: known.load * ratio, &state)
                    if load > 0 { ratio = load / known.load }
                } else {
                    (load, held) = (known.load * ratio, known.held * part)
                }
            }
            made.carried.append(load)
            made.held.append(held)
        }
        return made
    }

    /// Where to start: along the line through the two nearest sizes known, else what the work of the trace suggests.
    private func guess(_ place: Int, _ found: [(place: Int, load: Double, held: Double)]) -> Double {
        let hosts = Double(Self.hosts(at: place))
        let near = found.filter { $0.load > 0 }.sorted { abs($0.place - place) < abs($1.place - place) }
        guard let nearest = near.first else { return 0.4 * hosts / max(pool.busyHosts, 1e-6) }
        let at = Double(Self.hosts(at: nearest.place))
        guard near.count > 1 else { return nearest.load * (hosts > at ? 1.1 : 0.9) * hosts / at }
        let slope = (nearest.load - near[1].load) / (at - Double(Self.hosts(at: near[1].place)))
        return max(nearest.load + slope * (hosts - at), nearest.load * 0.5)
    }

    /// The largest demand that keeps the promise on some hosts: outwards from a guess, then by halves of the logarithm.
    private func search(
        _ hosts: Int,
        _ level: Int,
        from guess: Double,
        _ state: inout State
    ) throws(SimulationError) -> (load: Double, held: Double) {
        var low: (load: Double, held: Double)?
        var high: Double?
        var load = guess > 0 ? guess : 1
        var step = 1.04
        while true {
            let trial = try pool.trial(hosts: hosts, load: load, level: level, &state.company)
            state.replays += 1
            if trial.isMet {
                low = (load, trial.held)
                if high != nil || load * Double(jobs) > Self.jobLimit { break }
                load *= step
            } else {
                high = load
                if low != nil || load < 1.0 / 128 { break }
                load /= step
            }
            step = min(step * step, 4)
        }
        guard var met = low else { return (0, pool.levels[level].pooled) }
        guard var missed = high else { return met }
        while missed / met.load > Self.precision {
            let middle = (met.load * missed).squareRoot()
            let trial = try pool.trial(hosts: hosts, load: middle, level: level, &state.company)
            state.replays += 1
            if trial.isMet { met = (middle, trial.held) } else { missed = middle }
        }
        return met
    }
}
