import Estate
import Evidence
import Probability
import Study
import Testing

@testable import Decision

@Suite("Evidence in place of priors")
struct EvidenceUseTests {
    static func comparison(
        _ verdict: Verdict,
        overhead: Effect? = Effect(estimate: 0.11, low: 0.09, high: 0.13, level: 0.95, method: "paired t, 5 pairs"),
        confounded: Bool = false,
        workload: String? = "train",
        component: Bool = false,
        metric: String? = nil
    ) -> ComparedEvidence {
        func arm(_ label: String, _ record: String) -> Arm {
            Arm(label: label, records: [record], files: [], hosts: 1, runs: 5)
        }
        let values = [1.0, 1, 1, 1, 1]
        return ComparedEvidence(
            workload: workload,
            model: .vmPassthrough,
            isComponent: component,
            metric: metric,
            comparison: Comparison(
                baseline: arm("bare-metal", "sha256:a"),
                other: arm("vm-passthrough", "sha256:b"),
                metrics: [
                    MetricComparison(
                        name: "job_time",
                        unit: "s",
                        direction: .lower,
                        statistic: .mean,
                        isConfirmatory: true,
                        baselineValues: values,
                        otherValues: values,
                        overhead: overhead,
                        verdict: verdict,
                        validity: [],
                        secondary: [],
                        adjustedPValue: nil,
                        adjustment: "none",
                        minimumDetectableEffect: nil,
                        drift: nil
                    )
                ],
                validity: [],
                design: .paired,
                unitOfReplication: .run,
                hostsConfounded: confounded,
                control: .none(have: 3),
                margin: 0.01
            )
        )
    }

    private func resolve(_ evidence: [ComparedEvidence]) throws -> ResolvedStudy {
        ResolvedStudy(
            try Fixture.study(
                [Fixture.workload("train", overhead: [.vmPassthrough: 0.05])],
                [Fixture.platform(.bareMetal), Fixture.platform(.vmPassthrough)]
            ),
            evidence: evidence
        )
    }

    private func overhead(_ resolved: ResolvedStudy) throws -> Quantity {
        try #require(resolved.study.workloads[0].overhead[.vmPassthrough])
    }

    @Test("a measured overhead replaces the prior, its interval's ends kept, its key and records named")
    func replaces() throws {
        let resolved = try resolve([EvidenceUseTests.comparison(.overhead)])
        let quantity = try overhead(resolved)
        #expect(quantity.key == "workloads.train.overhead.vm-passthrough")
        #expect(abs(quantity.distribution.quantile(0.025) - 0.09) < 2e-4)
        #expect(abs(quantity.distribution.quantile(0.975) - 0.13) < 2e-4)
        #expect(abs(quantity.distribution.p50 - 0.11) < 1e-6)
        guard case .measured(let records, _) = quantity.provenance else {
            Issue.record("not measured")
            return
        }
        #expect(records == ["sha256:a", "sha256:b"])
        #expect(resolved.notes.isEmpty)
    }

    @Test("what does not enter leaves the prior and says why")
    func doesNotEnter() throws {
        let cases: [(ComparedEvidence, String)] = [
            (EvidenceUseTests.comparison(.invalid(reason: "the GPUs differ")), "the GPUs differ"),
            (EvidenceUseTests.comparison(.inconclusive(morePairs: nil), overhead: nil), "no interval"),
            (EvidenceUseTests.comparison(.overhead, workload: "nobody"), "no workload of that name"),
            (EvidenceUseTests.comparison(.overhead, metric: "absent"), "no metric"),
            (
                EvidenceUseTests.comparison(
                    .overhead,
                    overhead: Effect(estimate: .nan, low: 0, high: 1, level: 0.95, method: "")
                ), "no interval"
            ),
        ]
        for (evidence, reason) in cases {
            let resolved = try resolve([evidence])
            #expect(try overhead(resolved).distribution.mean == 0.05)
            #expect(resolved.notes.count == 1)
            #expect(resolved.notes.first?.contains(reason) == true)
        }
    }

    @Test("components change nothing; a second comparison of the same pair does not stand")
    func componentsAndRepeats() throws {
        let component = try resolve([EvidenceUseTests.comparison(.overhead, component: true)])
        #expect(try overhead(component).distribution.mean == 0.05)
        let other = Effect(estimate: 0.3, low: 0.2, high: 0.4, level: 0.95, method: "")
        let twice = try resolve([
            EvidenceUseTests.comparison(.overhead), EvidenceUseTests.comparison(.overhead, overhead: other),
        ])
        #expect(abs(try overhead(twice).distribution.p50 - 0.11) < 1e-6)
        #expect(twice.notes.count == 1)
    }

    @Test("one host per arm: used, and said to be the difference of two hosts")
    func confounded() throws {
        let resolved = try resolve([EvidenceUseTests.comparison(.overhead, confounded: true)])
        #expect(abs(try overhead(resolved).distribution.p50 - 0.11) < 1e-6)
        #expect(resolved.notes.first?.contains("one host per arm") == true)
    }

    @Test(
        "the belief follows t on the log ratio: quantiles at several degrees of freedom",
        arguments: [3.0, 4, 9, 30]
    )
    func belief(freedom: Double) throws {
        let effect = Effect(estimate: 0.08, low: 0.02, high: 1.08 * 1.08 / 1.02 - 1, level: 0.95, method: "")
        let belief = try #require(MeasuredOverhead(effect, degreesOfFreedom: freedom)).distribution
        let reach = StudentT.quantile(0.975, df: freedom)
        // ln 1.08 - ln 1.02
        let error = (0.076_961_041_136_128_4 - 0.019_802_627_296_179_7) / reach
        for u in [0.1, 0.25, 0.5, 0.75, 0.9] {
            let exact = 1.08 * exponential(error * StudentT.quantile(u, df: freedom)) - 1
            #expect(abs(belief.quantile(u) - exact) < 1e-4)
        }
    }

    /// e to a small power, by its series.
    private func exponential(_ x: Double) -> Double {
        var (sum, term) = (1.0, 1.0)
        for step in 1...20 {
            term *= x / Double(step)
            sum += term
        }
        return sum
    }

    @Test("a certain effect is a certain belief")
    func certain() throws {
        let effect = Effect(estimate: 0.08, low: 0.08, high: 0.08, level: 0.95, method: "")
        let belief = try #require(MeasuredOverhead(effect, degreesOfFreedom: 4)).distribution
        #expect(abs(belief.mean - 0.08) < 1e-12)
        #expect(belief.p90 - belief.p10 < 1e-12)
    }
}
