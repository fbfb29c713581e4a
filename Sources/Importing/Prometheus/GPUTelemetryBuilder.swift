package import Documents

extension GPUTelemetry {
    /// What readings say; `file` is the name that errors carry.
    ///
    /// - Throws: where no GPU's activity is among them.
    package init(_ readings: MetricReadings, options: Options, file: String) throws(DocumentError) {
        var builder = GPUTelemetryBuilder(readings, options: options, file: file)
        self = try builder.telemetry()
    }
}

/// Sorts series by place and meaning and sums them up.
private struct GPUTelemetryBuilder {
    private typealias Series = [(metric: GPUMetric, series: MetricSeries)]

    private let readings: MetricReadings
    private let options: GPUTelemetry.Options
    private let file: String
    private var byPlace: [GPUPlace: [GPUMeaning: Series]] = [:]
    private var models: [GPUPlace: String] = [:]
    private var notes: [Diagnostic] = []
    private var namesPods = false

    init(_ readings: MetricReadings, options: GPUTelemetry.Options, file: String) {
        self.readings = readings
        self.options = options
        self.file = file
    }

    mutating func telemetry() throws(DocumentError) -> GPUTelemetry {
        sort()
        let meaning = try activityMeaning()
        for warning in readings.warnings { note(.warning, warning) }
        var places: [GPUTelemetry.Place] = []
        var sliced: [GPUPlace: [(GPUPlace, PlaceReadings)]] = [:]
        var teams = TeamSums()
        var names: Set<String> = []
        var (without, repeated, invalid, resets, unweighted) = (0, 0, 0, 0, 0)
        let window = window()
        for place in byPlace.keys.sorted() {
            guard let series = byPlace[place]?[meaning] else {
                without += 1
                continue
            }
            let activity = PlaceReadings(series)
            guard !activity.values.isEmpty else {
                invalid += activity.readings.count
                without += 1
                continue
            }
            names.formUnion(activity.names)
            repeated += activity.repeated
            let summed = sum(place, activity, meaning: meaning, window: window)
            invalid += summed.invalid
            resets += summed.counterResets
            if !place.instance.isEmpty {
                sliced[place.gpu, default: []].append((place, activity))
                if summed.computeShare == nil { unweighted += 1 }
            }
            let threshold = options.threshold
            teams.add(activity, share: summed.computeShare ?? 1, interval: summed.intervalSeconds, threshold: threshold)
            places.append(summed)
        }
        guard !places.isEmpty else {
            throw error(
                "holds no value of \(metricWords(meaning)) that can be true; every one is NaN or a code for 'blank'"
            )
        }
        var slicedGPUs: [GPUTelemetry.SlicedGPU] = []
        for gpu in sliced.keys.sorted() {
            let whole = byPlace[gpu]?[meaning].map(PlaceReadings.init)
            if let found = weigh(gpu, sliced[gpu] ?? [], whole) { slicedGPUs.append(found) }
        }
        if without > 0 {
            note(
                .warning,
                "\(counted(without, "GPU or instance", "GPUs or instances")) without a value of \(metricWords(meaning)): not shown, and whether they were idle is not known"
            )
        }
        if repeated > 0 {
            note(
                .note,
                "\(counted(repeated, "reading")) of a second source, such as another Prometheus that scraped the same exporter, were left out"
            )
        }
        if invalid > 0 {
            note(
                .warning,
                "\(counted(invalid, "reading")) that cannot be true (NaN, or DCGM's codes for 'blank') were left out"
            )
        }
        if resets > 0 {
            note(.note, "a counter began anew \(counted(resets, "time")); what it rose after counts")
        }
        if unweighted > 0 {
            note(
                .warning,
                "\(counted(unweighted, "instance")) without a known profile: their share of the GPU is not known, and their GPUs are not weighted"
            )
        }
        if !readings.hasTimes {
            note(
                .warning,
                "the values carry no time: a series that comes again counts as the next scrape; gaps, hours and coverage cannot be known"
            )
        }
        if !namesPods {
            note(
                .warning,
                "the exporter names no pods: activity is of all scrapes, allocated or not, and a study wants it of allocated time; hours of teams are not known"
            )
        }
        let missing = places.reduce(0) { $0 + ($1.missing ?? 0) }
        if missing > 0 {
            note(
                .warning,
                "\(counted(missing, "scrape")) are missing between the first and the last of a GPU; they count neither as idle nor as active"
            )
        }
        let low = places.filter { ($0.coverage ?? 1) < 0.9 }.count
        if low > 0 {
            note(
                .warning,
                "\(counted(low, "GPU or instance", "GPUs or instances")) stand for less than 90 % of the window: new, removed or unscraped; see their coverage"
            )
        }
        return GPUTelemetry(
            metric: names.sorted().joined(separator: ", "),
            meaning: meaning,
            threshold: options.threshold,
            window: window,
            places: places,
            slicedGPUs: slicedGPUs,
            teams: teams.teams(),
            notes: notes
        )
    }

