/// The first node that has room: all nodes are liked alike, so the lowest rank goes first.
package struct FirstFitScore: NodeScore {
    package init() {}

    package func score(_ states: borrowing NodeStates, slot: Int, _ request: NodeRequest) -> Int32 { 0 }
}
