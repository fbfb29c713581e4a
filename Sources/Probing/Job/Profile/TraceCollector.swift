/// Gathers what the events of one file say of its devices and threads.
struct TraceCollector {
    /// What ran on one device, by class.
    struct Device {
        var compute = SpanSet()
        var collective = SpanSet()
        var transfer = SpanSet()

        init() {}

        /// Any work at all.
        var busy: SpanSet { compute.union(collective).union(transfer) }
    }

    /// What one thread did.
    struct Thread {
        /// Operators and calls of the runtime.
        var busy = SpanSet()
        /// Whether it gave a device work, or ran the steps.
        var launches = false

        init() {}
    }

    /// A `ProfilerStep#N`.
    struct Step {
        var number: Int
        var span: TimeSpan
    }

    private struct ThreadKey: Hashable {
        var process: UInt64
        var thread: UInt64
    }

    private(set) var devices: [Int: Device] = [:]
    private var threads: [ThreadKey: Thread] = [:]
    private(set) var input = SpanSet()
    private(set) var steps: [Step] = []
    private var stepProcess: UInt64?
    /// Events that count, and those of them whose times cannot be used.
    private(set) var events = 0
    private(set) var leftOut = 0

    static let mostDevices = 64
    static let mostThreads = 4_096
    static let mostSteps = 1_000_000
    /// Stretches held at once: 16 bytes each, so at most 320 MB.
    static let mostSpans = 20_000_000

    init() {}

    /// Takes one event in.
    mutating func add(_ event: TraceEvent, place: @autoclosure () -> String) throws(TraceError) {
        guard event.isComplete, event.category != .other else { return }
        let step = event.step
        if event.category == .annotation, step == nil, !event.isInput { return }
        events += 1
        if events % (1 << 18) == 0 { try checkSize(place()) }
        guard let start = event.start, let duration = event.duration, duration >= 0 else {
            leftOut += 1
            return
        }
        let span = TimeSpan(start: start, end: start + duration)
        switch event.category {
        case .kernel, .copy, .fill: try addWork(event, span, place())
        case .operation, .runtime, .annotation:
            let key = ThreadKey(process: event.process, thread: event.thread)
            guard threads.count < Self.mostThreads || threads[key] != nil else {
                throw TraceError(place: place(), problem: "the profile has more than \(Self.mostThreads) threads")
            }
            if let step {
                try addStep(step, span, event, place())
                threads[key, default: Thread()].launches = true
            } else if event.isInput {
                input.insert(span)
            } else {
                threads[key, default: Thread()].busy.insert(span)
                if event.category == .runtime { threads[key, default: Thread()].launches = true }
            }
        case .other: break
        }
    }

    private mutating func addWork(_ event: TraceEvent, _ span: TimeSpan, _ place: @autoclosure () -> String)
        throws(TraceError)
    {
        guard let device = event.device ?? event.processNumber, device >= 0 else {
            leftOut += 1
            return
        }
        guard devices.count < Self.mostDevices || devices[device] != nil else {
            throw TraceError(
                place: place(),
                problem: "the profile has work on more than \(Self.mostDevices) devices; give one file for each rank"
            )
        }
        switch Self.kind(of: event) {
        case .compute: devices[device, default: Device()].compute.insert(span)
        case .collective: devices[device, default: Device()].collective.insert(span)
        case .transfer: devices[device, default: Device()].transfer.insert(span)
        }
    }

    /// The classes of a device's work.
    enum Kind {
        case compute
        case collective
        case transfer
    }

    /// What a device does in an event: collectives by the library's prefix, copies by their direction.
    ///
    /// Copies within a device and fills are the device's own work; those between devices take the way of collectives.
    static func kind(of event: TraceEvent) -> Kind {
        switch event.category {
        case .kernel: event.named("nccl") || event.named("rccl") ? .collective : .compute
        case .copy where event.mentions("DtoD") || event.mentions("DeviceToDevice"): .compute
        case .copy where event.mentions("PtoP") || event.mentions("PeerToPeer"): .collective
        case .copy: .transfer
        default: .compute
        }
    }

    private mutating func addStep(
        _ number: Int,
        _ span: TimeSpan,
        _ event: TraceEvent,
        _ place: @autoclosure () -> String
    ) throws(TraceError) {
        guard stepProcess == nil || stepProcess == event.process else {
            throw TraceError(
                place: place(),
                problem: "the profile has steps of two processes; give the file of each rank, with a --profile each"
            )
        }
        guard steps.count < Self.mostSteps else {
            throw TraceError(
                place: place(),
                problem: "the profile has more than \(Self.mostSteps) steps; profile fewer"
            )
        }
        stepProcess = event.process
        steps.append(Step(number: number, span: span))
    }

    /// When some thread that launches work was busy with operators or calls of the runtime.
    var launching: SpanSet {
        SpanSet(threads.values.filter(\.launches).flatMap(\.busy.spans).sorted { $0.start < $1.start })
    }

    private func checkSize(_ place: String) throws(TraceError) {
        let held =
            devices.values.reduce(0) { $0 + $1.compute.count + $1.collective.count + $1.transfer.count }
            + threads.values.reduce(0) { $0 + $1.busy.count } + input.count
        guard held <= Self.mostSpans else {
            throw TraceError(
                place: place,
                problem: "the profile has more than \(Self.mostSpans) stretches of work apart; profile fewer steps"
            )
        }
    }
}
