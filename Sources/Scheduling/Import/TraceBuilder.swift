/// Turns rows into jobs by the stated rules, and counts what it leaves out.
struct TraceBuilder: Sendable {
    private var trace = Trace()
    private var recordedStart = TraceColumn<Int64>(TraceJob.unknown)
    /// Jobs and their starts on the way into the columns.
    private var batch: ContiguousArray<TraceJob> = []
    private var batchStart: ContiguousArray<Int64> = []
    private var names = JobNames()
    private var seen = FingerprintSet()
    /// Where jobs stand that were still running, by what tells them apart.
    private var open: [UInt64: Int] = [:]
    private var idsAscend = true
    private var lastID = Int64.min
    private var lastSubmit = Int64.min
    private var firstSubmit = Int64.max
    private var isSorted = true
    private var expectedRows = 0
    private let needsTimes: Bool
    private let keepsCPUJobs: Bool
    private let zone: TimeZoneRule?
    private let knownProfiles: Set<String>
    /// By number of a profile: whether some GPU has it; looked up when it is first met.
    private var isKnownProfile: ContiguousArray<Bool> = []
    var audit = ImportAudit()
    var teams = NameTable(limit: 100_000)
    var profiles = NameTable(limit: 100_000)
    var gpuTypes = NameTable(limit: 64)
    var classes = NameTable(limit: 100_000)
    var statedProcessors: Int?
    var uses = ImportedTrace.Uses()
    /// Milliseconds from 1970 to the file's time 0; nil where its times are of the calendar, or float freely.
    var epochMilliseconds: Int64?
    /// Whether times are of the calendar: dates, or numbers that can only be seconds since 1970.
    ///
    /// The first row that becomes a job decides, and the others are held to it.
    private var hasDates: Bool?
    private var lastLocalLine = 0
    var days = DayCache()
    /// Whether the first time of the calendar had a zone.
    private var hasZones: Bool?
    private var lastMixedLine = 0
    /// Times of the row that came twice.
    private var repeated = RepeatedTimes(line: 0)
    /// The highest number of a job in the file so far, and when that job came.
    private var highest = (number: Int64.min, submit: Int64.min)

    /// 1990-01-01T00:00:00Z in milliseconds: no trace of GPU jobs is older.
    static let earliest: Int64 = 631_152_000_000
    /// 9999-12-31 in milliseconds: the last day that can be written.
    static let latest: Int64 = 253_402_300_799_000
    /// Ten years in milliseconds.
    static let longest: Int64 = 315_576_000_000
    /// The most GPUs that a job may ask for.
    static let mostGPUs: Int64 = 1_000_000

    /// Fingerprints for which room is made ahead: 64 MiB.
    private static let mostReserved = 1 << 22

    init(options: TraceImportOptions) {
        needsTimes = options.needsTimes
        keepsCPUJobs = options.keepsCPUJobs
        zone = options.zone
        knownProfiles = options.knownProfiles
        batch.reserveCapacity(Self.batchSize)
        batchStart.reserveCapacity(Self.batchSize)
    }

    /// Jobs that go into the columns at once: few enough for the nearest cache.
    private static let batchSize = 256

    private mutating func flush() {
        trace.append(contentsOf: batch)
        recordedStart.append(contentsOf: batchStart)
        batch.removeAll(keepingCapacity: true)
        batchStart.removeAll(keepingCapacity: true)
    }

    /// A time of the calendar; nil when the field is none.
    @inline(__always)
    mutating func calendar(_ bytes: Span<UInt8>, _ field: FieldRange) -> CalendarTime? {
        days.time(bytes, field) ?? CalendarTime(bytes, field)
    }

    /// The time in UTC of a time of the calendar, counting what had to be assumed.
    ///
    /// Of a time that came twice it is the first, until ``settle(_:eligible:byNumber:line:)``.
    mutating func instant(_ time: CalendarTime, as kind: RepeatedTimes.Kind, line: Int) -> Int64 {
        if let hasZones {
            if hasZones != time.hasZone, line != lastMixedLine {
                lastMixedLine = line
                audit.note(.mixedZones, line: line)
            }
        } else {
            hasZones = time.hasZone
        }
        if time.hasZone { return time.milliseconds }
        uses.localTimes = true
        if zone == nil, line != lastLocalLine {
            lastLocalLine = line
            audit.note(.localTime, line: line)
        }
        guard let zone else { return time.milliseconds }
        let (instant, again) = zone.instant(local: time.milliseconds)
        if let again {
            if !repeated.isOf(line) { repeated = RepeatedTimes(line: line) }
            repeated.add(kind, again: again)
        }
        return instant
    }

