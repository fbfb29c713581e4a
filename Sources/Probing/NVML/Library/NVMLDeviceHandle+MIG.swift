package import CNVML

extension NVMLDeviceHandle {
    /// What a profile's name says and the unversioned structure does not.
    package struct ProfileName: Sendable, Hashable {
        /// The profile's id on this device.
        package let id: UInt32
        /// `NVML_GPU_INSTANCE_PROFILE_CAPS_…`: 1 peer access, 2 graphics; nil from a driver with the second layout.
        package let capabilities: UInt32?
        /// NVML's name.
        package let name: String
    }

    /// The GPU-instance profile with NVML's number: 0, 1, 2, … until ``NVMLError/invalidArgument``;
    /// ``NVMLError/notSupported`` is a gap.
    package func gpuInstanceProfile(_ number: UInt32) throws(NVMLError) -> cnvml_gi_profile {
        var value = cnvml_gi_profile()
        try library.check(cnvml_GIProfile(table, pointer, number, &value))
        return value
    }

    /// The name of the profile with NVML's number, in the newest layout that the driver has.
    package func gpuInstanceProfileName(_ number: UInt32) throws(NVMLError) -> ProfileName {
        var newest = cnvml_gi_profile_v3()
        newest.version = NVMLConstant.gpuInstanceProfileVersion3
        let code = cnvml_GIProfileV3(table, pointer, number, &newest)
        if code == NVMLConstant.success {
            let name = withUnsafeBytes(of: newest.name) { Self.text($0) }
            return ProfileName(id: newest.id, capabilities: newest.capabilities, name: name)
        }
        guard code == NVMLError.argumentVersionMismatch.code else { throw NVMLError(code) }
        var older = cnvml_gi_profile_v2()
        older.version = NVMLConstant.gpuInstanceProfileVersion2
        try library.check(cnvml_GIProfileV2(table, pointer, number, &older))
        let name = withUnsafeBytes(of: older.name) { Self.text($0) }
        return ProfileName(id: older.id, capabilities: nil, name: name)
    }

    /// Where instances of a profile can stand on an empty GPU, whether MIG is on or not; root only.
    package func possiblePlacements(profileID: UInt32) throws(NVMLError) -> [cnvml_placement] {
        try library.list(of: cnvml_placement()) { list, count in
            cnvml_GIPossiblePlacements(table, pointer, profileID, list, count)
        }
    }

    /// The GPU instances of a profile; root only.
    package func gpuInstances(profileID: UInt32) throws(NVMLError) -> [NVMLGPUInstanceHandle] {
        // The call takes no length: the buffer must hold what the profile allows, and this is far more.
        var list = [OpaquePointer?](repeating: nil, count: NVMLLibrary.longestList)
        var count: UInt32 = 0
        let code = list.withUnsafeMutableBufferPointer {
            cnvml_GIs(table, pointer, profileID, $0.baseAddress, &count)
        }
        try library.check(code)
        return list.prefix(Int(min(count, UInt32(NVMLLibrary.longestList)))).compactMap { pointer in
            pointer.map { NVMLGPUInstanceHandle(library: library, pointer: $0) }
        }
    }

    /// The MIG device at an index below ``NVMLNumber/maximumMIGDevices``.
    ///
    /// - Throws: ``NVMLError/notFound`` where the index has none: others may follow.
    package func migDevice(at index: UInt32) throws(NVMLError) -> NVMLDeviceHandle {
        try library.handle { cnvml_MigDeviceByIndex(table, pointer, index, $0) }
    }

    /// Of a MIG device: its processors, engines, slices and memory (MiB).
    package func attributes() throws(NVMLError) -> cnvml_attributes {
        try value(cnvml_attributes(), cnvml_Attributes)
    }

    /// Of a MIG device: the GPU it is on.
    package func parent() throws(NVMLError) -> NVMLDeviceHandle {
        try library.handle { cnvml_ParentOfMigDevice(table, pointer, $0) }
    }

    /// Text from a fixed array of a structure, which need not be ended.
    static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}

/// A GPU instance.
///
/// `@unchecked Sendable` as ``NVMLDeviceHandle``.
package struct NVMLGPUInstanceHandle: @unchecked Sendable {
    /// The library, kept open by the handle.
    package let library: NVMLLibrary
    /// NVML's handle.
    package let pointer: OpaquePointer

    /// Id, profile and placement.
    package func info() throws(NVMLError) -> cnvml_gi_info {
        var value = cnvml_gi_info()
        try library.check(cnvml_GIInfo(library.table, pointer, &value))
        return value
    }

    /// The compute-instance profile with NVML's number, engines shared.
    package func computeInstanceProfile(_ number: UInt32) throws(NVMLError) -> cnvml_ci_profile {
        var value = cnvml_ci_profile()
        try library.check(cnvml_CIProfile(library.table, pointer, number, 0, &value))
        return value
    }

    /// The compute instances of a profile.
    package func computeInstances(profileID: UInt32) throws(NVMLError) -> [cnvml_ci_info] {
        var list = [OpaquePointer?](repeating: nil, count: NVMLLibrary.longestList)
        var count: UInt32 = 0
        let code = list.withUnsafeMutableBufferPointer {
            cnvml_CIs(library.table, pointer, profileID, $0.baseAddress, &count)
        }
        try library.check(code)
        var infos: [cnvml_ci_info] = []
        for instance in list.prefix(Int(min(count, UInt32(NVMLLibrary.longestList)))) {
            var value = cnvml_ci_info()
            try library.check(cnvml_CIInfo(library.table, instance, &value))
            infos.append(value)
        }
        return infos
    }
}
