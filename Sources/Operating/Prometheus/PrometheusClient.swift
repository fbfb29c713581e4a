internal import Glibc
internal import Subprocess

/// Prometheus' HTTP API: bytes of answers, read elsewhere.
///
/// HTTP and TLS are curl's: it is there or a package away on every system that this runs on, trusts what the system
/// trusts, knows its proxies, and gets its fixes from the system. A client of our own to link would add two minutes and
/// a half of CPU to every cold build, most of it a second copy of a TLS library.
package struct PrometheusClient: Sendable {
    private let access: PrometheusAccess
    /// Prometheus' own words in an answer that is an error; nil where the bytes are none.
    private let refusal: @Sendable ([UInt8]) -> String?

    /// The most points of a series in one answer of `query_range`: Prometheus refuses more.
    package static let pointLimit: Int64 = 11_000

    /// A client; `refusal` finds Prometheus' own words in an answer that is an error.
    package init(_ access: PrometheusAccess, refusal: @escaping @Sendable ([UInt8]) -> String?) {
        self.access = access
        self.refusal = refusal
    }

    /// The address, without secrets.
    package var base: String { access.base }

    /// The answer of `query` at an instant, in milliseconds since 1970; a range selector gives its samples as they are.
    package func query(_ text: String, at milliseconds: Int64) async throws(PrometheusError) -> [UInt8] {
        try await ask("query", [("query", text), ("time", Self.seconds(milliseconds))])
    }

    /// The answer of `query_range`: the value at each step.
    package func queryRange(
        _ text: String,
        from start: Int64,
        to end: Int64,
        step: Int64
    ) async throws(PrometheusError) -> [UInt8] {
        try await ask(
            "query_range",
            [
                ("query", text), ("start", Self.seconds(start)), ("end", Self.seconds(end)),
                ("step", Self.seconds(step)),
            ]
        )
    }

    /// The version of the server; nil where it does not say, as servers that only speak the same API may not.
    package func version() async throws(PrometheusError) -> String? {
        do {
            let bytes = try await ask("status/buildinfo", [])
            let text = String(decoding: bytes.prefix(10_000), as: UTF8.self)
            guard let key = text.firstRange(of: "\"version\":\"") else { return nil }
            let version = text[key.upperBound...].prefix { $0 != "\"" }
            return version.count <= 40 ? PrometheusError.visible(String(version)) : nil
        } catch {
            switch error {
            case .notPrometheus, .refused, .inTrouble: return nil
            default: throw error
            }
        }
    }

    /// Stretches that together are the range, each with no more points than one answer may have.
    package static func stretches(from start: Int64, to end: Int64, step: Int64) -> [ClosedRange<Int64>] {
        guard step > 0, end >= start else { return [] }
        var stretches: [ClosedRange<Int64>] = []
        var from = start
        while from <= end, stretches.count < 100_000 {
            let (length, overflow) = step.multipliedReportingOverflow(by: pointLimit - 1)
            let to = overflow || length > end - from ? end : from + length
            stretches.append(from...to)
            guard step <= end - to else { break }
            from = to + step
        }
        return stretches
    }

    // MARK: Asking

    private func ask(_ path: String, _ parameters: [(String, String)]) async throws(PrometheusError) -> [UInt8] {
        try checkAuthority()
        let form = parameters.map { "\($0.0)=\(Self.escaped($0.1))" }.joined(separator: "&")
        let reply = try await run(CurlRequest(access: access, url: "\(access.base)/api/v1/\(path)", form: form))
        if reply.status == 401 || reply.status == 403 {
            throw .refusedAtDoor(access.base, status: reply.status, hadCredential: access.credential != .none)
        }
        if (300..<400).contains(reply.status) { throw .redirected(access.base, to: reply.redirect) }
        guard reply.status == 200 else {
            if let words = refusal(reply.body) { throw .refused(access.base, words: words) }
            if reply.status == 429 || (500..<600).contains(reply.status) {
                throw .inTrouble(access.base, status: reply.status, found: reply.kind)
            }
            throw .notPrometheus(access.base, status: reply.status, found: reply.kind)
        }
        guard reply.body.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") else {
            throw .notPrometheus(access.base, status: reply.status, found: reply.kind)
        }
        if reply.body.count < 1 << 20, let words = refusal(reply.body) {
            throw .refused(access.base, words: words)
        }
        return reply.body
    }

    /// Refuses a file that holds no certificate, which curl would say of no file by name.
    private func checkAuthority() throws(PrometheusError) {
        guard let file = access.authorityFile else { return }
        // Nobody waits for a pipe that is never written to.
        var status = stat()
        guard stat(file, &status) == 0 else { throw .badAuthority(file, String(cString: strerror(errno))) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .badAuthority(file, "it is no regular file") }
        guard let handle = fopen(file, "rb") else { throw .badAuthority(file, String(cString: strerror(errno))) }
        defer { fclose(handle) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = bytes.withUnsafeMutableBytes { fread($0.baseAddress, 1, $0.count, handle) }
        guard String(decoding: bytes[..<count], as: UTF8.self).contains("-----BEGIN ") else {
            throw .badAuthority(file, "it holds no certificate")
        }
    }

    private func run(_ request: CurlRequest) async throws(PrometheusError) -> CurlReply {
        var changes: [Environment.Key: String?] = [:]
        for name in ["ASSAY_PROMETHEUS_TOKEN", "ASSAY_PROMETHEUS_BASIC", "CURL_HOME"] {
            if let key = Environment.Key(rawValue: name) { changes[key] = .some(nil) }
        }
        do {
            let result = try await Subprocess.run(
                .name("curl"),
                arguments: Arguments(request.arguments),
                environment: Environment.inherit.updating(changes),
                input: .string(request.configuration),
                output: .bytes(limit: access.answerLimit + 4_096),
                error: .string(limit: 1 << 16)
            )
            guard case .exited(let code) = result.terminationStatus else {
                throw PrometheusError.unreachable(access.base, "curl was ended by a signal")
            }
            guard code == 0 else { throw CurlReply.problem(Int(code), result.standardError, access) }
            guard let reply = CurlReply(result.standardOutput) else {
                throw PrometheusError.unreachable(access.base, "curl did not say how the server answered")
            }
            guard reply.body.count <= access.answerLimit else {
                throw PrometheusError.tooLarge(access.base, limit: access.answerLimit)
            }
            return reply
        } catch let error as PrometheusError {
            throw error
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw .noCurl
        } catch let error as SubprocessError where error.code == .outputLimitExceeded {
            throw .tooLarge(access.base, limit: access.answerLimit)
        } catch {
            throw .unreachable(access.base, "curl cannot be run: \(error)")
        }
    }

    // MARK: Text

    /// Seconds with milliseconds.
    private static func seconds(_ milliseconds: Int64) -> String {
        let (whole, rest) = milliseconds.magnitude.quotientAndRemainder(dividingBy: 1_000)
        let sign = milliseconds < 0 ? "-" : ""
        return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole)." + String(1_000 + rest).dropFirst()
    }

    /// A value of a form: everything but letters, digits and `-._~` is escaped.
    static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
