// swift-tools-version:6.2
// The layers as functions: what a target may see follows from the function that makes it.
// Layer 0 Kernel · 1 pure · 2 edges · 3 feature groups · 4 Assembly and Main. See Sources/ARCHITECTURE.md.

import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
    .define("FAULT_CONTROLS", .when(configuration: .debug)),
]
/// For the one target that computes nothing: the optimiser of Swift 6.3.1 crashes on its commands
/// ("While splitting coroutine"), and nothing in it is worth a workaround in each of them.
let unoptimised: [SwiftSetting] = [
    .unsafeFlags(["-Onone"], .when(configuration: .release))
]
/// Addresses of other libraries are looked up before the first instruction and are then read-only.
let resolvedAtStart: [LinkerSetting] = [
    .unsafeFlags(
        ["-Xlinker", "-z", "-Xlinker", "relro", "-Xlinker", "-z", "-Xlinker", "now"],
        .when(configuration: .release))
]
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

/// Layer 1: computes, never waits.
///
/// No database, no sockets, no clock, no files.
func pure(_ name: String, _ needs: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: ["Kernel"] + needs, swiftSettings: strict)
}

/// Layer 2: touches the disk, a key or a socket.
func edge(_ name: String, _ needs: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: ["Kernel"] + needs, swiftSettings: strict)
}

/// Layer 3: folders of features.
///
/// A group never depends on another group.
func features(_ name: String, using needs: [Target.Dependency] = []) -> Target {
    .target(
        name: name,
        dependencies: [
            "Kernel", "FHIRModel", "AccessControl", "RecordStore", "ServerKit", hummingbird,
            logging,
        ]
            + needs,
        swiftSettings: strict)
}

/// A C library of the system behind a header of ours.
func system(_ name: String, links: String..., headers: String? = nil) -> Target {
    .target(
        name: name, cSettings: headers.map { [.unsafeFlags(["-I\($0)"])] },
        linkerSettings: links.map { .linkedLibrary($0) })
}

/// Tests of one layer; they see `package` declarations, never more.
func tests(_ name: String, _ needs: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: needs, swiftSettings: strict)
}

func nio(_ name: String) -> Target.Dependency { .product(name: name, package: "swift-nio") }
let lifecycle: Target.Dependency = .product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(
    name: "UnixSignals", package: "swift-service-lifecycle")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let arguments: Target.Dependency = .product(
    name: "ArgumentParser", package: "swift-argument-parser")
