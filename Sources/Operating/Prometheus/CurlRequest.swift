/// One question as curl is asked it: what everyone may read in its arguments, the rest through its standard input.
struct CurlRequest {
    /// No settings of the user's, the configuration from standard input: the list of processes shows no more.
    let arguments = ["--disable", "--config", "-"]
    /// The configuration: the address, what is asked, the way in, and every bound.
    let configuration: String

    /// The most bytes of a question in the address: servers and proxies bound it, a body they do not.
    private static let addressLimit = 1_500

    /// What stands behind the body, so that the body is told from how the server answered.
    static let trailer = "\\n%{http_code}\\t%{redirect_url}\\t%{content_type}"

    /// A question.
    init(access: PrometheusAccess, url: String, form: String) {
        var lines = ["silent", "show-error", "globoff", "compressed", "tlsv1.2", "proto = \"=http,https\""]
        func set(_ name: String, _ value: String) { lines.append("\(name) = \(Self.quoted(value))") }
        let isLong = form.utf8.count > Self.addressLimit
        set("url", form.isEmpty || isLong ? url : "\(url)?\(form)")
        if isLong { set("data", form) }
        set("connect-timeout", String(access.connectSeconds))
        set("max-time", String(access.answerSeconds))
        set("max-filesize", String(access.answerLimit))
        set("header", "Accept: application/json")
        set("user-agent", "assay")
        if let file = access.authorityFile { set("cacert", file) }
        switch access.credential {
        case .none: break
        case .bearer(let token): set("header", "Authorization: Bearer \(token)")
        case .basic(let user, let password): set("user", "\(user):\(password)")
        }
        lines.append("write-out = \"\(Self.trailer)\"")
        configuration = lines.joined(separator: "\n") + "\n"
    }

    /// A value of curl's configuration: in double quotes, in which a backslash and a quote are escaped.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": quoted += "\\\\"
            case "\"": quoted += "\\\""
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

/// What a server answered, by curl's account.
struct CurlReply {
    /// The bytes of the answer, unpacked.
    let body: [UInt8]
    /// The status of HTTP.
    let status: Int
    /// Where a redirect leads; empty without one.
    let redirect: String
    /// What kind of answer it is, in words.
    let kind: String

    /// From what curl wrote; nil where the trailer is not there.
    init?(_ output: [UInt8]) {
        guard let end = output.lastIndex(of: 0x0A) else { return nil }
        let trailer = String(decoding: output[(end + 1)...], as: UTF8.self)
        let parts = trailer.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let status = Int(parts[0]) else { return nil }
        body = Array(output[..<end])
        self.status = status
        redirect = parts[1]
        let type = parts[2].isEmpty ? "no content type" : parts[2]
        let begin = String(decoding: body.prefix(60), as: UTF8.self)
        kind = body.isEmpty ? "\(type), an empty answer" : "\(type): '\(begin)'"
    }

    /// The error that a failure of curl's is, by its exit code and its own words.
    static func problem(_ code: Int, _ complaint: String, _ access: PrometheusAccess) -> PrometheusError {
        // `curl: (7) Failed to connect to 127.0.0.1 port 9 after 0 ms: Couldn't connect to server`
        var words = complaint.split(whereSeparator: \.isNewline).first.map(String.init) ?? "exit status \(code) of curl"
        if words.hasPrefix("curl: ("), let close = words.firstIndex(of: ")") {
            words = String(words[words.index(after: close)...].drop { $0 == " " })
        }
        switch code {
        case 3: return .badAddress(access.base, "is no address; write it as http://host:9090")
        case 6: return .unreachable(access.base, "the name of the host is not known")
        case 7: return .unreachable(access.base, words)
        case 28: return .timedOut(access.base, seconds: access.answerSeconds)
        // 18: less came than was promised; 52: nothing came; 56: the connection was reset; 92: a stream of HTTP/2 broke.
        case 18, 52, 56, 92: return .cutOff(access.base, words)
        case 1 where words.contains("HTTP/0.9"), 8:
            return .notPrometheus(access.base, status: 0, found: "it speaks no HTTP")
        case 61: return .damaged(access.base, words)
        case 63: return .tooLarge(access.base, limit: access.answerLimit)
        case 77: return .badAuthority(access.authorityFile ?? "the system's certificates", words)
        case 35, 51, 53, 54, 58, 59, 60, 64, 66, 80, 82, 83, 90, 91: return .untrusted(access.base, words)
        default: return .unreachable(access.base, words)
        }
    }
}
