internal import CProbe
internal import Documents
internal import Glibc
internal import Synchronization

/// A program run to its end, with its output, the end of its complaints, and an input that stays open until then.
enum PairProcess {
    enum Ending: Sendable, Hashable {
        case exited(Int32)
        case signal(Int32)
        /// The time was up; it and what it started were ended.
        case late
        /// It printed more than was allowed, and was ended.
        case tooMuch
        /// This program was asked to end, and ended it and what it started.
        case cancelled
        case notStarted(String)
    }

    struct Outcome: Sendable {
        var ending: Ending
        var output: [UInt8] = []
        var complaints: [UInt8] = []

        /// What it complained of, as the end of a message, the line that says `Error:` or else the last; `: no such job`.
        var said: String {
            let lines = complaints.split { $0 == 0x0A || $0 == 0x0D }
            let error = Array("Error: ".utf8)
            guard
                let line = lines.last(where: { $0.starts(with: error) }).map({ $0.dropFirst(error.count) })
                    ?? lines.last
            else { return "" }
            var text = ""
            for scalar in String(decoding: line, as: UTF8.self).unicodeScalars.prefix(300) {
                text.unicodeScalars.append(scalar.value < 32 || scalar.value == 127 ? " " : scalar)
            }
            return ": " + text
        }
    }

    private static let starting = Mutex(())
    /// Complaints kept: the last of them say why.
    private static let complaintBytes = 16 << 10

    static func run(_ words: [String], timeoutSeconds: Double, maximumBytes: Int) -> Outcome {
        // Between opening a pipe and marking it as ours, another thread's child would inherit it and keep it open.
        let begun: (pipes: Pipes, process: pid_t, problem: Int32)? = starting.withLock { _ in
            guard let pipes = Pipes() else { return nil }
            let (process, problem) = start(words, pipes)
            pipes.closeTheirs()
            return (pipes, process, problem)
        }
        guard let (pipes, process, problem) = begun else { return Outcome(ending: .notStarted(systemError(errno))) }
        guard problem == 0 else {
            pipes.closeOurs()
            return Outcome(ending: .notStarted(systemError(problem)))
        }
        var outcome = Outcome(ending: .late)
        let deadline = MonotonicClock.seconds() + timeoutSeconds
        let drained = drain(pipes, until: deadline, maximumBytes, &outcome)
        var usage = assay_usage()
        // What a system says that will not tell how the process ended.
        usage.status = -1
        if drained == .ended, collect(process, until: deadline, &usage) {
            outcome.ending = usage.status < 0 ? .signal(-usage.status) : .exited(usage.status)
        } else {
            outcome.ending =
                switch drained {
                case .tooMuch: .tooMuch
                case .cancelled: .cancelled
                case .ended, .late: .late
                }
            // A shell may have work to clean up, so it is asked first.
            kill(-process, SIGTERM)
            if !collect(process, until: MonotonicClock.seconds() + 2, &usage) {
                assay_kill_group(process)
                _ = collect(process, until: MonotonicClock.seconds() + 5, &usage)
            }
        }
        pipes.closeOurs()
        return outcome
    }

    /// The ends of three pipes: ours and theirs.
    private struct Pipes {
        let input: (read: Int32, write: Int32)
        let output: (read: Int32, write: Int32)
        let complaints: (read: Int32, write: Int32)

        init?() {
            var made: [(read: Int32, write: Int32)] = []
            for _ in 0..<3 {
                var ends: [Int32] = [-1, -1]
                guard pipe(&ends) == 0 else {
                    let problem = errno
                    for pipe in made {
                        close(pipe.read)
                        close(pipe.write)
                    }
                    errno = problem
                    return nil
                }
                for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
                made.append((ends[0], ends[1]))
            }
            (input, output, complaints) = (made[0], made[1], made[2])
        }

        func closeTheirs() { for end in [input.read, output.write, complaints.write] { close(end) } }
        func closeOurs() { for end in [input.write, output.read, complaints.read] { close(end) } }
    }

    private static func start(_ words: [String], _ pipes: Pipes) -> (process: pid_t, problem: Int32) {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, pipes.input.read, 0)
        posix_spawn_file_actions_adddup2(&actions, pipes.output.write, 1)
        posix_spawn_file_actions_adddup2(&actions, pipes.complaints.write, 2)
        // A group of its own, to be ended as one; signals as a program expects them.
        posix_spawnattr_setpgroup(&attributes, 0)
        var defaults = sigset_t()
        sigemptyset(&defaults)
        for signal in [SIGPIPE, SIGINT, SIGTERM, SIGHUP] { sigaddset(&defaults, signal) }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)
        )
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        pointers.append(nil)
        var process: pid_t = -1
        let problem = posix_spawn(&process, words.first ?? "", &actions, &attributes, pointers, environ)
        return (process, problem)
    }

    private enum Drained { case ended, late, tooMuch, cancelled }

    /// A signal that comes between looking and waiting is seen after so many milliseconds.
    private static let attention = 250.0

    /// Takes what the process says until it has no more to say.
    private static func drain(
        _ pipes: Pipes,
        until deadline: Double,
        _ maximumBytes: Int,
        _ outcome: inout Outcome
    ) -> Drained {
        var open = [
            pollfd(fd: pipes.output.read, events: Int16(POLLIN), revents: 0),
            pollfd(fd: pipes.complaints.read, events: Int16(POLLIN), revents: 0),
        ]
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        // Complaints alone do not keep us: a child left behind may hold them open.
        while open[0].fd >= 0 {
            if JobSignals.isStopAsked { return .cancelled }
            let left = deadline - MonotonicClock.seconds()
            guard left > 0 else { return .late }
            let ready = poll(&open, nfds_t(open.count), Int32(min(left * 1000 + 1, attention)))
            guard ready > 0 else {
                if ready < 0, errno != EINTR { return .late }
                continue
            }
            for place in open.indices where open[place].fd >= 0 && open[place].revents != 0 {
                let count = read(open[place].fd, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    open[place].fd = -1
                    continue
                }
                if place == 0 {
                    guard outcome.output.count + count <= maximumBytes else { return .tooMuch }
                    outcome.output.append(contentsOf: buffer[..<count])
                } else {
                    outcome.complaints.append(contentsOf: buffer[..<count])
                    let excess = outcome.complaints.count - complaintBytes
                    if excess > 0 { outcome.complaints.removeFirst(excess) }
                }
            }
        }
        return .ended
    }

    private static func collect(_ process: pid_t, until deadline: Double, _ usage: inout assay_usage) -> Bool {
        var pause: UInt32 = 200
        while true {
            if assay_collect(process, false, &usage) != 0 { return true }
            guard MonotonicClock.seconds() < deadline else { return false }
            usleep(pause)
            pause = min(pause * 2, 20_000)
        }
    }
}