    /// Settles which of the two was meant by the times of a row that came twice, counting a row of which that stays open.
    ///
    /// - Parameters:
    ///   - row: with its times, those that came twice as they came first.
    ///   - eligible: when the job could run, where the file says that.
    ///   - number: the number of the job, where numbers ascend with submission; nil goes by the order of rows, as long as
    ///     that is the order of submission.
    ///   - line: its line.
    mutating func settle(_ row: inout TraceRow, eligible: inout Int64?, byNumber number: Int64?, line: Int) {
        let isOrdered = number.map { $0 >= highest.number } ?? isSorted
        if repeated.isOf(line) {
            let floor = number == nil ? lastSubmit : highest.submit
            let first = RepeatedTimes.Row(
                submit: row.submit,
                eligible: eligible,
                start: row.start,
                end: row.end,
                duration: row.duration
            )
            let (settled, isAmbiguous) = repeated.settled(first, notBefore: isOrdered ? floor : nil)
            (row.submit, eligible, row.start, row.end) = (settled.submit, settled.eligible, settled.start, settled.end)
            if isAmbiguous { audit.note(.ambiguousTime, line: line) }
        }
        if let number, number > highest.number, let submit = row.submit { highest = (number, submit) }
    }

    /// Adds a row, or counts why it is no job.
    ///
    /// The row and the job stay where they are: what is copied right after it was written, in larger pieces than it was
    /// written in, waits for the write. The row's times come back complete.
    mutating func add(_ row: inout TraceRow, _ bytes: Span<UInt8>, line: Int) {
        let number = JobNames.plainNumber(bytes, row.job)
        if number == nil, Scan.hasControlCharacter(bytes, row.job) {
            return audit.note(.controlCharacters, line: line)
        }
        guard let findings = completeTimes(of: &row, line: line) else { return }
        var job = TraceJob(id: 0, submit: 0, duration: 0)
        guard fill(&job, from: &row, line: line) else { return }
        append(&job, number, &row, findings, bytes, line: line)
    }

    /// Completes the submission and the duration of a row, and says what is to be noted; nil where it is no job.
    private mutating func completeTimes(of row: inout TraceRow, line: Int) -> Findings? {
        let dated = hasDates ?? (row.isDated || (row.submit ?? row.start ?? 0) >= Self.earliest)
        let possible = dated || row.isDated ? Self.earliest...Self.latest : 0...(Self.earliest - 1)
        func isPossible(_ time: Int64?) -> Bool { time.map(possible.contains) ?? true }
        guard isPossible(row.submit), isPossible(row.start), isPossible(row.end) else {
            audit.note(.impossibleTime, line: line)
            return nil
        }
        if let duration = row.duration, duration < 0 {
            audit.note(.negativeDuration, line: line)
            return nil
        }
        if let start = row.start, let end = row.end, end < start {
            audit.note(.endsBeforeStart, line: line)
            return nil
        }
        // Rows that never ran still asked for something, which is all that a replay without departures needs.
        guard needsTimes else {
            row.isTimed = row.submit ?? row.start != nil
            row.submit = row.submit ?? row.start ?? 0
            row.duration = row.duration ?? 0
            return Findings()
        }
        guard let submit = row.submit ?? row.start else {
            audit.note(.missingSubmit, line: line)
            return nil
        }
        var findings = Findings()
        if row.submit == nil { findings.insert(.submitFromStart) }
        if row.isFromEligible { findings.insert(.submitFromEligible) }
        if let end = row.end, row.start == nil, end < submit {
            audit.note(.endsBeforeStart, line: line)
            return nil
        }
        let spanned = row.start.flatMap { start in row.end.map { $0 - start } }
        guard let duration = row.duration ?? spanned else {
            audit.note(row.start == nil ? .neverRan : .missingDuration, line: line)
            return nil
        }
        guard duration <= Self.longest else {
            audit.note(.absurdDuration, line: line)
            return nil
        }
        if let spanned, abs(spanned - duration) > 1_000 { findings.insert(.durationDisagrees) }
        if let start = row.start, start < submit { findings.insert(.startsBeforeSubmit) }
        if row.isRunning { findings.insert(.stillRunning) }
        if duration == 0 { findings.insert(.zeroDuration) }
        row.isTimed = true
        row.submit = submit
        row.duration = duration
        return findings
    }

