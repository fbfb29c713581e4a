package import Documents

extension ReplayReport {
    /// The report as members of a JSON object; docs/simulate.md says what each key means.
    ///
    /// What is not known, such as a wait where nothing started, is left out.
    package func members() -> [JSONMember] {
        [
            JSONMember("useful_gpu_hours", .number(usefulGPUHours)),
            JSONMember("useful_share", .number(usefulShare)),
            JSONMember("allocated_gpu_hours", .number(allocatedShare * Double(gpus) * makespanSeconds / 3_600)),
            JSONMember("wait", all.wait.map(\.json) ?? .object([])),
            JSONMember("slowdown", all.slowdown.map(\.json) ?? .object([])),
            JSONMember("by_team", .array(teams.map { $0.json("team") })),
            JSONMember("by_size", .array(sizes.map { $0.json("size") })),
        ]
    }
}

extension SampleSummary {
    /// Mean, quantiles and count.
    package var json: JSON {
        .object([
            JSONMember("count", .integer(count)), JSONMember("mean", .number(mean)), JSONMember("p50", .number(p50)),
            JSONMember("p95", .number(p95)), JSONMember("p99", .number(p99)), JSONMember("maximum", .number(maximum)),
        ])
    }
}

extension ReplayReport.Group {
    fileprivate func json(_ key: String) -> JSON {
        .object(
            [
                JSONMember(key, .string(name)), JSONMember("jobs", .integer(jobs)),
                JSONMember("started", .integer(started)), JSONMember("rejected", .integer(rejected)),
                JSONMember("useful_gpu_hours", .number(usefulGPUHours)),
            ] + (wait.map { [JSONMember("wait_s", $0.json)] } ?? [])
                + (slowdown.map { [JSONMember("slowdown", $0.json)] } ?? [])
        )
    }
}
