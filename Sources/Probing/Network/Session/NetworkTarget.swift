package import Documents
internal import Glibc

/// With whom a session measures; each run's own process gets it as an argument.
package struct NetworkTarget: Sendable, Hashable {
    /// The listeners: the first for what takes two, all of them for the ring.
    package var peers: [NetworkAddress]
    /// The session that the listeners hold for us.
    package var session: String
    /// The file with the token, never the token itself: arguments can be seen by everyone on a host.
    package var tokenFile: String?

    /// A target; at least one peer.
    package init(peers: [NetworkAddress], session: String = NetworkIdentifier.fresh(), tokenFile: String? = nil) {
        self.peers = peers
        self.session = session
        self.tokenFile = tokenFile
    }

    /// Processes in the ring, this one included.
    package var ranks: Int { peers.count + 1 }

    /// As one argument of a command line.
    package func argument() throws(JSONWritingError) -> String {
        let json: JSON = .fields([
            "peers": .array(peers.map { .string("\($0)") }), "session": .string(session),
            "token_file": tokenFile.map { .string($0) },
        ])
        return String(decoding: try json.canonical(), as: UTF8.self)
    }

    /// The target that an argument spells.
    package init(argument: String) throws(DocumentError) {
        let file = "network target"
        let object = try Reader(try JSONDocument.parse(text: argument, file: file), file: file)
            .object(["peers", "session", "token_file"])
        peers = []
        let list = try object.require("peers")
        for element in try list.array(maximum: NetworkWork.mostRanks - 1) {
            let text = try element.nonEmptyString()
            guard let address = NetworkAddress(text, needsHost: true) else {
                throw element.fail("\(element.found) is not an address; expected HOST:PORT")
            }
            peers.append(address)
        }
        guard !peers.isEmpty else { throw list.fail("names no peer; expected one at least") }
        session = try object.require("session").nonEmptyString()
        tokenFile = try object["token_file"]?.nonEmptyString()
    }
}

extension NetworkToken {
    /// Why there is no token in a file.
    package struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
        /// One sentence.
        package let description: String
    }

    /// The token of a file that nobody but its owner can read.
    package init(file path: String) throws(FileError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw FileError(
                description: "\(path): cannot be read (\(systemError(errno))); expected a file with a token"
            )
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw FileError(description: "\(path): is no regular file; expected a file with a token")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw FileError(
                description: "\(path): others may read or change it; a token is a secret: chmod 600 \(path)"
            )
        }
        guard let bytes = SystemFiles.read(path, maximum: 8_192).value else {
            throw FileError(description: "\(path): cannot be read; expected a file with a token")
        }
        do { try self.init(bytes) } catch { throw FileError(description: "\(path): \(error)") }
    }
}
