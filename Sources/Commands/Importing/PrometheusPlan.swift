import ArgumentParser
import Importing
import Operating

/// The questions to a Prometheus that together are one import.
struct PrometheusPlan {
    /// One question.
    enum Question {
        /// Samples as they were scraped in a stretch of time, by a range selector.
        case scraped(String, ClosedRange<Int64>, ofMany: Bool)
        /// The value at each step of a stretch of time.
        case stepped(String, ClosedRange<Int64>, step: Int64)

        /// For a line of progress.
        var words: String {
            switch self {
            case .scraped(let text, let range, _), .stepped(let text, let range, _):
                "\(text.prefix(60)) from \(InstantText.text(range.lowerBound))"
            }
        }
    }

    /// In the order to be asked.
    let questions: [Question]
    /// What is asked, for people and for the source of results.
    let words: String

    /// How long the stretches are in which scraped samples are fetched: a day of 15-second scrapes of 200 GPUs is
    /// about a million samples.
    private static let scrapedStretch: Int64 = 21_600_000

    /// A plan; without a query, DCGM's metrics, or for a trace the pods that asked for GPUs.
    init(queries: [String], isTrace: Bool, window: ClosedRange<Int64>, step: Int64?) throws {
        let texts = !queries.isEmpty ? queries : isTrace ? KubeStateMetrics.queries : [GPUMetric.selector]
        let standard = isTrace ? "kube-state-metrics' pods with GPUs" : "DCGM's metrics"
        let asked = queries.isEmpty ? standard : queries.joined(separator: "; ")
        let length = window.upperBound - window.lowerBound
        if let step, step > length { throw ValidationError("--step is longer than the time from --start to --end") }
        // Of pods, an expression is asked for, and how exactly their ends are known follows from the step.
        let step = step ?? (isTrace ? max(60_000, length / 20_000 / 1_000 * 1_000) : nil)
        guard let step else {
            for text in texts where !PromQL.isSelector(text) {
                throw ValidationError(
                    "--query '\(text.prefix(200))' is an expression, which has no scrapes; say at which --step to ask for it, such "
                        + "as --step 30s"
                )
            }
            var questions: [Question] = []
            for text in texts {
                var from = window.lowerBound
                while from < window.upperBound {
                    let to = min(window.upperBound, from + Self.scrapedStretch)
                    questions.append(.scraped(text, from...to, ofMany: texts.count > 1))
                    from = to
                }
            }
            self.questions = questions
            words = "\(asked) as scraped"
            return
        }
        questions = texts.flatMap { text in
            PrometheusClient.stretches(from: window.lowerBound, to: window.upperBound, step: step)
                .map { .stepped(text, $0, step: step) }
        }
        words = "\(asked) every \(Double(step) / 1_000) s"
    }
}
