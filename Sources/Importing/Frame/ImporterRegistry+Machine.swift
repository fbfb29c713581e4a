extension ImporterRegistry {
    /// Storage, network, noise, memory and whole programs.
    static let machine: [any Importer.Type] = [
        FioImporter.self, IperfImporter.self, SockperfImporter.self, CyclictestImporter.self, OslatImporter.self,
        RTLAImporter.self, StreamImporter.self, LikwidBenchImporter.self, HyperfineImporter.self,
    ]
}
