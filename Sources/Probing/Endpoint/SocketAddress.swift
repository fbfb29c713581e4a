internal import Glibc

/// An address that a socket can be connected to.
struct SocketAddress: Sendable {
    private var storage: sockaddr_storage
    private var length: socklen_t

    /// The addresses of a host's port, in the order in which the system would try them.
    static func resolve(_ host: String, port: Int) -> Result<[SocketAddress], EndpointAddressError> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let problem = getaddrinfo(host, String(port), &hints, &list)
        guard problem == 0 else {
            let words = gai_strerror(problem).map { String(cString: $0) } ?? "no address"
            return .failure(EndpointAddressError(description: "the host '\(host)' has no address: \(words)"))
        }
        defer { freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var next = list
        while let entry = next, found.count < 64 {
            if let address = entry.pointee.ai_addr, Int(entry.pointee.ai_addrlen) <= MemoryLayout<sockaddr_storage>.size
            {
                var storage = sockaddr_storage()
                withUnsafeMutableBytes(of: &storage) {
                    $0.baseAddress?.copyMemory(from: address, byteCount: Int(entry.pointee.ai_addrlen))
                }
                found.append(SocketAddress(storage: storage, length: entry.pointee.ai_addrlen))
            }
            next = entry.pointee.ai_next
        }
        return .success(found)
    }

    /// Begins to connect: a descriptor that does not block, or an errno.
    func connect() -> Result<Int32, SocketError> {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(Int32(storage.ss_family), type, 0)
        guard descriptor >= 0 else { return .failure(SocketError(errno)) }
        var on: Int32 = 1
        _ = setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        let status = withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(descriptor, $0, length) }
        }
        guard status == 0 || errno == EINPROGRESS else {
            let problem = SocketError(errno)
            close(descriptor)
            return .failure(problem)
        }
        return .success(descriptor)
    }

    /// Connects and lets go: nil when that worked, else why not.
    func reach(seconds: Double) -> String? {
        let descriptor: Int32
        switch connect() {
        case .failure(let problem): return systemError(problem.number)
        case .success(let opened): descriptor = opened
        }
        defer { close(descriptor) }
        var waiting = [pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)]
        let deadline = MonotonicClock.seconds() + seconds
        while Waiting.poll(&waiting, seconds: deadline - MonotonicClock.seconds()) <= 0 {
            guard MonotonicClock.seconds() < deadline else { return "no answer in \(Int(seconds)) s" }
        }
        let problem = SocketError.pending(descriptor)
        return problem.number == 0 ? nil : systemError(problem.number)
    }

    /// Whether it is of this machine alone.
    var isLoopback: Bool {
        withUnsafeBytes(of: storage) { bytes in
            switch Int32(storage.ss_family) {
            case AF_INET: bytes[4] == 127
            case AF_INET6: bytes[8..<23].allSatisfy { $0 == 0 } && bytes[23] == 1
            default: false
            }
        }
    }
}

/// An errno of a socket.
struct SocketError: Error, Sendable, Hashable {
    let number: Int32
    init(_ number: Int32) { self.number = number }

    /// What it is counted as.
    var failure: LoadFailure {
        switch number {
        case ECONNREFUSED: .refused
        case ECONNRESET, EPIPE: .reset
        case ETIMEDOUT: .timedOut
        case EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL, EAGAIN: .ownLimit
        default: .unreachable
        }
    }

    /// The error that waits at a socket, 0 for none.
    static func pending(_ descriptor: Int32) -> SocketError {
        var problem: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &problem, &size) == 0 else { return SocketError(errno) }
        return SocketError(problem)
    }
}