let server: [Target.Dependency] = [
    hummingbird, logging, lifecycle, httpTypes, nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1"),
    nio("NIOTLS"), nio("NIOConcurrencyHelpers"),
    .product(name: "HummingbirdCore", package: "hummingbird"),
    .product(name: "HummingbirdTLS", package: "hummingbird"),
    .product(name: "HummingbirdHTTP2", package: "hummingbird"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
    .product(name: "NIOHTTP2", package: "swift-nio-http2"),
    .product(name: "NIOHPACK", package: "swift-nio-http2"),
    .product(name: "NIOExtras", package: "swift-nio-extras"),
    .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
    .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
]

let package = Package(
    name: "tribal-ehr",
    products: [.executable(name: "tribal-ehr", targets: ["Main"])],
    dependencies: [
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    ],
    targets: [
        .target(name: "Kernel", swiftSettings: strict),
        pure("FHIRModel", ["CUnicodeTables", "CDefinitions"]),
        pure("FHIRXML", ["FHIRModel", "CXML"]),
        pure("FHIRPath", ["FHIRModel", "CTerminology"]),
        pure("FHIRSearch", ["FHIRModel", "FHIRPath"]),
        pure("FHIRValidation", ["FHIRModel", "FHIRPath"]),
        pure("Terminology", ["FHIRModel", "FHIRPath", "CTerminology"]),
        pure("QRCode"),
        pure("WebAuthn", ["FHIRModel"]),
        pure("MulticastDNS"),
        pure("AccessControl"),
        pure("Retention"),
        edge("SQLite", ["CSQLite"]),
        edge("Deflate", ["CZlib"]),
        edge("Sealing", ["COpenSSL", "CArgon2"]),
        edge(
            "RecordStore",
            [
                "FHIRModel", "FHIRSearch", "Terminology", "AccessControl", "SQLite", "Deflate",
                "Sealing",
            ]),
        edge("BackupPlaces", ["Sealing"]),
        edge(
            "Backups",
            ["FHIRModel", "AccessControl", "SQLite", "Deflate", "Sealing", "RecordStore"]),
        edge(
            "ServerKit",
            ["FHIRModel", "FHIRXML", "AccessControl", "RecordStore", "CMalloc"] + server),
        features(
            "FHIRAPI",
            using: [
                "Sealing", "Deflate", "FHIRPath", "FHIRSearch", "FHIRValidation", "FHIRXML",
                "Terminology", httpTypes,
            ]),
        features("Charting", using: ["SQLite", "Sealing", httpTypes]),
        features("Identity", using: ["QRCode", "WebAuthn", "Sealing", "SQLite", httpTypes]),
        features(
            "Exchange",
            using: [
                "FHIRSearch", "SQLite", "Sealing", "CCurl", httpTypes, lifecycle, nio("NIOCore"),
            ]),
        features(
            "Steward",
            using: [
                "SQLite", "Sealing", "Backups", "QRCode", "Retention", "BackupPlaces", httpTypes,
                nio("NIOCore"),
            ]),
        system("CSQLite", links: "sqlite3"),
        system("COpenSSL", links: "crypto"),
        system("CArgon2", links: "argon2"),
        system("CZlib", links: "z"),
        system("CCurl", links: "curl"),
        system("CMalloc"),
        system("CXML", links: "xml2", headers: "/usr/include/libxml2"),
        .target(name: "CWebAssets"),
        .target(name: "CUnicodeTables", exclude: ["compatibility.bin"]),
        .target(name: "CDefinitions", exclude: ["definitions.bin"]),
        .target(name: "CTerminology", exclude: ["terminology.bin", "ucum"]),
        .target(name: "CDemoClinic", exclude: ["demo.ndjson.gz"]),
        .target(
            name: "Assembly",
            dependencies: [
                "Kernel", "FHIRModel", "AccessControl", "Deflate", "Sealing", "SQLite",
                "RecordStore", "Backups", "ServerKit", "FHIRAPI", "FHIRValidation", "Identity",
                "Charting", "Exchange", "Terminology", "Steward", "MulticastDNS", "Retention",
                "BackupPlaces", "CWebAssets", "CDemoClinic", arguments, signals,
            ] + server,
            swiftSettings: strict + unoptimised),
        .executableTarget(
            name: "Main", dependencies: ["Assembly"], swiftSettings: strict,
            linkerSettings: resolvedAtStart),
        .target(
            name: "TestKit",
            dependencies: [
                "Kernel", "FHIRModel", "AccessControl", "Deflate", "RecordStore", "Sealing",
                "SQLite", "CDemoClinic", "COpenSSL",
            ], swiftSettings: strict),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "Kernel", "FHIRModel", "FHIRValidation", "Terminology", "AccessControl", "SQLite",
                "Sealing", "RecordStore", "Backups", "TestKit", hummingbird, logging, httpTypes,
                nio("NIOCore"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ], path: "Tests/Benchmarks", swiftSettings: strict),
        tests(
            "FHIRTests",
            [
                "FHIRModel", "FHIRPath", "FHIRSearch", "FHIRValidation", "FHIRXML", "Terminology",
                "QRCode", "Kernel", "TestKit",
            ]),
        tests(
            "StoreTests",
            [
                "Kernel", "FHIRModel", "FHIRSearch", "AccessControl", "SQLite", "Deflate",
                "Sealing", "RecordStore", "Backups", "TestKit",
            ]),
        tests(
            "ApplianceTests",
            [
                "Kernel", "FHIRModel", "AccessControl", "SQLite", "Deflate", "Sealing",
                "RecordStore", "Backups", "ServerKit", "FHIRAPI", "Identity", "Charting",
                "Exchange", "Steward", "WebAuthn", "FHIRPath", "Retention", "BackupPlaces",
                "Assembly", "MulticastDNS", "Terminology", "TestKit",
            ] + server),
        tests("TidyTests", ["TestKit"]),
    ],
    swiftLanguageModes: [.v6]
)
