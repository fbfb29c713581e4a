import CNVML

extension NVMLRecorder {
    /// Profiles, what stands, and the MIG devices of one GPU.
    mutating func mig(_ index: Int, _ device: NVMLDeviceHandle) {
        let gpu = String(index)
        if scope == .everything { geometry(gpu, device) }
        migDevices(gpu, device)
    }

    private mutating func geometry(_ gpu: String, _ device: NVMLDeviceHandle) {
        for profileID in profiles(gpu, device) {
            let placements = { () throws(NVMLError) in try device.possiblePlacements(profileID: profileID) }
            ask("nvmlDeviceGetGpuInstancePossiblePlacements", [gpu, String(profileID)], placements) { list in
                NVMLWords.list(list.map { "\($0.start):\($0.size)" })
            }
            selected(.remainingCapacity, profileID, named: String(profileID), [gpu], device)
            instances(gpu, profileID, device)
        }
    }

    /// Asks for profiles 0, 1, 2, … until NVML has no more, and gives their ids on this device.
    private mutating func profiles(_ gpu: String, _ device: NVMLDeviceHandle) -> [UInt32] {
        var ids: [UInt32] = []
        for number in 0..<NVMLSnapshot.mostProfiles {
            let question = { () throws(NVMLError) in try device.gpuInstanceProfile(number) }
            let answer = ask(
                "nvmlDeviceGetGpuInstanceProfileInfo",
                [gpu, String(number)],
                question,
                words: Self.profile
            )
            if let profile = answer?.value {
                if !ids.contains(profile.id) { ids.append(profile.id) }
                let name = { () throws(NVMLError) in try device.gpuInstanceProfileName(number) }
                ask("nvmlDeviceGetGpuInstanceProfileInfoV", [gpu, String(number)], name) { named in
                    let capabilities = named.capabilities.map { NVMLWords.bits($0) } ?? "-"
                    return "\(named.id) \(capabilities) \(NVMLWords.text(named.name))"
                }
            }
            guard Self.goesOn(after: answer) else { break }
        }
        return ids
    }

    private mutating func instances(_ gpu: String, _ profileID: UInt32, _ device: NVMLDeviceHandle) {
        let question = { () throws(NVMLError) in
            var found: [(handle: NVMLGPUInstanceHandle, info: cnvml_gi_info)] = []
            for instance in try device.gpuInstances(profileID: profileID) {
                found.append((instance, try instance.info()))
            }
            return found
        }
        let found = ask("nvmlDeviceGetGpuInstances", [gpu, String(profileID)], question) { found in
            NVMLWords.list(found.map { String($0.info.id) })
        }
        for (handle, info) in found?.value ?? [] {
            let name = "\(gpu)/gi\(info.id)"
            ask("nvmlGpuInstanceGetInfo", [name], { () throws(NVMLError) in info }) {
                NVMLWords.numbers([$0.id, $0.profile_id, $0.placement.start, $0.placement.size])
            }
            computeInstances(name, handle)
        }
    }

    private mutating func computeInstances(_ name: String, _ instance: NVMLGPUInstanceHandle) {
        for number in 0..<NVMLSnapshot.mostProfiles {
            let question = { () throws(NVMLError) in try instance.computeInstanceProfile(number) }
            let answer = ask(
                "nvmlGpuInstanceGetComputeInstanceProfileInfo",
                [name, String(number)],
                question,
                words: Self.computeProfile
            )
            if let profile = answer?.value {
                let all = { () throws(NVMLError) in try instance.computeInstances(profileID: profile.id) }
                ask("nvmlGpuInstanceGetComputeInstances", [name, String(profile.id)], all) { instances in
                    NVMLWords.list(instances.map { "\($0.id):\($0.placement.start):\($0.placement.size)" })
                }
            }
            guard Self.goesOn(after: answer) else { break }
        }
    }

    /// Every index is tried: one without a device stands between two that have one.
    private mutating func migDevices(_ gpu: String, _ device: NVMLDeviceHandle) {
        let most = number(.maximumMIGDevices, [gpu], device)?.value ?? 0
        for index in 0..<min(Int(most), NVMLSnapshot.mostMIGDevices) {
            guard let place = UInt32(exactly: index) else { break }
            let question = { () throws(NVMLError) in
                let mig = try device.migDevice(at: place)
                return (mig: mig, uuid: try mig.uuid())
            }
            let answer = ask("nvmlDeviceGetMigDeviceHandleByIndex", [gpu, String(index)], question) {
                NVMLWords.text($0.uuid)
            }
            // Every other refusal may be of this index alone: a device that went while we looked.
            if answer == nil || answer?.error == .notSupported || answer?.error == .functionNotFound { break }
            guard let mig = answer?.value?.mig else { continue }
            let name = ["\(gpu)/\(index)"]
            ask("nvmlDeviceGetName", name, mig.name, words: NVMLWords.text)
            number(.gpuInstanceID, name, mig)
            number(.computeInstanceID, name, mig)
            ask("nvmlDeviceGetAttributes", name, mig.attributes, words: Self.attributes)
            ask("nvmlDeviceGetMemoryInfo", name, mig.memory) { NVMLWords.numbers([$0.total, $0.free, $0.used]) }
            processes(.compute, name, mig)
        }
    }

    private static func profile(_ profile: cnvml_gi_profile) -> String {
        let counts = [
            profile.id, profile.is_p2p_supported, profile.slice_count, profile.instance_count,
            profile.multiprocessor_count, profile.copy_engines, profile.decoders, profile.encoders, profile.jpegs,
            profile.ofas,
        ]
        return "\(NVMLWords.numbers(counts)) \(profile.memory_mib)"
    }

    private static func computeProfile(_ profile: cnvml_ci_profile) -> String {
        NVMLWords.numbers([
            profile.id, profile.slice_count, profile.instance_count, profile.multiprocessor_count,
            profile.copy_engines, profile.decoders, profile.encoders, profile.jpegs, profile.ofas,
        ])
    }

    private static func attributes(_ found: cnvml_attributes) -> String {
        let counts = [
            found.multiprocessor_count, found.shared_copy_engines, found.shared_decoders, found.shared_encoders,
            found.shared_jpegs, found.shared_ofas, found.gpu_instance_slices, found.compute_instance_slices,
        ]
        return "\(NVMLWords.numbers(counts)) \(found.memory_mib)"
    }
}
