import Foundation
import Images
import Metrics
import ModelBuilder
import Spec
import Testing

@testable import CPUBackend

/// A plan writes the graphs of thousands of trials.
@Suite struct ProgramMemoryTests {
  private static let vocabulary = Catalog.vocabulary(
    sources: DatasetCatalog.declarations, metrics: MetricCatalog.declarations)

  /// Files of small games, with all that they do between them: losses that measure themselves, calls of other networks,
  /// heads, pools, penalties, growing.
  private static let files: [URL] = {
    let place = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../PyTorch/games").standardized
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
    return names.filter { $0.hasSuffix(".yaml") }.sorted().map { place.appending(path: $0) }
  }()

  private static func write(_ experiment: Experiment) throws {
    let formats = Dictionary(
      experiment.game.sources.map { source -> (String, SampleFormat) in
        let size = source.size ?? 28
        let format = SampleFormat.image(ImageFormat(channels: 1, height: size, width: size))
        guard case .stored(let choice) = source.kind else { return (source.name, format) }
        let stored = DatasetCatalog.source(choice).storedFormat
        return (source.name, stored?.resized(to: source.size) ?? format)
      }, uniquingKeysWith: { first, _ in first })
    let program = try TrainingProgram(experiment, formats: formats)
    _ = program.round(batch: 4, observing: true)
    for network in program.networks { _ = program.summary(of: network) }
  }

  #if canImport(Glibc)
    @Test
    func graphsThatWereWrittenAreFreed() async {
      let child = await #expect(
        processExitsWith: .success, observing: [\.standardOutputContent]
      ) {
        var played = 0
        for file in Self.files {
          let experiment = try loadExperiment(path: file.path, vocabulary: Self.vocabulary).get()
          guard (try? Self.write(experiment)) != nil else { continue }
          played += 1
          let before = CPUBackend.heapByteCount
          for _ in 0..<4 { try Self.write(experiment) }
          let kept = CPUBackend.heapByteCount - before
          // The smallest graph of them takes some 50 kB.
          if kept > 20_000 {
            print("\(file.lastPathComponent) keeps \(kept) bytes of four programs")
          }
        }
        print(played == Self.files.count && played > 20 ? "all played" : "\(played) played")
      }
      let said = String(decoding: child?.standardOutputContent ?? [], as: UTF8.self)
      #expect(!said.contains("keeps"), "\(said)")
      #expect(said.contains("all played"), "\(said)")
    }
  #endif
}
