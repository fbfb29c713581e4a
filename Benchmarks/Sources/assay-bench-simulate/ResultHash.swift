import Scheduling

/// One number for all that a replay found, so that two builds of the engine can be held against each other.
enum ResultHash {
    /// FNV-1a, by 64-bit words, of every job's times, outcome and place, and of the counters.
    static func of(_ result: SimulationResult) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ word: UInt64) { hash = (hash ^ word) &* 0x100_0000_01B3 }
        for job in result.start.indices {
            add(UInt64(bitPattern: result.start[job]))
            add(UInt64(bitPattern: result.end[job]))
            add(UInt64(result.outcome[job].rawValue))
            add(UInt64(UInt32(bitPattern: result.node[job])))
            add(result.gpuMask[job])
            add(UInt64(UInt16(bitPattern: result.slice[job])))
        }
        for further in result.furtherNodes {
            add(UInt64(further.job))
            add(UInt64(UInt32(bitPattern: further.node)))
            add(further.gpuMask)
        }
        let counters = result.counters
        for count in [
            counters.completed, counters.rejected, counters.tries, counters.blockedByGPUs, counters.blockedByNodes,
            counters.backfilled, counters.repartitions,
        ] { add(UInt64(count)) }
        add(UInt64(counters.queuedMilliseconds))
        return hash
    }
}
