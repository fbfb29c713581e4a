import Documents
import Evidence
import Testing

@testable import Reporting

@Suite("The page of a prediction")
struct PredictionPageTests {
    static func scale(_ label: String, rate: Double) throws -> PredictionReport.ScaleArm {
        let watches = (0..<4).map { run -> (place: String, workSeconds: Double, lengths: [Double]) in
            let lengths = (0..<100).map { place -> Double in Double((place * 7 + run * 13) % 50 + 1) * 1e-4 }
            return (place: "cpu0", workSeconds: 100 / rate, lengths: lengths)
        }
        var question = ScaleQuestion(stepSeconds: 0.1, synchronisations: 2, nodes: [1, 8, 64, 4096])
        question.draws = 20
        return PredictionReport.ScaleArm(
            label: label,
            records: ["sha256:\(label)"],
            prediction: try ScalePrediction(noise: DetourNoise(watches: watches), question)
        )
    }

    static func report() throws -> PredictionReport {
        var question = ScaleQuestion(stepSeconds: 0.1, synchronisations: 2, nodes: [1, 8, 64, 4096])
        question.draws = 20
        var tail = TailQuestion(rates: [10, 20, 30, 50], replicas: 4)
        tail.objective = LatencyObjective(quantile: 0.99, seconds: 0.5)
        tail.requests = 2_000
        let service = try ServiceTimes(runs: [[0.1, 0.12, 0.09], [0.1, 0.11, 0.2]])
        return PredictionReport(
            scale: (question, [try scale("bare-metal", rate: 1), try scale("<vm> & co", rate: 4)]),
            tail: (
                tail,
                [
                    PredictionReport.TailArm(
                        label: "<vm>",
                        records: ["sha256:b"],
                        prediction: try TailPrediction(service, tail)
                    )
                ]
            )
        )
    }

    @Test("is strict HTML that loads nothing, with both charts, the bands and the sources")
    func strict() throws {
        let text = Report.predictionHTML(try Self.report())
        let page = try StrictHTML(text)
        for id in ["h-scale", "h-load", "h-sources", "slowdown-title", "latency-title"] {
            #expect(page.ids.contains(id))
        }
        #expect(!text.contains("<vm>"))
        #expect(text.contains("&lt;vm&gt; &amp; co"))
        let paths = page.elements.filter { $0.name == "path" && $0.attributes["class"] == "band" }
        // Two arms of ranks, and three quantiles of one service.
        #expect(paths.count == 5)
        // Powers of ten label the axis.
        #expect(page.elements.contains { $0.name == "text" && $0.text == "10,000" })
        for word in ["extrapolated", "from the sample", "no bound", "sha256:b"] {
            #expect(text.contains(word), "\(word)")
        }
    }

    @Test("says the same as lines and as JSON that can be written")
    func others() throws {
        let report = try Self.report()
        let lines = report.lines.joined(separator: "\n")
        for word in ["4,096", "extrapolated", "p99 below 500.0 ms holds up to", "no bound", "against bare-metal"] {
            #expect(lines.contains(word), "\(word)")
        }
        let json = String(decoding: try report.json.canonical(), as: UTF8.self)
        for word in ["\"reach\":\"extrapolated\"", "\"breaks_at_per_s\"", "\"bounded\":false", "\"overhead\""] {
            #expect(json.contains(word), "\(word)")
        }
        #expect(report.lines.allSatisfy { !$0.hasSuffix(" ") })
    }

    @Test("has a logarithm that is one", arguments: [1.0, 2, 8, 10, 1_000, 10_752, 1e9])
    func logarithm(number: Double) {
        var power = 1.0
        let exponent = SlowdownChart.logarithm(number)
        for _ in 0..<Int(exponent) { power *= 10 }
        // The rest by the square root, again and again.
        var (rest, half, root) = (exponent - Double(Int(exponent)), 0.5, 10.0.squareRoot())
        for _ in 0..<45 {
            if rest >= half {
                rest -= half
                power *= root
            }
            half /= 2
            root = root.squareRoot()
        }
        #expect(abs(power / number - 1) < 1e-9)
    }

    @Test("names the records of parts and job, shortens metrics by the dozen, and prints small shares")
    func parts() throws {
        var report = try Self.report()
        report.componentSources = [.init(label: "vm, parts", records: ["sha256:parts"])]
        #expect(Report.predictionHTML(report).contains("sha256:parts"))
        let names = (0..<16).map { "nvbandwidth_host_to_device_gpu\($0)" } + ["gpu_launch"]
        #expect(PredictionWords.metrics(names) == "16 metrics nvbandwidth_…, gpu_launch")
        #expect(PredictionWords.metrics(["a_b", "a_c"]) == "a_b, a_c")
        #expect(PredictionWords.share(3e-8) == "0.0000030 %" && PredictionWords.share(0.01) == "1.000 %")
    }

    @Test("says what a closed loop's client saw beside what is predicted, and 'too few' where no number is told")
    func words() throws {
        var tail = TailQuestion(rates: [9.99], replicas: 1)
        tail.requests = 2_000
        tail.objective = LatencyObjective(quantile: 0.99, seconds: 500)
        let service = try ServiceTimes(runs: [[0.1, 0.12, 0.08]])
        let prediction = try TailPrediction(service, tail)
        let report = PredictionReport(tail: (tail, [.init(label: "vm", records: ["sha256:b"], prediction: prediction)]))
        let lines = report.lines.joined(separator: "\n")
        #expect(lines.contains("too few") && lines.contains("holds up to at least"), "\(lines)")
        #expect(Report.predictionHTML(report).contains("too few"))
        let json = String(decoding: try report.json.canonical(), as: UTF8.self)
        #expect(json.contains("\"too_few\":true") && json.contains("\"breaks_beyond\":true"))
    }
}
