/// Where the step time of one rank went, from the trace of PyTorch's profiler.
package struct TorchProfile: Sendable, Hashable {
    /// A part of the time of a device; each moment is in the first that holds of it.
    package enum Part: Int, Sendable, Hashable, CaseIterable {
        /// A kernel that is no collective, a copy within the device, or a fill.
        case compute
        /// A kernel of NCCL or RCCL, or a copy between devices.
        case collective
        /// A copy between host and device.
        case transfer
        /// The process waits for its `DataLoader`, and the device does nothing.
        case input
        /// A thread that launches work is in an operator or in the runtime, and the device does nothing.
        case launchGap
        /// The device does nothing, and the profile does not say why.
        case unknown
    }

    /// The time of one device over the steps.
    package struct TimeLine: Sendable, Hashable {
        /// The device's number in the file.
        package let device: Int
        /// Nanoseconds, by ``Part``; their sum is the whole time.
        package let nanoseconds: [Int64]

        /// The whole time of the steps, above 0.
        package var total: Int64 { nanoseconds.reduce(0, +) }

        /// The share of a part, 0 to 1.
        package func share(_ part: Part) -> Double {
            nanoseconds.indices.contains(part.rawValue) && total > 0
                ? Double(nanoseconds[part.rawValue]) / Double(total) : 0
        }

        /// Divides the time of `steps` by what goes on in it.
        ///
        /// Every part is a difference of two measures of nested unions, so nothing is negative and the sum is exact.
        init(device: Int, steps: SpanSet, work: TraceCollector.Device, input: SpanSet, launching: SpanSet) {
            self.device = device
            var covered = SpanSet()
            var before: Int64 = 0
            var nanoseconds: [Int64] = []
            for layer in [work.compute, work.collective, work.transfer, input, launching] {
                covered = covered.union(layer)
                let now = covered.overlap(steps)
                nanoseconds.append(now - before)
                before = now
            }
            self.nanoseconds = nanoseconds + [steps.length - before]
        }
    }

    /// The file as the user named it.
    package let file: String
    /// `sha256:` and the hash of its bytes.
    package let identifier: String
    /// The rank and the number of ranks that it states.
    package let rank: Int?
    package let worldSize: Int?
    /// The least and the greatest number of the steps that count; nil where it marks no steps.
    package let steps: ClosedRange<Int>?
    /// How many steps count.
    package let stepCount: Int
    /// One for each device that computes in the steps, by number.
    package let timeLines: [TimeLine]
    /// What a reader should know, a sentence each.
    package let notes: [String]

    init(_ collector: TraceCollector, file: String, identifier: String, scanner: TraceScanner) throws(TraceError) {
        func refuse(_ problem: String) -> TraceError { TraceError(place: "\(file): ", problem: problem) }
        self.file = file
        self.identifier = identifier
        rank = scanner.rank
        worldSize = scanner.worldSize
        var notes: [String] = []
        if collector.leftOut > 0 {
            guard collector.leftOut * 100 <= collector.events else {
                throw refuse(
                    "\(collector.leftOut) of \(collector.events) events have no usable time (a negative duration, or none) "
                        + "or no device; more than 1 % says nothing sure, so profile again"
                )
            }
            notes.append("\(collector.leftOut) of \(collector.events) events without a usable time were left out")
        }
        guard !collector.devices.isEmpty else {
            throw refuse(
                "has no work of a GPU (events of category kernel or gpu_memcpy); profile with ProfilerActivity.CUDA"
            )
        }
        // The first step that is recorded holds the start of the recording itself.
        let sorted = collector.steps.sorted { ($0.span.start, $0.number) < ($1.span.start, $1.number) }
        let first = sorted.first?.number
        let counted = sorted.filter { $0.number != first }
        let kept = counted.isEmpty ? sorted : counted
        let numbers = Set(kept.map(\.number))
        if let least = numbers.min(), let most = numbers.max() { steps = least...most } else { steps = nil }
        stepCount = numbers.count
        if kept.isEmpty {
            notes.append(
                "it marks no steps (ProfilerStep#N), so the time from the first to the last work of the device counts"
            )
        } else if counted.isEmpty {
            notes.append("it has one step only, with the start of the recording in it")
        }
        let whole = SpanSet(kept.map(\.span))
        let launching = collector.launching
        var lines: [(line: TimeLine, computing: Int64)] = []
        for (device, work) in collector.devices.sorted(by: { $0.key < $1.key }) {
            let steps = kept.isEmpty ? SpanSet(work.busy.hull.map { [$0] } ?? []) : whole
            let line = TimeLine(device: device, steps: steps, work: work, input: collector.input, launching: launching)
            let computing = work.compute.union(work.collective).overlap(steps)
            if line.total > 0 { lines.append((line, computing)) }
        }
        // A process that only allocates on another device, or copies to it, has no time line there.
        let most = lines.map(\.computing).max() ?? 0
        let computing = lines.filter { most > 0 && $0.computing >= most / 100 }
        timeLines = computing.map(\.line)
        guard !computing.isEmpty else {
            throw refuse("no kernel of a GPU runs in its steps; profile steps that compute")
        }
        let left = lines.filter { $0.computing < most / 100 }
        if !left.isEmpty {
            let names = left.map { "\($0.line.device)" }.joined(separator: ", ")
            notes.append(
                "device \(names) has less than a hundredth of the busiest device's kernel time and was left out"
            )
        }
        self.notes = notes
    }
}
