extension Record {
    /// A run that another record holds too: of one name, begun at one moment, with more than one sample and all of them
    /// equal; nil where there is none.
    ///
    /// Records that were joined, cut or annotated have another identifier for the same measurement.
    package func sharedRun(with other: Record) -> String? {
        let theirs = Set(other.runs.map(\.run).filter(Self.isTelling))
        return runs.map(\.run).first { Self.isTelling($0) && theirs.contains($0) }?.id
    }

    /// Whether two runs that agree in everything are one: constant samples agree by chance, as do a few.
    private static func isTelling(_ run: Run) -> Bool {
        run.series.contains { series in
            let values = series.weightedValues(scale: 1).values
            return series.count >= 10 && Set(values).count >= 10
        }
    }
}
