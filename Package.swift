// swift-tools-version: 6.2
// This file is the law of the house: a target lists only the rooms above it that it needs
// (docs/architecture.md), and CI builds with `--explicit-target-dependency-import-check error`.
import PackageDescription

let isStrict = Context.environment["GAN_EXP_STRICT"] != nil
let warned: [SwiftSetting] = isStrict ? [.treatAllWarnings(as: .error)] : []
// What the compiler has to try 100,000 ways of reading is an error: such an expression costs seconds of every build.
let strict: [SwiftSetting] =
  warned + (isStrict ? [.unsafeFlags(["-Xfrontend", "-solver-scope-threshold=100000"])] : [])
// Optimized in debug builds too: the small rooms that tests compute with. Checks, and tests' access to what is internal, stay.
let heavy: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]
// Not optimized in release builds: the commands, which hand their work to the rooms below. Optimized they cost a tenth of the
// build and gain nothing that can be measured.
let cold: [SwiftSetting] = [.unsafeFlags(["-Onone"], .when(configuration: .release))]
// Optimized for size in release builds: rooms that read, write and arrange, whose arithmetic is done in others. No slower, and a
// tenth less to compile.
let small: [SwiftSetting] = [.unsafeFlags(["-Osize"], .when(configuration: .release))]
let touchesC: [SwiftSetting] = strict + [.strictMemorySafety()]

let vectorCode = ["-O3", "-ffp-contract=fast", "-fno-math-errno"]
#if arch(x86_64)
  let avx2 = ["-mavx2", "-mfma"]
  let avx512 = ["-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl", "-mfma"]
#else
  let (avx2, avx512): ([String], [String]) = ([], [])
#endif

