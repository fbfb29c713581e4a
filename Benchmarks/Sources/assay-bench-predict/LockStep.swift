import Glibc

/// Processes in lock step over loopback: each works, tells the first, and goes on when the first says so.
enum LockStep {
    /// Runs steps in so many processes and gives the mean nanoseconds a step.
    static func run(program: String, ranks: Int, workNanoseconds: Double, steps: Int, plan: InjectionPlan, seed: UInt64)
        throws -> Double
    {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, size) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, address, &size) == 0
            }
        }
        guard bound else { throw BenchmarkFailure("cannot listen on loopback: \(String(cString: strerror(errno)))") }
        let port = UInt16(bigEndian: address.sin_port)
        var children: [pid_t] = []
        for rank in 1..<max(ranks, 1) {
            children.append(
                try spawn(
                    program,
                    ["rank", "\(port)", "\(workNanoseconds)", "\(steps)", "\(seed &+ UInt64(rank) &* 7919)"]
                        + plan.arguments
                )
            )
        }
        var peers: [Int32] = []
        for _ in children {
            let peer = accept(listener, nil, nil)
            guard peer >= 0 else { throw BenchmarkFailure("a process did not connect") }
            ready(peer)
            peers.append(peer)
        }
        close(listener)
        var worker = Worker(plan, seed: seed)
        // A first step brings all of them into step.
        step(&worker, 0, peers)
        let begin = Worker.now()
        for _ in 0..<steps { step(&worker, workNanoseconds, peers) }
        let elapsed = Worker.now() - begin
        for peer in peers { close(peer) }
        for child in children {
            var status: Int32 = 0
            waitpid(child, &status, 0)
        }
        return elapsed / Double(steps)
    }

    private static func step(_ worker: inout Worker, _ work: Double, _ peers: [Int32]) {
        worker.work(work)
        for peer in peers { receive(peer, &worker) }
        for peer in peers { tell(peer) }
    }

    /// The other processes: connect, then step until the first hangs up or all steps are done.
    static func rank(port: UInt16, workNanoseconds: Double, steps: Int, plan: InjectionPlan, seed: UInt64) {
        let peer = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(peer, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard connected else { exit(3) }
        ready(peer)
        var worker = Worker(plan, seed: seed)
        for step in 0...steps {
            worker.work(step == 0 ? 0 : workNanoseconds)
            tell(peer)
            receive(peer, &worker)
        }
    }

    private static func ready(_ peer: Int32) {
        var one: Int32 = 1
        setsockopt(peer, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        _ = fcntl(peer, F_SETFL, O_NONBLOCK)
    }

    private static func tell(_ peer: Int32) {
        var byte: UInt8 = 1
        while send(peer, &byte, 1, Int32(MSG_NOSIGNAL)) < 0, errno == EAGAIN {}
    }

    /// Waits awake for a byte; detours strike a process that waits as well.
    private static func receive(_ peer: Int32, _ worker: inout Worker) {
        var byte: UInt8 = 0
        while true {
            let got = recv(peer, &byte, 1, 0)
            if got == 1 { return }
            if got == 0 { exit(0) }
            if errno != EAGAIN && errno != EINTR { exit(3) }
            _ = worker.turn()
        }
    }

    private static func spawn(_ program: String, _ arguments: [String]) throws -> pid_t {
        var child: pid_t = 0
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        let status = posix_spawn(&child, program, nil, nil, words, environ)
        guard status == 0 else {
            throw BenchmarkFailure("cannot start \(program): \(String(cString: strerror(status)))")
        }
        return child
    }
}

struct BenchmarkFailure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
