internal import Documents
internal import Evidence

/// What one job of fio did in one direction.
struct FioWork {
    /// The job's name.
    let job: String
    /// `read`, `write`, `trim`, or `mixed` where fio was told to report them as one.
    let direction: String
    /// The job's options and the global ones.
    let options: FioOptions
    /// Where it stands in the file.
    private let place: Reader
    /// `lat` or `clat`: whether submission is part of the latency that has bins or percentiles.
    private var latencyKind = ""
    private var bins: [Int: Int] = [:]
    private var samples = 0
    private var meanSum = 0.0
    private var extremes: (low: Double, high: Double)?
    private var percentiles: [(name: String, nanoseconds: Double)] = []
    /// How many requests it keeps under way.
    private let depth: Int
    private var operationsPerSecond = 0.0
    private var bytesPerSecond = 0.0
    /// How many jobs were added up.
    private var parts = 1

    private static let directions = ["read", "write", "trim", "mixed"]

    /// The directions in which a job did something.
    static func pieces(of job: ObjectReader, global: FioOptions) throws(DocumentError) -> [FioWork] {
        let own = try job["job options"].map { (r) throws(DocumentError) in try FioOptions(r) } ?? FioOptions()
        let name = try job["jobname"]?.string() ?? ""
        let options = own.over(global)
        let depth = try FioDepth(job, options)
        var pieces: [FioWork] = []
        for direction in directions {
            guard let reader = job[direction] else { continue }
            let fields = try reader.mapping()
            guard try fields.require("total_ios", expected: "how many requests were made").int() > 0 else { continue }
            pieces.append(try FioWork(name, direction, options, depth.used, reader, fields))
        }
        if let sync = job["sync"], let latency = try sync.mapping()["lat_ns"],
            try latency.mapping()["N"]?.int() ?? 0 > 0
        {
            pieces.append(try FioWork(name, options, sync: latency))
        }
        return pieces
    }

    private init(
        _ job: String,
        _ direction: String,
        _ options: FioOptions,
        _ depth: Int,
        _ reader: Reader,
        _ fields: ObjectReader
    ) throws(DocumentError) {
        self.job = job
        self.direction = direction
        self.options = options
        self.depth = depth
        place = reader
        try Self.refuseMerged(options, direction, depth, fields)
        operationsPerSecond = try fields.require("iops").double(in: 0...1e15)
        bytesPerSecond = try fields.require("bw_bytes").double(in: 0...1e18)
        // With lat_percentiles the bins and percentiles move from clat to lat; where both are, lat is the whole.
        for kind in ["lat", "clat"] {
            guard let latency = try fields["\(kind)_ns"]?.mapping(), try latency["N"]?.int() ?? 0 > 0 else { continue }
            let isDetailed = latency.has("bins") || latency.has("percentile")
            guard isDetailed || (latencyKind.isEmpty && kind == "clat") else { continue }
            latencyKind = kind
            try take(latency)
            break
        }
        guard !latencyKind.isEmpty else {
            guard let latency = try fields["lat_ns"]?.mapping(), try latency["N"]?.int() ?? 0 > 0 else { return }
            latencyKind = "lat"
            try take(latency)
            return
        }
    }

    private init(_ job: String, _ options: FioOptions, sync latency: Reader) throws(DocumentError) {
        self.job = job
        direction = "sync"
        self.options = options
        depth = 1
        place = latency
        latencyKind = "lat"
        try take(try latency.mapping())
    }

    /// Refuses jobs of several sizes that `group_reporting` merged under the options of the last.
    private static func refuseMerged(
        _ options: FioOptions,
        _ direction: String,
        _ depth: Int,
        _ fields: ObjectReader
    ) throws(DocumentError) {
        guard let size = options.blockBytes(directions.firstIndex(of: direction) ?? 0),
            options["bs_is_seq_rand"] == nil, let bytesReader = fields["io_bytes"]
        else { return }
        let (bytes, requests) = (try bytesReader.double(), try fields.require("total_ios").double())
        guard requests > 0 else { return }
        let mean = bytes / requests
        // Requests that were cut short, and those counted and not yet done.
        let loose = (try fields["short_ios"]?.double() ?? 0) + Double(depth) * Double(max(1, options.clones))
        guard abs(mean - Double(size)) > Double(size) * (0.05 + loose / requests) else { return }
        throw bytesReader.fail(
            "\(bytesReader.found) bytes in \(NumberText.plain(requests)) requests are \(NumberText.significant(mean, 4)) a "
                + "request, and bs is \(size): \(FioDepth.remedy)"
        )
    }

