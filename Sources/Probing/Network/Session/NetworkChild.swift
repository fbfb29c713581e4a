internal import CProbe
internal import Glibc

/// The process of one run of a network probe, as ``ProbeChild`` is for the parts of this machine.
package enum NetworkChild {
    /// The argument before the target; the request follows as that of ``ProbeChild``.
    package static let argument = "__network-run"

    /// The arguments that start runs against a target.
    package static func arguments(_ target: NetworkTarget) throws -> [String] {
        [argument, try target.argument()]
    }

    /// Does the run that the command line asks for, and gives the status to exit with; nil where it asks for none.
    package static func answer(_ arguments: [String]) -> Int32? {
        guard arguments.count == 5, arguments[1] == argument, arguments[3] == ProbeChild.argument else { return nil }
        assay_end_with_parent()
        let bytes = reply(target: arguments[2], request: arguments[4])
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return 3 }
            offset += count
        }
        return 0
    }

    /// The reply to a request against a target; refusals and errors are replies too.
    package static func reply(target: String, request: String) -> [UInt8] {
        let probes: [ComponentProbe]
        do { probes = ComponentProbe.network(try NetworkTarget(argument: target)) } catch {
            return (try? ProbeReply.refused(ProbeRefusal("\(error)")).encoded()) ?? []
        }
        return ProbeChild.reply(to: request, probes: probes)
    }
}
