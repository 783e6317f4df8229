// swift-tools-version:6.2
// The parsers of the product by themselves, for libFuzzer. `Tests/FuzzTests/run` lays links to the
// folders of Sources beside a copy of this file, below .build, and builds them there.

import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
]

func part(_ name: String, _ needs: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: ["Kernel"] + needs, swiftSettings: settings)
}

func system(_ name: String, links: String, headers: String? = nil) -> Target {
    .target(
        name: name, cSettings: headers.map { [.unsafeFlags(["-I\($0)"])] },
        linkerSettings: [.linkedLibrary(links)])
}

let package = Package(
    name: "tribal-ehr-fuzz",
    targets: [
        .target(name: "Kernel", swiftSettings: settings),
        part("FHIRModel", ["CUnicodeTables", "CDefinitions"]),
        part("FHIRXML", ["FHIRModel", "CXML"]),
        part("FHIRPath", ["FHIRModel", "CTerminology"]),
        part("Terminology", ["FHIRModel", "FHIRPath", "CTerminology"]),
        part("FHIRSearch", ["FHIRModel", "FHIRPath"]),
        part("AccessControl"),
        part("SQLite", ["CSQLite"]),
        part("Deflate", ["CZlib"]),
        part("Sealing", ["COpenSSL", "CArgon2"]),
        part(
            "RecordStore",
            [
                "FHIRModel", "FHIRSearch", "AccessControl", "SQLite", "Deflate", "Sealing",
                "Terminology",
            ]),
        part("Edge"),
        system("CSQLite", links: "sqlite3"),
        system("COpenSSL", links: "crypto"),
        system("CArgon2", links: "argon2"),
        system("CZlib", links: "z"),
        system("CXML", links: "xml2", headers: "/usr/include/libxml2"),
        .target(name: "CUnicodeTables", exclude: ["compatibility.bin"]),
        .target(name: "CDefinitions", exclude: ["definitions.bin"]),
        .target(name: "CTerminology", exclude: ["terminology.bin", "ucum"]),
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "Kernel", "FHIRModel", "FHIRXML", "FHIRPath", "FHIRSearch", "RecordStore",
                "Sealing", "Edge",
            ],
            swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])]),
    ],
    swiftLanguageModes: [.v6]
)
