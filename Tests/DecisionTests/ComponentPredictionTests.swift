import Evidence
import Study
import Testing

@testable import Decision

@Suite("A job from its parts")
struct ComponentPredictionTests {
    static func comparison(_ metrics: MetricComparison...) -> Comparison {
        JobClassFixture.evidence(nil, metrics, component: true).comparison
    }

    static let parts = comparison(
        JobClassFixture.metric("gpu_fp32_fma", 0.02, reach: 0.002),
        JobClassFixture.metric("storage_read_rate", 0.10, reach: 0.01),
        JobClassFixture.metric("net_allreduce_16mib_8_ranks", 0.3, reach: 0.03)
    )

    @Test("is the sum of share times overhead, with an interval of the draws")
    func sum() throws {
        let result = try ComponentPrediction(shares: [("gpu", 0.7), ("storage", 0.2)], components: Self.parts)
        #expect(abs(result.explained.estimate - (0.014 + 0.02)) < 1e-12)
        // Independent parts: the root of the sum of squares, 0.7 x 0.2 % and 0.2 x 1 %, wider by t of 4 degrees.
        let half = (result.explained.high - result.explained.low) / 2
        #expect(half > 0.002 && half < 0.003)
        #expect(abs(result.rest - 0.1) < 1e-12)
        #expect(result.residual == nil)
        #expect(!result.isRefuted)
    }

    @Test("takes metrics by the beginning of their name")
    func prefix() throws {
        let result = try ComponentPrediction(shares: [("net_allreduce", 0.5)], components: Self.parts)
        #expect(abs(result.explained.estimate - 0.15) < 1e-12)
        #expect(result.parts.first?.metrics == ["net_allreduce_16mib_8_ranks"])
    }

    @Test(
        "refuses parts that have a metric in common: it would count twice",
        arguments: [
            ("collective", "net_allreduce"), ("net_all", "net_allreduce"), ("net_allreduce_16mib", "collective"),
        ]
    )
    func overlap(first: String, second: String) {
        let error = #expect(throws: PredictionError.self) {
            try ComponentPrediction(shares: [(first, 0.3), (second, 0.3)], components: Self.parts)
        }
        #expect(
            error?.description.contains("'net_allreduce_16mib_8_ranks', as \(first) has") == true,
            "\(error.debugDescription)"
        )
    }

    @Test("takes the parts of a profile, each with the components that speak for it")
    func profiled() throws {
        let result = try ComponentPrediction(shares: [("compute", 0.5), ("collective", 0.2)], components: Self.parts)
        #expect(result.parts.map(\.metrics) == [["gpu_fp32_fma"], ["net_allreduce_16mib_8_ranks"]])
        #expect(abs(result.explained.estimate - (0.01 + 0.06)) < 1e-12)
    }

    @Test("says that it does not explain a job whose residual excludes zero, and names what is missing")
    func refuted() throws {
        let job = Self.comparison(JobClassFixture.metric("step_time", 0.4, reach: 0.02))
        let result = try ComponentPrediction(
            shares: [("gpu", 0.6), ("storage", 0.1), ("cpu", 0.05)],
            components: Self.parts,
            job: job
        )
        #expect(result.isRefuted)
        #expect(result.verdict.hasPrefix("This model does not explain your job: the parts explain +2.2 %"))
        for missing in ["cpu (5 % of the time, no component compared)", "25 % of the time", "collectives"] {
            #expect(result.verdict.contains(missing), "\(missing)")
        }
    }

    @Test("leaves a job alone that its parts explain")
    func explained() throws {
        let job = Self.comparison(JobClassFixture.metric("step_time", 0.036, reach: 0.006))
        let result = try ComponentPrediction(
            shares: [("gpu", 0.8), ("storage", 0.2)],
            components: Self.parts,
            job: job
        )
        #expect(!result.isRefuted)
        #expect(try #require(result.residual).contains(0))
        #expect(result.verdict.contains("nothing is left over"))
    }

    @Test(
        "is refused for shares that are none",
        arguments: [[("gpu", 1.2)], [("gpu", -0.1)], [("gpu", .nan)], [], [("gpu", 0.7), ("cpu", 0.4)], [("gpu", 0)]]
    )
    func refused(shares: [(String, Double)]) {
        #expect(throws: PredictionError.self) {
            try ComponentPrediction(shares: shares.map { (name: $0.0, share: $0.1) }, components: Self.parts)
        }
    }

    @Test("is refused for a share given twice")
    func twice() {
        #expect(throws: PredictionError.self) {
            try ComponentPrediction(shares: [("gpu", 0.2), ("gpu", 0.3)], components: Self.parts)
        }
    }

    @Test("is refused where nothing was measured of any part, with what there is; no part is taken for one")
    func nothingMeasured() throws {
        func sentence(_ shares: [(name: String, share: Double)]) -> String {
            do throws(PredictionError) {
                _ = try ComponentPrediction(shares: shares, components: Self.parts)
                return ""
            } catch { return error.description }
        }
        let none = sentence([("transfer", 0.3), ("launch_gap", 0.1)])
        #expect(
            none.contains("nothing was measured of transfer, launch_gap") && none.contains("gpu_fp32_fma"),
            "\(none)"
        )
        let unknown = sentence([("gpu", 0.5), ("collectives", 0.2)])
        #expect(unknown.contains("'collectives'") && unknown.contains("did you mean 'collective'?"), "\(unknown)")
    }

    @Test("takes what nvbandwidth, nccl-tests, OSU, fio and STREAM are called for the parts they speak for")
    func imported() throws {
        let components = Self.comparison(
            JobClassFixture.metric("nvbandwidth_host_to_device_memcpy_ce_gpu0", 0.04, reach: 0.01),
            JobClassFixture.metric("nccl_allreduce_float_sum_1gib_16_ranks_mean", 0.1, reach: 0.01),
            JobClassFixture.metric("osu_mpi_allreduce_latency_4b_mean", 0.1, reach: 0.01),
            JobClassFixture.metric("storage_read_4k_depth32", 0.2, reach: 0.01),
            JobClassFixture.metric("memory_triad", 0.05, reach: 0.01)
        )
        let shares = [("transfer", 0.2), ("collective", 0.2), ("storage", 0.2), ("cpu", 0.2)]
        let result = try ComponentPrediction(
            shares: shares.map { (name: $0.0, share: $0.1) },
            components: components,
            job: Self.comparison(JobClassFixture.metric("step_time", 0.5, reach: 0.02))
        )
        #expect(result.parts.map(\.metrics.count) == [1, 2, 1, 1])
        #expect(
            !result.missing.contains { $0.contains("transfers") || $0.contains("collectives") },
            "\(result.missing)"
        )
        #expect(result.verdict.contains("(speaking for 80 % of the time)"), "\(result.verdict)")
    }
}
