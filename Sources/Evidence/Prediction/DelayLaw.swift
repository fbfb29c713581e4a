import Probability
import RealModule

/// The law of how late one rank is after a window of work, and from it of the latest of N ranks.
///
/// Detours in a window add up: a compound law on a grid, by Fourier transform. Ranks are spread evenly over the places
/// that were watched, so the chance that none of N is later than x is the geometric mean of the places' to the power N.
/// Ranks are taken as independent; detours that hit all of them at the same moment cost less than this says.
struct DelayLaw {
    private let grid: DelayGrid
    /// P(delay > k cells), one row a place, single long detours of the tail left to ``tail``.
    private let exceedances: [[Double]]
    private let tail: Tail?
    private let wakeup: Spectrum?
    /// What all places have together, for ``carriedFactor(ranks:)``.
    private let pooled: GriddedDetours
    private let windowSeconds: Double
    private let slackSeconds: Double

    /// Beyond the grid: one long detour, at rates per window and place.
    private struct Tail {
        var law: GeneralisedPareto
        /// Detours a window that exceed the threshold, and the mean delay of everything else, place by place.
        var rates: [Double]
        var means: [Double]
        /// The chance that no detour of a window is beyond the grid's, place by place.
        var kept: [Double]
        /// Where the grid's own detours end, in seconds.
        var end: Double
    }

    /// The law for places with these watches; nothing where nothing was watched.
    ///
    /// - Parameters:
    ///   - places: The processors that ranks are spread over.
    ///   - regularity: Variance over mean of the number of detours in a window, by their length.
    ///   - windowSeconds: The work between two synchronisations.
    ///   - slackSeconds: How much of the window a rank need not work, regained in each: a delay up to it costs nothing.
    ///   - wakeups: How late a rank wakes up after it slept at a synchronisation; nothing where ranks wait awake.
    ///   - law: What replaces the largest of the sample, or nothing for the sample itself.
    ///   - exponent: Of two: the number of cells.
    ///   - fourier: A transform of that many values, where one is at hand.
    init?(
        _ places: [DetourNoise.Place],
        regularity: DetourRegularity,
        windowSeconds: Double,
        slackSeconds: Double,
        wakeups: WakeupSample? = nil,
        tail law: GeneralisedPareto?,
        exponent: Int = 14,
        fourier: Fourier? = nil
    ) {
        let work = max(0, windowSeconds - slackSeconds)
        let fourier = fourier ?? Fourier(exponent: exponent)
        let watched = places.filter { $0.workSeconds > 0 }
        guard !watched.isEmpty, work > 0 else { return nil }
        let rates = watched.map { $0.count / $0.workSeconds * work }
        var longest = 0.0
        var busiest = 0.0
        var squares = 0.0
        for (place, rate) in zip(watched, rates) {
            var (sum, square) = (0.0, 0.0)
            for watch in place.watches {
                for (length, count) in zip(watch.lengths, watch.counts) {
                    let dispersion = max(regularity.dispersion(of: length), 1)
                    let length = law.map { min(length, $0.threshold) } ?? length
                    sum += length * count
                    square += length * length * count * dispersion
                }
                longest = max(longest, watch.lengths.last ?? 0)
            }
            let count = max(place.count, 1)
            busiest = max(busiest, rate * sum / count)
            squares = max(squares, rate * square / count)
        }
        guard longest > 0 || wakeups != nil else { return nil }
        var end = longest
        if let law {
            let most = rates.max() ?? 0
            // So far out that two such detours in one window are no matter.
            if most * law.share > 0.005 { end = max(end, min(law.quantile(exceededBy: 0.005 / most), longest * 1e4)) }
        }
        let grid = DelayGrid(
            step: (busiest + 12 * squares.squareRoot() + 3 * end + 1.5 * (wakeups?.values.last ?? 0))
                / Double(fourier.size),
            fourier: fourier
        )
        self.grid = grid
        let wakeup = wakeups.map { Self.spectrum($0, grid) }
        self.wakeup = wakeup
        var rows: [[Double]] = []
        var tailRates: [Double] = []
        var tailMeans: [Double] = []
        var kept: [Double] = []
        var pooled = GriddedDetours(regularity, cells: fourier.size)
        var pooledWork = 0.0
        for (place, rate) in zip(watched, rates) {
            var detours = GriddedDetours(regularity, cells: fourier.size)
            detours.add(place, grid, law, end)
            pooled.add(detours)
            pooledWork += place.workSeconds
            detours.settle(mean: rate)
            tailMeans.append(detours.meanCells * grid.step)
            tailRates.append(detours.above)
            kept.append(detours.kept)
            rows.append(detours.exceedances(grid, wakeup))
        }
        exceedances = rows
        tail = law.map { Tail(law: $0, rates: tailRates, means: tailMeans, kept: kept, end: end) }
        pooled.settle(mean: pooledWork > 0 ? watched.reduce(0) { $0 + $1.count } / pooledWork * work : 0)
        self.pooled = pooled
        self.windowSeconds = windowSeconds
        self.slackSeconds = slackSeconds
    }

