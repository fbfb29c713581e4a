import Documents
internal import CProbe
internal import Glibc
internal import Synchronization

/// The end that waits to be measured with: one session at a time, everyone else is told that it is busy.
package final class NetworkListener: Sendable {
    /// What a listener tells its user.
    package enum Event: Sendable, Hashable, CustomStringConvertible {
        /// Somebody measures.
        case began(String)
        /// Somebody has measured.
        case ended(NetworkServed)
        /// Somebody was refused, or did not speak the protocol.
        case refused(NetworkError)

        /// One line.
        package var description: String {
            switch self {
            case .began(let peer): "session of \(peer)"
            case .ended(let served):
                "session of \(served.peer) ended after \(counted(served.runs, "run"))"
            case .refused(let error): "refused: \(error)"
            }
        }
    }

    private struct Session {
        var id: String
        var meeting: NetworkMeeting?
        var served: NetworkServed
    }

    private struct State {
        var session: Session?
        var sessionsDone = 0
        var conversations = 0
        /// Callers that have not said yet what they want, the oldest first.
        var strangers: [NetworkConnection] = []
        var isStopping = false
    }

    /// Conversations at the same time; streams of a run and some strangers.
    private static let mostConversations = NetworkWork.mostStreams + 32

    private let descriptor: Int32
    private let token: NetworkToken?
    private let welcome: NetworkWelcome
    private let report: @Sendable (Event) -> Void
    private let wake: NetworkSignal
    private let state = Mutex(State())

    /// The address and port that it listens at.
    package let address: NetworkAddress

    /// Begins to listen; `serve` answers.
    package init(
        at address: NetworkAddress,
        token: NetworkToken?,
        welcome: NetworkWelcome,
        report: @escaping @Sendable (Event) -> Void
    ) throws(NetworkError) {
        let listening = address.host.withCString { host in
            String(address.port).withCString { port in assay_listen(address.host.isEmpty ? nil : host, port) }
        }
        switch -listening {
        case 1...:
            let reason = -listening == EDESTADDRREQ ? "the name has no address" : systemError(-listening)
            throw .system("cannot listen at \(address)", reason)
        default: descriptor = listening
        }
        var name = [CChar](repeating: 0, count: 128)
        let port = assay_socket_name(listening, 0, &name, name.count)
        guard port > 0 else { throw .system("cannot listen at \(address)", systemError(-port)) }
        let host = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.address = NetworkAddress(host: host, port: Int(port))
        self.token = token
        self.welcome = welcome
        self.report = report
        wake = try NetworkSignal()
    }

    deinit { close(descriptor) }

    /// Answers until `sessions` have ended, ``stop()`` is called, or `termination` is readable.
    package func serve(sessions: Int? = nil, termination: Int32 = -1) {
        while !state.withLock({ $0.isStopping || ($0.session == nil && $0.sessionsDone >= sessions ?? .max) }) {
            var waits = [descriptor, wake.descriptor, termination].map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            guard poll(&waits, nfds_t(waits.count), -1) > 0 else { continue }
            if waits[1].revents != 0 { _ = wake.take(until: MonotonicClock.seconds() + 1) }
            if waits[2].revents != 0 { stop() }
            if waits[0].revents != 0 { accept() }
        }
        stop()
    }

    /// Ends the session that goes on, and then itself.
    package func stop() {
        let meeting = state.withLock { state in
            state.isStopping = true
            return state.session?.meeting
        }
        meeting?.end()
        wake.give()
    }

    private func accept() {
        let caller = Glibc.accept(descriptor, nil, nil)
        guard caller >= 0 else {
            // Out of descriptors, say: what is there shall end first.
            if errno != EINTR, errno != ECONNABORTED { usleep(10_000) }
            return
        }
        _ = fcntl(caller, F_SETFD, FD_CLOEXEC)
        var name = [CChar](repeating: 0, count: 128)
        let port = assay_socket_name(caller, 1, &name, name.count)
        let host = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let connection = NetworkConnection(
            adopting: caller,
            peer: "\(NetworkAddress(host: host, port: Int(max(0, port))))"
        )
        // Silent callers keep nobody out: the one that has been silent for longest makes room.
        let (hasRoom, silent) = state.withLock { state in
            var silent: NetworkConnection?
            if state.conversations >= Self.mostConversations {
                guard !state.strangers.isEmpty else { return (false, silent) }
                silent = state.strangers.removeFirst()
            }
            state.conversations += 1
            state.strangers.append(connection)
            return (true, silent)
        }
        silent?.interrupt()
        guard hasRoom else { return }
        let started = NetworkThread.start { [self] in
            converse(connection)
            leave(connection)
        }
        if !started { leave(connection) }
    }

    private func leave(_ connection: NetworkConnection) {
        state.withLock { state in
            state.conversations -= 1
            state.strangers.removeAll { $0 === connection }
        }
    }

    private func converse(_ connection: NetworkConnection) {
        do {
            let (hello, said) = try connection.hear(token: token)
            state.withLock { state in state.strangers.removeAll { $0 === connection } }
            switch hello.purpose {
            case .session: try hold(connection, hello, said)
            case .run(let work): try run(work, connection, hello, said)
            case .link(let run, let index): try link(run, index, connection, hello, said)
            }
        } catch { report(.refused(error)) }
    }

    // MARK: Sessions

    private func hold(_ connection: NetworkConnection, _ hello: NetworkHello, _ said: [UInt8]) throws(NetworkError) {
        let served = NetworkServed(peer: connection.peer, started: MonotonicClock.wallTime())
        let begun = MonotonicClock.seconds()
        let isMine = state.withLock { state in
            guard state.session == nil, !state.isStopping else { return false }
            state.session = Session(id: hello.session, served: served)
            return true
        }
        guard isMine else {
            connection.refuse(.busy, "another session is going on")
            return
        }
        defer {
            let session = state.withLock { state in
                let session = state.session
                state.session = nil
                state.sessionsDone += 1
                return session
            }
            session?.meeting?.end()
            var done = session?.served ?? served
            done.seconds = MonotonicClock.seconds() - begun
            report(.ended(done))
            wake.give()
        }
        report(.began(connection.peer))
        try connection.agree(welcome, to: hello, said: said, token: token)
        // Held until the other end lets go: it sends nothing more, and a dead one is found by keep-alive.
        while !connection.hasEnded(within: 1), !state.withLock({ $0.isStopping }) {}
    }

    private func run(
        _ work: NetworkWork,
        _ connection: NetworkConnection,
        _ hello: NetworkHello,
        _ said: [UInt8]
    ) throws(NetworkError) {
        let places: Set<Int> =
            work.kind == .ring ? (work.next == nil ? [0, 1] : [0]) : Set(0..<work.streams)
        let meeting = try NetworkMeeting(run: work.run, expected: places)
        let refusal: NetworkRefusal? = state.withLock { state in
            guard state.session?.id == hello.session else {
                return NetworkRefusal(.session, "there is no such session")
            }
            guard state.session?.meeting == nil else { return NetworkRefusal(.limit, "a run is going on") }
            state.session?.meeting = meeting
            return nil
        }
        if let refusal { return connection.refuse(refusal.code, refusal.reason) }
        defer { leave(meeting, work.kind, isDone: false) }
        try connection.agree(welcome, to: hello, said: said, token: token)
        do throws(NetworkError) {
            let deadline = MonotonicClock.seconds() + NetworkConnection.stepSeconds * 2
            var next: NetworkConnection?
            if work.kind == .ring {
                _ = try connection.receive(.go, until: deadline)
                next = try connect(to: work, session: hello.session)
            }
            let links = try meeting.all(until: deadline)
            let watch = NetworkWatch()
            try connection.send(NetworkFrame(.ready))
            let ordered = links.sorted { $0.key < $1.key }.map(\.value) + (next.map { [$0] } ?? [])
            var done = try NetworkWorker.serve(work, ordered)
            watch.finish(&done)
            // Before the word that ends the run: the next one may begin at once.
            leave(meeting, work.kind, isDone: true)
            try connection.send(.end, done.json)
        } catch {
            connection.refuse(.failed, "\(error)")
            throw error
        }
    }

    /// Ends a run; the first word on whether it was carried out counts.
    private func leave(_ meeting: NetworkMeeting, _ kind: NetworkWork.Kind, isDone: Bool) {
        meeting.end()
        state.withLock { state in
            guard state.session?.meeting === meeting else { return }
            state.session?.meeting = nil
            state.session?.served.count(kind, isDone: isDone)
        }
    }

    private func connect(to work: NetworkWork, session: String) throws(NetworkError) -> NetworkConnection? {
        guard let next = work.next else { return nil }
        guard let address = NetworkAddress(next, needsHost: true) else {
            throw .malformed("the one who measures", "'\(next.prefix(100))' as an address")
        }
        return try NetworkConnection.open(address, .link(run: work.run, index: 0), session: session, token: token)
            .connection
    }

    private func link(
        _ run: String,
        _ index: Int,
        _ connection: NetworkConnection,
        _ hello: NetworkHello,
        _ said: [UInt8]
    ) throws(NetworkError) {
        let meeting = state.withLock { state in state.session?.id == hello.session ? state.session?.meeting : nil }
        guard let meeting, meeting.run == run, meeting.has(place: index) else {
            return connection.refuse(.session, "there is no such place in a run")
        }
        try connection.agree(welcome, to: hello, said: said, token: token)
        if !meeting.bring(connection, to: index) { connection.interrupt() }
    }
}