    // MARK: Sorting

    private mutating func sort() {
        var unplaced = 0
        for series in readings.series {
            guard let metric = GPUMetric.named(series.name) else { continue }
            guard let place = GPUPlace(series) else {
                unplaced += 1
                continue
            }
            if let model = series.label("modelName", "model_name"), models[place.gpu] == nil {
                models[place.gpu] = model
            }
            if GPUTenant(series) != nil { namesPods = true }
            byPlace[place, default: [:]][metric.meaning, default: []].append((metric, series))
        }
        if unplaced > 0 {
            note(
                .warning,
                "\(counted(unplaced, "series", "series")) of a GPU metric name no GPU (labels gpu or UUID) and were left out; query without an aggregation such as sum()"
            )
        }
    }

    /// The meaning of the metric that answers whether GPUs were idle.
    private mutating func activityMeaning() throws(DocumentError) -> GPUMeaning {
        let present = Set(byPlace.values.flatMap(\.keys))
        if let name = options.metric {
            guard let metric = GPUMetric.named(name), metric.meaning.activityWords != nil else {
                let known = GPUMetric.all.filter { $0.meaning.activityWords != nil }.map(\.name)
                throw error(
                    "\(quoted(name)) does not tell whether a GPU works; known are \(known.joined(separator: ", "))"
                )
            }
            guard present.contains(metric.meaning) else {
                throw error("holds no series of \(name) of a GPU; \(found())")
            }
            for place in Array(byPlace.keys) { byPlace[place]?[metric.meaning]?.removeAll { $0.metric.name != name } }
            for place in Array(byPlace.keys) where byPlace[place]?[metric.meaning]?.isEmpty ?? false {
                byPlace[place]?[metric.meaning] = nil
            }
            guard byPlace.values.contains(where: { $0[metric.meaning] != nil }) else {
                throw error("holds no series of \(name) of a GPU; \(found())")
            }
            return metric.meaning
        }
        guard let meaning = GPUMeaning.activities.first(where: present.contains) else {
            throw error(
                "holds no metric by which a GPU's activity is known, such as DCGM_FI_PROF_GR_ENGINE_ACTIVE or "
                    + "DCGM_FI_DEV_GPU_UTIL; \(found())"
            )
        }
        return meaning
    }

    private func found() -> String {
        var names: [String] = []
        for name in Set(readings.series.map(\.name)).sorted().prefix(8) {
            names.append(name.isEmpty ? "series without a name" : quoted(name))
        }
        return names.isEmpty ? "it holds no series at all" : "found \(names.joined(separator: ", "))"
    }

    private func metricWords(_ meaning: GPUMeaning) -> String {
        options.metric ?? GPUMetric.all.first { $0.meaning == meaning }?.name ?? meaning.rawValue
    }

    private func window() -> ClosedRange<Int64>? { readings.hasTimes ? options.window ?? readings.span : nil }

    // MARK: Sums

    private func sum(
        _ place: GPUPlace,
        _ activity: PlaceReadings,
        meaning: GPUMeaning,
        window: ClosedRange<Int64>?
    ) -> GPUTelemetry.Place {
        let values = activity.values
        let model = models[place.gpu] ?? ""
        let interval = readings.hasTimes ? activity.interval : nil
        var span: ClosedRange<Int64>?
        if readings.hasTimes, let first = activity.readings.first, let last = activity.readings.last {
            span = first.milliseconds...max(first.milliseconds, last.milliseconds)
        }
        var coverage: Double?
        if let window, let interval, interval > 0, window.upperBound > window.lowerBound {
            let length = Double(window.upperBound - window.lowerBound)
            coverage = min(1, Double(values.count) * Double(interval) / length)
        }
        let held = activity.readings.filter { !$0.tenants.isEmpty }.compactMap(\.value)
        var means: [GPUMeaning: Double] = [:]
        var mostMemory: Double?
        var resets = 0
        for (other, series) in byPlace[place] ?? [:] where other != meaning {
            let found = PlaceReadings(series)
            if other == .energy {
                let rise = found.rise
                resets += rise.resets
                if readings.hasTimes, let first = found.readings.first?.milliseconds,
                    let last = found.readings.last?.milliseconds, last > first, byPlace[place]?[.power] == nil
                {
                    means[.power] = rise.amount / (Double(last - first) / 1_000)
                }
                continue
            }
            means[other] = found.mean
            if other == .memoryUsed { mostMemory = found.values.max() }
        }
        return GPUTelemetry.Place(
            place: place,
            model: model,
            scrapes: values.count,
            missing: interval.map(activity.missing),
            invalid: activity.readings.count - values.count,
            intervalSeconds: interval.map { Double($0) / 1_000 },
            span: span,
            coverage: coverage,
            activity: values.reduce(0, +) / Double(max(values.count, 1)),
            duty: Double(values.count { $0 > options.threshold }) / Double(max(values.count, 1)),
            allocatedScrapes: namesPods ? held.count : nil,
            allocatedActivity: held.isEmpty ? nil : held.reduce(0, +) / Double(held.count),
            computeShare: place.computeShare(model: model),
            means: means,
            mostMemoryMiB: mostMemory,
            counterResets: resets
        )
    }

