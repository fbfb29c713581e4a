internal import Documents

extension NetworkConnection {
    /// Connects, says what for, and proves the token where there is one; the listener proves it too.
    package static func open(
        _ address: NetworkAddress,
        _ purpose: NetworkHello.Purpose,
        session: String,
        token: NetworkToken?
    ) throws(NetworkError) -> (connection: NetworkConnection, welcome: NetworkWelcome) {
        let connection = try NetworkConnection(to: address)
        let deadline = MonotonicClock.seconds() + stepSeconds
        let greeting = try connection.read(.greeting, until: deadline, NetworkGreeting.init)
        guard greeting.content.wantsToken == (token != nil) else {
            throw token == nil ? .unauthorised(connection.peer) : .noToken(connection.peer)
        }
        let hello = NetworkHello(nonce: NetworkIdentifier.fresh(), session: session, purpose: purpose)
        let said = try connection.send(.hello, hello.json)
        let proof = token?.proof(.caller, nonce: greeting.content.nonce, [said]) ?? []
        try connection.send(NetworkFrame(.proof, proof))
        let welcome = try connection.read(.welcome, until: deadline, NetworkWelcome.init)
        let answer = try connection.receive(.proof, until: deadline)
        if let token, !token.accepts(answer, .listener, nonce: hello.nonce, [said, welcome.bytes]) {
            throw .unauthorised(connection.peer)
        }
        return (connection, welcome.content)
    }

    /// Greets a caller, hears what it wants and checks its token; refuses with a word where something is wrong.
    func hear(token: NetworkToken?) throws(NetworkError) -> (hello: NetworkHello, said: [UInt8]) {
        let deadline = MonotonicClock.seconds() + Self.stepSeconds
        let greeting = NetworkGreeting(nonce: NetworkIdentifier.fresh(), wantsToken: token != nil)
        try send(.greeting, greeting.json)
        do throws(NetworkError) {
            let hello = try read(.hello, until: deadline, NetworkHello.init)
            let proof = try receive(.proof, until: deadline)
            if let token, !token.accepts(proof, .caller, nonce: greeting.nonce, [hello.bytes]) {
                throw .unauthorised(peer)
            }
            return (hello.content, hello.bytes)
        } catch {
            switch error {
            case .unauthorised: refuse(.unauthorised, "the token is not this listener's")
            case .version: refuse(.version, "this listener speaks version \(NetworkFrame.version)")
            case .notAssay, .malformed: refuse(.malformed, "\(error)")
            default: break
            }
            throw error
        }
    }

    /// Agrees to what a caller wants, and proves the token.
    func agree(_ welcome: NetworkWelcome, to hello: NetworkHello, said: [UInt8], token: NetworkToken?)
        throws(NetworkError)
    {
        let bytes = try send(.welcome, welcome.json)
        try send(NetworkFrame(.proof, token?.proof(.listener, nonce: hello.nonce, [said, bytes]) ?? []))
    }

    /// Says no, to one that may be gone already.
    func refuse(_ code: NetworkRefusal.Code, _ reason: String) {
        _ = try? send(.refusal, NetworkRefusal(code, reason).json)
    }

    /// A message of a kind, read and decoded.
    func read<Content>(
        _ kind: NetworkFrame.Kind,
        until deadline: Double,
        _ decode: (Reader) throws(DocumentError) -> Content
    ) throws(NetworkError) -> (content: Content, bytes: [UInt8]) {
        let bytes = try receive(kind, until: deadline)
        do { return (try decode(try document(bytes)), bytes) } catch {
            throw .malformed(peer, "\(kind) that cannot be read (\(error.problem))")
        }
    }
}