    /// Makes the job of a row whose times are complete; false where it is none.
    private mutating func fill(_ job: inout TraceJob, from row: inout TraceRow, line: Int) -> Bool {
        guard var gpus = row.gpus else {
            audit.note(.missingSize, line: line)
            return false
        }
        var milli = row.gpuMilli
        var isRounded = false
        guard gpus >= 0, milli >= 0, row.cpuMilli >= 0, row.memoryMiB >= 0, row.gpuMemoryMiB >= 0, row.nodes >= 0 else {
            audit.note(.negativeSize, line: line)
            return false
        }
        if gpus == 0 { milli = 1_000 }
        // One GPU in more than a thousand thousandths is so many GPUs.
        if gpus == 1, milli > 1_000 {
            isRounded = milli % 1_000 != 0
            (gpus, milli) = (milli / 1_000 + (milli % 1_000 > 0 ? 1 : 0), 1_000)
        }
        guard gpus <= Self.mostGPUs, row.nodes <= Self.mostGPUs, let cpu = Int32(exactly: row.cpuMilli),
            let memory = Int32(exactly: row.memoryMiB), let gpuMemory = Int32(exactly: row.gpuMemoryMiB)
        else {
            audit.note(.absurdSize, line: line)
            return false
        }
        guard milli == 1_000 || (gpus == 1 && milli > 0 && milli < 1_000) else {
            audit.note(.partOfSeveral, line: line)
            return false
        }
        guard gpus > 0 || keepsCPUJobs else {
            audit.note(.noGPU, line: line)
            return false
        }
        if isRounded { audit.note(.roundedGPUs, line: line) }
        job.submit = row.submit ?? 0
        job.duration = row.duration ?? 0
        job.requested = row.requested > 0 && row.requested <= Self.longest * 100 ? row.requested : TraceJob.unknown
        job.gpus = Int32(gpus)
        job.gpuMilli = Int32(milli)
        job.profile = row.profile
        job.gpuMemoryMiB = gpuMemory
        job.gpuTypes = row.gpuTypes
        job.cpuMilli = cpu
        job.memoryMiB = memory
        job.nodes = Int32(row.nodes)
        job.team = row.team
        job.priority = Int32(clamping: row.priority)
        job.speedClass = row.speedClass
        return true
    }

    /// Whether no job of this number or name and start stands above.
    private mutating func isNew(_ id: Int64, _ when: Int64, _ bytes: Span<UInt8>, _ name: FieldRange) -> Bool {
        // A name is remembered from the first on: names have no order.
        guard id >= 0 else { return seen.insert(Self.key(id, when, bytes, name)) }
        if idsAscend {
            // As long as numbers ascend none can come twice, and nothing needs to be remembered.
            if id > lastID {
                lastID = id
                return true
            }
            idsAscend = false
            flush()
            if expectedRows > trace.count { seen.reserveCapacity(min(expectedRows, Self.mostReserved)) }
            for index in trace.submit.indices {
                let start = recordedStart[index]
                _ = seen.insert(
                    Self.fingerprint(trace.id[index], start == TraceJob.unknown ? trace.submit[index] : start)
                )
            }
        }
        return seen.insert(Self.fingerprint(id, when))
    }

    /// Takes a job that stands above: in place of that one where it was still running there and has ended here.
    ///
    /// Exports that follow one another hold such jobs twice.
    private mutating func again(_ job: TraceJob, _ isRunning: Bool, _ key: UInt64, _ line: Int) {
        guard !isRunning, let place = open.removeValue(forKey: key) else { return audit.note(.duplicate, line: line) }
        var job = job
        // Where it stands among the others was settled above.
        if place < trace.count {
            job.submit = trace.submit[place]
            trace[place] = job
        } else {
            job.submit = batch[place - trace.count].submit
            batch[place - trace.count] = job
        }
        audit.note(.superseding, line: line)
    }

    private static func key(_ id: Int64, _ when: Int64, _ bytes: Span<UInt8>, _ name: FieldRange) -> UInt64 {
        id >= 0
            ? fingerprint(id, when)
            : Scan.fingerprint(bytes, name, seed: Scan.mixed(UInt64(bitPattern: when) &+ 1))
    }

