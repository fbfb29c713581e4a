import Documents
import Evidence
import Testing

@testable import Probing

/// The probes on GPUs whose speeds are stated: what they find must be that.
@Suite(.needsFakeNVML) struct GPUProbeTests {
    /// A GPU slow enough that a small copy takes a time that events tell.
    static let gpu = """
        launch-ns 2000
        call-ns 100
        copy-ns 0
        wake-ns 1500
        kernel-ns 1000
        gpu NVIDIA H200
        h2d 5.5
        d2h 5
        pageable 1
        dram 40
        peer 3.5
        fma 0.1
        mma 1
        blas 0.001

        """

    static func context(_ name: String, seconds: Double = 0.01, gpu: Int? = nil) -> ProbeContext {
        ProbeContext(
            request: ProbeRequest(probe: name, seconds: seconds, seed: 42, processors: [0], gpu: gpu),
            layout: MeasureSessionTests.layout
        )
    }

    static func run(_ fake: FakeCUDA, _ name: String, count: Int = 1, gpu: Int? = nil) throws -> ProbeSamples {
        let probe = try #require(fake.probes(count: count).all.first { $0.name == name })
        let samples = try probe.run(context(name, gpu: gpu))
        let named = Set(samples.series.map(\.metric)).union(samples.refusals.flatMap(\.metrics))
        #expect(named == Set(probe.metrics(MeasureSessionTests.layout).map(\.name)))
        for series in samples.series {
            #expect(!series.values.isEmpty && series.resolution > 0, "\(series.metric)")
            let median = series.values.sorted()[series.values.count / 2]
            #expect(series.resolution < median, "\(series.metric)")
        }
        return samples
    }

    static func median(_ samples: ProbeSamples, _ metric: String) throws -> Double {
        let series = try #require(samples.series.first { $0.metric == metric }, "\(metric)")
        return series.values.sorted()[series.values.count / 2]
    }

    static func refusal(_ fake: FakeCUDA, _ name: String, count: Int = 1, gpu: Int? = nil) -> String {
        do {
            _ = try run(fake, name, count: count, gpu: gpu)
            return "none"
        } catch {
            return "\(error)"
        }
    }

    @Test("launches cost what the driver and the GPU take")
    func launch() throws {
        let samples = try Self.run(try FakeCUDA(Self.gpu), "gpu-launch")
        // A launch of 2.1 us, the kernel's 1 us, waking up for 1.5 us, and the clock read once.
        #expect(abs(try Self.median(samples, "gpu_launch_wait") - 4.62) < 0.01)
        // Handing over is slower than the kernel: both are the host's 2.1 us.
        #expect(abs(try Self.median(samples, "gpu_launch") - 2.1) < 0.01)
        #expect(abs(try Self.median(samples, "gpu_kernel_gap") - 2.1) < 0.01)
        #expect(samples.series.allSatisfy { $0.metric != "gpu_launch_wait" || $0.values.count >= 368 })
    }

    @Test("where the GPU is slower than the host, the gap between kernels is the GPU's")
    func slowKernels() throws {
        let samples = try Self.run(
            try FakeCUDA(Self.gpu.replacing("kernel-ns 1000", with: "kernel-ns 5000")),
            "gpu-launch"
        )
        #expect(abs(try Self.median(samples, "gpu_kernel_gap") - 5) < 0.02)
        #expect(abs(try Self.median(samples, "gpu_launch") - 2.1) < 0.01)
    }

