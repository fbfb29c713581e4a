import Foundation
import Testing

@testable import Probing

/// The PTX as text: what no compiler on this machine checks.
@Suite struct GPUKernelsTests {
    static let sources = [GPUKernels.general, GPUKernels.tensor]

    /// The kernels of a source: name, parameters, body.
    static func entries(_ source: String) -> [(name: String, parameters: [String: String], body: String)] {
        source.components(separatedBy: ".visible .entry ").dropFirst().compactMap { part in
            guard let open = part.firstIndex(of: "("), let close = part.firstIndex(of: ")"),
                let begin = part.firstIndex(of: "{")
            else { return nil }
            let list = part[part.index(after: open)..<close].components(separatedBy: ", ").filter { !$0.isEmpty }
            var parameters: [String: String] = [:]
            for parameter in list {
                let words = parameter.split(separator: " ")
                if words.count == 3 { parameters[String(words[2])] = String(words[1]) }
            }
            return (String(part[..<open]), parameters, String(part[begin...]))
        }
    }

    @Test(
        "every register is declared, no declaration is short, and every label and parameter is there once",
        arguments: 0...1
    )
    func declarations(index: Int) throws {
        let source = Self.sources[index]
        let entries = Self.entries(source)
        #expect(
            entries.map(\.name)
                == [["assay_empty", "assay_fill", "assay_read", "assay_copy", "assay_fma"], ["assay_mma"]][index]
        )
        for entry in entries {
            var room: [String: Int] = [:]
            for match in entry.body.matches(of: /\.reg \.\w+ %(\w+)<(\d+)>;/) {
                room[String(match.1)] = Int(String(match.2)) ?? 0
            }
            let code = entry.body.split(separator: "\n").filter { !$0.contains(".reg ") }.joined(separator: "\n")
            for match in code.matches(of: /%([a-z]+)(\d+)/) {
                let number = Int(String(match.2)) ?? 0
                let declared = try #require(room[String(match.1)], "%\(match.1)\(match.2) in \(entry.name)")
                #expect(number < declared, "%\(match.1)\(match.2) in \(entry.name)")
            }
            let labels = code.matches(of: /(?m)^(\w+):$/).map { String($0.1) }
            #expect(Set(labels).count == labels.count, "\(entry.name)")
            #expect(Set(code.matches(of: /bra (\w+);/).map { String($0.1) }) == Set(labels), "\(entry.name)")
            for match in code.matches(of: /ld\.param\.(\w+) %\w+, \[(\w+)\]/) {
                #expect(entry.parameters[String(match.2)] == ".\(match.1)", "\(entry.name): \(match.2)")
            }
            #expect(code.matches(of: /ld\.param/).count == entry.parameters.count, "\(entry.name)")
            // A register is written before it is read: the first time that one stands in the text it is a target.
            var written: Set<String> = ["%ctaid", "%ntid", "%tid", "%nctaid"]
            for line in code.split(separator: "\n") {
                let names = line.matches(of: /%[a-z]+\d*/).map { String($0.0) }
                guard let first = names.first else { continue }
                let isStore = line.contains("st.global") || line.contains("red.") || line.contains("@%")
                let targets = line.contains("ld.global.v4") || line.contains("mma.sync") ? 4 : isStore ? 0 : 1
                if !line.contains("mma.sync") {
                    for name in names.dropFirst(targets) { #expect(written.contains(name), "\(entry.name): \(line)") }
                }
                if targets > 0 { written.formUnion(names.prefix(targets)) } else { #expect(written.contains(first)) }
            }
        }
    }

    @Test("the loops hold the operations that are counted")
    func counts() {
        let chains = GPUKernels.fmaChains * Int(GPUKernels.fmaUnrolled)
        #expect(GPUKernels.general.matches(of: /fma\.rn\.f32/).count == chains)
        #expect(GPUKernels.tensor.matches(of: /mma\.sync/).count == GPUKernels.mmaChains * Int(GPUKernels.mmaUnrolled))
    }

    @Test(
        "NVIDIA's assembler takes the PTX and spills no register",
        .enabled(if: NVIDIAParts.assembler != nil, "there is no ptxas here; scripts/cuda-parts fetches one"),
        arguments: [
            (0, "sm_70"), (0, "sm_75"), (0, "sm_80"), (0, "sm_90"), (0, "sm_100"), (0, "sm_120"),
            (1, "sm_80"), (1, "sm_86"), (1, "sm_89"), (1, "sm_90"), (1, "sm_100"), (1, "sm_120"),
        ]
    )
    func assembles(index: Int, target: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "ptx-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "kernels.ptx")
        try Self.sources[index].write(to: file, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(filePath: try #require(NVIDIAParts.assembler))
        process.arguments = ["-v", "-arch=\(target)", file.path, "-o", folder.appending(path: "out").path]
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let words = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(words)")
        #expect(!words.contains(/[1-9]\d* bytes spill/), "\(words)")
    }

    @Test(
        "the check sum of the filled memory is what adding its words up gives",
        arguments: [0, 4, 5, 1000, 4097] as [UInt64]
    )
    func checkSum(words: UInt64) {
        for seed: UInt32 in [0, 1, 77, .max] {
            let naive = (0..<words).reduce(UInt32(0)) {
                $0 &+ UInt32(truncatingIfNeeded: $1) &* GPUKernels.fillFactor &+ seed
            }
            #expect(GPUMemoryCheck.sum(words: words, seed: seed) == naive)
        }
    }
}
