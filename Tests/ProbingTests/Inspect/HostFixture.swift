import FoundationEssentials
import Probing
import Testing

/// A host written as text: what it answers, and what an inspection must say of it.
///
/// `Fixtures/hosts/README.md` describes the lines.
struct HostFixture: Sendable, CustomTestStringConvertible {
    var name: String
    var expected: [String: String] = [:]
    private(set) var files: [String: HostAnswer<[UInt8]>] = [:]
    private(set) var links: [String: String] = [:]
    private(set) var marks: Set<String> = []
    private(set) var cpuid: [CPUIDLeaf: CPUIDRegisters] = [:]
    private(set) var cpuidTicks: Int?
    private(set) var nvml: [(key: String, line: String)] = []
    private(set) var isDenied = false

    var testDescription: String { name }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/hosts")

    static let all: [HostFixture] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".host") }.sorted().map { HostFixture(named: String($0.dropLast(5))) }
    }()

    init(named name: String) {
        self.name = name
        read(name + ".host")
    }

    private mutating func read(_ file: String) {
        guard let data = FileManager.default.contents(atPath: Self.folder.appending(path: file).path) else {
            expected["fixture"] = "\(file) is missing"
            return
        }
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") where !line.hasPrefix("#") {
            read(line: String(line))
        }
    }

    /// Changes the host by one more line.
    func with(_ lines: String...) -> HostFixture {
        var copy = self
        for line in lines { copy.read(line: line) }
        return copy
    }

    private mutating func read(line: String) {
        let words = line.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        switch words.first {
        case "expect": expected[words[1]] = words.dropFirst(3).joined(separator: " ")
        case "include": read("parts/\(words[1]).host")
        case "drop": drop(words.dropFirst().joined(separator: " "))
        case "*": isDenied = true
        case "cpuid" where words[1] == "*": isDenied = true
        case "cpuid":
            guard let leaf = UInt32(words[1], radix: 16), let subleaf = UInt32(words[2], radix: 16),
                let registers = CPUIDRegisters(text: words.dropFirst(4).joined(separator: " "))
            else { return fail(line) }
            cpuid[CPUIDLeaf(leaf, subleaf)] = registers
        case "cpuid-cost": cpuidTicks = Int(words[2])
        case "nvml":
            let text = String(line.dropFirst(5))
            let key = String(text.prefix { $0 != ")" })
            // A later line stands for an earlier one of the same call, so that a host can change its parts.
            if let place = nvml.firstIndex(where: { $0.key == key }), name != "garbled-nvml" {
                nvml[place].line = text
            } else {
                nvml.append((key, text))
            }
        case "pci": pci(words)
        case let path? where path.hasPrefix("/"): file(path, line)
        default: fail(line)
        }
    }

    private mutating func fail(_ line: String) { expected["fixture"] = "cannot read '\(line)'" }

    private mutating func drop(_ prefix: String) {
        let prefix = prefix.hasPrefix("pci ") ? "/sys/bus/pci/devices/" + prefix.dropFirst(4) : prefix
        files = files.filter { !$0.key.hasPrefix(prefix) }
        links = links.filter { !$0.key.hasPrefix(prefix) }
        marks = marks.filter { !$0.hasPrefix(prefix) }
    }

    private mutating func file(_ path: String, _ line: String) {
        let rest = line.dropFirst(path.count).drop { $0 == " " }
        if rest.hasPrefix("->") {
            links[path] = String(rest.dropFirst(3))
        } else if rest == "! denied" {
            files[path] = .denied
        } else if rest == "!" {
            marks.insert(path)
        } else if rest.hasPrefix("= hex ") {
            files[path] = .value(rest.dropFirst(6).split(separator: " ").compactMap { UInt8($0, radix: 16) })
        } else if rest.hasPrefix("=") {
            files[path] = .value(Array(rest.dropFirst(2).replacing("\\n", with: "\n").utf8) + [0x0A])
        } else {
            fail(line)
        }
    }

    private mutating func pci(_ words: [String]) {
        guard words.count > 3 else { return fail(words.joined(separator: " ")) }
        let folder = "/sys/bus/pci/devices/\(words[1])"
        drop(folder)
        var options: [String: String] = [:]
        for word in words.dropFirst(4) {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            options[parts[0]] = parts.count > 1 ? parts[1] : ""
        }
        func put(_ name: String, _ text: String) { files[folder + "/" + name] = .value(Array((text + "\n").utf8)) }
        let identity = words[2].split(separator: ":")
        put("vendor", "0x\(identity[0])")
        put("device", "0x\(identity[1])")
        put("class", "0x\(words[3])")
        if let node = options["node"] { put("numa_node", node) }
        if let functions = options["functions"] { put("sriov_numvfs", functions) }
        let above = options["above"].map { $0 + "/" } ?? ""
        links[folder] = "../../../devices/pci0000:00/" + above + words[1]
        if let driver = options["driver"] { links[folder + "/driver"] = "../../../bus/pci/drivers/" + driver }
        if let group = options["group"] {
            links[folder + "/iommu_group"] = "../../../kernel/iommu_groups/" + group
        }
        if let link = options["link"] {
            let ends = link.replacing("of", with: " ").split(separator: " ").map { $0.split(separator: "x") }
            put("current_link_speed", "\(ends[0][0]) GT/s PCIe")
            put("current_link_width", String(ends[0][1]))
            put("max_link_speed", "\(ends[1][0]) GT/s PCIe")
            put("max_link_width", String(ends[1][1]))
        }
        files[folder + "/config"] = .value(
            options["silent"] != nil
                ? [UInt8](repeating: 0xFF, count: 4096)
                : Self.configuration(acs: options["acs"], ats: options["ats"], isShort: options["short"] != nil)
        )
    }

    /// A configuration space with the capabilities asked for, chained as the specification says.
    static func configuration(acs: String?, ats: String?, isShort: Bool) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: isShort ? 64 : 4096)
        guard !isShort else { return bytes }
        var capabilities: [(id: UInt32, control: UInt16)] = [(0x0001, 0), (0x0003, 0)]
        if let acs { capabilities.append((0x000D, UInt16(acs, radix: 16) ?? 0)) }
        if let ats { capabilities.append((0x000F, UInt16(ats, radix: 16) ?? 0)) }
        for (index, capability) in capabilities.enumerated() {
            let offset = 0x100 + index * 0x40
            let next = index + 1 < capabilities.count ? offset + 0x40 : 0
            let header = capability.id | 1 << 16 | UInt32(next) << 20
            for place in 0..<4 { bytes[offset + place] = UInt8(truncatingIfNeeded: header >> (8 * UInt32(place))) }
            bytes[offset + 6] = UInt8(truncatingIfNeeded: capability.control)
            bytes[offset + 7] = UInt8(truncatingIfNeeded: capability.control >> 8)
        }
        return bytes
    }

    /// A view on this host, fresh for each use.
    func view() -> HostView { HostView(FixtureHost(self)) }
}

