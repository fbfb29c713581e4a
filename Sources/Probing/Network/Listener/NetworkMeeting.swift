internal import Synchronization

/// Where the connections of a run come together, one by one, each from a thread of its own.
final class NetworkMeeting: Sendable {
    private struct State {
        var links: [Int: NetworkConnection] = [:]
        var isOver = false
    }

    let run: String
    private let expected: Set<Int>
    private let signal: NetworkSignal
    private let state = Mutex(State())

    init(run: String, expected: Set<Int>) throws(NetworkError) {
        self.run = run
        self.expected = expected
        signal = try NetworkSignal()
    }

    /// Whether a connection belongs here and nobody has its place.
    func has(place: Int) -> Bool {
        expected.contains(place) && state.withLock { !$0.isOver && $0.links[place] == nil }
    }

    /// Brings a connection; false where its place is taken or the run is over.
    func bring(_ connection: NetworkConnection, to place: Int) -> Bool {
        let isWelcome = state.withLock { state in
            guard expected.contains(place), !state.isOver, state.links[place] == nil else { return false }
            state.links[place] = connection
            return true
        }
        if isWelcome { signal.give() }
        return isWelcome
    }

    /// All connections, once they are there.
    func all(until deadline: Double) throws(NetworkError) -> [Int: NetworkConnection] {
        while true {
            let (links, isOver) = state.withLock { ($0.links, $0.isOver) }
            if isOver { throw .gone("the one who measures") }
            if links.count == expected.count { return links }
            guard signal.take(until: deadline) else { throw .stalled("a connection of the run") }
        }
    }

    /// Ends all connections; whoever works on them wakes up.
    func end() {
        let links = state.withLock { state in
            state.isOver = true
            return state.links.values.map { $0 }
        }
        for link in links { link.interrupt() }
        signal.give()
    }
}
