extension NVMLDevice {
    /// A way to cut the GPU, as the driver tells it.
    package struct Profile: Sendable, Hashable {
        /// The number that NVML's list gives it.
        package let number: Int
        /// Its id on this device, which creating takes.
        package let id: UInt64
        /// NVML's name, where the driver gives one: `MIG 3g.71gb`.
        package let name: String?
        /// Compute slices.
        package let slices: UInt64
        /// How many fit on an empty GPU, by NVML (wrong on A30).
        package let maximumInstances: UInt64
        /// Streaming multiprocessors.
        package let multiprocessors: UInt64
        /// Copy, decode, encode, JPEG and optical-flow engines.
        package let engines: [UInt64]
        /// Memory, MiB.
        package let memoryMiB: UInt64
        /// Where instances can stand; nil where NVML would not say.
        package let placements: [Placement]?
        /// How many more fit now; nil with MIG off or without permission.
        package let remaining: UInt64?
    }

    /// Memory slices that an instance takes.
    package struct Placement: Sendable, Hashable {
        /// The first.
        package let start: UInt64
        /// How many.
        package let size: UInt64
    }

    /// A GPU instance that stands.
    package struct GPUInstance: Sendable, Hashable {
        /// Its id, reused after it is gone.
        package let id: UInt64
        /// Its profile's id on the device.
        package let profileID: UInt64
        /// Where it stands.
        package let placement: Placement
    }

    /// A MIG device: a compute instance that CUDA can use.
    package struct MIGDevice: Sendable, Hashable {
        /// Its index in NVML's list, which may have gaps.
        package let index: Int
        /// Its UUID, the only name that is never reused.
        package let uuid: String
        /// Its GPU instance's id.
        package let gpuInstance: UInt64?
        /// Its compute instance's id.
        package let computeInstance: UInt64?
        /// Slices of its GPU instance.
        package let gpuSlices: UInt64?
        /// Slices that it computes with.
        package let computeSlices: UInt64?
        /// Streaming multiprocessors.
        package let multiprocessors: UInt64?
        /// Memory, MiB.
        package let memoryMiB: UInt64?
        /// Its processes, nil where NVML would not say.
        package let processes: [NVMLProcess]?
    }

    /// Whether MIG is on, and whether it will be after a reset.
    package var migMode: NVMLAnswers.Reading<(current: Bool, pending: Bool)> {
        pair(.migMode).map { ($0.0 != 0, $0.1 != 0) }
    }

    /// The profiles in NVML's order.
    package var profiles: [Profile] {
        let gpu = String(index)
        return (0..<Int(NVMLSnapshot.mostProfiles)).compactMap { number in
            let answer = answers.numbers("nvmlDeviceGetGpuInstanceProfileInfo", [gpu, "\(number)"], atLeast: 11)
            guard let values = answer.value else { return nil }
            let id = "\(values[0])"
            let named = answers.text("nvmlDeviceGetGpuInstanceProfileInfoV", gpu, "\(number)").value
            return Profile(
                number: number,
                id: values[0],
                name: named.flatMap { $0.split(separator: " ", maxSplits: 2).dropFirst(2).first.map(String.init) },
                slices: values[2],
                maximumInstances: values[3],
                multiprocessors: values[4],
                engines: Array(values[5...9]),
                memoryMiB: values[10],
                placements: Self.placements(answers.text("nvmlDeviceGetGpuInstancePossiblePlacements", gpu, id)).value,
                remaining: answers.number("nvmlDeviceGetGpuInstanceRemainingCapacity", gpu, id).value
            )
        }
    }

    /// The GPU instances that stand, by id; refused without permission.
    package var gpuInstances: NVMLAnswers.Reading<[GPUInstance]> {
        let gpu = String(index)
        var found: [GPUInstance] = []
        for profile in profiles {
            let ids = answers.text("nvmlDeviceGetGpuInstances", gpu, "\(profile.id)").map(Self.ids)
            guard let ids = ids.value else { return ids.map { _ in nil } }
            for id in ids {
                let info = answers.numbers("nvmlGpuInstanceGetInfo", ["\(gpu)/gi\(id)"], atLeast: 4)
                guard let values = info.value else { return info.map { _ in nil } }
                let placement = Placement(start: values[2], size: values[3])
                found.append(GPUInstance(id: values[0], profileID: values[1], placement: placement))
            }
        }
        return .value(found.sorted { $0.id < $1.id })
    }

    /// The MIG devices, in NVML's order.
    package var migDevices: [MIGDevice] {
        let gpu = String(index)
        return (0..<NVMLSnapshot.mostMIGDevices).compactMap { place in
            guard let uuid = answers.text("nvmlDeviceGetMigDeviceHandleByIndex", gpu, "\(place)").value else {
                return nil
            }
            let name = "\(gpu)/\(place)"
            let attributes = answers.numbers("nvmlDeviceGetAttributes", [name], atLeast: 9).value
            return MIGDevice(
                index: place,
                uuid: uuid,
                gpuInstance: answers.number("nvmlDeviceGetGpuInstanceId", name).value,
                computeInstance: answers.number("nvmlDeviceGetComputeInstanceId", name).value,
                gpuSlices: attributes?[6],
                computeSlices: attributes?[7],
                multiprocessors: attributes?[0],
                memoryMiB: attributes?[8],
                processes: NVMLProcess.list(answers.text("nvmlDeviceGetComputeRunningProcesses", name)).value
            )
        }
    }

    /// Reads `1 2`, or `none`.
    private static func ids(_ text: String) -> [UInt64]? {
        if text == "none" { return [] }
        let words = text.split(separator: " ")
        let ids = words.compactMap { NVMLAnswers.number($0) }
        return ids.count == words.count ? ids : nil
    }

    /// Reads `0:4 4:4`, or `none`.
    private static func placements(_ text: NVMLAnswers.Reading<String>) -> NVMLAnswers.Reading<[Placement]> {
        text.map { text in
            if text == "none" { return [] }
            let words = text.split(separator: " ")
            let placements = words.compactMap { word -> Placement? in
                let parts = word.split(separator: ":", omittingEmptySubsequences: false)
                guard parts.count == 2, let start = NVMLAnswers.number(parts[0]),
                    let size = NVMLAnswers.number(parts[1])
                else { return nil }
                return Placement(start: start, size: size)
            }
            return placements.count == words.count ? placements : nil
        }
    }
}