    /// A GPU's activity from its instances; nil where the share of one is not known.
    private func weigh(
        _ gpu: GPUPlace,
        _ instances: [(GPUPlace, PlaceReadings)],
        _ whole: PlaceReadings?
    ) -> GPUTelemetry.SlicedGPU? {
        let model = models[gpu] ?? ""
        struct Instant {
            var activity = 0.0
            var share = 0.0
            var isActive = false
        }
        var instants: [Int64: Instant] = [:]
        for (place, found) in instances {
            guard let share = place.computeShare(model: model) else { return nil }
            for reading in found.readings {
                guard let value = reading.value else { continue }
                var instant = instants[reading.milliseconds] ?? Instant()
                instant.activity += value * share
                instant.share += share
                instant.isActive = instant.isActive || value > options.threshold
                instants[reading.milliseconds] = instant
            }
        }
        // Before it was cut, or after, the GPU speaks for itself.
        for reading in whole?.readings ?? [] where instants[reading.milliseconds] == nil {
            guard let value = reading.value else { continue }
            instants[reading.milliseconds] = Instant(activity: value, share: 0, isActive: value > options.threshold)
        }
        guard !instants.isEmpty else { return nil }
        // In the order of time, so that sums are the same in every process.
        let ordered = instants.keys.sorted().compactMap { instants[$0] }
        let count = Double(ordered.count)
        return GPUTelemetry.SlicedGPU(
            place: gpu,
            model: model,
            scrapes: ordered.count,
            activity: ordered.reduce(0) { $0 + $1.activity } / count,
            duty: Double(ordered.count { $0.isActive }) / count,
            instancedShare: ordered.reduce(0) { $0 + $1.share } / count
        )
    }

    private mutating func note(_ severity: Diagnostic.Severity, _ text: String) {
        notes.append(Diagnostic(severity, text, file: file))
    }

    private func error(_ problem: String) -> DocumentError { DocumentError(file: file, problem: problem) }
}

/// What teams held, summed over places.
private struct TeamSums {
    private struct Sum {
        var weight = 0.0
        var active = 0.0
        var above = 0.0
        var hours = 0.0
        var hasHours = true
        var scrapes = 0
        var shared = 0
        var pods: Set<String> = []
    }

    private var sums: [String: Sum] = [:]

    mutating func add(_ readings: PlaceReadings, share: Double, interval: Double?, threshold: Double) {
        for reading in readings.readings {
            guard let value = reading.value, !reading.tenants.isEmpty else { continue }
            let part = share / Double(reading.tenants.count)
            for tenant in reading.tenants {
                var sum = sums[tenant.team] ?? Sum()
                sum.weight += part
                sum.active += part * value
                if value > threshold { sum.above += part }
                if let interval { sum.hours += part * interval / 3_600 } else { sum.hasHours = false }
                sum.scrapes += 1
                if reading.tenants.count > 1 { sum.shared += 1 }
                sum.pods.insert(tenant.pod)
                sums[tenant.team] = sum
            }
        }
    }

    func teams() -> [GPUTelemetry.Team] {
        sums.sorted { $0.key < $1.key }.map { name, sum in
            GPUTelemetry.Team(
                name: name,
                gpuHours: sum.hasHours ? sum.hours : nil,
                activity: sum.weight > 0 ? sum.active / sum.weight : 0,
                duty: sum.weight > 0 ? sum.above / sum.weight : 0,
                sharedScrapes: sum.shared,
                scrapes: sum.scrapes,
                pods: sum.pods.count
            )
        }
    }
}