    /// The spectrum of a sample's law.
    private static func spectrum(_ sample: WakeupSample, _ grid: DelayGrid) -> Spectrum {
        var measure = [Double](repeating: 0, count: grid.cells)
        let total = sample.counts.reduce(0, +)
        for (value, count) in zip(sample.values, sample.counts) { grid.add(value, count / total, to: &measure) }
        var spectrum = Spectrum(measure)
        grid.fourier.transform(&spectrum)
        return spectrum
    }

    /// P(the latest of N is later than k cells).
    private func latest(_ ranks: Double) -> [Double] {
        let places = Double(exceedances.count)
        // Fewer ranks than places: a lone rank is on any of them, which is the mean of the chances, not of their logarithms.
        let lone = places > 1 ? max(0, places - ranks) / (places - 1) : 0
        let end = tail.map { grid.cell($0.end) } ?? grid.cells
        return (0..<grid.cells).map { cell in
            var (log, sum) = (0.0, 0.0)
            for (place, row) in exceedances.enumerated() {
                let q = cell > end ? beyond(place, row[cell], cell) : row[cell]
                if q >= 1, lone < 1 { return 1 }
                log += q < 1 ? Double.log(onePlus: -q) : 0
                sum += q
            }
            if lone >= 1 { return ExpectedMaximum.exceeding(sum / places, ranks) }
            let mean = lone > 0 ? lone * Double.log(onePlus: -min(sum / places, 1 - 1e-16)) : 0
            return -Double.expMinusOne(ranks * ((1 - lone) * log / places + mean))
        }
    }

    /// P(delay > k cells) of a place where the tail takes over: the grid's own sums, and one long detour beside the rest.
    private func beyond(_ place: Int, _ onGrid: Double, _ cell: Int) -> Double {
        guard let tail, tail.kept[place] > 0 else { return onGrid }
        let single = tail.rates[place] * survival(Double(cell) * grid.step, place, tail)
        return min(max(1 - (1 - onGrid) / tail.kept[place] * Double.exp(-single), 0), 1)
    }

    /// The chance that a detour above the threshold makes a window later than x, with what else is in it.
    private func survival(_ x: Double, _ place: Int, _ tail: Tail) -> Double {
        tail.law.survival(max(tail.end, x - tail.means[place])) / tail.law.share
    }

    /// The expected excess of the latest of N over the slack, in seconds a window; infinite where the tail has no mean.
    func expectedDelay(ranks: Double) -> Double {
        delay(latest(ranks)) + tailDelay(ranks)
    }

    /// The area above the slack under an exceedance curve, up to where the tail takes over.
    private func delay(_ curve: [Double]) -> Double {
        let first = slackSeconds / grid.step
        guard first < Double(curve.count) else { return 0 }
        let cell = Int(first)
        var sum = (1 - (first - Double(cell))) * curve[cell]
        let last = curve.count - 1
        guard cell < last else { return sum * grid.step }
        for k in (cell + 1)...last { sum += curve[k] }
        return sum * grid.step
    }

