import Documents
import Testing

@testable import Estate

@Suite("The shipped GPU catalogue")
struct CatalogueTests {
    let catalogue: GPUCatalogue

    init() throws { catalogue = try GPUCatalogue.standard() }

    static let migCapable = [
        "a30-24gb", "a100-sxm-40gb", "a100-pcie-40gb", "a100-sxm-80gb", "a100-pcie-80gb", "h100-sxm-80gb",
        "h100-pcie-80gb", "h100-nvl-94gb", "gh200-96gb", "gh200-144gb", "h200-sxm-141gb", "h200-nvl-141gb",
        "h20-sxm-96gb", "b200-180gb", "gb200-186gb", "b300-269gb", "gb300-278gb", "rtx-pro-6000-96gb",
        "rtx-pro-5000-48gb", "rtx-pro-4500-32gb",
    ]

    @Test("has every GPU with MIG, and knows which have none")
    func holdsEveryMIGGPU() throws {
        #expect(catalogue.gpus.filter(\.isMIGCapable.value).map(\.id) == Self.migCapable)
        for gpu in catalogue.gpus { #expect((gpu.migGeometry != nil) == gpu.isMIGCapable.value, "\(gpu.id)") }
        #expect(throws: CatalogueError.noMIG(gpu: "l40s-48gb")) { try catalogue.gpu(named: "L40S").mig() }
    }

    @Test("names a source for each fact, and uses each source")
    func everyFactHasASource() throws {
        var used: Set<String> = []
        func use(_ id: String, _ place: String) {
            used.insert(id)
            #expect(catalogue.source(id) != nil, "\(place) names the source '\(id)'")
        }
        for gpu in catalogue.gpus {
            let facts: [String?] = [
                gpu.architecture.source, gpu.computeCapability?.source, gpu.pciDeviceIDs?.source, gpu.memoryGB.source,
                gpu.reportedMemoryMiB?.source, gpu.maximumPowerWatts?.source, gpu.isMIGCapable.source,
                gpu.migGeometry?.memorySlices?.source, gpu.migGeometry?.computeSlices?.source,
                gpu.migGeometry?.maximumInstances.source,
            ]
            for fact in facts.compactMap(\.self) { use(fact, gpu.id) }
            for profile in gpu.migGeometry?.profiles ?? [] {
                use(profile.source, "\(gpu.id) \(profile.name)")
                use(profile.maximumInstancesSource, "\(gpu.id) \(profile.name)")
                if let placements = profile.placements { use(placements.source, "\(gpu.id) \(profile.name)") }
            }
        }
        let unused = catalogue.sources.map(\.id).filter { !used.contains($0) }
        // The one that the numbers of all profiles come from is named once, for the whole file.
        #expect(unused == ["go-nvlib"])
        for source in catalogue.sources { #expect(source.url?.hasPrefix("http") ?? true, "\(source.id)") }
    }

    @Test(
        "holds the facts that the vendor's tools print",
        arguments: [
            ("h100-sxm-80gb", "1g.10gb", 9984, 16, 7), ("h100-sxm-80gb", "1g.20gb", 20096, 26, 4),
            ("h100-sxm-80gb", "3g.40gb", 40448, 60, 2), ("h100-pcie-80gb", "3g.40gb", 40448, 46, 2),
            ("a100-sxm-40gb", "1g.10gb", 9856, 14, 4), ("a100-pcie-80gb", "7g.80gb", 80896, 98, 1),
            ("h200-sxm-141gb", "2g.35gb", 33024, 32, 3), ("rtx-pro-6000-96gb", "1g.24gb", 24192, 46, 4),
            ("a30-24gb", "2g.12gb", 11968, 28, 2), ("b200-180gb", "1g.23gb", 20992, 18, 7),
        ]
    )
    func profileFacts(gpu: String, profile: String, memoryMiB: Int, sms: Int, most: Int) throws {
        let found = try catalogue.gpu(named: gpu).mig().profile(named: profile)
        #expect(found.memoryMiB == memoryMiB)
        #expect(found.smCount == sms)
        #expect(found.maximumInstances == most)
    }

    @Test("never lists a zero where a size is meant")
    func noZeroStandsForUnknown() {
        for gpu in catalogue.gpus {
            #expect(gpu.memoryGB.value > 0)
            for profile in gpu.migGeometry?.profiles ?? [] {
                #expect(profile.memoryMiB != 0 && profile.smCount != 0 && profile.computeSlices > 0)
            }
        }
    }

    @Test("has more memory than the decimal reading of its name, by at most 7.5 percent")
    func nominalMemoryIsAFloor() throws {
        for gpu in catalogue.gpus {
            let nominal = Double(gpu.memoryGB.value) * 1e9 / 1_048_576
            guard let reported = gpu.reportedMemoryMiB else {
                #expect(gpu.memoryFloorMiB == Int(nominal))
                continue
            }
            #expect(Double(reported.value) >= nominal && Double(reported.value) < nominal * 1.075, "\(gpu.id)")
        }
    }

    @Test("gives each profile the compute slices of its name, and the full one all of them")
    func profileNamesAgree() throws {
        for gpu in catalogue.gpus {
            guard let mig = gpu.migGeometry else { continue }
            for profile in mig.profiles {
                #expect(profile.name.hasPrefix("\(profile.computeSlices)g."), "\(gpu.id) \(profile.name)")
            }
            guard let total = mig.computeSlices?.value else { continue }
            let full = try #require(mig.plainProfiles.last)
            #expect(full.computeSlices == total && full.maximumInstances == 1, "\(gpu.id)")
        }
    }

    // MARK: Looking up

    @Test(
        "finds a GPU by id, driver name and alias",
        arguments: [
            ("h100-sxm-80gb", "h100-sxm-80gb"), ("NVIDIA H100 80GB HBM3", "h100-sxm-80gb"),
            ("h100 80gb hbm3", "h100-sxm-80gb"), ("H100_SXM5", "h100-sxm-80gb"), ("NVIDIA H200", "h200-sxm-141gb"),
            ("NVIDIA H100 PCIe", "h100-pcie-80gb"), ("nvidia a100-sxm4-80gb", "a100-sxm-80gb"), ("a30", "a30-24gb"),
            ("Tesla T4", "t4-16gb"), ("t4", "t4-16gb"), ("B200", "b200-180gb"),
            ("nvidia_a100-pcie-40gb", "a100-pcie-40gb"),
        ]
    )
    func lookup(name: String, id: String) throws {
        #expect(try catalogue.gpu(named: name).id == id)
    }

    @Test("finds every GPU by each of its ids and driver names")
    func everyIDAndDriverName() throws {
        for gpu in catalogue.gpus {
            for name in [gpu.id, gpu.name] + gpu.nvmlNames { #expect(try catalogue.gpu(named: name) == gpu, "\(name)") }
            for id in gpu.pciDeviceIDs?.value ?? [] { #expect(catalogue.gpus(pciDeviceID: id).contains(gpu)) }
        }
        #expect(catalogue.gpus(pciDeviceID: "0x2330").map(\.id) == ["h100-sxm-80gb"])
        #expect(catalogue.gpus(pciDeviceID: "ffff").isEmpty)
    }

    @Test(
        "says what a name could mean",
        arguments: [
            (
                "A100",
                "'A100' names several GPUs; write one of 'a100-sxm-40gb', 'a100-pcie-40gb', 'a100-sxm-80gb' or "
                    + "'a100-pcie-80gb'"
            ),
            ("h200", "'h200' names several GPUs; write one of 'h200-sxm-141gb' or 'h200-nvl-141gb'"),
            ("h100-sxm-80", "'h100-sxm-80' is not a GPU in the catalogue; did you mean 'h100-sxm-80gb'?"),
            ("L40X", "'L40X' is not a GPU in the catalogue; did you mean 'l40-48gb'?"),
            ("quantum", "'quantum' is not a GPU in the catalogue; use an id such as 'h100-sxm-80gb'"),
            ("", "'' is not a GPU in the catalogue; use an id such as 'h100-sxm-80gb'"),
        ]
    )
    func lookupErrors(name: String, message: String) {
        let error = #expect(throws: CatalogueError.self) { try catalogue.gpu(named: name) }
        #expect(error.map(String.init(describing:)) == message)
    }

    @Test("keeps hostile names out of the message and the search")
    func hostileNames() {
        let error = #expect(throws: CatalogueError.self) {
            try catalogue.gpu(named: "\u{1B}[2J" + String(repeating: "h", count: 1_000_000))
        }
        let message = error.map(String.init(describing:)) ?? ""
        #expect(message.count < 160 && !message.contains("\u{1B}"))
    }

    @Test("answers what is not known with what to do")
    func unknownFacts() throws {
        let h100 = try catalogue.gpu(named: "h100-sxm-80gb")
        #expect(try h100.memoryMiB() == 81_559)
        #expect(try h100.tdpWatts() == 700)
        let b300 = try catalogue.gpu(named: "b300-269gb")
        let memory = #expect(throws: CatalogueError.self) { try b300.memoryMiB() }
        #expect(
            memory.map(String.init(describing:))
                == "the catalogue does not know the memory in MiB of b300-269gb; read it with "
                + "`nvidia-smi --query-gpu=memory.total --format=csv` on the GPU"
        )
        let power = #expect(throws: CatalogueError.self) { try catalogue.gpu(named: "gb200-186gb").tdpWatts() }
        #expect(power.map(String.init(describing:))?.hasPrefix("the catalogue does not know the maximum power") == true)
        let mig = #expect(throws: CatalogueError.self) { try catalogue.gpu(named: "h100-pcie-80gb").mig().layouts() }
        #expect(
            mig.map(String.init(describing:))
                == "the catalogue does not know the MIG placements of 1g.10gb of h100-pcie-80gb; read them with "
                + "`nvidia-smi mig -lgipp` on the GPU"
        )
    }

    // MARK: Reading the file

    static let minimal = """
        {"format": "assay.gpu-catalogue/1", "sources": [{"id": "s", "title": "S"}], "nvml_profile_source": "s",
        "gpus": [{"id": "x", "name": "X", "architecture": {"value": "A", "source": "s", "confidence": "high"},
        "memory_gb": {"value": 8, "source": "s", "confidence": "low"},
        "mig_capable": {"value": true, "source": "s", "confidence": "high"},
        "mig": {"memory_slices": {"value": 4, "source": "s", "confidence": "high"},
        "max_instances": {"value": 4, "source": "s", "confidence": "high"}, "profiles": [
        {"name": "1g.2gb", "flags": [], "nvml_profile": 0, "compute_slices": 1, "memory_slices": 1, "max_instances": 4,
        "placements": {"starts": [0, 1, 2, 3], "size": 1, "source": "s", "confidence": "high"},
        "source": "s", "confidence": "high"}]}}]}
        """

    @Test("reads a minimal catalogue")
    func readsMinimal() throws {
        let catalogue = try GPUCatalogue(json: Array(Self.minimal.utf8), file: "c.json")
        let profile = try catalogue.gpu(named: "x").mig().profile(named: "1g.2gb")
        #expect(profile.memoryMiB == nil && profile.maximumInstancesSource == "s")
        #expect(throws: CatalogueError.self) { try catalogue.gpu(named: "x").mig().layouts() }
    }

    @Test(
        "refuses a catalogue that contradicts itself",
        arguments: [
            (#""starts": [0, 1, 2, 3]"#, #""starts": [0, 4]"#, "c.json:8: gpus[0].mig.profiles[0].placements.starts"),
            (#""starts": [0, 1, 2, 3]"#, #""starts": [1, 0]"#, "ascending"),
            (#""starts": [0, 1, 2, 3]"#, #""starts": []"#, "at least one start"),
            (#""memory_slices": 1"#, #""memory_slices": 2"#, "has size 1, and the profile takes 2 memory slices"),
            (#""size": 1"#, #""size": 0"#, "gpus[0].mig.profiles[0].placements.size"),
            (#""value": 8, "source": "s""#, #""value": 8, "source": "t""#, "'t' is not one of the sources"),
            (#""value": true"#, #""value": false"#, "'mig_capable' and 'mig' do not agree"),
            (#""flags": []"#, #""flags": ["mw"]"#, "'mw' is not a profile flag; did you mean 'me'?"),
            (#""confidence": "low""#, #""confidence": "lo""#, "'lo' is not a confidence; did you mean 'low'?"),
            (#""value": 8"#, #""value": null"#, "memory_gb.value"),
            ("catalogue/1", "catalogue/2", "expected 'assay.gpu-catalogue/1'"),
            (#""title": "S"}"#, #""title": "S"}, {"id": "s", "title": "T"}"#, "the id of an earlier source"),
            (#""value": 4, "source""#, #""value": 17, "source""#, "gpus[0].mig.memory_slices.value"),
        ]
    )
    func refuses(find: String, replacement: String, expected: String) throws {
        let start = try #require(Self.minimal.firstRange(of: find))
        var text = Self.minimal
        text.replaceSubrange(start, with: replacement)
        let error = #expect(throws: DocumentError.self) { try GPUCatalogue(json: Array(text.utf8), file: "c.json") }
        #expect(error.map(String.init(describing:))?.contains(expected) == true, "\(String(describing: error))")
    }
}
