/// An address that cannot be used, and what to do.
package struct EndpointAddressError: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String
}

/// Where a service is asked: the parts of an `http://` address.
package struct EndpointAddress: Sendable, Hashable {
    /// Its host: a name, an IPv4 address, or an IPv6 address without brackets.
    package let host: String
    /// Its port.
    package let port: Int
    /// Path and query, as they are sent.
    package let target: String

    /// Reads `http://host[:port][/path][?query]`.
    package init(_ text: String) throws(EndpointAddressError) {
        func fail(_ problem: String) -> EndpointAddressError { .init(description: problem) }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), text.utf8.count <= 8_192 else {
            throw fail("the address holds a space, a character that is not ASCII, or too many; write those as %20")
        }
        if text.lowercased().hasPrefix("https://") {
            throw fail(
                "https is not spoken by the load generator, whose own work would be part of every latency; end TLS beside "
                    + "it (for example 'socat TCP-LISTEN:8080,fork,reuseaddr OPENSSL:HOST:443') and give "
                    + "http://127.0.0.1:8080, in both arms"
            )
        }
        guard text.lowercased().hasPrefix("http://") else {
            throw fail("the address is no http:// address; an example: http://gpu-1:8000/v1/completions")
        }
        let rest = text.dropFirst(7)
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        let authority = rest[..<end]
        guard !authority.contains("@") else {
            throw fail("the address holds a user or a password; give them in a header: --header 'Authorization: …'")
        }
        let (host, port) = try Self.split(authority)
        self.host = host
        self.port = port
        let target = rest[end...].prefix { $0 != "#" }
        self.target = target.hasPrefix("/") ? String(target) : "/" + target
    }

    /// The path without the query, which may hold secrets.
    package var path: String { String(target.prefix { $0 != "?" }) }

    /// Host and port as they stand in a `Host` header.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == 80 ? name : "\(name):\(port)"
    }

    private static func split(_ authority: Substring) throws(EndpointAddressError) -> (String, Int) {
        var host = authority
        var port: Substring?
        if authority.hasPrefix("[") {
            guard let close = authority.firstIndex(of: "]") else {
                throw EndpointAddressError(
                    description: "the IPv6 address lacks its ']'; an example: http://[::1]:8000/"
                )
            }
            host = authority[authority.index(after: authority.startIndex)..<close]
            let after = authority[authority.index(after: close)...]
            guard after.isEmpty || after.hasPrefix(":") else {
                throw EndpointAddressError(description: "after the IPv6 address stands neither ':' nor '/'")
            }
            port = after.isEmpty ? nil : after.dropFirst()
        } else if let colon = authority.lastIndex(of: ":") {
            host = authority[..<colon]
            port = authority[authority.index(after: colon)...]
            guard !host.contains(":") else {
                throw EndpointAddressError(description: "an IPv6 address stands in brackets: http://[::1]:8000/")
            }
        }
        guard !host.isEmpty else { throw EndpointAddressError(description: "the address names no host") }
        guard let port else { return (String(host), 80) }
        guard let number = Int(port), (1...65_535).contains(number) else {
            throw EndpointAddressError(description: "the port '\(port)' is none; expected 1 to 65535")
        }
        return (String(host), number)
    }
}
