package import Documents

/// The GPUs that Assay knows, and the sources of what it knows.
///
/// A default for planning: profiles, names and memory change with the driver, so where a live GPU can be asked, its
/// answer counts.
package struct GPUCatalogue: Sendable {
    /// Every GPU, in the order of the file.
    package let gpus: [GPUModel]
    /// Every source that a fact refers to, in the order of the file.
    package let sources: [GPUSource]
    /// How to read the file's keys.
    package let reading: [String]
    /// Traps that hold for the file as a whole.
    package let warnings: [String]

    private let byID: [String: Int]
    private let byNVMLName: [String: Int]
    private let byAlias: [String: [Int]]
    private let bySource: [String: Int]

    /// The catalogue that is part of Assay, read once.
    private static let shipped = Result { () throws(DocumentError) in
        try GPUCatalogue(json: PackageResources.gpus_json, file: "gpus.json")
    }

    /// The catalogue that is part of Assay.
    ///
    /// - Throws: what reading it threw; the tests read it, so this does not happen in a build that passed them.
    package static func standard() throws(DocumentError) -> GPUCatalogue { try shipped.get() }

    /// Builds the lookup tables.
    init(gpus: [GPUModel], sources: [GPUSource], reading: [String], warnings: [String]) {
        self.gpus = gpus
        self.sources = sources
        self.reading = reading
        self.warnings = warnings
        var byID: [String: Int] = [:]
        var byNVMLName: [String: Int] = [:]
        var byAlias: [String: [Int]] = [:]
        for (index, gpu) in gpus.enumerated() {
            byID[gpu.id] = index
            for name in gpu.nvmlNames { byNVMLName[name] = index }
            for alias in [gpu.id, gpu.name] + gpu.nvmlNames + gpu.aliases {
                let key = Self.key(alias)
                if byAlias[key]?.last != index { byAlias[key, default: []].append(index) }
            }
        }
        self.byID = byID
        self.byNVMLName = byNVMLName
        self.byAlias = byAlias
        self.bySource = Dictionary(
            sources.enumerated().map { ($0.element.id, $0.offset) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The GPU that goes by a name: an id, the name that the driver reports, or an alias.
    ///
    /// Ids and driver names match exactly and first. Aliases are compared without case, spaces, underscores and the
    /// maker's name.
    ///
    /// - Throws: ``CatalogueError/ambiguous(_:candidates:)`` for a name such as "A100" that several GPUs share,
    ///   ``CatalogueError/unknownGPU(_:suggestion:)`` for one that none has.
    package func gpu(named name: String) throws(CatalogueError) -> GPUModel {
        if let index = byID[name] ?? byNVMLName[name] { return gpus[index] }
        // A name longer than any here matches nothing, and is not worth a distance.
        guard name.utf8.count <= 200 else { throw .unknownGPU(name, suggestion: nil) }
        let found = byAlias[Self.key(name)] ?? []
        if found.count > 1 { throw .ambiguous(name, candidates: found.map { gpus[$0].id }) }
        guard let index = found.first else { throw .unknownGPU(name, suggestion: suggestion(for: name)) }
        return gpus[index]
    }

    /// Every GPU with this PCI device id (four hexadecimal digits, any case, with or without "0x").
    package func gpus(pciDeviceID: String) -> [GPUModel] {
        var wanted = pciDeviceID.uppercased()
        if wanted.hasPrefix("0X") { wanted.removeFirst(2) }
        return gpus.filter { $0.pciDeviceIDs?.value.contains(wanted) ?? false }
    }

    /// The source with this id, if there is one.
    package func source(_ id: String) -> GPUSource? {
        bySource[id].map { sources[$0] }
    }

    private func suggestion(for name: String) -> String? {
        let key = Self.key(name)
        if let id = nearest(key, in: gpus.map(\.id)) { return id }
        guard let alias = nearest(key, in: byAlias.keys.sorted()), let first = byAlias[alias]?.first else { return nil }
        return gpus[first].id
    }

    /// The form in which names are compared: lower case, hyphens for spaces and underscores, no maker.
    private static func key(_ name: String) -> String {
        let words = name.lowercased().split { $0 == " " || $0 == "_" || $0 == "-" }
        let makers: Set<Substring> = ["nvidia", "tesla"]
        let kept = words.count > 1 ? words.drop { makers.contains($0) } : words[...]
        return kept.joined(separator: "-")
    }
}