    private mutating func take(_ latency: ObjectReader) throws(DocumentError) {
        samples = try latency.require("N").int(in: 1...1 << 50)
        let mean = try latency.require("mean").double(in: 0...1e18)
        let low = try latency.require("min").double(in: 0...1e18)
        let high = try latency.require("max")
        guard try high.double(in: 0...1e18) >= low else { throw high.fail("\(high.found) is below 'min'") }
        extremes = (low, try high.double())
        meanSum = mean * Double(samples)
        for (key, reader) in try latency["bins"]?.mapping(maximum: 10_000).members ?? [] {
            guard let nanoseconds = Int(key), (0...1 << 60).contains(nanoseconds) else {
                if PlainText.isDigits(key) {
                    throw reader.fail("the bin \(quoted(key)) is too large; bins go to 1152921504606846976 nanoseconds")
                }
                throw reader.fail("the bin \(quoted(key)) is no whole number of nanoseconds")
            }
            let count = try reader.int(in: 0...1 << 50)
            if count > 0 { bins[nanoseconds] = count }
        }
        let total = bins.values.reduce(0) { $0 &+ $1 }
        guard bins.isEmpty || total == samples else {
            throw latency.fail("the bins hold \(total) samples and 'N' says \(samples); the file is damaged")
        }
        for (key, reader) in try latency["percentile"]?.mapping(maximum: 100).members ?? [] {
            guard let percent = TextNumber.parse(key), (0...100).contains(percent) else {
                throw reader.fail("\(quoted(key)) is no percentile; expected one such as '99.000000'")
            }
            percentiles.append((NumberText.plain(percent), try reader.double(in: 0...1e18)))
        }
    }

    /// Whether another piece is the same job once more, by `numjobs`.
    func isClone(of other: FioWork) -> Bool {
        job == other.job && direction == other.direction && latencyKind == other.latencyKind
            && bins.isEmpty == other.bins.isEmpty
    }

    /// Adds a clone: they ran side by side.
    mutating func add(_ other: FioWork) throws(DocumentError) {
        parts += 1
        guard samples <= (1 << 50) - other.samples else {
            throw other.place.fail("the jobs made more requests together than any run")
        }
        bins.merge(other.bins) { $0 &+ $1 }
        samples += other.samples
        meanSum += other.meanSum
        if let more = other.extremes {
            extremes = extremes.map { (min($0.low, more.low), max($0.high, more.high)) } ?? more
        }
        // Percentiles of parts are none of the whole.
        percentiles = []
        operationsPerSecond += other.operationsPerSecond
        bytesPerSecond += other.bytesPerSecond
    }

    // MARK: Names

