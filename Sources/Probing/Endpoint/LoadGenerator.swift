internal import CProbe
internal import Glibc

/// Offers load to a service in an open loop: each request starts when it is meant to, whatever became of those before.
///
/// One thread, sockets that do not block. Latency counts from the intended start, so that a service that stalls is
/// charged with every request that it kept waiting, and not with one a connection. Requests beyond the connections wait
/// in order, and their wait is theirs.
struct LoadGenerator {
    private struct Connection {
        var descriptor: Int32 = -1
        /// The request that it carries, -1 for none.
        var request = -1
        var sentBytes = 0
        var isConnecting = false
        var parser = HTTPResponseParser()
    }

    /// Below this the loop looks again and again rather than sleep: a sleep ends some 50 µs late.
    private static let spinSeconds = 80e-6
    private static let scanSeconds = 5e-3

    private let address: SocketAddress
    private let plan: LoadPlan
    private let request: [UInt8]
    private var connections: [Connection]
    private var polled: [pollfd]
    private var empty: [Int]
    private var idle: [Int] = []
    private var result: LoadResult
    private var done = 0
    private var inFlight = 0
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)
    private var begin: UInt64 = 0

    /// A generator for requests at these times.
    init(_ plan: LoadPlan, _ address: SocketAddress, times: [Double]) {
        self.plan = plan
        self.address = address
        request = plan.request
        connections = Array(repeating: Connection(), count: plan.connections)
        polled = Array(repeating: pollfd(fd: -1, events: 0, revents: 0), count: plan.connections)
        empty = Array((0..<plan.connections).reversed())
        let nothing = [Double](repeating: .nan, count: times.count)
        result = LoadResult(
            intended: times,
            latency: nothing,
            firstByte: nothing,
            sent: nothing,
            failure: Array(repeating: nil, count: times.count)
        )
    }

    /// Offers the load and waits for the last answer, at most the plan's timeout.
    mutating func run() -> LoadResult {
        let times = result.intended
        begin = MonotonicClock.nanoseconds() + 20_000_000
        var (due, head) = (0, 0)
        var nextScan = 0.0
        while done < times.count {
            var now = seconds()
            let fresh = due
            while due < times.count, times[due] <= now { due += 1 }
            while head < due {
                now = seconds()
                if now - times[head] > plan.timeout {
                    fail(head, .timedOut)
                } else if let place = usable() {
                    noteStart(head, isFresh: head >= fresh, now)
                    assign(place, head)
                } else if let place = empty.popLast() {
                    noteStart(head, isFresh: head >= fresh, now)
                    open(place, head)
                } else {
                    break
                }
                head += 1
            }
            result.waited += max(0, due - max(head, fresh))
            now = seconds()
            if now >= nextScan {
                expire(now)
                nextScan = now + Self.scanSeconds
            }
            guard done < times.count else { break }
            var wait = due < times.count ? times[due] - now : Self.scanSeconds
            if inFlight > 0 || head < due { wait = min(wait, nextScan - now) }
            wait = wait < Self.spinSeconds ? 0 : wait - Self.spinSeconds
            guard Waiting.poll(&polled, seconds: wait) > 0 else { continue }
            for place in polled.indices where polled[place].revents != 0 {
                let events = Int32(polled[place].revents)
                polled[place].revents = 0
                if polled[place].fd >= 0 { handle(place, events) }
            }
        }
        result.elapsed = seconds()
        for place in connections.indices where connections[place].descriptor >= 0 { shut(place) }
        return result
    }

    private func seconds() -> Double {
        let now = MonotonicClock.nanoseconds()
        return now >= begin ? Double(now - begin) * 1e-9 : -Double(begin - now) * 1e-9
    }

    /// How late the generator was, where nothing else kept the request.
    private mutating func noteStart(_ number: Int, isFresh: Bool, _ now: Double) {
        result.sent[number] = now - result.intended[number]
        if isFresh { result.lateness.append(now - result.intended[number]) }
    }

    // MARK: Requests

    private mutating func succeed(_ number: Int, _ now: Double) {
        result.latency[number] = now - result.intended[number]
        done += 1
    }

    private mutating func fail(_ number: Int, _ failure: LoadFailure) {
        result.failure[number] = failure
        done += 1
    }

    private mutating func open(_ place: Int, _ number: Int) {
        switch address.connect() {
        case .failure(let problem):
            empty.append(place)
            fail(number, problem.failure)
        case .success(let descriptor):
            result.opened += 1
            inFlight += 1
            connections[place] = Connection(descriptor: descriptor, request: number, isConnecting: true)
            connections[place].parser = HTTPResponseParser(isHead: plan.method == "HEAD")
            polled[place] = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        }
    }

    private mutating func assign(_ place: Int, _ number: Int) {
        inFlight += 1
        connections[place].request = number
        connections[place].sentBytes = 0
        connections[place].parser = HTTPResponseParser(isHead: plan.method == "HEAD")
        send(place)
    }

    private mutating func expire(_ now: Double) {
        for place in connections.indices {
            let number = connections[place].request
            guard number >= 0, now - result.intended[number] > plan.timeout else { continue }
            fail(number, .timedOut)
            release(place, keep: false)
        }
    }

    // MARK: Connections

    private mutating func handle(_ place: Int, _ events: Int32) {
        guard connections[place].request >= 0 else {
            // A connection without a request has nothing to say but its end.
            idle.removeAll { $0 == place }
            shut(place)
            return
        }
        if connections[place].isConnecting {
            let problem = SocketError.pending(connections[place].descriptor)
            guard problem.number == 0 else { return give(place, up: problem.failure) }
            connections[place].isConnecting = false
            return send(place)
        }
        if events & Int32(POLLIN | POLLHUP | POLLERR) != 0 {
            receive(place)
        } else if events & Int32(POLLOUT) != 0 {
            send(place)
        }
    }

    private mutating func send(_ place: Int) {
        let descriptor = connections[place].descriptor
        while connections[place].sentBytes < request.count {
            let offset = connections[place].sentBytes
            let count = request.withUnsafeBytes {
                Glibc.send(
                    descriptor,
                    $0.baseAddress.map { $0 + offset },
                    request.count - offset,
                    Int32(MSG_NOSIGNAL)
                )
            }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN || errno == EWOULDBLOCK {
                polled[place].events = Int16(POLLIN | POLLOUT)
                return
            }
            guard count > 0 else { return give(place, up: SocketError(errno).failure) }
            connections[place].sentBytes += count
        }
        polled[place] = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    }

    private mutating func receive(_ place: Int) {
        let number = connections[place].request
        // A response that never ends must not keep the others waiting.
        for _ in 0..<16 {
            let count = read(connections[place].descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN || errno == EWOULDBLOCK { return }
            guard count >= 0 else { return give(place, up: SocketError(errno).failure) }
            let now = seconds()
            do throws(HTTPProblem) {
                if count == 0 {
                    try connections[place].parser.close()
                } else {
                    if !connections[place].parser.hasBegun { result.firstByte[number] = now - result.intended[number] }
                    try connections[place].parser.take(buffer[..<count])
                }
            } catch {
                return give(place, up: error == .malformed ? .malformed : .closed)
            }
            guard connections[place].parser.isDone else {
                if count < buffer.count { return }
                continue
            }
            let parser = connections[place].parser
            let (bytes, isOver) = result.bodyBytes.addingReportingOverflow(parser.bodyBytes)
            result.bodyBytes = isOver ? .max : bytes
            switch parser.status {
            case 200..<300, 304: succeed(number, now)
            case 300..<400: fail(number, .redirected)
            case 400..<500: fail(number, .clientError)
            default: fail(number, .serverError)
            }
            release(
                place,
                keep: parser.keepsAlive && count > 0 && connections[place].sentBytes == request.count
            )
            return
        }
    }

    // The exchange failed, and is not made again: a service that drops requests is not to look like one that serves them.
    private mutating func give(_ place: Int, up failure: LoadFailure) {
        let number = connections[place].request
        release(place, keep: false)
        fail(number, failure)
    }

    /// An idle connection that the service has not ended meanwhile; those that it has are closed.
    private mutating func usable() -> Int? {
        while let place = idle.popLast() {
            var byte: UInt8 = 0
            let count = recv(connections[place].descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
            if count < 0, errno == EAGAIN || errno == EWOULDBLOCK { return place }
            shut(place)
        }
        return nil
    }

    private mutating func release(_ place: Int, keep: Bool) {
        inFlight -= 1
        connections[place].request = -1
        if keep { idle.append(place) } else { shut(place) }
    }

    private mutating func shut(_ place: Int) {
        close(connections[place].descriptor)
        connections[place] = Connection()
        polled[place] = pollfd(fd: -1, events: 0, revents: 0)
        empty.append(place)
    }
}

/// Waiting for sockets with the clock's own resolution, which milliseconds would blur.
enum Waiting {
    /// Waits for events, at most so many seconds (0 looks once); how many sockets have some, 0 or below for none.
    static func poll(_ sockets: inout [pollfd], seconds: Double) -> Int32 {
        let nanoseconds = Int64(min(max(0, seconds), 3_600) * 1e9)
        return sockets.withUnsafeMutableBufferPointer { assay_poll($0.baseAddress, $0.count, nanoseconds) }
    }
}
