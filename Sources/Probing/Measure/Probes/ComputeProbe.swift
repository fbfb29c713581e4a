internal import CProbe
internal import Evidence
internal import Probability

extension ComponentProbe {
    /// How fast cores compute: integers and doubles on one, doubles on all at once.
    ///
    /// The same instructions everywhere, out of caches and memory: what differs is the clock, the time stolen, and on all
    /// cores at once the hardware threads that share one.
    package static let compute = ComponentProbe(
        name: "compute",
        title: "integer and floating-point work",
        placement: .all,
        weight: 1,
        metrics: { _ in
            [
                .component("cpu_integer_time", "ns/kop", .lower),
                .component("cpu_float_time", "ns/kop", .lower),
                .component("cpu_float_time_all", "ns/kop", .lower, .exploratory),
            ]
        },
        run: ComputeWork.run
    )
}

private enum ComputeWork {
    /// Operations that an iteration does, by the definition of the two loops.
    static let operations = (integer: 16.0, float: 32.0)
    /// How long a sample takes: long against the clock's reading, short against a scheduler's slice.
    static let blockNanoseconds = 2_000_000.0

    static func run(_ context: ProbeContext) throws(ProbeRefusal) -> ProbeSamples {
        let processors = context.request.processors
        var generator = context.generator
        guard !processors.isEmpty else { throw ProbeRefusal("no processor to compute on") }
        let single = processors[generator.index(below: processors.count)]
        let third = context.nanoseconds / 3
        let integer = try times([single], floating: false, nanoseconds: third)
        let float = try times([single], floating: true, nanoseconds: third)
        let all = try times(processors, floating: true, nanoseconds: third)
        return ProbeSamples(series: [
            ProbeSeries("cpu_integer_time", integer, resolution: resolution(integer)),
            ProbeSeries("cpu_float_time", float, resolution: resolution(float)),
            ProbeSeries("cpu_float_time_all", all, resolution: resolution(all)),
        ])
    }

    /// A clock's reading is some tens of nanoseconds off at either end of a block.
    private static func resolution(_ times: [Double]) -> Double { (times.min() ?? 0) * 100 / blockNanoseconds }

    /// Nanoseconds for a thousand operations, block by block and thread by thread.
    ///
    /// Times and not rates: all blocks are equal work, so the mean of their times is the time of all the work.
    private static func times(
        _ processors: [Int],
        floating: Bool,
        nanoseconds: UInt64
    ) throws(ProbeRefusal) -> [Double] {
        let perIteration = floating ? operations.float : operations.integer
        let threads = processors.count
        let numbers = processors.map { Int32(clamping: $0) }
        // The size of a block is found by trying: the first tries warm the core up as well.
        var iterations: UInt64 = 1000
        let capacity = 4096
        var durations = [UInt64](repeating: 0, count: capacity * threads)
        var blocks = [Int](repeating: 0, count: threads)
        for _ in 0..<3 {
            let status = assay_timed_work(numbers, 1, floating, iterations, 10_000_000, &durations, 8, &blocks)
            guard status == 0 else { throw ProbeRefusal("cannot compute: \(systemError(-status))") }
            guard let fastest = durations[..<min(blocks[0], 8)].min(), fastest > 0 else { continue }
            let wanted = Double(iterations) * blockNanoseconds / Double(fastest)
            iterations = UInt64(min(max(wanted, 1), 1e12))
        }
        let status = assay_timed_work(
            numbers,
            Int32(threads),
            floating,
            iterations,
            nanoseconds,
            &durations,
            capacity,
            &blocks
        )
        guard status == 0 else { throw ProbeRefusal("cannot compute: \(systemError(-status))") }
        let thousands = Double(iterations) * perIteration / 1000
        var times: [Double] = []
        // In order of time: the first block of each thread, then the second.
        for block in 0..<(blocks.max() ?? 0) {
            for thread in 0..<threads where block < blocks[thread] {
                times.append(Double(durations[thread * capacity + block]) / thousands)
            }
        }
        guard !times.isEmpty else { throw ProbeRefusal("no block of work was done in the time given") }
        return times
    }
}