    @Test("copies move at the link's rate, and the smallest takes its time")
    func transfers() throws {
        let samples = try Self.run(try FakeCUDA(Self.gpu), "gpu-transfer")
        for (metric, rate) in [
            ("gpu_h2d_pinned_1m", 5.5), ("gpu_d2h_pinned_1m", 5), ("gpu_h2d_pageable_1m", 1),
            ("gpu_d2h_pageable_1m", 1),
            ("gpu_h2d_pinned_64k", 5.5), ("gpu_d2h_pinned_64k", 5),
        ] {
            #expect(abs(try Self.median(samples, metric) / rate - 1) < 0.01, "\(metric)")
        }
        // A call, 4 KiB at 5.5 GB/s, waking up, and the clock read once.
        let expected = 0.1 + 4.096 / 5.5 + 1.5 + 0.02
        #expect(abs(try Self.median(samples, "gpu_h2d_pinned_4k") - expected) < 0.01)
        #expect(samples.series.count == 12)
    }

    @Test("a fixed cost of each copy shows in small ones and vanishes in large ones")
    func copyCost() throws {
        let samples = try Self.run(try FakeCUDA(Self.gpu.replacing("copy-ns 0", with: "copy-ns 5000")), "gpu-transfer")
        let (small, large) = (65.536, 1048.576)
        #expect(abs(try Self.median(samples, "gpu_h2d_pinned_64k") - small / (small / 5.5 + 5)) < 0.05)
        #expect(abs(try Self.median(samples, "gpu_h2d_pinned_1m") - large / (large / 5.5 + 5)) < 0.05)
    }

