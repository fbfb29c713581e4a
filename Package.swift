// swift-tools-version: 6.2
import PackageDescription

/// Settings every target shares: the language mode comes from the tools version.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// Settings of the numeric rooms: optimised in debug builds too, so that tests of simulations take seconds, not minutes.
let numericSettings = settings + [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// Modules that call mathematics without Foundation need libm spelled out at link time.
let mathematics: [LinkerSetting] = [.linkedLibrary("m")]

let realModule: Target.Dependency = .product(name: "RealModule", package: "swift-numerics")

let package = Package(
    name: "assay",
    products: [
        .executable(name: "assay", targets: ["assay"]),
        .executable(name: "assay-node", targets: ["assay-node"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        // Pure: values in, values out. A target may import only what stands above it.
        .target(name: "Documents", swiftSettings: settings, linkerSettings: mathematics),
        .target(
            name: "Probability",
            dependencies: [realModule],
            swiftSettings: numericSettings,
            linkerSettings: mathematics
        ),
        .target(
            name: "Estate",
            dependencies: ["Documents"],
            resources: [.embedInCode("Catalogue/gpus.json")],
            swiftSettings: settings
        ),
        .target(
            name: "Evidence",
            dependencies: [
                "Documents", "Probability", "Estate", realModule,
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: numericSettings,
            linkerSettings: mathematics
        ),
        .target(
            name: "Scheduling",
            dependencies: ["Documents", "Probability", "Estate", realModule],
            swiftSettings: numericSettings,
            linkerSettings: mathematics
        ),
        .target(
            name: "Study",
            dependencies: [
                "Documents", "Probability", "Estate", "Scheduling", .product(name: "Yams", package: "Yams"),
            ],
            resources: [.embedInCode("PriceBook/prices.json")],
            swiftSettings: settings,
            linkerSettings: mathematics
        ),
        .target(
            name: "Cost",
            dependencies: ["Documents", "Probability", "Estate", "Study", realModule],
            swiftSettings: numericSettings,
            linkerSettings: mathematics
        ),
        .target(
            name: "Compliance",
            dependencies: [
                "Documents", "Probability", "Estate", "Evidence", "Study",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            resources: [.embedInCode("Controls/controls.json")],
            swiftSettings: settings,
            linkerSettings: mathematics
        ),
        .target(
            name: "Decision",
            dependencies: [
                "Documents", "Probability", "Estate", "Scheduling", "Study", "Evidence", "Cost", realModule,
            ],
            swiftSettings: settings,
            linkerSettings: mathematics
        ),
        .target(
            name: "Reporting",
            dependencies: ["Documents", "Estate", "Study", "Evidence", "Scheduling", "Cost", "Compliance", "Decision"],
            resources: [.embedInCode("Assets/report.css")],
            swiftSettings: settings,
            linkerSettings: mathematics
        ),

        // Plans as other tools' files: values in, text out.
        .target(
            name: "Exporting",
            dependencies: ["Documents", "Estate", "Scheduling"],
            swiftSettings: settings
        ),

        // Other tools' files: bytes in, records and traces out. Still pure: the files themselves are the commands' business.
        .target(
            name: "Importing",
            dependencies: ["Documents", "Probability", "Estate", "Evidence", "Scheduling", realModule],
            swiftSettings: settings,
            linkerSettings: mathematics
        ),

        // Where the world breaks in: this machine. FoundationEssentials at most, so that the node's program stays small.
        // Optimised always: what it measures is the machine, not the build.
        .target(name: "CProbe", cSettings: [.unsafeFlags(["-O2"])]),
        .target(name: "CNVML"),
        .target(name: "CCUDA", cSettings: [.unsafeFlags(["-O2"])], linkerSettings: mathematics),
        .target(
            name: "Probing",
            dependencies: [
                "Documents", "Probability", "Estate", "Evidence", "CProbe", "CNVML", "CCUDA", realModule,
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: settings,
            linkerSettings: mathematics
        ),
        .target(
            name: "NodeCommands",
            dependencies: [
                "Documents", "Estate", "Evidence", "Probing",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Operating",
            dependencies: [
                "CProbe", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(name: "assay-node", dependencies: ["NodeCommands"], swiftSettings: settings),

        // The edge: arguments, files, exit codes.
        .target(
            name: "Commands",
            dependencies: [
                "Documents", "Estate", "Study", "Evidence", "Scheduling", "Importing", "Exporting", "Cost",
                "Compliance",
                "Decision", "Reporting", "NodeCommands", "Operating",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(name: "assay", dependencies: ["Commands", "NodeCommands"], swiftSettings: settings),

        .testTarget(name: "DocumentsTests", dependencies: ["Documents"], swiftSettings: settings),
        .testTarget(name: "ProbabilityTests", dependencies: ["Probability"], swiftSettings: settings),
        .testTarget(name: "EstateTests", dependencies: ["Estate", "Documents"], swiftSettings: settings),
        .testTarget(
            name: "StudyTests",
            dependencies: ["Study", "Documents", "Estate", "Probability", "Scheduling"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "EvidenceTests",
            dependencies: ["Evidence", "Documents", "Estate", "Probability"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SchedulingTests",
            dependencies: ["Scheduling", "Documents", "Estate", "Probability"],
            exclude: ["Layouts/Optima"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "CostTests",
            dependencies: ["Cost", "Study", "Documents", "Estate", "Probability"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ComplianceTests",
            dependencies: ["Compliance", "Documents", "Estate", "Study", "Evidence"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "DecisionTests",
            dependencies: [
                "Decision", "Documents", "Estate", "Study", "Evidence", "Cost", "Probability", "Scheduling",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ReportingTests",
            dependencies: [
                "Reporting", "Compliance", "Scheduling", "Decision", "Documents", "Estate", "Study", "Evidence", "Cost",
                "Probability",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ProbingTests",
            dependencies: ["Probing", "CProbe", "CNVML", "Documents", "Estate", "Evidence", "Probability"],
            exclude: ["Fixtures"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ImportingTests",
            dependencies: ["Importing", "Documents", "Estate", "Evidence", "Scheduling", "Probability"],
            exclude: ["Samples", "ClusterSamples"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ExportingTests",
            dependencies: [
                "Exporting", "Documents", "Estate", "Scheduling", .product(name: "Yams", package: "Yams"),
            ],
            exclude: ["Goldens"],
            swiftSettings: settings
        ),
        .testTarget(name: "OperatingTests", dependencies: ["Operating"], swiftSettings: settings),
        .testTarget(name: "EndToEndTests", dependencies: ["assay", "assay-node"], swiftSettings: settings),
    ]
)

// Measured by hand and by `make bench`; users and CI never build it.
if Context.environment["ASSAY_BENCHMARKS"] == "1" {
    package.targets.append(
        .executableTarget(
            name: "assay-bench",
            dependencies: ["Probability", "Evidence"],
            path: "Benchmarks/Sources/assay-bench",
            swiftSettings: settings,
            linkerSettings: mathematics
        )
    )
    package.targets.append(
        .executableTarget(
            name: "assay-bench-simulate",
            dependencies: ["Estate", "Probability", "Scheduling"],
            path: "Benchmarks/Sources/assay-bench-simulate",
            swiftSettings: settings,
            linkerSettings: mathematics
        )
    )
    package.targets.append(
        .executableTarget(
            name: "assay-bench-predict",
            dependencies: ["Evidence", "Probability"],
            path: "Benchmarks/Sources/assay-bench-predict",
            swiftSettings: settings,
            linkerSettings: mathematics
        )
    )
    package.targets.append(
        .executableTarget(
            name: "assay-bench-models",
            dependencies: ["Documents", "Estate", "Probability", "Scheduling"],
            path: "Benchmarks/Sources/assay-bench-models",
            swiftSettings: settings,
            linkerSettings: mathematics
        )
    )
    package.targets.append(
        .executableTarget(
            name: "assay-bench-layouts",
            dependencies: ["Estate", "Scheduling"],
            path: "Benchmarks/Sources/assay-bench-layouts",
            swiftSettings: settings,
            linkerSettings: mathematics
        )
    )
    package.products.append(.executable(name: "assay-bench", targets: ["assay-bench"]))
}

// Fuzzing of what reads other tools' files: `make fuzz`; users and CI never build it.
if Context.environment["ASSAY_FUZZ"] == "1" {
    package.targets.append(
        .executableTarget(
            name: "assay-fuzz-import",
            dependencies: ["Documents", "Evidence", "Importing"],
            path: "Fuzz/assay-fuzz-import",
            swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])],
            linkerSettings: mathematics
        )
    )
}
