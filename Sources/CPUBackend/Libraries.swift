import CKernels
import COneDNN
import TensorCore

extension CPUBackend {
  /// Opens oneDNN, which is not needed before something is computed here.
  ///
  /// - Throws: what is missing.
  package static func open() throws(BackendError) {
    guard let failure = unsafe gan_dnnl_open() else { return }
    throw BackendError(unsafe String(cString: failure))
  }

  /// What the numbers depend on besides this program and the number of threads.
  package static var libraries: [(name: String, version: String)] {
    var result: [(name: String, version: String)] = []
    if unsafe gan_dnnl_open() == nil, let version = unsafe gan_dnnl().pointee.version() {
      let (major, minor, patch) = unsafe (
        version.pointee.major, version.pointee.minor, version.pointee.patch
      )
      result.append(("oneDNN", "\(major).\(minor).\(patch)"))
    }
    return result + [("vector instructions", InstructionSet.used.rawValue)]
  }

  /// What the widest vectors of a processor are.
  package enum InstructionSet: String, CaseIterable, Sendable {
    case baseline, avx2, avx512

    /// The one in use.
    package static var used: InstructionSet { allCases[Int(gan_instruction_set())] }

    /// Keeps the kernels of this process, and oneDNN's, to this one: as a processor would play that has no
    /// other. Before anything is computed.
    ///
    /// - Returns: whether the processor has it.
    package func useForAll() -> Bool {
      let number = Self.allCases.firstIndex(of: self) ?? 0
      let isUsed = CPUBackend.use(instructionSet: number) == number
      let limits = [dnnl_cpu_isa_sse41, dnnl_cpu_isa_avx2, dnnl_cpu_isa_avx512_core]
      guard isUsed, unsafe gan_dnnl_open() == nil else { return false }
      return unsafe gan_dnnl().pointee.set_max_cpu_isa(limits[number]) == dnnl_success
    }
  }

  /// Keeps the kernels of this process to an instruction set (2 AVX-512, 1 AVX2, 0 baseline) or the
  /// best below it; returns the one in use. What has been compiled keeps its machine code.
  static func use(instructionSet: Int) -> Int {
    Int(gan_use_instruction_set(Int32(instructionSet)))
  }

  /// Bytes that the C heap has handed out.
  static var heapByteCount: Int { Int(gan_heap_bytes()) }
}
