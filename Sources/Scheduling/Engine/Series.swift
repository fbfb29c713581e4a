/// Samples of the cluster at even times.
///
/// A sample shows the state after everything that happened at or before its time. There are never more than
/// ``limit`` but two: then every second one goes, and those that follow are twice as far apart.
struct Series {
    /// The most samples that are kept.
    static let limit = 65_536

    /// GPUs asked for by the jobs that arrived.
    var arrived = 0.0
    private(set) var samples: [ClusterSample] = []
    private var step: Int64
    private var next: Int64

    init(every step: Int64, from start: Int64) {
        self.step = step
        next = step > 0 ? max(0, start) : .max
    }

    /// Takes the samples before a time; what is given is the state up to then.
    @inline(__always)
    mutating func advance(to time: Int64, _ units: Int64, _ waiting: Int, _ running: Int) {
        if next < time { take(before: time, units, waiting, running) }
    }

    /// Takes the samples that are left, and one at the end.
    mutating func finish(at time: Int64, _ units: Int64, _ waiting: Int, _ running: Int) {
        guard step > 0 else { return }
        advance(to: time, units, waiting, running)
        samples.append(sample(time, units, waiting, running))
    }

    private mutating func take(before time: Int64, _ units: Int64, _ waiting: Int, _ running: Int) {
        while next < time {
            samples.append(sample(next, units, waiting, running))
            if samples.count >= Self.limit, step < 1 << 50 {
                samples = samples.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
                step *= 2
                next = (samples.last?.time ?? next) + step
            } else {
                next += step
            }
        }
    }

    private func sample(_ time: Int64, _ units: Int64, _ waiting: Int, _ running: Int) -> ClusterSample {
        ClusterSample(
            time: time,
            arrivedGPUs: arrived,
            allocatedGPUs: Double(units) / Double(ClusterState.unitsPerGPU),
            waiting: waiting,
            running: running
        )
    }
}
