internal import CProbe
internal import Documents
internal import Glibc

/// The process of one run: answers a request on its output.
///
/// An executable that measures starts itself again with ``argument`` and the request; before anything else, its main
/// function hands its arguments to ``answer(_:)`` and exits with the status that this gives, if any.
package enum ProbeChild {
    /// The first argument that says that this process is a run of a probe.
    package static let argument = "__probe-run"

    /// Does the run that the command line asks for, and gives the status to exit with; nil where it asks for none.
    package static func answer(_ arguments: [String]) -> Int32? {
        guard arguments.count == 3, arguments[1] == argument else { return nil }
        assay_end_with_parent()
        let bytes = reply(to: arguments[2])
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return 3 }
            offset += count
        }
        return 0
    }

    /// The reply to a request, as bytes to write; refusals and errors are replies too.
    package static func reply(to request: String, probes: [ComponentProbe] = ComponentProbe.known) -> [UInt8] {
        let reply: ProbeReply
        do {
            reply = run(try ProbeRequest(argument: request), probes: probes)
        } catch {
            reply = .refused(ProbeRefusal("\(error)"))
        }
        if let bytes = try? reply.encoded() { return bytes }
        let refusal = ProbeReply.refused(ProbeRefusal("the probe took samples that are not finite numbers"))
        return (try? refusal.encoded()) ?? []
    }

    /// One run in this process.
    package static func run(_ request: ProbeRequest, probes: [ComponentProbe]) -> ProbeReply {
        guard let probe = probes.first(where: { $0.name == request.probe }) else {
            return .refused(ProbeRefusal("there is no probe '\(request.probe)'"))
        }
        // Read before pinning, which narrows what we may use.
        let layout = MachineLayout.live()
        let missing = request.processors.filter { !layout.processors.contains($0) }
        guard missing.isEmpty else {
            return .refused(ProbeRefusal("processors \(ProcessorList.text(missing)) are not ours to use"))
        }
        if request.processors.count == 1, let processor = request.processors.first {
            let status = assay_pin(Int32(clamping: processor))
            guard status == 0 else {
                return .refused(ProbeRefusal("cannot pin to processor \(processor): \(systemError(-status))"))
            }
        }
        do {
            return .samples(try probe.run(ProbeContext(request: request, layout: layout)))
        } catch {
            return .refused(error)
        }
    }
}