/// Answers as the kernel would, folders derived from the paths in them.
private struct FixtureHost: HostSource {
    let fixture: HostFixture
    private var lists: [String: Set<String>] = [:]

    init(_ fixture: HostFixture) {
        self.fixture = fixture
        for path in Array(fixture.files.keys) + Array(fixture.links.keys) + Array(fixture.marks) {
            var parts = path.split(separator: "/", omittingEmptySubsequences: true)
            while let name = parts.popLast() {
                lists["/" + parts.joined(separator: "/"), default: []].insert(String(name))
            }
        }
        for mark in fixture.marks where lists[mark] == nil { lists[mark] = [] }
    }

    func read(_ path: String) -> HostAnswer<[UInt8]> {
        fixture.isDenied ? .denied : fixture.files[path] ?? .missing
    }

    func list(_ path: String) -> HostAnswer<[String]> {
        if fixture.isDenied { return .denied }
        return lists[path].map { .value(Array($0)) } ?? .missing
    }

    func link(_ path: String) -> HostAnswer<String> {
        if fixture.isDenied { return .denied }
        return fixture.links[path].map { .value($0) } ?? .missing
    }

    func exists(_ path: String) -> HostAnswer<Bool> {
        if fixture.isDenied { return .denied }
        return fixture.files[path] != nil || fixture.links[path] != nil || lists[path] != nil ? .value(true) : .missing
    }

    func cpuid(_ leaf: CPUIDLeaf) -> HostAnswer<CPUIDRegisters> {
        if fixture.isDenied { return .denied }
        return fixture.cpuid[leaf].map { .value($0) } ?? .missing
    }

    func cpuidCost() -> HostAnswer<Int> {
        fixture.isDenied ? .denied : fixture.cpuidTicks.map { .value($0) } ?? .missing
    }

    func nvmlLines() -> [String] { fixture.isDenied ? [] : fixture.nvml.map(\.line) }
}
