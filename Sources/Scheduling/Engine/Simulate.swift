/// Replays a trace on a cluster.
///
/// Deterministic: the same trace, cluster and options give the same bytes on every machine. At one instant jobs end
/// first, then jobs arrive, then jobs start.
///
/// - Throws: ``SimulationError`` where the trace is not in order of submission, the cluster is empty or too large, an
///   option makes no sense, or a geometry does not say what a profile needs. A job that can never run is not an
///   error; its outcome says why.
package func simulate(
    _ trace: Trace,
    on cluster: ClusterDescription,
    options: SimulationOptions = SimulationOptions()
) throws(SimulationError) -> SimulationResult {
    try Simulation.run(trace, on: cluster, options: options)
}
