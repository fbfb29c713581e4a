internal import CProbe
internal import Evidence

extension ComponentProbe {
    /// What leaving the program costs: a system call into the kernel, and CPUID, which a hypervisor must answer itself.
    package static let systemCalls = ComponentProbe(
        name: "system-calls",
        title: "system call and CPUID cost",
        placement: .one,
        weight: 0.4,
        metrics: { _ in
            [
                .component("system_call", "ns", .lower),
                .component("cpuid_exit", "ns", .lower, .exploratory),
            ]
        },
        run: Crossings.run
    )
}

private enum Crossings {
    /// How long a sample takes.
    static let sampleNanoseconds = 100_000.0

    static func run(_ context: ProbeContext) throws(ProbeRefusal) -> ProbeSamples {
        let half = context.nanoseconds / 2
        var samples = ProbeSamples()
        let calls = sample(nanoseconds: half, assay_system_calls)
        samples.series.append(ProbeSeries("system_call", calls.values, resolution: 60 / Double(calls.count)))
        guard assay_cpuids(1) > 0 else {
            samples.refusals = [ProbeRefusal("this architecture has no CPUID", metrics: ["cpuid_exit"])]
            return samples
        }
        let exits = sample(nanoseconds: half, assay_cpuids)
        samples.series.append(ProbeSeries("cpuid_exit", exits.values, resolution: 60 / Double(exits.count)))
        return samples
    }

    /// Nanoseconds of one execution, averaged over as many as fit a sample.
    private static func sample(nanoseconds: UInt64, _ execute: (Int) -> UInt64) -> (values: [Double], count: Int) {
        var count = 16
        // Twice, as the first executions are the slowest.
        for _ in 0..<2 {
            let each = Double(execute(count)) / Double(count)
            count = Int(min(max(sampleNanoseconds / max(each, 1), 1), 1e6))
        }
        var values: [Double] = []
        let begin = assay_nanoseconds()
        repeat {
            values.append(Double(execute(count)) / Double(count))
        } while assay_nanoseconds() - begin < nanoseconds && values.count < 100_000
        return (values, count)
    }
}
