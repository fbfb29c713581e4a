internal import CProbe
package import Documents
internal import Glibc

/// A connection between two Assay processes; closed when nobody has it any more.
package final class NetworkConnection: Sendable {
    /// The socket.
    package let descriptor: Int32
    /// Who is at the other end, for messages.
    package let peer: String

    /// Waits of a run's data end after so many milliseconds without a byte.
    static let stallMilliseconds: Int32 = 10_000
    /// A step of the conversation may take so many seconds.
    package static let stepSeconds = 5.0

    /// Takes a socket over.
    package init(adopting descriptor: Int32, peer: String) {
        self.descriptor = descriptor
        self.peer = peer
        _ = assay_socket_prepare(descriptor, Self.stallMilliseconds)
    }

    /// Connects within ``stepSeconds``.
    package convenience init(to address: NetworkAddress) throws(NetworkError) {
        let descriptor = assay_connect(address.host, String(address.port), Int32(Self.stepSeconds * 1000))
        switch -descriptor {
        case EDESTADDRREQ: throw .unreachable("\(address)", "the name has no address")
        case 1...: throw .unreachable("\(address)", systemError(-descriptor))
        default: self.init(adopting: descriptor, peer: "\(address)")
        }
    }

    deinit { close(descriptor) }

    /// Ends both directions at once, so that whoever waits on it wakes up.
    package func interrupt() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Ends the sending direction.
    package func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Whether the other end has closed, or sent something unasked.
    package func hasEnded(within seconds: Double = 0) -> Bool {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&wait, 1, Int32(min(max(0, seconds), 1e6) * 1000)) > 0
    }

    /// What an error of a loop over the socket means.
    func error(_ status: some BinaryInteger) -> NetworkError {
        switch -Int(status) {
        case Int(EPIPE), Int(ECONNRESET): .gone(peer)
        case Int(ETIMEDOUT): .stalled(peer)
        case Int(EBADMSG): .malformed(peer, "other bytes than were sent to it")
        case Int(EDOM): .refused(peer, "a sum that came round the ring is wrong")
        default: .system(peer, systemError(-Int(status)))
        }
    }

    // MARK: Messages

    /// Sends a message.
    package func send(_ frame: NetworkFrame) throws(NetworkError) {
        guard let bytes = frame.bytes else { throw .system(peer, "a message is too long to send") }
        let status = bytes.withUnsafeBytes { assay_send_all(descriptor, $0.baseAddress, $0.count) }
        guard status == 0 else { throw error(status) }
    }

    /// Sends a message that is a JSON document, and gives its bytes.
    @discardableResult
    package func send(_ kind: NetworkFrame.Kind, _ json: JSON) throws(NetworkError) -> [UInt8] {
        let bytes: [UInt8]
        do { bytes = try json.canonical() } catch { throw .system(peer, "a message cannot be written: \(error)") }
        try send(NetworkFrame(kind, bytes))
        return bytes
    }

    /// Waits for one message of a kind, all of it until a time of ``MonotonicClock``; a refusal is thrown.
    package func receive(_ kind: NetworkFrame.Kind, until deadline: Double) throws(NetworkError) -> [UInt8] {
        let bytes = try read(NetworkFrame.headerBytes, until: deadline)
        let header: NetworkFrame.Header
        do { header = try NetworkFrame.header(bytes) } catch {
            switch error {
            case .notAssay: throw .notAssay(peer)
            case .version(let theirs): throw .version(peer, theirs: theirs)
            case .kind(let number): throw .malformed(peer, "a message of kind \(number)")
            case .length(let length): throw .malformed(peer, "a message of \(length) bytes")
            }
        }
        let payload = try read(header.length, until: deadline)
        if header.kind == .refusal, kind != .refusal {
            let refusal: NetworkRefusal
            do { refusal = try NetworkRefusal(try document(payload)) } catch {
                throw .malformed(peer, "a refusal that cannot be read")
            }
            switch refusal.code {
            case .busy: throw .busy(peer)
            case .unauthorised: throw .unauthorised(peer)
            default: throw .refused(peer, refusal.reason)
            }
        }
        guard header.kind == kind else { throw .malformed(peer, "\(header.kind) where \(kind) was expected") }
        return payload
    }

    /// A message's content; nothing in it is believed.
    func document(_ payload: [UInt8]) throws(DocumentError) -> Reader {
        let limits = JSONDocument.Limits(bytes: NetworkFrame.maximumBytes, depth: 6, values: 10_000)
        return Reader(try JSONDocument.parse(payload, file: "message of \(peer)", limits: limits), file: peer)
    }

    private func read(_ count: Int, until deadline: Double) throws(NetworkError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let left = deadline - MonotonicClock.seconds()
            guard left > 0 else { throw .stalled(peer) }
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&wait, 1, Int32(min(left * 1000 + 1, 1e6)))
            if ready == 0 || (ready < 0 && errno == EINTR) { continue }
            guard ready > 0 else { throw .system(peer, systemError(errno)) }
            let got = bytes.withUnsafeMutableBytes { buffer in
                recv(descriptor, buffer.baseAddress.map { $0 + done }, count - done, Int32(MSG_DONTWAIT))
            }
            if got < 0, errno == EINTR || errno == EAGAIN { continue }
            guard got > 0 else {
                throw got == 0 || errno == ECONNRESET ? .gone(peer) : .system(peer, systemError(errno))
            }
            done += got
        }
        return bytes
    }
}
