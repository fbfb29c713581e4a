internal import CProbe
internal import Evidence

extension ComponentProbe {
    /// What takes a spinning core from its work, and for how long: interrupts, other tasks, the hypervisor, firmware.
    ///
    /// All cores spin at once, each reading its time stamp counter; a gap between two readings is a detour. What matters to
    /// a synchronised job is the distribution of lengths, not the share of time, so the histogram is what is kept.
    package static let detours = ComponentProbe(
        name: "detours",
        title: "detours of spinning cores",
        placement: .all,
        weight: 1.5,
        // That others run on the core is what the probe is there to see.
        tolerates: [.otherTasks, .otherLoad, .throttled, .overheated],
        metrics: { layout in
            [.component("spin_quantum", "us", .lower)]
                + DetourSpin.chosen(layout.processors).flatMap { processor -> [Metric] in
                    [
                        .component("detour_length_cpu\(processor)", "us", .lower, .exploratory),
                        .component("detours_per_second_cpu\(processor)", "1/s", .lower, .exploratory),
                    ]
                }
                + DetourRegularity.metrics.map { .component($0, "ratio", .lower, .exploratory) }
        },
        run: DetourSpin.run
    )
}

/// Spinning, and what comes of it.
package enum DetourSpin {
    /// Gaps from here on are detours: an order of magnitude above a reading of the counter.
    package static let thresholdNanoseconds = 500.0
    /// Uninterrupted work that ``quanta(_:spunNanoseconds:)`` cuts the time into.
    package static let quantumNanoseconds = 1_000_000.0
    /// Windows in which detours are counted.
    package static let windowNanoseconds = 100_000_000.0
    /// Most processors that are reported one by one.
    package static let mostProcessors = 32
    /// Most gaps of one processor.
    package static let mostGaps = 200_000

    /// What one processor saw.
    package struct Spin: Sendable, Hashable {
        /// The processor.
        package var processor: Int
        /// The counter when it began, in ticks.
        package var beginTicks: UInt64
        /// How long it spun.
        package var nanoseconds: Double
        /// Gaps in order: when they began, and how long they were.
        package var gaps: [(start: Double, length: Double)]
        /// The mean time of one turn of the loop, gaps apart.
        package var turnNanoseconds: Double

        /// What one processor saw.
        package init(
            processor: Int,
            beginTicks: UInt64 = 0,
            nanoseconds: Double,
            gaps: [(start: Double, length: Double)],
            turnNanoseconds: Double
        ) {
            self.processor = processor
            self.beginTicks = beginTicks
            self.nanoseconds = nanoseconds
            self.gaps = gaps
            self.turnNanoseconds = turnNanoseconds
        }

        /// Field by field.
        package static func == (left: Spin, right: Spin) -> Bool {
            left.processor == right.processor && left.nanoseconds == right.nanoseconds
                && left.turnNanoseconds == right.turnNanoseconds && left.gaps.count == right.gaps.count
                && zip(left.gaps, right.gaps).allSatisfy { $0 == $1 }
        }

        /// By the fields that tell spins apart.
        package func hash(into hasher: inout Hasher) {
            hasher.combine(processor)
            hasher.combine(nanoseconds)
            hasher.combine(gaps.count)
        }
    }

    /// The processors that spin: all, or as many as are reported, evenly chosen.
    package static func chosen(_ processors: [Int]) -> [Int] {
        guard processors.count > mostProcessors else { return processors }
        return (0..<mostProcessors).map { processors[$0 * processors.count / mostProcessors] }
    }

    /// Spins on the processors at once.
    package static func spin(
        _ processors: [Int],
        nanoseconds: UInt64,
        thresholdNanoseconds: Double = thresholdNanoseconds
    ) throws(ProbeRefusal) -> [Spin] {
        let rate = MonotonicClock.ticksPerNanosecond()
        let threads = processors.count
        guard threads > 0 else { throw ProbeRefusal("no processor to spin on") }
        var gaps = [assay_gap](repeating: assay_gap(), count: threads * mostGaps)
        var spins = [assay_spin](repeating: assay_spin(), count: threads)
        let status = assay_detours(
            processors.map { Int32(clamping: $0) },
            Int32(threads),
            UInt64(Double(nanoseconds) * rate),
            UInt64(max(1, thresholdNanoseconds * rate)),
            &gaps,
            mostGaps,
            &spins
        )
        guard status == 0 else { throw ProbeRefusal("cannot spin: \(systemError(-status))") }
        return processors.enumerated().map { index, processor in
            let spin = spins[index]
            let found = gaps[(index * mostGaps)..<(index * mostGaps + min(spin.gaps, mostGaps))]
            let lengths = found.reduce(0.0) { $0 + Double($1.length) }
            let turns = Double(spin.readings) - Double(found.count)
            return Spin(
                processor: processor,
                beginTicks: spin.begin,
                nanoseconds: Double(spin.elapsed) / rate,
                gaps: found.map { (Double($0.start) / rate, Double($0.length) / rate) },
                turnNanoseconds: turns > 0 ? max(0, Double(spin.elapsed) - lengths) / turns / rate : 0
            )
        }
    }

    /// How long each quantum of uninterrupted work took: the work itself, and the detours in it.
    ///
    /// Always above zero, unlike the share of time taken, so that two hosts have a ratio.
    package static func quanta(_ spin: Spin, workNanoseconds: Double = quantumNanoseconds) -> [Double] {
        guard workNanoseconds > 0 else { return [] }
        var quanta: [Double] = []
        // Work done before a gap begins is the time until then less the gaps before it.
        var (lost, quantumLost, end) = (0.0, 0.0, workNanoseconds)
        for gap in spin.gaps {
            let done = gap.start - lost
            while done >= end {
                quanta.append(workNanoseconds + quantumLost)
                quantumLost = 0
                end += workNanoseconds
            }
            // Of the step that held the gap, one turn was the loop's own.
            let detour = max(0, gap.length - spin.turnNanoseconds)
            lost += detour
            quantumLost += detour
        }
        let done = spin.nanoseconds - lost
        while done >= end {
            quanta.append(workNanoseconds + quantumLost)
            quantumLost = 0
            end += workNanoseconds
        }
        return quanta
    }

    /// Detours a second in consecutive windows; the last one only when it is whole.
    package static func rates(_ spin: Spin, windowNanoseconds: Double = windowNanoseconds) -> [Double] {
        // A spin shorter than a window is a window of its own.
        let width = min(spin.nanoseconds, windowNanoseconds)
        return counts(spin, windowNanoseconds) { _ in true }.map { $0 / (width * 1e-9) }
    }

    /// Detours that a filter takes by their length in nanoseconds, in the same windows.
    private static func counts(_ spin: Spin, _ windowNanoseconds: Double, _ takes: (Double) -> Bool) -> [Double] {
        let windows = min(max(1, (spin.nanoseconds / windowNanoseconds).rounded(.down)), 1e6)
        let width = min(spin.nanoseconds, windowNanoseconds)
        guard width > 0 else { return [] }
        var counts = [Double](repeating: 0, count: Int(windows))
        for gap in spin.gaps where takes(gap.length) {
            let window = gap.start / width
            if window >= 0, window < windows { counts[Int(window)] += 1 }
        }
        return counts
    }

    /// How regularly detours of each class of length came: variance over mean of how many a window has, over all processors.
    ///
    /// - Returns: one value for each of ``DetourRegularity/metrics``; none where no such detour came.
    package static func dispersions(_ spins: [Spin], windowNanoseconds: Double = windowNanoseconds) -> [Double?] {
        DetourRegularity.metrics.indices.map { place in
            DetourRegularity.dispersion(
                spins.map { counts($0, windowNanoseconds) { DetourRegularity.place($0 * 1e-9) == place } }
            )
        }
    }

    static func run(_ context: ProbeContext) throws(ProbeRefusal) -> ProbeSamples {
        let processors = chosen(context.request.processors)
        let spins = try spin(processors, nanoseconds: context.nanoseconds)
        var samples = ProbeSamples()
        let turn = spins.map(\.turnNanoseconds).max() ?? 0
        guard turn < thresholdNanoseconds / 2 else {
            throw ProbeRefusal("a reading of the time stamp counter takes \(Int(turn)) ns: it is trapped or emulated")
        }
        let quanta = spins.flatMap { Self.quanta($0) }.map { $0 * 1e-3 }
        samples.series.append(ProbeSeries("spin_quantum", quanta, resolution: turn * 1e-3))
        for spin in spins {
            let name = "cpu\(spin.processor)"
            let lengths = spin.gaps.map { $0.length * 1e-3 }
            let rates = Self.rates(spin)
            samples.series.append(ProbeSeries("detour_length_\(name)", lengths, resolution: turn * 1e-3))
            samples.series.append(
                ProbeSeries("detours_per_second_\(name)", rates, resolution: 1e9 / max(spin.nanoseconds, 1))
            )
            if spin.gaps.count >= mostGaps {
                samples.notes.append("Processor \(spin.processor) stopped early, after \(mostGaps) detours.")
            }
        }
        for (place, dispersion) in dispersions(spins).enumerated() {
            // About what one detour more would change.
            let count = spins.reduce(0) { $0 + $1.gaps.count { DetourRegularity.place($0.length * 1e-9) == place } }
            let values = dispersion.map { [$0] } ?? []
            samples.series.append(
                ProbeSeries(DetourRegularity.metrics[place], values, resolution: 1 / Double(max(1, count)))
            )
        }
        samples.conditions = [Condition(name: "detour_threshold_ns", value: "\(Int(thresholdNanoseconds))")]
        samples.notes.append("Detours shorter than \(Int(thresholdNanoseconds)) ns are not seen.")
        if processors.count < context.request.processors.count {
            samples.notes.append(
                "\(processors.count) of \(context.request.processors.count) processors were spun on, evenly chosen."
            )
        }
        return samples
    }
}
