import Foundation

/// The cards of NVIDIA's that processes of this one's may use, as `CUDA_VISIBLE_DEVICES` names them; no plugin is opened, which
/// would take memory of each.
package enum Cards {
  package static let variable = "CUDA_VISIBLE_DEVICES"

  /// - Parameter folder: in which the driver has a folder a card.
  /// - Returns: at least one; a card of which nothing is known has no name.
  package static func names(
    environment: [String: String] = ProcessInfo.processInfo.environment,
    folder: String = "/proc/driver/nvidia/gpus"
  ) -> [String?] {
    if let chosen = environment[variable] {
      let names = chosen.split(separator: ",").map {
        $0.trimmingCharacters(in: .whitespaces)
      }.filter { !$0.isEmpty }
      return names.isEmpty ? [nil] : names
    }
    let count = (try? FileManager.default.contentsOfDirectory(atPath: folder).count) ?? 0
    return count == 0 ? [nil] : (0..<count).map(String.init)
  }
}