    @Test("memory moves at its bandwidth, held against the device's limit")
    func memory() throws {
        let samples = try Self.run(try FakeCUDA(Self.gpu), "gpu-memory")
        for metric in ["gpu_memory_copy", "gpu_memory_read", "gpu_memory_write", "gpu_memory_memcpy"] {
            #expect(abs(try Self.median(samples, metric) / 40 - 1) < 0.01, "\(metric)")
            // 2 x 3201 MHz x 6144 bits.
            let limit = samples.conditions.first { $0.name == "\(metric)_limit_gb_per_s" }
            #expect(limit?.value == "4916.7")
        }
        #expect(samples.conditions.contains { $0.name == "gpu" && $0.value == "NVIDIA H200" })
        #expect(
            samples.notes == [
                "NVML did not answer: other processes on the GPU, its clocks and its heat were not watched."
            ]
        )
    }

    @Test("arithmetic is as fast as stated, in our kernels and in cuBLAS")
    func compute() throws {
        let samples = try Self.run(try FakeCUDA(Self.gpu), "gpu-compute")
        for (metric, rate) in [
            ("gpu_fp32_fma", 0.1), ("gpu_tensor_mma", 1), ("gpu_gemm_fp16", 0.001), ("gpu_gemm_bf16", 0.001),
            ("gpu_gemm_tf32", 0.0005), ("gpu_gemm_fp32", 0.00007),
        ] {
            #expect(abs(try Self.median(samples, metric) / rate - 1) < 0.02, "\(metric)")
        }
        #expect(samples.refusals.isEmpty)
        #expect(samples.conditions.contains { $0.name == "cublas" && $0.value == "12.8.4" })
        // Two multiprocessors of 128 lanes and of 2,048 products at 1,980 MHz.
        #expect(samples.conditions.contains { $0.name == "gpu_fp32_fma_limit_tflop_per_s" && $0.value == "1.0" })
        #expect(samples.conditions.contains { $0.name == "gpu_tensor_mma_limit_tflop_per_s" && $0.value == "16.2" })
    }

    @Test("without cuBLAS our own kernels stand, and the products say why they are missing")
    func withoutCUBLAS() throws {
        let fake = try FakeCUDA(Self.gpu)
        let probes = GPUProbes(libraries: fake.withoutCUBLAS, sizes: FakeCUDA.sizes)
        let probe = try #require(probes.all.first { $0.name == "gpu-compute" })
        let samples = try probe.run(Self.context("gpu-compute"))
        #expect(samples.series.map(\.metric) == ["gpu_fp32_fma", "gpu_tensor_mma"])
        #expect(
            samples.refusals.map(\.metrics) == [["gpu_gemm_fp32", "gpu_gemm_tf32", "gpu_gemm_fp16", "gpu_gemm_bf16"]]
        )
        #expect(samples.refusals.first?.reason.contains("cuBLAS cannot be opened") == true)
    }

    @Test("a GPU before 8.0 has no tensor kernel and says so")
    func older() throws {
        let samples = try Self.run(try FakeCUDA(Self.gpu + "capability 7.0\n"), "gpu-compute")
        #expect(
            samples.refusals.map(\.reason) == ["the kernel needs compute capability 8.0 and the GPU has 7.0"]
        )
        #expect(abs(try Self.median(samples, "gpu_fp32_fma") / 0.1 - 1) < 0.02)
    }

    @Test("each pair of GPUs is measured at its own rate, direct or not")
    func peers() throws {
        let three = Self.gpu + "gpu NVIDIA H200\npeer 7\ngpu NVIDIA H200\npeer 1.75\n"
        let samples = try Self.run(try FakeCUDA(three), "gpu-peer", count: 3)
        for (from, rate) in [(0, 3.5), (1, 7), (2, 1.75)] {
            for to in 0..<3 where to != from {
                #expect(abs(try Self.median(samples, "gpu_peer_bandwidth_\(from)_\(to)") / rate - 1) < 0.02)
                // 16 bytes: the host's call of 0.1 us is what it takes.
                #expect(abs(try Self.median(samples, "gpu_peer_latency_\(from)_\(to)") - 0.1) < 0.02)
            }
        }
        #expect(samples.conditions.contains { $0.name == "gpu_peer_direct_count" && $0.value == "6" })
        let apart = try Self.run(try FakeCUDA("peer-access no\n" + three), "gpu-peer", count: 3)
        #expect(apart.notes.contains { $0.hasPrefix("GPUs reach each other only through the host: 0 to 1, 0 to 2") })
    }

    @Test("the GPU that was asked for is the one that is measured")
    func index() throws {
        let fake = try FakeCUDA(Self.gpu + "gpu Other\ndram 20\n")
        #expect(abs(try Self.median(try Self.run(fake, "gpu-memory", gpu: 1), "gpu_memory_read") / 20 - 1) < 0.01)
        let refused = Self.refusal(fake, "gpu-memory", gpu: 2)
        #expect(refused == "cuDeviceGet answered of 2 GPUs (101): there is no such GPU")
    }

    @Test(
        "results that are not what was computed refuse the probe",
        arguments: [
            ("gpu-memory", "assay_read"), ("gpu-memory", "assay_copy"), ("gpu-memory", "assay_fill"),
            ("gpu-memory", "cuMemcpyDtoDAsync_v2"), ("gpu-compute", "assay_fma"), ("gpu-compute", "assay_mma"),
            ("gpu-transfer", "cuMemcpyHtoD_v2"), ("gpu-transfer", "cuMemcpyDtoH_v2"), ("gpu-peer", "cuMemcpyPeerAsync"),
        ]
    )
    func wrong(probe: String, call: String) throws {
        let fake = try FakeCUDA("wrong \(call)\n" + Self.gpu + "gpu NVIDIA H200\n")
        let refused = Self.refusal(fake, probe, count: 2)
        #expect(
            ["gave wrong", "did not bring"].contains { refused.contains($0) },
            "\(probe) with a wrong \(call): \(refused)"
        )
    }

    @Test("a wrong product of cuBLAS refuses that product alone")
    func wrongProduct() throws {
        let samples = try Self.run(try FakeCUDA("wrong cublasGemmEx\n" + Self.gpu), "gpu-compute")
        #expect(samples.series.map(\.metric) == ["gpu_fp32_fma", "gpu_tensor_mma"])
        #expect(samples.refusals.count == 4)
        #expect(samples.refusals.allSatisfy { $0.reason.contains("is wrong") })
    }

    @Test(
        "what the driver refuses is said with the call, the answer and what it means",
        arguments: [
            ("fail cuInit 100\n", "gpu-launch", "cuInit answered CUDA_ERROR_NO_DEVICE (100): no GPU is visible"),
            ("fail cuInit 803\n", "gpu-launch", "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH (803)"),
            ("fail cuInit 802\n", "gpu-launch", "start nvidia-fabricmanager"),
            ("fail cuDevicePrimaryCtxRetain 46\n", "gpu-launch", "the GPU is busy or allows one process at a time"),
            ("fail cuMemAlloc_v2 2 after 1\n", "gpu-memory", "cuMemAlloc_v2 answered CUDA_ERROR_OUT_OF_MEMORY (2)"),
            (
                "fail cuLaunchKernel 719 after 300\n", "gpu-launch",
                "cuLaunchKernel answered CUDA_ERROR_LAUNCH_FAILED (719)"
            ),
            ("fail cuStreamSynchronize 214 after 250\n", "gpu-launch", "ECC found a memory error"),
            ("fail cuModuleLoadDataEx 218\n", "gpu-launch", "the driver does not take the probe's PTX"),
            ("fail cuMemHostAlloc 2\n", "gpu-transfer", "cuMemHostAlloc answered CUDA_ERROR_OUT_OF_MEMORY"),
            ("fail cuMemcpyDtoHAsync_v2 719 after 40\n", "gpu-transfer", "cuMemcpyDtoHAsync_v2 answered"),
            ("fail cuEventElapsedTime 77\n", "gpu-memory", "cuEventElapsedTime answered 77"),
            ("driver 10020\n", "gpu-launch", "the driver is older than the probe's PTX (CUDA 11.0, driver 450)"),
            ("lost-after 500\n", "gpu-transfer", "CUDA_ERROR_LAUNCH_FAILED (719)"),
        ]
    )
    func faults(fault: String, probe: String, words: String) throws {
        let refused = Self.refusal(try FakeCUDA(fault + Self.gpu), probe)
        #expect(refused.contains(words), "\(refused)")
    }

    @Test("no GPU, no library, a library that is another, and one that lacks an entry point")
    func missing() throws {
        #expect(Self.refusal(try FakeCUDA(""), "gpu-launch").contains("no GPU is visible"))
        let lacking = try FakeCUDA(Self.gpu, lacking: ["cuMemHostAlloc"])
        #expect(
            Self.refusal(lacking, "gpu-transfer").contains(
                "cuMemHostAlloc answered CUDA_ERROR_NOT_FOUND (500): the driver has no such entry"
            )
        )
        #expect(try Self.median(try Self.run(lacking, "gpu-memory"), "gpu_memory_read") > 0)
        // The older name of the same call does.
        let old = try FakeCUDA(Self.gpu, lacking: ["cuEventElapsedTime_v2", "cuDeviceGetUuid_v2"])
        #expect(try Self.median(try Self.run(old, "gpu-memory"), "gpu_memory_read") > 0)
        let absent = #expect(throws: CUDAError.self) {
            _ = try GPUProbes.survey(GPULibraries(cuda: "/nonexistent/libcuda.so.1"))
        }
        #expect(absent?.description.contains("install NVIDIA's driver, or name the file in ASSAY_CUDA") == true)
        let other = #expect(throws: CUDAError.self) { _ = try GPUProbes.survey(GPULibraries(cuda: "libm.so.6")) }
        #expect(other?.description == "cuInit answered 500: the driver has no such entry point")
        #expect(try GPUProbes.survey(try FakeCUDA(Self.gpu + Self.gpu).libraries) == 2)
    }

    @Test("an array that does not fit is refused with what is free")
    func small() throws {
        let refused = Self.refusal(try FakeCUDA(Self.gpu + "memory 3000000\n"), "gpu-memory")
        #expect(refused.hasPrefix("arrays of 1 MiB are needed to be beyond the GPU's cache"))
    }
}
