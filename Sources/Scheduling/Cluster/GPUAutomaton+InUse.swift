extension GPUAutomaton {
    /// What is in use in each state, in the unit of its slots' sizes; -1 for a state that slices do not lead to.
    var inUse: [Int] {
        var used = Array(repeating: -1, count: stateCount)
        used[Self.idle] = 0
        var reached = [Self.idle]
        var index = 0
        while index < reached.count {
            let state = reached[index]
            index += 1
            for (slot, place) in slots.enumerated() {
                guard let next = next(state, giving: slot), used[next] < 0 else { continue }
                used[next] = used[state] + place.size
                reached.append(next)
            }
        }
        return used
    }
}
