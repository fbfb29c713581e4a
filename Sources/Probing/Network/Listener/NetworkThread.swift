internal import Glibc

/// Threads for work that blocks, which has no place among Swift's tasks.
enum NetworkThread {
    private final class Work {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Runs a closure on a thread of its own; false where the system has none to give.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let work = Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let status = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            },
            work.toOpaque()
        )
        guard status == 0 else {
            work.release()
            return false
        }
        pthread_detach(thread)
        return true
    }
}

/// A sign that one thread gives and another waits for.
final class NetworkSignal: Sendable {
    /// Readable once the sign was given.
    let descriptor: Int32
    private let writer: Int32

    init() throws(NetworkError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .system("a pipe", systemError(errno)) }
        (descriptor, writer) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }

    deinit {
        close(descriptor)
        close(writer)
    }

    /// Gives the sign.
    func give() {
        var byte: UInt8 = 1
        _ = write(writer, &byte, 1)
    }

    /// Waits for the sign until a time of ``MonotonicClock`` and takes it; false where it does not come.
    func take(until deadline: Double) -> Bool {
        while true {
            let left = deadline - MonotonicClock.seconds()
            guard left > 0 else { return false }
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&wait, 1, Int32(min(left * 1000 + 1, 1e6))) > 0 else { continue }
            var byte: UInt8 = 0
            return read(descriptor, &byte, 1) == 1
        }
    }
}
