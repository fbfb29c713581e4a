/// Where an Assay process listens: a host and a port.
package struct NetworkAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name or a numeric address, without brackets; empty for every address of this host.
    package let host: String
    /// 0...65535; 0 lets the system choose one to listen at.
    package let port: Int

    /// An address.
    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `HOST:PORT`, `[IPv6]:PORT` or, where a host is not needed, `PORT`; nil for anything else.
    package init?(_ text: String, needsHost: Bool) {
        guard text.utf8.count <= 300, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        let host: Substring
        let digits: Substring
        if text.hasPrefix("[") {
            guard let close = text.firstIndex(of: "]") else { return nil }
            let rest = text[text.index(after: close)...]
            guard rest.hasPrefix(":") else { return nil }
            host = text[text.index(after: text.startIndex)..<close]
            digits = rest.dropFirst()
            guard host.contains(":") else { return nil }
        } else if let colon = text.lastIndex(of: ":") {
            host = text[..<colon]
            digits = text[text.index(after: colon)...]
            // Of an address with colons nobody knows where the port begins.
            guard !host.contains(":") else { return nil }
        } else {
            host = ""
            digits = text[...]
            guard !needsHost else { return nil }
        }
        guard !host.isEmpty || (!needsHost && !text.contains(":")) else { return nil }
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits),
            (needsHost ? 1 : 0)...65_535 ~= port, !host.contains(where: { "[]/,@".contains($0) })
        else { return nil }
        self.init(host: String(host), port: port)
    }

    /// As it is written on the command line.
    package var description: String {
        host.isEmpty ? "\(port)" : host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