    /// A fingerprint of a numbered job.
    private static func fingerprint(_ id: Int64, _ when: Int64) -> UInt64 {
        Scan.mixed(Scan.mixed(UInt64(bitPattern: id) &+ 0x9E37_79B9_7F4A_7C15) ^ UInt64(bitPattern: when))
    }

    /// Makes room for the rows of a file, going by the rows so far.
    mutating func reserve(expectedBytes: Int) {
        flush()
        guard trace.count > 0, audit.bytes > 0, expectedBytes > audit.bytes else { return }
        // A wrong hint must not cost more memory than the file can need: a row of ten bytes.
        let rows = Double(trace.count) * Double(expectedBytes) / Double(audit.bytes) * 1.02
        let capacity = Int(min(rows, Double(expectedBytes) / 10, 50_000_000))
        trace.reserveCapacity(capacity)
        recordedStart.reserveCapacity(capacity)
        expectedRows = capacity
        if !idsAscend || lastID == .min { seen.reserveCapacity(min(capacity, Self.mostReserved)) }
    }

    @inline(__always)
    private mutating func append(
        _ job: inout TraceJob,
        _ number: Int64?,
        _ row: inout TraceRow,
        _ findings: Findings,
        _ bytes: Span<UInt8>,
        line: Int
    ) {
        if row.job.isEmpty {
            job.id = Int64(line)
            if !seen.insert(Scan.fingerprint(bytes, FieldRange(lower: 0, upper: Int32(clamping: bytes.count)))) {
                audit.note(.repeatedRow, line: line)
            }
        } else {
            job.id = number ?? names.id(bytes, row.job)
            let when = row.start ?? job.submit
            guard isNew(job.id, when, bytes, row.job) else {
                return again(job, row.isRunning, Self.key(job.id, when, bytes, row.job), line)
            }
            if row.isRunning { open[Self.key(job.id, when, bytes, row.job)] = trace.count + batch.count }
        }
        if !findings.isEmpty { findings.forEach { audit.note($0, line: line) } }
        if job.profile != TraceJob.none, !knownProfiles.isEmpty, !isKnown(Int(job.profile)) {
            audit.note(.unknownProfile, line: line)
        }
        if hasDates == nil, row.isTimed { hasDates = row.isDated || job.submit >= Self.earliest }
        if job.submit < lastSubmit {
            if needsTimes { audit.note(.unsorted, line: line) }
            isSorted = false
        } else {
            lastSubmit = job.submit
        }
        firstSubmit = min(firstSubmit, job.submit)
        batch.append(job)
        batchStart.append(row.start ?? TraceJob.unknown)
        audit.jobs += 1
        if batch.count == Self.batchSize { flush() }
    }

    @inline(__always)
    private mutating func isKnown(_ profile: Int) -> Bool {
        if profile >= isKnownProfile.count {
            for name in profiles.names.dropFirst(isKnownProfile.count) {
                isKnownProfile.append(knownProfiles.contains(name))
            }
        }
        return profile < isKnownProfile.count && isKnownProfile[profile]
    }

    /// The trace, sorted; the times of a dated trace start with its first submission.
    mutating func finish(format: TraceFormat) -> ImportedTrace {
        flush()
        let isDated = hasDates ?? false
        let origin = isDated && trace.count > 0 ? firstSubmit : 0
        if !isSorted, needsTimes {
            let order = TimeOrder.of(trace.submit)
            trace.reorder(order)
            recordedStart.reorder(order)
        }
        // Without times, the order of the file is the order of arrival.
        if !isSorted, !needsTimes {
            trace.clearSubmissions()
        } else if origin != 0 {
            trace.shiftSubmissions(by: origin)
        }
        if origin != 0 {
            recordedStart.change { $0 == TraceJob.unknown ? $0 : max($0 - origin, 0) }
        }
        trace.teams = teams.names
        trace.profiles = profiles.names
        trace.gpuTypes = gpuTypes.names
        trace.epochMilliseconds = isDated ? origin : epochMilliseconds
        return ImportedTrace(
            trace: trace,
            recordedStart: recordedStart,
            names: names,
            classes: classes.names,
            format: format,
            statedProcessors: statedProcessors,
            uses: uses,
            audit: audit
        )
    }
}
