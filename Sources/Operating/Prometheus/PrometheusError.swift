/// Why Prometheus gave no answer, in one sentence: what was asked, what stands in the way, what to do.
package enum PrometheusError: Error, Sendable, Hashable, CustomStringConvertible {
    /// curl, which speaks HTTP and TLS for us, is not on the path.
    case noCurl
    /// What is given is no address of a Prometheus that may be asked.
    case badAddress(String, String)
    /// The file of certificates cannot be used, with the reason.
    case badAuthority(String, String)
    /// Nothing listens there, or the name is not known.
    case unreachable(String, String)
    /// The certificate is not trusted, or no TLS was spoken.
    case untrusted(String, String)
    /// The connection ended before the answer was whole, with curl's words.
    case cutOff(String, String)
    /// The answer is packed in a way that cannot be unpacked.
    case damaged(String, String)
    /// A status that says that the server, or a proxy before it, cannot answer now.
    case inTrouble(String, status: Int, found: String)
    /// No answer came within this many seconds.
    case timedOut(String, seconds: Int64)
    /// The answer is larger than this many bytes.
    case tooLarge(String, limit: Int)
    /// 401 or 403.
    case refusedAtDoor(String, status: Int, hadCredential: Bool)
    /// Another address is named.
    case redirected(String, to: String)
    /// Prometheus' own words why not.
    case refused(String, words: String)
    /// What answers is no Prometheus.
    case notPrometheus(String, status: Int, found: String)

    /// The sentence.
    package var description: String {
        switch self {
        case .noCurl:
            "curl is not on the path, and Prometheus is asked through it; install it (on Debian: apt install curl)"
        case .badAddress(let url, let reason): "--prometheus \(Self.visible(url)) \(reason)"
        case .badAuthority(let file, let reason):
            "\(file): cannot be used as certificates to trust (\(reason)); expected PEM"
        case .unreachable(let base, let reason):
            "\(base): no connection (\(Self.visible(reason))); check the address and the port, and that Prometheus runs"
        case .untrusted(let base, let reason):
            "\(base): TLS failed (\(Self.visible(reason))); give the certificate of its authority with --ca, or http:// where "
                + "it speaks no TLS"
        case .timedOut(let base, let seconds):
            "\(base): no answer within \(seconds) s; ask for a shorter time or a longer --step, or wait longer with --timeout"
        case .tooLarge(let base, let limit):
            "\(base): the answer is larger than \(limit >> 20) MiB; ask for a shorter time, fewer series or a longer --step"
        case .refusedAtDoor(let base, let status, let hadCredential):
            hadCredential
                ? "\(base): refused the token or password that was given (HTTP \(status)); check that it is for this server"
                : "\(base): wants to know who asks (HTTP \(status)); give --bearer-token-file or --basic-auth-file"
        case .cutOff(let base, let reason):
            "\(base): the connection ended before the answer was whole (\(Self.visible(reason))); nothing of it is used: ask again, "
                + "or for a shorter time"
        case .damaged(let base, let reason):
            "\(base): the answer cannot be unpacked (\(Self.visible(reason))); look at the proxy in between, or give an address "
                + "without it"
        case .inTrouble(let base, let status, let found):
            "\(base): cannot answer now (HTTP \(status), \(Self.visible(found))); ask again later or for a shorter time, and where "
                + "it is no Prometheus give the address before /api/v1"
        case .redirected(let base, let target):
            target.isEmpty
                ? "\(base): sends on without saying where to; give the address before /api/v1"
                : "\(base): sends on to \(Self.visible(target)), which is not followed, since secrets would go there; give that "
                    + "address"
        case .refused(let base, let words): "\(base): \(Self.visible(words, limit: 600))"
        case .notPrometheus(let base, let status, let found):
            "\(base): is no Prometheus (\(status > 0 ? "HTTP \(status), " : "")\(Self.visible(found))); give the address before "
                + "/api/v1"
        }
    }

    /// Words of a server made fit for one line: no control characters, bounded.
    static func visible(_ text: String, limit: Int = 200) -> String {
        let clean = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : String($0) }.joined()
        let words = clean.split(separator: " ").joined(separator: " ")
        return words.count > limit ? words.prefix(limit) + "…" : words
    }
}