// The commit, as `make` and .ci/dist say it; a plain `swift build` is not told. SwiftPM's own `Context.gitInformation` is what it
// was when this file last changed.
let commit =
  Context.environment["GAN_EXP_COMMIT"].flatMap { name in
    name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-.+".contains($0)) }
      ? name : nil
  } ?? ""

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "gan-exp",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "gan-exp", targets: ["gan-exp"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swhitty/FlyingFox", .upToNextMinor(from: "0.27.1")),
  ],
  targets: [
    // C libraries of the system.
    .systemLibrary(
      name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]),
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(
      name: "CJPEG", pkgConfig: "libjpeg",
      providers: [.apt(["libjpeg-dev"]), .brew(["jpeg-turbo"])]),
    .systemLibrary(
      name: "CWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"]), .brew(["webp"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(
      name: "CNettle", pkgConfig: "nettle", providers: [.apt(["nettle-dev"]), .brew(["nettle"])]),
    // oneDNN, opened when it is asked for: its headers are needed to build, nothing links against it.
    .target(name: "COneDNN"),

    // The C library of the system, under one name.
    .target(name: "CLibrary", swiftSettings: strict),

    // What the build was told of its sources.
    .target(name: "CBuild", cSettings: [.define("GAN_EXP_COMMIT", to: "\"\(commit)\"")]),

    // SHA-256 and MD5.
    .target(name: "Digests", dependencies: ["CNettle"], swiftSettings: touchesC),
    // What the file says.
    .target(name: "Spec", dependencies: ["CYAML", "CLibrary"], swiftSettings: touchesC + small),
    // The graph core: a closed set of ops and its interpreters.
    .target(name: "TensorCore", dependencies: ["CLibrary"], swiftSettings: strict + heavy),
    // Layers, losses, optimizers: from a spec to graphs.
    .target(
      name: "ModelBuilder", dependencies: ["Spec", "TensorCore"], swiftSettings: strict + small),
    // Vector kernels and the thread team, in C.
    .target(
      name: "CKernels", dependencies: ["CKernelsAVX2", "CKernelsAVX512"],
      cSettings: [.unsafeFlags(vectorCode)],
      linkerSettings: [.linkedLibrary("sleef"), .linkedLibrary("gomp")]),
    // The same kernels for wider vectors; used where the processor has them.
    .target(name: "CKernelsAVX2", cSettings: [.unsafeFlags(vectorCode + avx2)]),
    .target(name: "CKernelsAVX512", cSettings: [.unsafeFlags(vectorCode + avx512)]),
    // A verified graph → an executable, on the processor.
    .target(
      name: "CPUBackend", dependencies: ["CLibrary", "TensorCore", "COneDNN", "CKernels"],
      swiftSettings: touchesC + heavy),
    // PJRT plugins, opened when they are asked for, behind a narrow interface; nothing links against one.
    .target(name: "CPJRT"),
    // A verified graph → StableHLO text → an executable, on whatever a plugin drives.
    .target(
      name: "XLABackend", dependencies: ["CLibrary", "TensorCore", "CPJRT"],
      swiftSettings: touchesC + small),
    // Reading JPEG, PNG and WebP, with the libraries' jumps caught in C.
    .target(
      name: "CDecoders", dependencies: ["CJPEG", "CPNG", "CWebP"],
      linkerSettings: [
        .linkedLibrary("jpeg"), .linkedLibrary("png"), .linkedLibrary("webp"),
      ]),
    // Fetching a file, with libcurl, which is opened when it is needed.
    .target(name: "CTransfer"),
    // Data sets in, pictures out.
    .target(
      name: "Images",
      dependencies: [
        "CLibrary", "Spec", "TensorCore", "CPNG", "CZlib", "CDecoders", "CTransfer", "Digests",
      ],
      swiftSettings: touchesC),
    // What the samples are worth; host arrays only.
    .target(name: "Metrics", dependencies: ["Spec", "TensorCore"], swiftSettings: strict + heavy),
    // The formats of a result directory: files, rows, claims; for who writes it and who reads it.
    .target(
      name: "RunFormat", dependencies: ["CLibrary", "Digests", "Spec"],
      swiftSettings: strict + small),
    // Axes, curves and SVG pictures of them; nothing about runs.
    .target(name: "Charts", dependencies: ["CLibrary"], swiftSettings: strict + small),
    // Plays the rounds; the sole writer of a result directory.
    .target(
      name: "Runner",
      dependencies: [
        "CLibrary", "Charts", "Spec", "TensorCore", "ModelBuilder", "Images", "Metrics",
        "RunFormat", "Digests",
      ],
      swiftSettings: strict + small),
    // Reads result directories: tables, charts, comparisons, reports. Writes into none.
    .target(
      name: "Results", dependencies: ["CLibrary", "Charts", "Spec", "Images", "RunFormat"],
      resources: [
        "page.css", "page.html", "table.html", "curves.html", "samples.html", "settings.html",
        "page.js", "charts.js", "samples.js", "settings.js", "report.js",
      ].map { .embedInCode("Report/Page/\($0)") },
      swiftSettings: strict + small),
    // A page that shows runs while they train, to browsers of this machine. Reads, as Results does. Of FlyingFox the
    // sockets only: its HTTP server opens FoundationNetworking, and with it libcurl and twenty libraries more.
    .target(
      name: "Watch",
      dependencies: [
        "CLibrary", "Spec", "RunFormat", "Results",
        .product(name: "FlyingSocks", package: "FlyingFox"),
      ],
      resources: ["watch.css", "watch.html", "watch.js"].map { .embedInCode("Page/\($0)") },
      swiftSettings: strict + small),
    // What every backend is held to: each operation, random graphs, states, against the reference.
    .target(name: "Conformance", dependencies: ["TensorCore"], swiftSettings: strict + heavy),
    // One file per command; the one list of backends.
    .executableTarget(
      name: "gan-exp",
      dependencies: [
        "CBuild", "CLibrary", "Spec", "TensorCore", "ModelBuilder", "CPUBackend", "XLABackend",
        "Charts", "Conformance", "Images", "Metrics", "RunFormat", "Runner", "Results", "Watch",
        argumentParser,
      ], swiftSettings: strict + cold),

    .testTarget(
      name: "SpecTests", dependencies: ["Spec"], exclude: ["Golden"], swiftSettings: warned),
    .testTarget(
      name: "TensorCoreTests", dependencies: ["Conformance", "TensorCore"], swiftSettings: warned),
    .testTarget(
      name: "ModelBuilderTests",
      dependencies: ["CPUBackend", "ModelBuilder", "Spec", "TensorCore", "XLABackend"],
      exclude: ["Golden"], swiftSettings: warned),
    .testTarget(
      name: "BackendTests",
      dependencies: [
        "CKernels", "CLibrary", "Conformance", "CPUBackend", "XLABackend", "TensorCore",
      ],
      exclude: ["Golden"],
      swiftSettings: warned),
    .testTarget(
      name: "ImagesTests", dependencies: ["CZlib", "Digests", "Images", "Spec"],
      exclude: ["Golden"],
      swiftSettings: warned),
    .testTarget(
      name: "MetricsTests", dependencies: ["Metrics", "Spec", "TensorCore"], exclude: ["Golden"],
      swiftSettings: warned),
    .testTarget(
      name: "RunFormatTests", dependencies: ["CLibrary", "Digests", "RunFormat", "Spec"],
      swiftSettings: warned),
    .testTarget(name: "ChartsTests", dependencies: ["Charts"], swiftSettings: warned),
    .testTarget(
      name: "RunnerTests",
      dependencies: [
        "CLibrary", "Charts", "Digests", "RunFormat", "Runner", "Spec", "TensorCore",
        "ModelBuilder", "Images",
        "Metrics",
        "CPUBackend",
      ],
      exclude: ["Golden"], swiftSettings: warned),
    .testTarget(
      name: "ResultsTests", dependencies: ["Charts", "Results", "RunFormat", "Spec", "Images"],
      swiftSettings: warned),
    .testTarget(
      name: "WatchTests",
      dependencies: ["CLibrary", "Images", "Results", "RunFormat", "Spec", "Watch"],
      swiftSettings: warned),
    .testTarget(
      name: "CommandTests", dependencies: ["CLibrary", "RunFormat", "Runner", "Spec", "gan-exp"],
      exclude: ["FakePlugin", "FakeSlurm"], swiftSettings: warned),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu17,
  cxxLanguageStandard: .cxx17
)