    /// A word for a metric's name.
    static func word(_ text: String) -> String {
        let letters = text.lowercased().unicodeScalars.map { scalar -> Character in
            ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) ? Character(scalar) : "_"
        }
        return String(letters.prefix(40))
    }

    private var load: Int { depth.multipliedReportingOverflow(by: max(options.clones, parts)).partialValue }

    /// What was done, as the project's own storage metrics are named: `storage_read_4k_depth16`.
    var metric: String {
        guard direction != "sync" else { return "storage_sync_latency" }
        let size = options.blockSize(Self.directions.firstIndex(of: direction) ?? 0)
        let clones = max(options.clones, parts)
        var name = "storage_\(direction)"
        if !options.isRandom { name += "_sequential" }
        name += "_\(size ?? "varied")"
        if depth > 1 { name += "_depth\(depth)" }
        if clones > 1 { name += "_jobs\(clones)" }
        if options.isMixed { name += "_mixed\(Self.word(options["rwmixread"] ?? "50"))" }
        if !options.isDirect { name += "_cached" }
        return name
    }

    /// Says what the names do not hold of the depth.
    func remark(on draft: inout ImportDraft) {
        guard direction != "sync", let stated = options.statedDepth, stated > depth else { return }
        let engine = options["ioengine"].map { "the engine \(quoted($0))" } ?? "fio's own choice of an engine"
        draft.note(.note, "iodepth is \(stated), and \(engine) makes one request at a time: taken as a depth of 1")
    }

    // MARK: Writing

    /// Adds the metrics: of one request under way its time comes first, of many how many a second.
    func write(to draft: inout ImportDraft, suffix: String) throws(DocumentError) {
        let name = metric + suffix
        let isSingle = load == 1 || direction == "sync"
        let latency = Metric.part(
            isSingle ? name : "\(name)_latency",
            "us",
            .lower,
            isSingle ? .confirmatory : .exploratory
        )
        try writeLatency(latency, to: &draft)
        guard direction != "sync" else { return }
        let rate = Metric.part(
            isSingle ? "\(name)_iops" : name,
            "1/s",
            .higher,
            isSingle ? .exploratory : .confirmatory
        )
        if operationsPerSecond > 0 { try draft.add(rate, operationsPerSecond, line: place.line, path: place.path) }
        let bandwidth = Metric.part("\(name)_bandwidth", "MB/s", .higher, .exploratory)
        if bytesPerSecond > 0 { try draft.add(bandwidth, bytesPerSecond / 1e6, line: place.line, path: place.path) }
    }

    private func writeLatency(_ metric: Metric, to draft: inout ImportDraft) throws(DocumentError) {
        guard samples > 0, let extremes else {
            draft.cannotKnow("\(metric.name): fio was told to take no latencies.")
            return
        }
        let mean = meanSum / Double(samples)
        guard !bins.isEmpty else {
            try draft.add(metric.reported("mean", metric.role), mean / 1000, line: place.line, path: place.path)
            try draft.add(metric.reported("max"), extremes.high / 1000, line: place.line, path: place.path)
            for percentile in percentiles {
                let name = "p" + percentile.name.replacing(".", with: "_")
                try draft.add(metric.reported(name), percentile.nanoseconds / 1000, line: place.line, path: place.path)
            }
            draft.cannotKnow(
                "\(metric.name): the file has no bins, so no quantile of it has an interval; write "
                    + "--output-format=json+."
            )
            return
        }
        let placed = BinnedSamples(
            bins: bins.sorted { $0.key < $1.key }.map { Self.bin($0.key, $0.value) },
            extremes: extremes,
            mean: mean
        ).placed()
        let counts = placed.map { ValueCount($0.value / 1000, $0.count) }
        try draft.add(metric, counts: counts, line: place.line, path: place.path)
        draft.cannotKnow("\(metric.name): fio's bins have no order, so its samples are taken to be independent.")
    }

    /// fio states the middle of a bin: exact below 128 ns, above 64 bins a power of two.
    private static func bin(_ middle: Int, _ count: Int) -> BinnedSamples.Bin {
        guard middle >= 128 else { return .init(low: Double(middle), high: Double(middle), count: count) }
        let width = 1 << max(0, Int.bitWidth - 1 - middle.leadingZeroBitCount - 6)
        let low = Double(middle - width / 2)
        return .init(low: low, high: low + Double(width), count: count)
    }

    /// The conditions of the run: those of its jobs, side by side where they differ.
    static func conditions(of work: [FioWork]) -> [Condition] {
        var values: [String: [String]] = [:]
        for piece in work {
            let semantics = LatencySemantics(start: .service, loop: piece.options.isOpenLoop ? .open : .closed)
            let latency = Condition(name: "fio_latency", value: piece.latencyKind)
            for condition in piece.options.conditions + semantics.conditions + (piece.samples > 0 ? [latency] : [])
            where !(values[condition.name]?.contains(condition.value) ?? false) {
                values[condition.name, default: []].append(condition.value)
            }
        }
        return values.sorted { $0.key < $1.key }.map {
            Condition(name: $0.key, value: $0.value.prefix(20).joined(separator: ", "))
        }
    }
}
