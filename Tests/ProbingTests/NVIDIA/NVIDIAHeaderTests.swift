import Foundation
import Testing

@testable import Probing

/// Our tables of calls, our structures and our numbers beside NVIDIA's own headers.
@Suite struct NVIDIAHeaderTests {
    @Test(
        "calls, structures and numbers are those of NVIDIA's headers",
        .needsNVIDIAHeaders,
        arguments: ["cuda-calls.c", "cuda-numbers.c", "nvml-calls.c", "nvml-layouts.c", "nvml-numbers.c"],
        NVIDIAParts.releases
    )
    func agrees(file: String, release: String) throws {
        let (taken, words) = try NVIDIAParts.compile(NVIDIAParts.source(file), release: release)
        #expect(taken, "\(words)")
    }

    @Test("the compiler would refuse another parameter, another handle, another number", .needsNVIDIAHeaders)
    func refuses() throws {
        let changes = [
            ("cuda-calls.c", "#define ccuda_stream CUstream", "#define ccuda_stream CUevent", "cuEventRecord"),
            (
                "cuda-calls.c", "#define ccuda_address CUdeviceptr_v2", "#define ccuda_address CUdeviceptr_v1",
                "cuMemAlloc_v2"
            ),
            ("cuda-numbers.c", "CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE", "CU_DEVICE_ATTRIBUTE_WARP_SIZE", "L2_CACHE_BYTES"),
            (
                "nvml-calls.c", "cnvml_process nvmlProcessInfo_v2_t", "cnvml_process nvmlProcessInfo_v1_t",
                "RunningProcesses"
            ),
            ("nvml-calls.c", "CNVML_CALLS(AGREES)", "AGREES(Gone, nvmlNoSuchCall, none, (void), ())", "nvmlNoSuchCall"),
            (
                "nvml-layouts.c", "cnvml_memory_v2, free, nvmlMemory_v2_t, free",
                "cnvml_memory_v2, free, nvmlMemory_v2_t, used", "free"
            ),
        ]
        for (file, old, new, named) in changes {
            let text = try String(contentsOf: NVIDIAParts.source(file), encoding: .utf8)
            #expect(text.contains(old), "\(file)")
            let (taken, words) = try NVIDIAParts.compile(text: text.replacing(old, with: new), release: "13")
            #expect(!taken && words.contains(named), "\(file): \(words)")
        }
    }

    @Test("names of NVML's refusals, clocks and peer capabilities have its numbers", .needsNVIDIAHeaders)
    func names() throws {
        func same(_ name: String, _ number: some BinaryInteger) -> String {
            "_Static_assert(\(name) == \(number), \"\(name)\");"
        }
        // The last, 30, is not in the header of CUDA 12.
        let codes = (1...29).map { NVMLError(Int32($0)) } + [NVMLError(999)]
        let lines =
            codes.map { same("NVML_ERROR_\($0.name)", $0.code) }
            + NVMLClock.allCases.map { same("NVML_CLOCK_\($0.name)", $0.rawValue) }
            + NVMLPeerCapability.allCases.map { same("NVML_P2P_CAPS_INDEX_\($0.name)", $0.rawValue) }
        let newer = same("NVML_ERROR_\(NVMLError(30).name)", 30)
        for (release, more) in [("12", []), ("13", [newer])] {
            let text = (["#include \"nvml.h\""] + lines + more).joined(separator: "\n") + "\n"
            let (taken, words) = try NVIDIAParts.compile(text: text, release: release)
            #expect(taken, "\(words)")
        }
    }

    @Test("CUDA's refusals that have a sentence of ours mean what it says", .needsNVIDIAHeaders)
    func meanings() throws {
        let codes: [(Int32, String, String)] = [
            (2, "OUT_OF_MEMORY", "too little free memory"), (34, "STUB_LIBRARY", "stub"),
            (36, "CALL_REQUIRES_NEWER_DRIVER", "too old"), (46, "DEVICE_UNAVAILABLE", "busy"),
            (100, "NO_DEVICE", "no GPU"), (101, "INVALID_DEVICE", "no such GPU"),
            (201, "INVALID_CONTEXT", "context"), (209, "NO_BINARY_FOR_GPU", "kind"), (214, "ECC_UNCORRECTABLE", "ECC"),
            (218, "INVALID_PTX", "PTX"),
            (222, "UNSUPPORTED_PTX_VERSION", "older than the probe's PTX"), (500, "NOT_FOUND", "entry point"),
            (700, "ILLEGAL_ADDRESS", "not its own"), (702, "LAUNCH_TIMEOUT", "too long"),
            (719, "LAUNCH_FAILED", "failed while it ran"), (802, "SYSTEM_NOT_READY", "not ready"),
            (803, "SYSTEM_DRIVER_MISMATCH", "different versions"),
            (804, "COMPAT_NOT_SUPPORTED_ON_DEVICE", "compatibility package"), (999, "UNKNOWN", "no reason"),
        ]
        var text = "#include \"cuda.h\"\n"
        for (code, name, words) in codes {
            let error = CUDAError(call: "cuInit", code: code, name: nil)
            #expect(error.description.contains(words), "\(error)")
            // That one is newer than CUDA 12.
            if code == 36 { text += "#if CUDA_VERSION >= 13000\n" }
            text += "_Static_assert(CUDA_ERROR_\(name) == \(code), \"\(name)\");\n"
            if code == 36 { text += "#endif\n" }
        }
        for release in NVIDIAParts.releases {
            let (taken, words) = try NVIDIAParts.compile(text: text, release: release)
            #expect(taken, "\(words)")
        }
    }

    @Test("no field of ours is left out of the comparison")
    func everyField() throws {
        let types = try String(
            contentsOf: NVIDIAParts.root.appending(path: "Sources/CNVML/include/CNVMLTypes.h"),
            encoding: .utf8
        )
        let compared = try String(contentsOf: NVIDIAParts.source("nvml-layouts.c"), encoding: .utf8)
        var count = 0
        for match in types.matches(of: /typedef struct \{([^}]*)\} (\w+);/) {
            #expect(compared.contains("SIZE(\(match.2), ") || match.2 == "cnvml_gpm_metrics")
            for declaration in match.1.split(separator: ";") {
                for name in declaration.split(separator: ",").compactMap({ $0.firstMatch(of: /(\w+)(\[\w+\])?\s*$/)?.1 }
                ) {
                    if match.2 == "cnvml_gpm_metrics", name == "metrics" { continue }
                    #expect(compared.contains("FIELD(\(match.2), \(name), "), "\(match.2).\(name)")
                    count += 1
                }
            }
        }
        #expect(count > 130)
    }

    @Test("the fakes take what we pass", .needsFakeNVML, arguments: ["cuda-fake.c", "nvml-fake.c"])
    func fakes(file: String) throws {
        let (taken, words) = try NVIDIAParts.compile(NVIDIAParts.source(file))
        #expect(taken, "\(words)")
    }
}
