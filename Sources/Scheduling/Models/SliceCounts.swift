/// What a model that hands out parts of GPUs made of jobs that ask for whole ones: who got a part, who did not and why.
package struct SliceCounts: Sendable, Hashable {
    /// Jobs with a GPU.
    package internal(set) var jobs = 0
    /// Jobs that ask for one whole GPU or more and name no profile.
    package internal(set) var whole = 0
    /// Of these, jobs that were given a part of one GPU.
    package internal(set) var sliced = 0
    /// Of those, jobs whose need of compute nothing states, so that the usual one was taken.
    package internal(set) var assumed = 0
    /// Jobs of one whole GPU that state no memory, and so keep it.
    package internal(set) var noMemory = 0
    /// Jobs of one whole GPU that fit no part: their memory, or their least speed.
    package internal(set) var unfit = 0
    /// Jobs of several GPUs, which keep them.
    package internal(set) var several = 0
    /// Jobs that name a profile, which keep it where the GPU has it.
    package internal(set) var named = 0
    /// Of these, jobs whose profile has less memory than they state, so that they were given the next that
    /// fits, or a whole GPU.
    package internal(set) var raised = 0
    /// Of them, jobs whose profile the fixed layout does not have, so that they were given the next that fits and is no slower.
    package internal(set) var replaced = 0

    /// Jobs that a slot of a GPU shared in turns would hold, and that keep the whole GPU since their turn alone is too slow.
    package internal(set) var tooSlow = 0

    /// Counts one job; `asks` is what its trace says, before any model.
    mutating func add(
        _ asks: TraceJob,
        named isNamed: Bool,
        isSlice: Bool,
        isRaised: Bool,
        isReplaced: Bool,
        isTooSlow: Bool,
        isAssumed: Bool
    ) {
        guard asks.gpus > 0 else { return }
        jobs += 1
        if isTooSlow { tooSlow += 1 }
        if isNamed {
            named += 1
            if isRaised { raised += 1 } else if isReplaced { replaced += 1 }
        } else if asks.gpus > 1 {
            whole += 1
            several += 1
        } else if asks.gpuMilli >= 1_000 {
            whole += 1
            if isSlice {
                sliced += 1
                if isAssumed { assumed += 1 }
            } else if asks.gpuMemoryMiB <= 0 {
                noMemory += 1
            } else {
                unfit += 1
            }
        }
    }
}
