/// What a deployment model costs a job, to be measured; the defaults are none.
package struct ModelOverheads: Sendable, Hashable {
    /// Bare-metal speed over speed under the model, minus one, while nobody else is on the GPU: 0.08 is 8 %.
    package var overhead = 0.0
    /// What stands before each job's work while it already holds its GPUs, in milliseconds: a VM's boot.
    package var startUpMilliseconds: Int64 = 0
    /// What the creation of a MIG instance adds to that, in milliseconds.
    package var repartitionMilliseconds: Int64 = 0
    /// Time lost to switching while two or more share a GPU in turns: time over useful time, minus one.
    package var switching = 0.0
    /// What one fully busy neighbour costs beyond its turns, on a time-sliced GPU: time over time without, minus one.
    ///
    /// Caches and memory are shared there. Never applied to whole GPUs or MIG instances, which share neither.
    package var interference = 0.0

    package init(
        overhead: Double = 0,
        startUpMilliseconds: Int64 = 0,
        repartitionMilliseconds: Int64 = 0,
        switching: Double = 0,
        interference: Double = 0
    ) {
        self.overhead = overhead
        self.startUpMilliseconds = startUpMilliseconds
        self.repartitionMilliseconds = repartitionMilliseconds
        self.switching = switching
        self.interference = interference
    }

    /// Refuses what makes no sense.
    func check() throws(SimulationError) {
        guard overhead > -0.9, overhead <= 100 else {
            throw .option("an overhead of \(overhead) makes no sense; 0.08 is 8 %, and the least is above -0.9")
        }
        for (name, value) in [("switching", switching), ("interference", interference)]
        where !(value >= 0 && value <= 100) {
            throw .option("\(name) of \(value) makes no sense; 0.05 is 5 %, and the least is 0")
        }
        for value in [startUpMilliseconds, repartitionMilliseconds] where !(0...(1 << 40)).contains(value) {
            throw .option("start-up and repartition times must be at least 0; write them in milliseconds")
        }
    }

    /// How many times as long work takes as on bare metal, with nobody else on the GPU.
    var stretch: Double { 1 + overhead }
}
