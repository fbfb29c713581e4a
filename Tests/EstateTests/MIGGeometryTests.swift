import Testing

@testable import Estate

@Suite("MIG geometry")
struct MIGGeometryTests {
    let catalogue: GPUCatalogue

    init() throws { catalogue = try GPUCatalogue.standard() }

    private func geometry(_ gpu: String) throws -> MIGGeometry { try catalogue.gpu(named: gpu).mig() }

    /// The models whose placements are known.
    static let placed = [
        "a30-24gb", "a100-sxm-40gb", "a100-sxm-80gb", "h100-sxm-80gb", "h100-nvl-94gb", "gh200-96gb", "h200-sxm-141gb",
        "rtx-pro-6000-96gb",
    ]

    /// Another way to the same sets: try every subset of the placements, in binary order, slices as a set of numbers.
    private func naive(_ geometry: MIGGeometry, _ profiles: [MIGProfile]) throws -> Set<MIGLayout> {
        let total = try #require(geometry.computeSlices).value
        var layouts: Set<MIGLayout> = [MIGLayout([])]
        for profile in profiles {
            for start in try #require(profile.placements).starts {
                let size = try #require(profile.placements).size
                for layout in layouts {
                    let slices = layout.instances.flatMap { Array($0.start..<($0.start + $0.size)) }
                    let wanted = Array(start..<(start + size))
                    let compute = try layout.instances.map { try geometry.profile(named: $0.profile).computeSlices }
                    let same = layout.instances.count { $0.profile == profile.name }
                    guard Set(slices).isDisjoint(with: wanted),
                        layout.instances.count < geometry.maximumInstances.value,
                        compute.reduce(profile.computeSlices, +) <= total, same < profile.maximumInstances
                    else { continue }
                    let added = MIGInstance(profile: profile.name, start: start, size: size)
                    layouts.insert(MIGLayout(layout.instances + [added]))
                }
            }
        }
        return layouts
    }

    @Test("enumerates what a naive enumeration finds, each layout once", arguments: placed)
    func enumeration(gpu: String) throws {
        let geometry = try geometry(gpu)
        let layouts = try geometry.layouts()
        #expect(Set(layouts).count == layouts.count)
        #expect(Set(layouts) == (try naive(geometry, geometry.plainProfiles)))
        for layout in layouts { #expect(try geometry.isLegal(layout), "\(layout)") }
    }

    @Test(
        "has the published numbers of layouts",
        arguments: [
            ("a30-24gb", 26, 5, 4), ("a100-sxm-40gb", 723, 78, 38), ("a100-sxm-80gb", 723, 78, 38),
            ("h100-sxm-80gb", 723, 78, 38), ("h100-nvl-94gb", 723, 78, 38), ("gh200-96gb", 723, 78, 38),
            ("h200-sxm-141gb", 723, 78, 38), ("rtx-pro-6000-96gb", 26, 5, 4),
        ]
    )
    func layoutCounts(gpu: String, all: Int, maximal: Int, multisets: Int) throws {
        let geometry = try geometry(gpu)
        let found = try geometry.maximalLayouts()
        #expect(try geometry.layouts().count == all)
        #expect(found.count == maximal)
        #expect(Set(found.map(\.profiles)).count == multisets)
    }

    @Test("calls maximal exactly the layouts to which no legal instance can be added", arguments: placed)
    func maximality(gpu: String) throws {
        let geometry = try geometry(gpu)
        let maximal = Set(try geometry.maximalLayouts())
        let single = try geometry.plainProfiles.flatMap { try geometry.placements(of: $0) }
        for layout in try geometry.layouts() {
            let grows = try single.contains { try geometry.isLegal(MIGLayout(layout.instances + [$0])) }
            #expect(maximal.contains(layout) == !grows, "\(layout)")
        }
    }

    @Test("never uses more than there is, flagged profiles included", arguments: placed)
    func flaggedProfiles(gpu: String) throws {
        let geometry = try geometry(gpu)
        let layouts = try geometry.layouts(of: geometry.profiles)
        #expect(layouts.count > (try geometry.layouts().count))
        for layout in layouts {
            #expect(try geometry.violation(in: layout) == nil, "\(layout)")
            let profiles = try layout.instances.map { try geometry.profile(named: $0.profile) }
            #expect(
                profiles.count { !$0.flags.filter { $0 == .mediaExtensions || $0 == .allMediaEngines }.isEmpty } <= 1
            )
            if profiles.contains(where: { $0.flags == [.allMediaEngines] }) {
                #expect(profiles.count { $0.flags != [.noMediaEngines] } == 1, "\(layout)")
            }
        }
    }

    @Test("fits as many of one profile as the driver states, and as the enumeration finds", arguments: placed)
    func sameProfileCounts(gpu: String) throws {
        let geometry = try geometry(gpu)
        for profile in geometry.profiles {
            let most = try geometry.mostInstances(of: profile)
            let enumerated = try geometry.layouts(of: [profile]).map(\.instances.count).max()
            #expect(most == profile.maximumInstances, "\(profile.name)")
            #expect(most == enumerated, "\(profile.name)")
        }
    }

    @Test(
        "says which rule a layout breaks",
        arguments: [
            ([("1g.5gb", 7, 1)], "1g.5gb@7:1 is not a possible placement"),
            ([("2g.10gb", 6, 2)], "2g.10gb@6:2 is not a possible placement"),
            ([("3g.20gb", 0, 4), ("1g.5gb", 3, 1)], "3g.20gb@0:4 and 1g.5gb@3:1 take the same memory slice"),
            ([("9g.99gb", 0, 1)], "the GPU has no profile '9g.99gb'"),
            ([("1g.5gb+me", 0, 1), ("1g.5gb+me", 1, 1)], "2 instances of 1g.5gb+me, and the GPU can have 1"),
        ]
    )
    func violations(layout: [(String, Int, Int)], message: String) throws {
        let geometry = try geometry("a100-sxm-40gb")
        let found = try geometry.violation(in: MIGLayout(layout.map { MIGInstance(profile: $0, start: $1, size: $2) }))
        #expect(found?.description == message)
    }

    @Test("knows that a GPU has one set of media engines")
    func mediaEngines() throws {
        let pro = try geometry("rtx-pro-6000-96gb")
        func violation(_ first: String, _ second: String) throws -> String? {
            try pro.violation(
                in: MIGLayout([
                    MIGInstance(profile: first, start: 0, size: 3), MIGInstance(profile: second, start: 3, size: 3),
                ])
            )?.description
        }
        #expect(try violation("1g.24gb+me.all", "1g.24gb-me") == nil)
        #expect(try violation("1g.24gb+me", "1g.24gb") == nil)
        #expect(
            try violation("1g.24gb+me.all", "1g.24gb")
                == "1g.24gb+me.all and 1g.24gb cannot both have the media engines they need"
        )
        #expect(try violation("1g.24gb+me", "1g.24gb+me.all") != nil)
    }

    /// On every shipped GPU the placements alone keep to these limits, so a made-up one shows that they hold.
    @Test(
        "keeps to the compute slices, the instances and the driver's count where the placements would allow more",
        arguments: [
            (2, 4, 4, 11, 6, 2, "the instances need 3 compute slices, and the GPU has 2"),
            (4, 3, 4, 15, 4, 3, "4 instances, and the GPU can have 3"),
            (4, 4, 1, 5, 4, 1, "2 instances of 1g.2gb, and the GPU can have 1"), (4, 4, 4, 16, 1, 4, ""),
        ]
    )
    func limits(compute: Int, instances: Int, ofProfile: Int, all: Int, maximal: Int, most: Int, rule: String) throws {
        func fact(_ value: Int) -> Fact<Int> { Fact(value: value, source: "s", confidence: .high) }
        let profile = MIGProfile(
            name: "1g.2gb",
            flags: [],
            giProfileID: nil,
            nvmlProfile: 0,
            computeSlices: 1,
            memorySlices: 1,
            memoryMiB: nil,
            smCount: nil,
            maximumInstances: ofProfile,
            engines: .init(copy: nil, decoder: nil, encoder: nil, jpeg: nil, opticalFlow: nil),
            placements: .init(starts: [0, 1, 2, 3], size: 1, source: "s", confidence: .high),
            source: "s",
            maximumInstancesSource: "s",
            confidence: .high,
            note: nil
        )
        let geometry = MIGGeometry(
            gpu: "x",
            memorySlices: fact(4),
            computeSlices: fact(compute),
            maximumInstances: fact(instances),
            profiles: [profile]
        )
        #expect(try geometry.layouts().count == all)
        #expect(try geometry.maximalLayouts().count == maximal)
        #expect(try geometry.mostInstances(of: profile) == most)
        let tooMany = MIGLayout((0...min(most, 3)).map { MIGInstance(profile: "1g.2gb", start: $0, size: 1) })
        #expect(try geometry.violation(in: tooMany)?.description ?? "" == rule)
    }

    @Test("survives placements that lie outside any GPU")
    func hostileInstances() throws {
        let geometry = try geometry("a100-sxm-40gb")
        for (start, size) in [(Int.max, Int.max), (-1, 2), (15, 2), (0, 17), (Int.min, 1), (0, 0)] {
            let instance = MIGInstance(profile: "1g.5gb", start: start, size: size)
            #expect(instance.mask == 0)
            #expect(try !geometry.isLegal(MIGLayout([instance])))
        }
        #expect(MIGInstance(profile: "x", start: 0, size: 16).mask == .max)
        #expect(MIGInstance(profile: "x", start: 9, size: 3).mask == 0b1110_0000_0000)
    }

    // MARK: Slices

    @Test("offers the slices of an H100 with their shares")
    func sliceOptions() throws {
        let options = try geometry("h100-sxm-80gb").sliceOptions()
        #expect(options.map(\.profile.name) == ["1g.10gb", "1g.20gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb"])
        #expect(options.map(\.perGPU) == [7, 4, 3, 2, 1, 1])
        for (option, slices) in zip(options, [1.0, 1, 2, 3, 4, 7]) {
            #expect(abs(option.computeShare - slices / 7) < 1e-12)
            #expect(abs(option.gpuShare * Double(option.perGPU) - 1) < 1e-12)
        }
    }

    @Test(
        "picks the slice of which most fit, for a memory and a compute share",
        arguments: [
            ("h100-sxm-80gb", 9.0, 0.1, "1g.10gb"), ("h100-sxm-80gb", 10.0, 0.1, "1g.20gb"),
            ("h100-sxm-80gb", 9.0, 0.2, "2g.20gb"), ("h100-sxm-80gb", 20.0, 0.1, "3g.40gb"),
            ("h100-sxm-80gb", 1.0, 3.0 / 7, "3g.40gb"), ("h100-sxm-80gb", 1.0, 0.5, "4g.40gb"),
            ("h100-sxm-80gb", 40.0, 0.0, "7g.80gb"), ("h100-pcie-80gb", 9.0, 0.1, "1g.10gb"),
            ("rtx-pro-6000-96gb", 30.0, 0.25, "2g.48gb"), ("b200-180gb", 30.0, 0.1, "1g.45gb"),
        ]
    )
    func bestSlice(gpu: String, memoryGiB: Double, share: Double, expected: String) throws {
        let best = try geometry(gpu).bestSlice(memoryGiB: memoryGiB, computeShare: share)
        #expect(best?.profile.name == expected)
    }

    @Test("picks a slice that no sufficient one beats", arguments: placed)
    func bestSliceIsCheapest(gpu: String) throws {
        let geometry = try geometry(gpu)
        let options = try geometry.sliceOptions()
        for memory in stride(from: 0.0, through: 150, by: 3.7) {
            for share in stride(from: 0.0, through: 1, by: 0.09) {
                let best = try geometry.bestSlice(memoryGiB: memory, computeShare: share)
                let enough = options.filter { Double($0.memoryMiB) >= memory * 1024 && $0.computeShare >= share }
                #expect(best?.perGPU == enough.map(\.perGPU).max())
                if let best { #expect(enough.contains(best)) }
            }
        }
    }

    @Test("says that it cannot know when a slice of unknown memory might do, and nil when none can")
    func unknownSlices() throws {
        #expect(try geometry("h100-sxm-80gb").bestSlice(memoryGiB: 200, computeShare: 0) == nil)
        #expect(try geometry("h100-sxm-80gb").bestSlice(memoryGiB: .nan, computeShare: 0) == nil)
        let error = #expect(throws: CatalogueError.self) {
            try geometry("b200-180gb").bestSlice(memoryGiB: 60, computeShare: 0.2)
        }
        #expect(
            error.map(String.init(describing:))
                == "the catalogue does not know the memory of 3g.90gb of b200-180gb; read it with "
                + "`nvidia-smi mig -lgip` on the GPU"
        )
        #expect(try geometry("b200-180gb").profilesOfUnknownMemory.map(\.name) == ["3g.90gb", "4g.90gb", "7g.180gb"])
        #expect(throws: CatalogueError.self) { try geometry("rtx-pro-5000-48gb").sliceOptions() }
    }
}
