package import Documents

extension GPUCatalogue {
    /// The format that this version reads.
    static let format = "assay.gpu-catalogue/1"

    /// Reads a catalogue and checks that it agrees with itself.
    ///
    /// - Parameters:
    ///   - json: the file's bytes.
    ///   - file: its name, for messages.
    /// - Throws: for a wrong shape, an unknown source, a repeated id, or a placement outside its GPU.
    package init(json: [UInt8], file: String) throws(DocumentError) {
        let root = try Reader(JSONDocument.parse(json, file: file), file: file)
        let object = try root.object(["format", "reading", "warnings", "sources", "nvml_profile_source", "gpus"])
        let format = try object.require("format")
        guard try format.string() == Self.format else {
            throw format.fail("is not a format that this version reads; expected '\(Self.format)'")
        }
        var decoder = CatalogueReader()
        let sources = try decoder.sources(object.require("sources"))
        _ = try decoder.sourceID(object.require("nvml_profile_source"))
        let gpus = try decoder.gpus(object.require("gpus"))
        self.init(
            gpus: gpus,
            sources: sources,
            reading: try texts(object["reading"]),
            warnings: try texts(object["warnings"])
        )
    }
}

/// Decodes the catalogue, remembering the sources and geometries that later entries refer to.
private struct CatalogueReader {
    private var known: Set<String> = []
    private var geometries: [String: MIGGeometry] = [:]

    mutating func sources(_ reader: Reader) throws(DocumentError) -> [GPUSource] {
        var sources: [GPUSource] = []
        for element in try reader.array(maximum: 10_000) {
            let object = try element.object(["id", "title", "url"])
            let id = try object.require("id")
            let name = try id.nonEmptyString()
            guard known.insert(name).inserted else { throw id.fail("\(quoted(name)) is the id of an earlier source") }
            sources.append(
                GPUSource(
                    id: name,
                    title: try object.require("title").nonEmptyString(),
                    url: try object["url"].mapText()
                )
            )
        }
        return sources
    }

    func sourceID(_ reader: Reader) throws(DocumentError) -> String {
        let id = try reader.string()
        guard known.contains(id) else { throw reader.fail("\(quoted(id)) is not one of the sources of this file") }
        return id
    }

    mutating func gpus(_ reader: Reader) throws(DocumentError) -> [GPUModel] {
        var gpus: [GPUModel] = []
        var ids: Set<String> = []
        for element in try reader.array(maximum: 10_000) {
            let gpu = try self.gpu(element)
            guard ids.insert(gpu.id).inserted else { throw element.fail("\(quoted(gpu.id)) is an earlier GPU") }
            if let geometry = gpu.migGeometry { geometries[gpu.id] = geometry }
            gpus.append(gpu)
        }
        return gpus
    }

    private func gpu(_ reader: Reader) throws(DocumentError) -> GPUModel {
        let object = try reader.object([
            "id", "name", "nvml_names", "aliases", "architecture", "compute_capability", "pci_device_ids", "memory_gb",
            "memory_mib", "tdp_w", "mig_capable", "mig", "mig_same_as", "notes",
        ])
        let id = try object.require("id").nonEmptyString()
        let capable = try fact(object.require("mig_capable")) { (value) throws(DocumentError) in try value.bool() }
        let geometry = try geometry(of: id, object)
        guard capable.value == (geometry != nil) else {
            throw reader.fail("'mig_capable' and 'mig' do not agree; a GPU with MIG has 'mig' or 'mig_same_as'")
        }
        return GPUModel(
            id: id,
            name: try object.require("name").nonEmptyString(),
            nvmlNames: try texts(object["nvml_names"]),
            aliases: try texts(object["aliases"]),
            architecture: try fact(object.require("architecture"), text),
            computeCapability: try optionalFact(object["compute_capability"], text),
            pciDeviceIDs: try optionalFact(object["pci_device_ids"], pciDeviceIDs),
            memoryGB: try fact(object.require("memory_gb"), whole(1...100_000)),
            reportedMemoryMiB: try optionalFact(object["memory_mib"], whole(1...100_000_000)),
            maximumPowerWatts: try optionalFact(object["tdp_w"], whole(1...100_000)),
            isMIGCapable: capable,
            migGeometry: geometry,
            notes: try texts(object["notes"])
        )
    }

    private func geometry(of id: String, _ object: ObjectReader) throws(DocumentError) -> MIGGeometry? {
        if let reader = object["mig_same_as"] {
            let other = try fact(reader, text).value
            guard let same = geometries[other] else {
                throw reader.fail("\(quoted(other)) is not an earlier GPU with MIG")
            }
            return MIGGeometry(
                gpu: id,
                memorySlices: same.memorySlices,
                computeSlices: same.computeSlices,
                maximumInstances: same.maximumInstances,
                profiles: same.profiles
            )
        }
        guard let reader = object["mig"] else { return nil }
        let mig = try reader.object(["memory_slices", "compute_slices", "max_instances", "profiles"])
        let memorySlices = try optionalFact(mig["memory_slices"], whole(1...16))
        let compute = try optionalFact(mig["compute_slices"], whole(1...16))
        var profiles: [MIGProfile] = []
        for element in try mig.require("profiles").array(maximum: 64) {
            let profile = try self.profile(element, memorySlices: memorySlices?.value ?? 16)
            guard !profiles.contains(where: { $0.name == profile.name }) else {
                throw element.fail("\(quoted(profile.name)) is an earlier profile of this GPU")
            }
            profiles.append(profile)
        }
        return MIGGeometry(
            gpu: id,
            memorySlices: memorySlices,
            computeSlices: compute,
            maximumInstances: try fact(mig.require("max_instances"), whole(1...16)),
            profiles: profiles
        )
    }

