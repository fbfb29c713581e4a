/// Jobs of which the first to arrive is at hand; a heap.
struct JobHeap {
    private var jobs: ContiguousArray<Int32> = []

    /// The least number.
    var first: Int32? { jobs.first }

    mutating func removeAll() { jobs.removeAll(keepingCapacity: true) }

    /// Adds a job, wherever: ``order()`` comes before any is asked for.
    mutating func add(_ job: Int32) { jobs.append(job) }

    /// Makes a heap of all that was added, in time linear in their number.
    mutating func order() {
        var place = jobs.count / 2
        while place > 0 {
            place -= 1
            sink(place)
        }
    }

    /// Puts another job in the place of the first.
    mutating func replaceFirst(_ job: Int32) {
        guard !jobs.isEmpty else { return }
        jobs[0] = job
        sink(0)
    }

    mutating func removeFirst() {
        guard let last = jobs.popLast(), !jobs.isEmpty else { return }
        replaceFirst(last)
    }

    private mutating func sink(_ start: Int) {
        var places = jobs.mutableSpan
        let job = places[start]
        var place = start
        while true {
            var child = 2 * place + 1
            guard child < places.count else { break }
            if child + 1 < places.count, places[child + 1] < places[child] { child += 1 }
            guard places[child] < job else { break }
            places[place] = places[child]
            place = child
        }
        places[place] = job
    }
}
