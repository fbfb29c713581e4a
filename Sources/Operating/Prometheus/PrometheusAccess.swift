/// Where a Prometheus is and how to be let in; secrets come from files or the environment, never from arguments.
package struct PrometheusAccess: Sendable {
    /// What is shown at the door.
    package enum Credential: Sendable, Hashable {
        /// Nothing.
        case none
        /// A bearer token.
        case bearer(String)
        /// A name and a password.
        case basic(user: String, password: String)
    }

    /// `http://host:9090`, or with a path where a proxy serves it at one; without a slash at the end.
    package let base: String
    /// What is shown at the door.
    package var credential: Credential
    /// A PEM file of certificates to trust instead of the system's.
    package var authorityFile: String?
    /// The most seconds that connecting may take.
    package var connectSeconds: Int64 = 10
    /// The most seconds that one answer may take.
    package var answerSeconds: Int64 = 120
    /// The most bytes of one answer.
    package var answerLimit = 256 << 20

    /// Access at an address.
    ///
    /// - Throws: for an address that is none, that carries a password, or that would send a secret in the clear to
    ///   another machine.
    package init(
        url: String,
        credential: Credential = .none,
        authorityFile: String? = nil,
        allowsPlainSecrets: Bool = false
    ) throws(PrometheusError) {
        guard url.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7F }) else {
            throw .badAddress(url, "holds spaces or characters that an address cannot have")
        }
        guard let scheme = ["http://", "https://"].first(where: { url.lowercased().hasPrefix($0) }) else {
            throw .badAddress(url, "is no address; write it as http://host:9090 or https://host/prometheus")
        }
        let rest = url.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else {
            throw .badAddress(
                scheme + "…@…",
                "carries a name or password, which every user of this machine could read in the list of processes; use "
                    + "--basic-auth-file or ASSAY_PROMETHEUS_BASIC"
            )
        }
        let host = Self.host(of: authority)
        guard !host.isEmpty else { throw .badAddress(url, "names no host; write it as http://host:9090") }
        guard !rest.contains("?"), !rest.contains("#") else {
            throw .badAddress(url, "has a query or a fragment; give the address before /api/v1")
        }
        guard credential == .none || scheme == "https://" || allowsPlainSecrets || Self.isLocal(host) else {
            throw .badAddress(
                url,
                "would carry the token or password in the clear; use https://, or --insecure-http to do so"
            )
        }
        var base = url
        while base.hasSuffix("/") { base.removeLast() }
        for suffix in ["/api/v1", "/api"] where base.hasSuffix(suffix) { base.removeLast(suffix.count) }
        while base.hasSuffix("/") { base.removeLast() }
        self.base = base
        self.credential = credential
        self.authorityFile = authorityFile
    }

    /// A token or a password as a file or a variable holds it, without the line end.
    package static func secret(_ text: String) -> String? {
        let trimmed = text.split(whereSeparator: \.isNewline).first.map(String.init)?.trimmingSpaces ?? ""
        // A header cannot carry more, and a damaged one must not smuggle another header in.
        guard !trimmed.isEmpty, trimmed.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            return nil
        }
        return trimmed
    }

    private static func host(of authority: Substring) -> Substring {
        if authority.hasPrefix("[") { return authority.dropFirst().prefix { $0 != "]" } }
        return authority.prefix { $0 != ":" }
    }

    private static func isLocal(_ host: Substring) -> Bool {
        host == "localhost" || host == "::1" || (host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." })
    }
}

extension String {
    /// Without spaces at both ends.
    fileprivate var trimmingSpaces: String {
        var rest = self[...]
        while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
        while rest.last == " " || rest.last == "\t" { rest.removeLast() }
        return String(rest)
    }
}
