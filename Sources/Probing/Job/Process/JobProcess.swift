internal import CProbe
internal import Evidence
internal import Glibc

/// How a process group ended.
struct JobEnding: Sendable, Hashable {
    /// Its exit status, or minus the signal.
    var status: Int
    /// From its start to its end, in seconds.
    var wallSeconds: Double
    /// Processor time, in seconds, of every process that was waited for.
    var processorSeconds: Double
    /// The counters.
    var readings: [JobReading]
    /// Whether it was ended because its time was up.
    var isLate = false
    /// Whether it was ended because we were asked to end.
    var isInterrupted = false
    /// What it left running, by process and name.
    var leftOvers: [Int32: String] = [:]

    /// A status as a clause.
    static func words(_ status: Int) -> String {
        status >= 0 ? "it exited with status \(status)" : "it was ended by signal \(-status)"
    }
}

/// Commands as process groups, through `sh -c`.
struct JobProcess {
    /// What it prints, to be read without blocking.
    let output: Int32
    private let process: Int32
    private let started: Double
    private let leftOvers = LeftOvers()

    /// How long a group has between TERM and KILL, in seconds.
    static let grace = 5.0

    /// Room for output that nobody has read yet, in bytes: a command that fills it waits.
    private static let pipeBytes: Int32 = 1 << 20
    /// `F_SETPIPE_SZ`, which the C library declares for its own callers only.
    private static let setPipeSize: Int32 = 1031

    /// Starts a command; what it prints is to be read from ``output``.
    init(_ command: String) throws(JobStartError) {
        var descriptor: Int32 = -1
        started = MonotonicClock.seconds()
        process = assay_job_start(leftOvers.marked(command), &descriptor)
        output = descriptor
        guard process > 0 else { throw JobStartError(reason: "it cannot be started: \(systemError(-process))") }
        _ = fcntl(output, Self.setPipeSize, Self.pipeBytes)
    }

    /// Whether it still runs; its end is noticed, not taken leave of.
    var isRunning: Bool { assay_job_ended(process) == 0 }

    /// Waits for the end, reading the output and calling `tick` about once a second.
    ///
    /// The group gets TERM and after ``grace`` seconds KILL when the deadline passes or this process is asked to end.
    /// What the command left running in the group is killed too; ``endLeftOvers(_:)`` ends the rest.
    func wait(deadlineSeconds: Double, line: (OutputLine) -> Void, tick: () -> Void) -> JobEnding {
        var splitter = LineSplitter()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var isOpen = true
        var nextTick = started + 1
        var (isLate, isInterrupted) = (false, false)
        var killAt: Double?
        func drain() {
            // Bounded, so that a job that never stops talking does not keep us from the clock.
            for _ in 0..<64 where isOpen {
                let count = read(output, &buffer, buffer.count)
                if count > 0 {
                    buffer.withUnsafeBytes { splitter.add(UnsafeRawBufferPointer(rebasing: $0[..<count]), line) }
                } else if count == 0 {
                    isOpen = false
                } else {
                    if errno != EINTR { return }
                }
            }
        }
        var ended: Double?
        while ended == nil {
            let now = MonotonicClock.seconds()
            if now >= nextTick {
                tick()
                nextTick = max(nextTick + 1, now + 0.5)
            }
            if killAt == nil, now - started >= deadlineSeconds || assay_job_stop_asked() {
                isInterrupted = assay_job_stop_asked()
                isLate = !isInterrupted
                assay_job_signal(process, SIGTERM)
                killAt = now + Self.grace
            }
            if let at = killAt, now >= at {
                assay_job_signal(process, SIGKILL)
                killAt = .infinity
            }
            let next = min(nextTick, killAt ?? started + deadlineSeconds)
            let pause = min(max((next - now) * 1000, 0), 1000)
            let found = assay_job_await(isOpen ? output : -1, Int32(pause) + 1)
            if found < 0 { usleep(10_000) }
            if assay_job_ended(process) != 0 { ended = MonotonicClock.seconds() } else { drain() }
        }
        let left = leftOvers.found()
        // Its own group: nobody else can be in it, and what is left of it would disturb the next run.
        assay_job_signal(process, SIGKILL)
        drain()
        splitter.flush(line)
        close(output)
        var usage = assay_job_usage()
        let collected = assay_job_collect(process, &usage)
        let processor = Double(usage.user_ns &+ usage.system_ns) * 1e-9
        return JobEnding(
            status: collected == 0 ? Int(usage.status) : -1,
            wallSeconds: max((ended ?? started) - started, 1e-9),
            processorSeconds: processor,
            readings: [JobReading(.processorTime, processor)] + Self.peak(usage.peak_kib) + [
                JobReading(.voluntarySwitches, Double(max(0, usage.voluntary_switches))),
                JobReading(.involuntarySwitches, Double(max(0, usage.involuntary_switches))),
                JobReading(.majorFaults, Double(max(0, usage.major_faults))),
            ],
            isLate: isLate,
            isInterrupted: isInterrupted,
            leftOvers: left
        )
    }

    /// Ends what it left running, in whatever group, and gives the names of all of it, `known` included.
    func endLeftOvers(_ known: [Int32: String]) -> [String] {
        known.merging(leftOvers.end()) { name, _ in name }.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The most memory that one of its processes had; none where it is below our own.
    ///
    /// Before a started process becomes the command it is a copy of us, and the kernel counts that as its own.
    private static func peak(_ kib: Int) -> [JobReading] {
        var own = rusage()
        guard getrusage(RUSAGE_SELF.rawValue, &own) == 0, kib > own.ru_maxrss else { return [] }
        return [JobReading(.peakMemory, Double(kib) / 1024)]
    }

    /// Ends the command now, with all it started, and takes leave of it; says how it ended and what it printed last.
    func end(_ tail: OutputTail?) -> (status: Int, lastLines: [String]) {
        assay_job_signal(process, SIGTERM)
        let deadline = MonotonicClock.seconds() + Self.grace
        while isRunning, MonotonicClock.seconds() < deadline { _ = assay_job_await(-1, 50) }
        assay_job_signal(process, SIGKILL)
        var usage = assay_job_usage()
        let collected = assay_job_collect(process, &usage)
        _ = leftOvers.end()
        let lines = tail?.finish() ?? []
        close(output)
        return (collected == 0 ? Int(usage.status) : -1, lines)
    }
}

/// A command that could not be started.
struct JobStartError: Error, Sendable, Hashable {
    /// The clause.
    var reason: String
}

/// Whether somebody asked this program to end, while jobs are watched.
package enum JobSignals {
    /// From now on SIGINT, SIGTERM and SIGHUP end the measurement in order, with its journal; twice they end it at once.
    package static func watch() { _ = assay_job_watch() }
    /// Signals do again what they did.
    package static func unwatch() { assay_job_unwatch() }
    /// Whether one came.
    package static var isStopAsked: Bool { assay_job_stop_asked() }
}
