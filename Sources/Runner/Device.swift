import RunFormat
import TensorCore

/// Runs `body` on the device and names its failure as this room does.
func onDevice<Result>(_ body: () throws(BackendError) -> Result) throws(RunError) -> Result {
  do throws(BackendError) {
    return try body()
  } catch {
    throw .device(error.description)
  }
}
