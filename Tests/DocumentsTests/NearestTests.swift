import Documents
import Testing

/// A suggestion is given when it is a slip of the fingers, and only then.
@Suite struct NearestTests {
    @Test(
        "the nearest known word",
        arguments: [
            ("trainning", ["training", "inference"], "training"),
            ("tarining", ["training", "inference"], "training"),
            ("Training", ["training"], "training"),
            ("GPUS", ["gpus", "hosts"], "gpus"),
            ("gpu_cont", ["gpu_model", "gpu_count"], "gpu_count"),
            ("memory-mib", ["memory_mib", "memory_gib"], "memory_mib"),
            ("vm-passthru", ["bare-metal", "vm-passthrough", "vm-sriov"], "vm-passthrough"),
            ("vm-passthrouhg", ["bare-metal", "vm-passthrough", "vm-sriov"], "vm-passthrough"),
            ("cat", ["bat", "car"], "bat"),
            ("a", ["b"], nil),
            ("ab", ["ba"], "ba"),
            ("zebra", ["model", "count"], nil),
            ("", ["a", "ab"], nil),
            ("x", [], nil),
        ] as [(String, [String], String?)]
    )
    func table(_ word: String, _ known: [String], _ expected: String?) {
        #expect(nearest(word, in: known) == expected)
    }

    @Test("one slip in a long word is always forgiven, whatever the slip and the place")
    func oneSlip() {
        let known = ["multi_node_training", "hypervisor", "utilisation", "renewal_date"]
        for word in known {
            let letters = Array(word)
            for index in letters.indices {
                var slips = [letters, letters, letters]
                slips[0].remove(at: index)
                slips[1][index] = "#"
                slips[2].insert("#", at: index)
                if index + 1 < letters.count {
                    var swapped = letters
                    swapped.swapAt(index, index + 1)
                    slips.append(swapped)
                }
                for slip in slips { #expect(nearest(String(slip), in: known) == word) }
            }
        }
    }

    @Test("a word of a million letters costs nothing")
    func long() {
        #expect(nearest(String(repeating: "a", count: 1_000_000), in: ["aaaa"]) == nil)
    }
}
