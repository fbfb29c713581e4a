/// The detours of a window on a grid of lengths, those of each regularity apart, and the law of their sum.
struct GriddedDetours {
    /// Counts of detours by cell, for each distinct dispersion; after ``settle(mean:)`` shares of all detours.
    private var measures: [[Double]]
    /// How many detours each has, with those that are not on the grid.
    private var counts: [Double]
    private let dispersions: [Double]
    private let ofClass: [Int]
    /// How many exceed the tail's threshold, where there is one; after ``settle(mean:)`` in a window.
    private(set) var above = 0.0
    /// The mean number of detours in a window.
    private(set) var mean = 0.0

    init(_ regularity: DetourRegularity, cells: Int) {
        (dispersions, ofClass) = regularity.groups
        measures = dispersions.map { _ in [Double](repeating: 0, count: cells) }
        counts = dispersions.map { _ in 0 }
    }

    /// Adds a place's detours: the sample itself, or up to the threshold and the fitted tail from there.
    ///
    /// - Parameters:
    ///   - place: whose detours.
    ///   - grid: the cells.
    ///   - law: what replaces the largest of the sample, or nothing.
    ///   - end: what lies beyond it in the tail is not on the grid.
    mutating func add(_ place: DetourNoise.Place, _ grid: DelayGrid, _ law: GeneralisedPareto?, _ end: Double) {
        var beyond = 0.0
        for watch in place.watches {
            for (length, count) in zip(watch.lengths, watch.counts) {
                if let law, length > law.threshold { beyond += count } else { add(length, count, grid) }
            }
        }
        guard let law, beyond > 0 else { return }
        above += beyond
        // The tail in slices of equal probability, thin at the far end.
        let last = law.survival(end) / law.share
        var upper = 1.0
        let slices = 400
        for slice in 1...slices {
            let position = Double(slice) / Double(slices)
            let lower = last + (1 - last) * (1 - position) * (1 - position)
            let middle = law.quantile(exceededBy: law.share * (upper + lower) / 2)
            add(min(middle, end), beyond * (upper - lower), grid)
            upper = lower
        }
        counts[group(end)] += beyond * last
    }

    /// Adds what another grid of as many cells holds.
    mutating func add(_ other: GriddedDetours) {
        for group in measures.indices {
            for cell in measures[group].indices { measures[group][cell] += other.measures[group][cell] }
            counts[group] += other.counts[group]
        }
        above += other.above
    }

    private func group(_ length: Double) -> Int { ofClass[DetourRegularity.place(length)] }

    private mutating func add(_ length: Double, _ count: Double, _ grid: DelayGrid) {
        let group = group(length)
        grid.add(length, count, to: &measures[group])
        counts[group] += count
    }

    /// Says how many detours a window has: what was added are then shares of them.
    mutating func settle(mean: Double) {
        self.mean = mean
        let total = counts.reduce(0, +)
        guard total > 0 else { return }
        above *= mean / total
        for group in measures.indices {
            counts[group] /= total
            for cell in measures[group].indices { measures[group][cell] /= total }
        }
    }

    /// Shares of all detours by cell.
    var lengths: [Double] {
        var sum = measures[0]
        for measure in measures.dropFirst() { for cell in sum.indices { sum[cell] += measure[cell] } }
        return sum
    }

    /// The mean of the sum in a window, in cells, without what is not on the grid.
    var meanCells: Double {
        var sum = 0.0
        for (cell, mass) in lengths.enumerated() { sum += Double(cell) * mass }
        return sum * mean
    }

    /// The chance that no detour of a window is beyond the grid's.
    var kept: Double {
        var kept = 1.0
        for group in measures.indices where counts[group] > 0 && mean > 0 {
            var spectrum = Spectrum([measures[group].reduce(0, +) / counts[group]])
            CountLaw(mean: mean * counts[group], dispersion: dispersions[group]).compound(&spectrum)
            kept *= spectrum.real[0]
        }
        return kept
    }

    /// P(sum > k cells), summed from the far end; mass that never was on the grid counts as above everything.
    func exceedances(_ grid: DelayGrid, _ wakeup: Spectrum?, extra: Spectrum? = nil, extraMass: Double = 0) -> [Double]
    {
        var sum: Spectrum?
        var missing = 0.0
        for group in measures.indices where counts[group] > 0 && mean > 0 {
            var spectrum = Spectrum(measures[group].map { $0 / counts[group] })
            missing = max(missing, 1 - spectrum.real.reduce(0, +))
            grid.fourier.transform(&spectrum)
            // What is carried over is one more part of the sum, once.
            let isFirst = sum == nil
            CountLaw(mean: mean * counts[group], dispersion: dispersions[group])
                .compound(&spectrum, factor: isFirst ? extra : nil, extraMass: isFirst ? extraMass : 0)
            sum?.multiply(by: spectrum)
            sum = sum ?? spectrum
        }
        var spectrum = sum ?? Spectrum([Double](repeating: 1, count: grid.cells))
        if let wakeup { spectrum.multiply(by: wakeup) }
        // The zero frequency is all mass that stayed.
        let kept = spectrum.real[0]
        grid.fourier.transform(&spectrum, inverse: true)
        var result = spectrum.real
        var above = missing > 1e-12 ? max(0, 1 - kept) : 0
        for cell in stride(from: result.count - 1, through: 0, by: -1) {
            let mass = result[cell]
            result[cell] = min(max(above, 0), 1)
            // Rounding of the transform leaves specks of mass that are no probability.
            if abs(mass) > 1e-16 { above += mass }
        }
        return result
    }
}
