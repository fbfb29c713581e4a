/// Why two Assay processes could not measure the network between them.
package enum NetworkError: Error, Sendable, Hashable, CustomStringConvertible {
    /// No connection came about.
    case unreachable(String, String)
    /// What answers is no Assay listener.
    case notAssay(String)
    /// The other end speaks another version of the protocol.
    case version(String, theirs: Int)
    /// The other end wants a token that we do not have, or another one.
    case unauthorised(String)
    /// The other end wants no token though we have one: it might be anybody.
    case noToken(String)
    /// The other end is measuring with somebody else.
    case busy(String)
    /// The other end refused for another reason.
    case refused(String, String)
    /// A message that breaks the protocol.
    case malformed(String, String)
    /// The other end is gone.
    case gone(String)
    /// The other end did not do its next step in time.
    case stalled(String)
    /// The system refused something.
    case system(String, String)

    /// What was found, and what to do.
    package var description: String {
        switch self {
        case .unreachable(let peer, let reason):
            "\(peer): no connection (\(reason)); start assay measure --listen there, and let the port through"
        case .notAssay(let peer): "\(peer): what answers there is no assay measure --listen; check the port"
        case .version(let peer, let theirs):
            "\(peer): speaks version \(theirs) of the network protocol, this Assay version "
                + "\(NetworkFrame.version); use the same Assay at both ends"
        case .unauthorised(let peer): "\(peer): not authorised; give both ends the same --token-file"
        case .noToken(let peer):
            "\(peer): has no token and so proves nothing; start it with the same --token-file, or leave the option out here"
        case .busy(let peer): "\(peer): is busy with another session; try again when that has ended"
        case .refused(let peer, let reason): "\(peer): refused: \(reason)"
        case .malformed(let peer, let what): "\(peer): sent \(what), which the protocol does not know"
        case .gone(let peer): "\(peer): ended the connection"
        case .stalled(let peer): "\(peer): did not answer in time"
        case .system(let what, let reason): "\(what): \(reason)"
        }
    }
}
