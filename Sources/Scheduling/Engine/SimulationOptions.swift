/// In which order waiting jobs start.
package enum QueueDiscipline: Sendable, Hashable {
    /// First come, first served, strictly: nothing starts before a job that came earlier.
    case fcfs
    /// First come, first served with EASY backfill: a job may start early unless it would delay the first.
    case easy
    /// The team with the least decayed use goes first, its jobs in order of arrival; strict.
    ///
    /// Use is GPU-milliseconds given, halved every `halfLife` milliseconds, over the team's share in
    /// ``SimulationOptions/teamShares``.
    case fairShare(halfLife: Int64)
    /// The highest priority goes first, in order of arrival among equals; strict.
    case priority
}

/// What a scheduler believes about the length of a job whose trace does not say what was requested.
package enum EstimateModel: Sendable, Hashable {
    /// The truth.
    case exact
    /// The truth times a factor of at least 1.
    case multiple(Double)
    /// The truth times a factor drawn evenly from 1 to `upTo`, by the seed: the f-model of Mu'alem and Feitelson
    /// (2001), f = `upTo` - 1.
    case uniform(upTo: Double)
}

/// How fast each class of job runs on what it was given, relative to what its trace says it had.
///
/// A job's time on a slice is its duration over its speed there, rounded up to the millisecond. Rows are the classes
/// in ``Trace/speedClass``; a class without a row, and a slice without a column, runs at speed 1.
package struct SpeedTable: Sendable, Hashable {
    /// Speeds on a whole GPU, by class.
    package var whole: [Double]
    /// Speeds on a share in thousandths, by class: relative to the share's own duration in the trace.
    package var share: [Double]
    /// Speeds on each profile, by the profile's name, then by class.
    package var profiles: [String: [Double]]

    package init(whole: [Double] = [], share: [Double] = [], profiles: [String: [Double]] = [:]) {
        self.whole = whole
        self.share = share
        self.profiles = profiles
    }
}

/// How a trace is replayed.
package struct SimulationOptions: Sendable, Hashable {
    /// The order in which jobs start.
    package var queue: QueueDiscipline = .fcfs
    /// Where they are put.
    package var placement: PlacementPolicy = .bestFit
    /// How fast they run on what they are given.
    package var speeds = SpeedTable()
    /// What stands before each job's work while it already holds its GPUs, in milliseconds: a VM's boot.
    package var startUpMilliseconds: Int64 = 0
    /// What each MIG instance created for a job adds to that, in milliseconds.
    package var repartitionMilliseconds: Int64 = 0
    /// What the scheduler believes where the trace states no requested time.
    package var estimates: EstimateModel = .exact
    /// Shares of teams under fair share, by index into ``Trace/teams``; those left out have 1.
    package var teamShares: [Double] = []
    /// GPUs that the jobs of each team may hold at once, by index into ``Trace/teams``; nil, or left out, for any number.
    ///
    /// An instance counts by its part of the compute slices. A job larger than the quota of its team is refused.
    package var teamQuotas: [Double?] = []
    /// Whether jobs leave when they end; without departures, a job that does not fit on arrival is lost.
    package var departures = true
    /// The seed of everything that is random.
    package var seed: UInt64 = 0
    /// A promise that is asked about and nothing else: once it cannot be kept any more the rest is not replayed, and
    /// ``SimulationResult/isCutShort``.
    package var promise: WaitObjective?
    /// How far apart the samples of the series are, in milliseconds; 0 for no series.
    package var sampleEveryMilliseconds: Int64 = 0

    package init() {}
}
