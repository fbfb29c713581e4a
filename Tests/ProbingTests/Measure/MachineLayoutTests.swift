import Testing

@testable import Probing

@Suite struct MachineLayoutTests {
    /// Two nodes of two cores with two hardware threads each, two caches of 32 MiB a node, and a node of memory alone.
    static let files: [String: String] = {
        var files = [
            "/sys/devices/system/node/online": "0-2",
            "/sys/devices/system/node/node0/cpulist": "0-1,4-5",
            "/sys/devices/system/node/node1/cpulist": "2-3,6-7",
            "/sys/devices/system/node/node2/cpulist": "",
            "/proc/meminfo": "MemTotal: 100 kB\nMemAvailable:   8388608 kB\n",
            "/sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never",
            "/sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages": "2",
        ]
        for number in 0..<8 {
            let folder = "/sys/devices/system/cpu/cpu\(number)"
            files["\(folder)/topology/thread_siblings_list"] = "\(number % 4),\(number % 4 + 4)"
            files["\(folder)/cache/index0/level"] = "1"
            files["\(folder)/cache/index0/type"] = "Data"
            files["\(folder)/cache/index0/size"] = "32K"
            files["\(folder)/cache/index1/level"] = "3"
            files["\(folder)/cache/index1/type"] = "Unified"
            files["\(folder)/cache/index1/size"] = "32768K"
            files["\(folder)/cache/index1/shared_cpu_list"] = "\(number % 4),\(number % 4 + 4)"
        }
        return files
    }()

    @Test("nodes, cores, caches and pages are read")
    func whole() {
        let layout = MachineLayout(allowed: Array(0..<8)) { Self.files[$0] }
        #expect(layout.nodes.map(\.number) == [0, 1])
        #expect(layout.nodes.map(\.processors) == [[0, 1, 4, 5], [2, 3, 6, 7]])
        #expect(layout.nodes.map(\.cores) == [[0, 1], [2, 3]])
        #expect(layout.nodes.map(\.lastLevelCacheBytes) == [64 << 20, 64 << 20])
        #expect(layout.availableBytes == 8 << 30)
        #expect(layout.hasTransparentHugePages)
        #expect(layout.freeGigabytePages == 2)
    }

    @Test("only what we may use counts")
    func affinity() {
        let layout = MachineLayout(allowed: [5, 6]) { Self.files[$0] }
        #expect(layout.nodes.map(\.processors) == [[5], [6]])
        #expect(layout.nodes.map(\.lastLevelCacheBytes) == [32 << 20, 32 << 20])
    }

    @Test("a system that says nothing is one node of the processors we have")
    func silent() {
        let layout = MachineLayout(allowed: [0, 1]) { _ in nil }
        #expect(layout.nodes.map(\.processors) == [[0, 1]])
        #expect(layout.nodes.map(\.cores) == [[0, 1]])
        #expect(layout.nodes.map(\.lastLevelCacheBytes) == [0])
        #expect(layout.availableBytes == 0)
        #expect(!layout.hasTransparentHugePages)
    }

    @Test(
        "the tightest control group limits memory, in either version",
        arguments: [
            ("0::/a/b", "/sys/fs/cgroup/a/memory.max", "/sys/fs/cgroup/a/memory.current"),
            (
                "4:memory:/a", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
                "/sys/fs/cgroup/memory/memory.usage_in_bytes"
            ),
            (
                "4:cpu,memory:/a", "/sys/fs/cgroup/cpu,memory/a/memory.limit_in_bytes",
                "/sys/fs/cgroup/cpu,memory/a/memory.usage_in_bytes"
            ),
        ]
    )
    func group(line: String, limit: String, used: String) {
        var files = Self.files
        files["/proc/self/cgroup"] = line
        files[limit] = "1073741824"
        files[used] = "73741824"
        #expect(MachineLayout(allowed: [0]) { files[$0] }.availableBytes == 1_000_000_000)
        files[limit] = "max"
        #expect(MachineLayout(allowed: [0]) { files[$0] }.availableBytes == 8 << 30)
        files[limit] = "9223372036854771712"
        #expect(MachineLayout(allowed: [0]) { files[$0] }.availableBytes == 8 << 30)
        files[limit] = "10"
        #expect(MachineLayout(allowed: [0]) { files[$0] }.availableBytes == 0)
    }

    @Test("the machine we stand on has a layout")
    func live() {
        let layout = MachineLayout.live()
        #expect(!layout.processors.isEmpty)
        #expect(Set(layout.nodes.flatMap(\.processors)).isSubset(of: layout.processors))
        #expect(layout.nodes.allSatisfy { !$0.cores.isEmpty })
        #expect(layout.availableBytes > 0)
    }

    @Test(
        "memory for streaming is twice the cache, or refused where that is too much",
        arguments: [(0, 4 << 30, 128 << 20), (260 << 20, 8 << 30, 520 << 20), (1 << 30, 8 << 30, nil), (0, 0, nil)]
            as [(Int, Int, Int?)]
    )
    func arrays(cache: Int, free: Int, bytes: Int?) throws {
        let node = MachineLayout.Node(number: 0, processors: [0], cores: [0], lastLevelCacheBytes: cache)
        let found = try? MemoryBandwidth.arrayBytes(node: node, availableBytes: free)
        #expect(found == bytes)
    }
}
