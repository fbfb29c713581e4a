package import Documents

/// How busy GPUs were by an exporter's account: for each GPU, each MIG instance and each team.
package struct GPUTelemetry: Sendable {
    /// What may be said about how to look.
    package struct Options: Sendable {
        /// A scrape counts as active above this share; 0 to below 1.
        package var threshold = 0.05
        /// The metric that answers whether a GPU worked; the most trusted one that is there if nil.
        package var metric: String?
        /// The stretch of time that was asked for, in milliseconds; from the first to the last scrape if nil.
        package var window: ClosedRange<Int64>?

        /// The usual options.
        package init() {}
    }

    /// One GPU or one MIG instance.
    package struct Place: Sendable {
        /// Where it is.
        package var place: GPUPlace
        /// What the driver calls the GPU; empty where no label says.
        package var model: String
        /// Scrapes that told of it, with a value that can be true.
        package var scrapes: Int
        /// Scrapes that are missing between its first and its last; nil where times are not known.
        package var missing: Int?
        /// Scrapes whose value cannot be true: NaN, or DCGM's codes for 'blank'.
        package var invalid: Int
        /// The usual seconds between scrapes.
        package var intervalSeconds: Double?
        /// The first and the last scrape, in milliseconds since 1970.
        package var span: ClosedRange<Int64>?
        /// Share of the window that its scrapes stand for.
        package var coverage: Double?
        /// The mean of the activity metric.
        package var activity: Double
        /// Share of scrapes above the threshold.
        package var duty: Double
        /// Scrapes while a pod held it; nil where the exporter names no pods anywhere.
        package var allocatedScrapes: Int?
        /// The mean activity of those; nil where there is none.
        package var allocatedActivity: Double?
        /// Share of the GPU's compute slices; nil where it cannot be known.
        package var computeShare: Double?
        /// The means of the other metrics, by meaning.
        package var means: [GPUMeaning: Double]
        /// The most memory in use, in MiB.
        package var mostMemoryMiB: Double?
        /// How often a counter began anew.
        package var counterResets: Int
    }

    /// One whole GPU that was cut into instances, its activity weighted by their compute slices.
    package struct SlicedGPU: Sendable {
        /// The GPU.
        package var place: GPUPlace
        /// What the driver calls it.
        package var model: String
        /// Scrapes of the GPU: instants at which any of its instances was seen.
        package var scrapes: Int
        /// Its mean activity: of each instant the sum over instances of activity times share of compute slices.
        package var activity: Double
        /// Share of instants at which any instance was above the threshold.
        package var duty: Double
        /// The mean share of its compute slices that stood as instances.
        package var instancedShare: Double
    }

    /// What one team held.
    package struct Team: Sendable {
        /// The namespace; empty for pods without one.
        package var name: String
        /// GPU-hours held while scraped: a slice counts by its share of compute; nil where times are not known.
        package var gpuHours: Double?
        /// The mean activity over what it held, each place by its share.
        package var activity: Double
        /// Share of what it held in which activity was above the threshold.
        package var duty: Double
        /// Scrapes in which it shared a GPU with another pod, whose activity cannot be told apart.
        package var sharedScrapes: Int
        /// Scrapes.
        package var scrapes: Int
        /// Distinct pods.
        package var pods: Int
    }

    /// The name of the activity metric, or names where exporters differ.
    package var metric: String
    /// What that metric measures.
    package var meaning: GPUMeaning
    /// Above which share a scrape counts as active.
    package var threshold: Double
    /// The stretch of time looked at; nil where times are not known.
    package var window: ClosedRange<Int64>?
    /// GPUs and instances, by place.
    package var places: [Place]
    /// GPUs that were cut, by place.
    package var slicedGPUs: [SlicedGPU]
    /// Teams, by name.
    package var teams: [Team]
    /// What was left out, assumed or cannot be known.
    package var notes: [Diagnostic]

    /// The mean activity of all GPUs, each by its scrapes and its share of a GPU.
    package var activity: Double {
        let weights = places.map { Double($0.scrapes) * ($0.computeShare ?? 1) }
        let total = weights.reduce(0, +)
        return total > 0 ? zip(places, weights).reduce(0) { $0 + $1.0.activity * $1.1 } / total : 0
    }

    /// The share of scrapes above the threshold, weighted as ``activity``.
    package var duty: Double {
        let weights = places.map { Double($0.scrapes) * ($0.computeShare ?? 1) }
        let total = weights.reduce(0, +)
        return total > 0 ? zip(places, weights).reduce(0) { $0 + $1.0.duty * $1.1 } / total : 0
    }

    /// The mean activity while a pod held the place; nil where pods are not known or none held any.
    package var allocatedActivity: Double? {
        let held = places.filter { ($0.allocatedScrapes ?? 0) > 0 && $0.allocatedActivity != nil }
        let weights = held.map { Double($0.allocatedScrapes ?? 0) * ($0.computeShare ?? 1) }
        let total = weights.reduce(0, +)
        guard total > 0 else { return nil }
        return zip(held, weights).reduce(0) { $0 + ($1.0.allocatedActivity ?? 0) * $1.1 } / total
    }

    /// Scrapes in all.
    package var scrapes: Int { places.reduce(0) { $0 + $1.scrapes } }
}
