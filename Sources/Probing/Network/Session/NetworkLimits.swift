internal import CProbe

/// What callers must know of the protocol's bounds.
package enum NetworkLimits {
    /// Processes in a ring at most, the one who measures included.
    package static let ranks = NetworkWork.mostRanks
}

/// The user's wish to end a listener.
package enum NetworkInterruption {
    /// Readable once the user interrupts; -1 where the system has none.
    ///
    /// Asked for before there are other threads.
    package static func descriptor() -> Int32 { max(-1, assay_termination()) }
}