    private func profile(_ reader: Reader, memorySlices total: Int) throws(DocumentError) -> MIGProfile {
        let object = try reader.object([
            "name", "flags", "gi_profile_id", "nvml_profile", "compute_slices", "memory_slices", "memory_mib",
            "sm_count", "max_instances", "engines", "placements", "source", "max_instances_source", "confidence",
            "note",
        ])
        var flags: [MIGProfile.Flag] = []
        for flag in try object.require("flags").array(maximum: 8) { flags.append(try flag.choice("profile flag")) }
        let source = try sourceID(object.require("source"))
        let slices = try object["memory_slices"].mapWhole(1...16)
        var placements: MIGProfile.Placements?
        if let reader = object["placements"] {
            placements = try self.placements(reader, memorySlices: total)
            if let slices, let size = placements?.size, slices != size {
                throw reader.fail("has size \(size), and the profile takes \(slices) memory slices")
            }
        }
        var maximumSource = source
        if let stated = object["max_instances_source"] { maximumSource = try sourceID(stated) }
        return MIGProfile(
            name: try object.require("name").nonEmptyString(),
            flags: flags,
            giProfileID: try object["gi_profile_id"].mapWhole(0...65_535),
            nvmlProfile: try object.require("nvml_profile").int(in: 0...65_535),
            computeSlices: try object.require("compute_slices").int(in: 1...16),
            memorySlices: slices,
            memoryMiB: try object["memory_mib"].mapWhole(1...100_000_000),
            smCount: try object["sm_count"].mapWhole(1...100_000),
            maximumInstances: try object.require("max_instances").int(in: 1...16),
            engines: try engines(object["engines"]),
            placements: placements,
            source: source,
            maximumInstancesSource: maximumSource,
            confidence: try object.require("confidence").choice("confidence"),
            note: try object["note"].mapText()
        )
    }

    private func placements(_ reader: Reader, memorySlices: Int) throws(DocumentError) -> MIGProfile.Placements {
        let object = try reader.object(["starts", "size", "source", "confidence"])
        let size = try object.require("size").int(in: 1...memorySlices)
        let list = try object.require("starts")
        let starts = try list.ints(in: 0...(memorySlices - size), maximum: 16)
        guard !starts.isEmpty, zip(starts, starts.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw list.fail("must name at least one start, in ascending order")
        }
        return MIGProfile.Placements(
            starts: starts,
            size: size,
            source: try sourceID(object.require("source")),
            confidence: try object.require("confidence").choice("confidence")
        )
    }

    private func engines(_ reader: Reader?) throws(DocumentError) -> MIGProfile.Engines {
        let object = try reader?.object(["copy", "decoder", "encoder", "jpeg", "ofa"])
        return MIGProfile.Engines(
            copy: try object?["copy"].mapWhole(0...1000),
            decoder: try object?["decoder"].mapWhole(0...1000),
            encoder: try object?["encoder"].mapWhole(0...1000),
            jpeg: try object?["jpeg"].mapWhole(0...1000),
            opticalFlow: try object?["ofa"].mapWhole(0...1000)
        )
    }

    // MARK: Facts

    private func fact<Content>(
        _ reader: Reader,
        _ read: (Reader) throws(DocumentError) -> Content
    ) throws(DocumentError) -> Fact<Content> {
        let object = try reader.object(["value", "source", "confidence", "note"])
        return Fact(
            value: try read(object.require("value")),
            source: try sourceID(object.require("source")),
            confidence: try object.require("confidence").choice("confidence"),
            note: try object["note"].mapText()
        )
    }

    private func optionalFact<Content>(
        _ reader: Reader?,
        _ read: (Reader) throws(DocumentError) -> Content
    ) throws(DocumentError) -> Fact<Content>? {
        guard let reader else { return nil }
        return try fact(reader, read)
    }
}

private func text(_ reader: Reader) throws(DocumentError) -> String { try reader.nonEmptyString() }

private func whole(_ range: ClosedRange<Int>) -> (Reader) throws(DocumentError) -> Int {
    { (reader) throws(DocumentError) in try reader.int(in: range) }
}

private func pciDeviceIDs(_ reader: Reader) throws(DocumentError) -> [String] {
    var ids: [String] = []
    for element in try reader.array(maximum: 1000) {
        let id = try element.string()
        guard id.count == 4, id.allSatisfy({ $0.isASCII && $0.isHexDigit && !$0.isLowercase }) else {
            throw element.fail("\(quoted(id)) is not a PCI device id; expected four upper-case hexadecimal digits")
        }
        ids.append(id)
    }
    return ids
}

private func texts(_ reader: Reader?) throws(DocumentError) -> [String] {
    var texts: [String] = []
    for element in try reader?.array(maximum: 1000) ?? [] { texts.append(try element.nonEmptyString()) }
    return texts
}

extension Reader? {
    fileprivate func mapText() throws(DocumentError) -> String? {
        guard let self else { return nil }
        return try self.nonEmptyString()
    }

    fileprivate func mapWhole(_ range: ClosedRange<Int>) throws(DocumentError) -> Int? {
        guard let self else { return nil }
        return try self.int(in: range)
    }
}
