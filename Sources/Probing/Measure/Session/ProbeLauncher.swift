internal import CProbe
internal import Documents
internal import Glibc

/// What came of starting one run.
package struct ProbeLaunch: Sendable, Hashable {
    /// Samples, a refusal, or what went wrong with the run itself.
    package var reply: ProbeReply
    /// Processor time that the run used, in seconds.
    package var processorSeconds: Double

    /// What came of a run.
    package init(reply: ProbeReply, processorSeconds: Double) {
        self.reply = reply
        self.processorSeconds = processorSeconds
    }
}

/// Where runs happen: in processes of their own, or right here.
package protocol ProbeLauncher {
    /// Does one run and waits for it, at most so many seconds.
    func launch(_ request: ProbeRequest, deadlineSeconds: Double) -> ProbeLaunch
}

/// Runs in this process: for a single look, where what differs between processes does not matter.
package struct InProcessLauncher: ProbeLauncher {
    private let probes: [ComponentProbe]

    /// A launcher that knows these probes.
    package init(probes: [ComponentProbe] = ComponentProbe.all) { self.probes = probes }

    /// One run, without a deadline: nothing here could end it.
    ///
    /// What it pinned is unpinned afterwards.
    package func launch(_ request: ProbeRequest, deadlineSeconds: Double) -> ProbeLaunch {
        let allowed = MachineLayout.allowedProcessors().map { Int32(clamping: $0) }
        let before = assay_own_processor_ns()
        let reply = ProbeChild.run(request, probes: probes)
        let used = assay_own_processor_ns() &- before
        _ = assay_pin_all(allowed, Int32(allowed.count))
        return ProbeLaunch(reply: reply, processorSeconds: Double(used) * 1e-9)
    }
}

/// Runs in processes of their own: a program is started with `arguments`, ``ProbeChild/argument`` and the request.
package struct ProcessLauncher: ProbeLauncher {
    private let program: String
    private let arguments: [String]
    private let maximumBytes: Int

    /// A launcher; the program is by default this one.
    package init(
        program: String = "/proc/self/exe",
        arguments: [String] = [],
        maximumBytes: Int = ProbeReply.maximumBytes
    ) {
        self.program = program
        self.arguments = arguments
        self.maximumBytes = maximumBytes
    }

    /// One run, ended with all its children when the deadline passes.
    package func launch(_ request: ProbeRequest, deadlineSeconds: Double) -> ProbeLaunch {
        func failed(_ reason: String) -> ProbeLaunch {
            ProbeLaunch(reply: .refused(ProbeRefusal(reason)), processorSeconds: 0)
        }
        let argument: String
        do { argument = try request.argument() } catch { return failed("the request cannot be written: \(error)") }
        var output: Int32 = -1
        let words = [program] + arguments + [ProbeChild.argument, argument]
        let process = withArgumentVector(words) { assay_start(program, $0, &output) }
        guard process > 0 else { return failed("cannot start \(program): \(systemError(-process))") }
        let deadline = MonotonicClock.seconds() + deadlineSeconds
        let read = drain(output, until: deadline)
        close(output)
        var usage = assay_usage()
        var ended = false
        if case .success = read { ended = collect(process, until: deadline, &usage) }
        var isLate = false
        if !ended {
            isLate = true
            assay_kill_group(process)
            // One that hangs inside the kernel cannot be ended, and is not waited for either.
            guard collect(process, until: MonotonicClock.seconds() + 5, &usage) else {
                return failed("the run hangs inside the kernel and cannot be ended")
            }
        }
        let seconds = Double(usage.processor_ns) * 1e-9
        let reply: ProbeReply
        switch read {
        case .failure(let refusal): reply = .refused(refusal)
        case .success where isLate: reply = .refused(Self.late(deadlineSeconds))
        case .success where usage.status < 0:
            reply = .refused(ProbeRefusal("signal \(-usage.status) ended the run"))
        case .success where usage.status != 0:
            reply = .refused(ProbeRefusal("the run ended with status \(usage.status)"))
        case .success(let bytes):
            do { reply = try ProbeReply(bytes, probe: request.probe) } catch {
                reply = .refused(ProbeRefusal("the run's output cannot be read: \(error)"))
            }
        }
        var late = reply
        if case .failure(let refusal) = read, refusal.reason.isEmpty { late = .refused(Self.late(deadlineSeconds)) }
        return ProbeLaunch(reply: late, processorSeconds: seconds)
    }

    private static func late(_ seconds: Double) -> ProbeRefusal {
        ProbeRefusal("the run was not done after \(NumberText.significant(seconds, 2)) s and was ended")
    }

    /// Everything the process says, until it has no more to say; an empty reason when the time is up.
    private func drain(_ descriptor: Int32, until deadline: Double) -> Result<[UInt8], ProbeRefusal> {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let left = deadline - MonotonicClock.seconds()
            guard left > 0 else { return .failure(ProbeRefusal("")) }
            var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = Glibc.poll(&poll, 1, Int32(min(left * 1000 + 1, 1e9)))
            if ready == 0 || (ready < 0 && errno == EINTR) { continue }
            guard ready > 0 else { return .failure(ProbeRefusal("cannot wait for the run: \(systemError(errno))")) }
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .failure(ProbeRefusal("cannot read from the run: \(systemError(errno))")) }
            guard count > 0 else { return .success(bytes) }
            guard bytes.count + count <= maximumBytes else {
                return .failure(ProbeRefusal("the run said more than \(maximumBytes) bytes"))
            }
            bytes.append(contentsOf: buffer[..<count])
        }
    }

    /// Waits for the process to end; false when the time is up before.
    private func collect(_ process: Int32, until deadline: Double, _ usage: inout assay_usage) -> Bool {
        var pause: UInt32 = 200
        while true {
            if assay_collect(process, false, &usage) != 0 { return true }
            guard MonotonicClock.seconds() < deadline else { return false }
            usleep(pause)
            pause = min(pause * 2, 20_000)
        }
    }
}

/// Calls with the words as C wants them: an array of strings that ends in NULL.
private func withArgumentVector(
    _ words: [String],
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Int32
) -> Int32 {
    var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    pointers.append(nil)
    return pointers.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return -EINVAL }
        return body(base)
    }
}
