import Evidence
import Glibc

/// Predicted from one process's record, measured with several in lock step.
@main
struct Main {
    struct Case {
        var name: String
        var stepMilliseconds: Double
        var plan: InjectionPlan
    }

    static let cases: [Case] = [
        Case(name: "0.5 ms, 400/s", stepMilliseconds: 1, plan: .init(ratePerSecond: 400, lengthsNanoseconds: [5e5])),
        Case(name: "1 ms, 200/s", stepMilliseconds: 1, plan: .init(ratePerSecond: 200, lengthsNanoseconds: [1e6])),
        Case(name: "2 ms, 60/s", stepMilliseconds: 5, plan: .init(ratePerSecond: 60, lengthsNanoseconds: [2e6])),
        Case(name: "5 ms, 20/s", stepMilliseconds: 10, plan: .init(ratePerSecond: 20, lengthsNanoseconds: [5e6])),
        Case(name: "0.3 ms, 800/s", stepMilliseconds: 2, plan: .init(ratePerSecond: 800, lengthsNanoseconds: [3e5])),
        Case(
            name: "exponential, mean 1 ms, 100/s",
            stepMilliseconds: 5,
            plan: .init(ratePerSecond: 100, lengthsNanoseconds: [1e6], isExponential: true)
        ),
        Case(
            name: "0.2, 2 or 8 ms, 40/s",
            stepMilliseconds: 10,
            plan: .init(ratePerSecond: 40, lengthsNanoseconds: [2e5, 2e6, 8e6])
        ),
        Case(name: "10 ms, 15/s", stepMilliseconds: 20, plan: .init(ratePerSecond: 15, lengthsNanoseconds: [1e7])),
        Case(
            name: "0.6 ms, regular, 300/s",
            stepMilliseconds: 2,
            plan: .init(ratePerSecond: 300, lengthsNanoseconds: [6e5], isRegular: true)
        ),
        Case(
            name: "0.5, 1, 2 or 3 ms, 60/s",
            stepMilliseconds: 8,
            plan: .init(ratePerSecond: 60, lengthsNanoseconds: [5e5, 1e6, 2e6, 3e6])
        ),
    ]

    static func main() throws {
        let arguments = CommandLine.arguments
        if arguments.count > 5, arguments[1] == "rank", let port = UInt16(arguments[2]),
            let work = Double(arguments[3]),
            let steps = Int(arguments[4]), let seed = UInt64(arguments[5]), let plan = InjectionPlan(arguments[6...])
        {
            LockStep.rank(port: port, workNanoseconds: work, steps: steps, plan: plan, seed: seed)
            return
        }
        let ranks = arguments.count > 1 ? Int(arguments[1]) ?? 2 : 2
        let seconds = arguments.count > 2 ? Double(arguments[2]) ?? 10 : 10
        let program = "/proc/self/exe"
        say(
            "\(ranks) processes, a record of \(seconds) s, \(seconds * 2) s in lock step; excess is slowdown - 1 by "
                + "injected detours, against the same without"
        )
        let still = record(.none, seconds: seconds, seed: 1)
        say(
            "without injection: \(percent(still.share)) of the time, dispersion by length \(still.regularity.dispersions.map(tenths).joined(separator: ", "))"
        )
        say("case                              predicted  90 % interval      measured  error   inside")
        var good = 0
        var counted = 0
        for (place, each) in cases.enumerated() {
            let seed = UInt64(place + 1) &* 1_000_003
            let noisy = try predicted(each, ranks, record(each.plan, seconds: seconds, seed: seed))
            let quiet = try predicted(each, ranks, still).estimate
            let work = each.stepMilliseconds * 1e6
            // Twice as long as the record, so that the interval, which is the record's, is not asked to cover as much
            // chance again; in many short runs, with and without injection in turn, because detours like a clock keep
            // their phases for as long as a run lasts, and because the machine's own noise drifts.
            let pieces = 8
            let steps = max(20, Int(seconds * 1e9 / work) / pieces)
            func run(_ plan: InjectionPlan, _ piece: Int) throws -> Double {
                try LockStep.run(
                    program: program,
                    ranks: ranks,
                    workNanoseconds: work,
                    steps: steps,
                    plan: plan,
                    seed: seed &+ 17 &+ UInt64(piece) &* 15_485_863
                )
            }
            var (with, without) = (0.0, 0.0)
            for piece in 0..<pieces {
                with += try run(each.plan, 2 * piece)
                without += try run(.none, 2 * piece)
                with += try run(each.plan, 2 * piece + 1)
            }
            let measured = (with / Double(2 * pieces) - without / Double(pieces)) / work
            let estimate = noisy.estimate - quiet
            let (low, high) = (noisy.low - quiet, noisy.high - quiet)
            let error = estimate / measured - 1
            let isInside = low <= measured && measured <= high
            if measured >= 0.1 {
                counted += 1
                if isInside, abs(error) <= 0.25 { good += 1 }
            }
            say(
                pad(each.name, 34) + pad(percent(estimate), 11) + pad("[\(percent(low)), \(percent(high))]", 19)
                    + pad(percent(measured), 10) + pad(percent(error), 8) + (isInside ? "yes" : "no")
            )
        }
        say("\(good) of \(counted) cases of 10 % or more are within 25 % and inside the interval")
        if counted < 10 || good * 10 < counted * 8 { exit(1) }
    }

    /// One process alone, six runs of its own.
    static func record(_ plan: InjectionPlan, seconds: Double, seed: UInt64) -> DetourNoise {
        // By class of length and run, as `assay measure` counts them.
        var windows = DetourRegularity.metrics.map { _ in [[Double]]() }
        let watches = (0..<6).map { run -> (place: String, workSeconds: Double, lengths: [Double]) in
            var worker = Worker(plan, seed: seed &+ UInt64(run) &* 104_729)
            worker.keepsGaps = true
            worker.work(seconds * 1e9 / 6)
            for place in windows.indices { windows[place].append(counts(worker, place)) }
            return (place: "one", workSeconds: worker.workNanoseconds * 1e-9, lengths: worker.gaps.map { $0 * 1e-9 })
        }
        let dispersions = windows.map { DetourRegularity.dispersion($0) ?? 1 }
        return DetourNoise(watches: watches, regularity: DetourRegularity(classes: dispersions))
    }

    /// What follows from it for so many.
    static func predicted(_ each: Case, _ ranks: Int, _ noise: DetourNoise) throws -> Interval {
        var question = ScaleQuestion(
            stepSeconds: each.stepMilliseconds * 1e-3,
            synchronisations: 1,
            nodes: [ranks]
        )
        question.level = 0.9
        let result = try ScalePrediction(noise: noise, question)
        guard let row = result.rows.first else { throw BenchmarkFailure("nothing predicted") }
        return row.noise
    }

    /// Detours of one class in windows of a tenth of a second, the last one apart.
    static func counts(_ worker: Worker, _ place: Int) -> [Double] {
        guard let first = worker.starts.first, let last = worker.starts.last else { return [] }
        var counts = [Double](repeating: 0, count: Int((last - first) / 1e8))
        for (start, gap) in zip(worker.starts, worker.gaps) where DetourRegularity.place(gap * 1e-9) == place {
            let window = Int((start - first) / 1e8)
            if window < counts.count { counts[window] += 1 }
        }
        return counts
    }

    /// A line at once: the benchmark takes minutes, and its reader may be watching.
    static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = write(STDOUT_FILENO, bytes, bytes.count)
    }

    static func percent(_ share: Double) -> String { tenths(share * 100) + " %" }

    static func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

    static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
