package import Estate

/// From a demand and an estate to the layout of every GPU and the way there.
///
/// Fewest GPUs, then fewest running jobs in the way, then busy GPUs before idle ones, then least expected fragmentation, then
/// least change from what stands.
package enum LayoutPlanner {
    /// Plans.
    ///
    /// - Throws: ``PlanError``: names that are not known, more than the estate has, a present layout that is not legal.
    package static func plan(_ request: PlanRequest, catalogue: GPUCatalogue) throws(PlanError) -> LayoutPlan {
        let run = try PlannerRun(request, catalogue)
        return try run.plan()
    }

    /// What a demand comes to, without saying where anything goes.
    package static func totals(_ request: PlanRequest, catalogue: GPUCatalogue) throws(PlanError) -> PlanTotals {
        try PlannerRun(request, catalogue).totals
    }
}