    /// What single detours beyond the grid's end add.
    private func tailDelay(_ ranks: Double) -> Double {
        guard let tail else { return 0 }
        guard tail.law.shape < 1 else { return tail.rates.contains { $0 > 0 } ? .infinity : 0 }
        let share = ranks / Double(exceedances.count)
        let start = max(Double(grid.cells) * grid.step, slackSeconds)
        func exceeded(_ x: Double) -> Double {
            var sum = 0.0
            for (place, rate) in tail.rates.enumerated() where rate > 0 { sum += rate * survival(x, place, tail) }
            return -Double.expMinusOne(-share * sum)
        }
        // On logarithms of the distance, far enough that what is left is the power's own remainder.
        let scale = max(tail.law.scale, tail.end * 1e-3)
        let decades = 60.0
        let integral = Quadrature.integral(from: 0, to: decades, panels: 240) { z in
            let distance = scale * Double.expMinusOne(z)
            return exceeded(start + distance) * scale * Double.exp(z)
        }
        return integral
    }

    /// How much detours that began while a rank waited, and run on into the next window, change the delay: a factor.
    ///
    /// Found by repetition: what a rank waits depends on the delay, which depends on what is carried over.
    func carriedFactor(ranks: Double) -> Double {
        guard pooled.mean > 0 else { return 1 }
        // Long detours of the tail are left out: what is wanted is a ratio.
        let pooledRow = pooled.exceedances(grid, wakeup)
        let last = tail.map { grid.cell($0.end) } ?? grid.cells
        func latest(_ row: [Double]) -> [Double] {
            row.enumerated().map { $0 <= last ? ExpectedMaximum.exceeding($1, ranks) : 0 }
        }
        let plain = latest(pooledRow)
        let before = delay(plain)
        guard before > 0, before.isFinite else { return 1 }
        var lengths = Spectrum(pooled.lengths)
        grid.fourier.transform(&lengths)
        var row = pooledRow
        let rate = pooled.mean / max(windowSeconds - slackSeconds, windowSeconds * 1e-9)
        let slackCells = slackSeconds / grid.step
        var curve = plain
        var after = before
        for _ in 0..<4 {
            // A rank that is late by x still waits u later where the latest of the others, or the slack, is beyond x + u.
            let others = row.map { ExpectedMaximum.exceeding($0, ranks - 1) }
            let beyond = others.indices.map { Double($0) < slackCells ? 1 : others[$0] }
            let late = row.indices.map { $0 == 0 ? 1 - row[0] : max(0, row[$0 - 1] - row[$0]) }
            var wait = correlation(Spectrum(beyond), Spectrum(late), transformed: false)
            // In the lower half of the circle, so that differences do not wrap.
            for cell in wait.real.indices where cell >= grid.cells / 2 { wait.real[cell] = 0 }
            wait = Spectrum(wait.real)
            grid.fourier.transform(&wait)
            var carried = correlation(lengths, wait, transformed: true)
            var mass = 0.0
            for cell in 0..<grid.cells {
                let inside = cell > 0 && cell < grid.cells / 2
                carried.real[cell] = inside ? max(0, carried.real[cell]) * rate * grid.step : 0
                carried.imaginary[cell] = 0
                mass += carried.real[cell]
            }
            grid.fourier.transform(&carried)
            row = pooled.exceedances(grid, wakeup, extra: carried, extraMass: mass)
            curve = latest(row)
            let next = delay(curve)
            let settled = abs(next - after) <= 1e-6 * after
            after = next
            if settled { break }
        }
        return after / before
    }

    /// The sum over x of a(x + u) b(x), for each u, of values or of their spectra.
    private func correlation(_ a: Spectrum, _ b: Spectrum, transformed: Bool) -> Spectrum {
        var (a, b) = (a, b)
        if !transformed {
            grid.fourier.transform(&a)
            grid.fourier.transform(&b)
        }
        var product = a
        for cell in 0..<grid.cells {
            product.real[cell] = a.real[cell] * b.real[cell] + a.imaginary[cell] * b.imaginary[cell]
            product.imaginary[cell] = a.imaginary[cell] * b.real[cell] - a.real[cell] * b.imaginary[cell]
        }
        grid.fourier.transform(&product, inverse: true)
        return product
    }
}

/// How late a sleeping rank wakes up: values in seconds in ascending order, and how often each was seen.
struct WakeupSample: Sendable, Hashable {
    var values: [Double]
    var counts: [Double]
}
