internal import CProbe
internal import Evidence

/// One run against the listeners: connections for it, made and ended here, and what the other ends saw.
final class NetworkRun {
    private let target: NetworkTarget
    private let token: NetworkToken?
    private let boot = NetworkRun.bootIdentifier()
    private var sharedKernelSeconds = 0.0
    private var disturbances: [Disturbance] = []

    init(_ target: NetworkTarget) throws(ProbeRefusal) {
        self.target = target
        do {
            token = try target.tokenFile.map { path throws(NetworkToken.FileError) in try NetworkToken(file: path) }
        } catch { throw ProbeRefusal("\(error)") }
    }

    /// The kernel's name of this boot; empty where it has none.
    static func bootIdentifier() -> String { LiveText.read("/proc/sys/kernel/random/boot_id") ?? "" }

    /// Work with the first listener: `body` has the connections, as many as streams, and ends its sending on them.
    func withPeer<Result>(
        _ kind: NetworkWork.Kind,
        bytes: Int,
        streams: Int = 1,
        seconds: Double,
        _ body: ([NetworkConnection]) throws(NetworkError) -> Result
    ) throws(NetworkError) -> (result: Result, report: NetworkReport) {
        let peer = target.peers[0]
        let work = NetworkWork(
            run: NetworkIdentifier.fresh(),
            kind: kind,
            bytes: bytes,
            streams: streams,
            seconds: seconds
        )
        let (control, welcome) = try open(peer, .run(work))
        var links: [NetworkConnection] = []
        for index in 0..<streams { links.append(try open(peer, .link(run: work.run, index: index)).connection) }
        _ = try control.receive(.ready, until: MonotonicClock.seconds() + NetworkConnection.stepSeconds)
        let result: Result
        do throws(NetworkError) { result = try body(links) } catch { throw cause(of: error, control) }
        for link in links { link.finishSending() }
        return (result, try report(control, welcome, within: work.limitSeconds))
    }

    /// Work with all listeners, each connected to its next; `body` leads the ring.
    func withRing<Result>(
        bytes: Int,
        seconds: Double,
        _ body: (NetworkRing) throws(NetworkError) -> Result
    ) throws(NetworkError) -> Result {
        let peers = target.peers
        let name = NetworkIdentifier.fresh()
        var controls: [(connection: NetworkConnection, welcome: NetworkWelcome)] = []
        var limit = 0.0
        for (index, peer) in peers.enumerated() {
            let work = NetworkWork(
                run: name,
                kind: .ring,
                bytes: bytes,
                seconds: seconds,
                rank: index + 1,
                ranks: target.ranks,
                next: index + 1 < peers.count ? "\(peers[index + 1])" : nil
            )
            limit = work.limitSeconds
            controls.append(try open(peer, .run(work)))
        }
        for control in controls { try control.connection.send(NetworkFrame(.go)) }
        let next = try open(peers[0], .link(run: name, index: 0)).connection
        // The last listener sends on a connection of ours: nobody need reach this host.
        let previous = try open(peers[peers.count - 1], .link(run: name, index: 1)).connection
        for control in controls {
            _ = try control.connection.receive(.ready, until: MonotonicClock.seconds() + limit)
        }
        let deadline = MonotonicClock.nanoseconds() + UInt64(limit * 1e9)
        let ring = NetworkRing(previous: previous, next: next, rank: 0, ranks: target.ranks, deadline: deadline)
        let result: Result
        do throws(NetworkError) {
            result = try body(ring)
            try ring.finish()
        } catch {
            for control in controls { control.connection.interrupt() }
            throw error
        }
        for control in controls { _ = try report(control.connection, control.welcome, within: limit) }
        return result
    }

    /// What the session must know besides the numbers, among the conditions and taken out of them again.
    func tell(_ samples: inout ProbeSamples) {
        samples.conditions.append(Condition(name: Hidden.processorSeconds, value: "\(sharedKernelSeconds)"))
        for (index, one) in disturbances.enumerated() {
            samples.conditions.append(
                Condition(name: "\(Hidden.disturbance)\(index) \(one.kind.rawValue)", value: one.sentence)
            )
        }
    }

    /// Notes what disturbed this end.
    func note(_ disturbance: Disturbance) { disturbances.append(disturbance) }

    /// Names of conditions that travel from the run's process to the session and no further.
    enum Hidden {
        /// Processor time of peers that share our kernel, and so our processors.
        static let processorSeconds = ".peer_processor_s"
        /// A disturbance of another end: a number and its kind follow.
        static let disturbance = ".disturbance "
    }

    private func open(
        _ peer: NetworkAddress,
        _ purpose: NetworkHello.Purpose
    ) throws(NetworkError) -> (connection: NetworkConnection, welcome: NetworkWelcome) {
        try NetworkConnection.open(peer, purpose, session: target.session, token: token)
    }

    private func report(
        _ control: NetworkConnection,
        _ welcome: NetworkWelcome,
        within seconds: Double
    ) throws(NetworkError) -> NetworkReport {
        let report = try control.read(.end, until: MonotonicClock.seconds() + seconds, NetworkReport.init).content
        if welcome.boot == boot {
            // Its other tasks are ours too, and we are among them.
            sharedKernelSeconds += report.processorSeconds
        } else {
            for one in report.disturbances {
                disturbances.append(Disturbance(one.kind, "at \(control.peer), \(one.sentence)"))
            }
        }
        return report
    }

    /// Why a connection failed: the other end may have said so on the control connection.
    private func cause(of error: NetworkError, _ control: NetworkConnection) -> NetworkError {
        do throws(NetworkError) {
            _ = try control.receive(.end, until: MonotonicClock.seconds() + 1)
            return error
        } catch let told {
            if case .refused = told { return told }
            return error
        }
    }
}
