import CNVML

/// CNVML's constants in the types that NVML's calls take.
enum NVMLConstant {
    static let success = Int32(CNVML_SUCCESS)
    static let memory = Int32(CNVML_MEMORY)
    static let nameSize = Int(CNVML_NAME_SIZE)
    static let uuidSize = Int(CNVML_UUID_SIZE)
    static let versionSize = Int(CNVML_VERSION_SIZE)
    static let vbiosSize = Int(CNVML_VBIOS_SIZE)
    static let gspVersionSize = Int(CNVML_GSP_VERSION_SIZE)
    static let memoryVersion = UInt32(CNVML_MEMORY_V2)
    static let gpuInstanceProfileVersion2 = UInt32(CNVML_GI_PROFILE_V2)
    static let gpuInstanceProfileVersion3 = UInt32(CNVML_GI_PROFILE_V3)
    static let fabricVersion2 = UInt32(CNVML_FABRIC_V2)
    static let fabricVersion3 = UInt32(CNVML_FABRIC_V3)
    static let confComputeSettingsVersion = UInt32(CNVML_CONF_SETTINGS_V1)
    static let nvLinkInfoVersion = UInt32(CNVML_NVLINK_INFO_V1)
    static let gpmVersion = UInt32(CNVML_GPM_VERSION)
}
