import CLibrary
import CPJRT
import TensorCore

/// The first device of a PJRT plugin. Open until the process ends, as plugins want it.
@safe final class PluginDevice: @unchecked Sendable {
  private let device: OpaquePointer
  let platform: String
  let platformVersion: String
  let kind: String
  let count: Int
  let interface: (major: Int, minor: Int)

  init(plugin path: String, options: [ClientOption] = []) throws(BackendError) {
    let names = unsafe options.map { unsafe strdup($0.name) }
    let texts = unsafe options.map { unsafe strdup($0.text) }
    defer { unsafe (names + texts).forEach { unsafe free($0) } }
    let values = unsafe options.indices.map { index in
      unsafe pjrt_option(
        name: names[index], text: texts[index], number: options[index].number,
        kind: options[index].kind)
    }
    var opened: OpaquePointer?
    try unsafe succeed(pjrt_open(path, values, values.count, &opened))
    guard let opened = unsafe opened else { throw BackendError("the plugin gave no device") }
    unsafe device = opened
    platform = unsafe String(cString: pjrt_platform(opened))
    platformVersion = unsafe String(cString: pjrt_platform_version(opened))
    kind = unsafe String(cString: pjrt_device_kind(opened))
    count = unsafe pjrt_device_count(opened)
    interface = unsafe (Int(pjrt_api_major(opened)), Int(pjrt_api_minor(opened)))
  }

  /// The most bytes of the device's memory that were in use at once; nil where the plugin doesn't say.
  var peakByteCount: Int? {
    let bytes = unsafe pjrt_peak_bytes(device)
    return bytes < 0 ? nil : Int(bytes)
  }

  /// A copy of `bytes`, which are of this type, on the device.
  func array(_ type: TensorType, _ bytes: UnsafeRawBufferPointer) throws(BackendError)
    -> DeviceArray
  {
    var made: OpaquePointer?
    let extents = type.shape.extents.map(Int64.init)
    try unsafe succeed(
      pjrt_array_make(
        device, bytes.baseAddress, type.dtype.element, extents, extents.count, &made))
    guard let made = unsafe made else { throw BackendError("the plugin gave no array") }
    return unsafe DeviceArray(made, type)
  }

  func array(_ tensor: HostTensor) throws(BackendError) -> DeviceArray {
    func placed<Element>(_ values: [Element]) throws(BackendError) -> DeviceArray {
      try unsafe values.withUnsafeBytes { bytes -> Result<DeviceArray, BackendError> in
        do throws(BackendError) {
          return unsafe .success(try array(tensor.type, bytes))
        } catch {
          return .failure(error)
        }
      }.get()
    }
    return switch tensor.elements {
    case .float32(let values): try placed(values)
    case .int32(let values): try placed(values)
    case .uint8(let values): try placed(values)
    }
  }

  /// The plugin's compiler at work on a module.
  func program(_ module: Module, options: [CompilerFlag]) throws(BackendError) -> Program {
    var text = module.text
    var compiled: OpaquePointer?
    let bytes = CompilerFlag.message(options)
    let failure = text.withUTF8 { utf8 in
      unsafe utf8.withMemoryRebound(to: CChar.self) {
        unsafe pjrt_compile(device, $0.baseAddress, $0.count, bytes, bytes.count, &compiled)
      }
    }
    do throws(BackendError) {
      try unsafe succeed(failure)
    } catch {
      throw module.explained(error)
    }
    guard let compiled = unsafe compiled else { throw BackendError("the plugin gave no program") }
    return unsafe Program(compiled)
  }
}

/// An array on a device.
@safe final class DeviceArray {
  fileprivate let array: OpaquePointer
  let type: TensorType

  @unsafe fileprivate init(_ array: OpaquePointer, _ type: TensorType) {
    unsafe self.array = array
    self.type = type
  }

  deinit { unsafe pjrt_array_free(array) }

  /// Waits until it has been computed.
  func read() throws(BackendError) -> HostTensor {
    func elements<Element>(_: Element.Type) throws(BackendError) -> [Element] {
      var failure: UnsafeMutablePointer<CChar>?
      let result = unsafe [Element](unsafeUninitializedCapacity: type.shape.count) { room, count in
        unsafe failure = pjrt_array_read(
          array, type.shape.rank, room.baseAddress, type.byteCount)
        count = unsafe failure == nil ? type.shape.count : 0
      }
      try unsafe succeed(failure)
      return result
    }
    return switch type.dtype {
    case .float32: HostTensor(type.shape, try elements(Float.self))
    case .int32: HostTensor(type.shape, try elements(Int32.self))
    case .uint8: HostTensor(type.shape, try elements(UInt8.self))
    }
  }
}

/// A module that a plugin has compiled.
@safe final class Program {
  private let program: OpaquePointer

  @unsafe fileprivate init(_ program: OpaquePointer) { unsafe self.program = program }

  deinit { unsafe pjrt_program_free(program) }

  /// Arguments that the module gives away are not to be read again.
  func run(_ arguments: [DeviceArray], results: [TensorType]) throws(BackendError) -> [DeviceArray]
  {
    let count = unsafe pjrt_result_count(program)
    guard count == results.count else {
      throw BackendError("a program gives \(count) results, not \(results.count)")
    }
    var made = unsafe [OpaquePointer?](repeating: nil, count: count)
    let failure = unsafe pjrt_run(
      program, arguments.map { unsafe $0.array }, arguments.count, &made)
    let arrays = unsafe zip(made, results).compactMap { array, type in
      unsafe array.map { unsafe DeviceArray($0, type) }
    }
    try unsafe succeed(failure)
    return arrays
  }
}

/// Throws what a function of the plugin said.
@unsafe private func succeed(_ failure: UnsafeMutablePointer<CChar>?) throws(BackendError) {
  guard let failure = unsafe failure else { return }
  let text = unsafe String(cString: failure)
  unsafe free(failure)
  throw BackendError(text)
}

extension DType {
  fileprivate var element: Int32 {
    switch self {
    case .float32: Int32(PJRT_ELEMENT_FLOAT32.rawValue)
    case .int32: Int32(PJRT_ELEMENT_INT32.rawValue)
    case .uint8: Int32(PJRT_ELEMENT_UINT8.rawValue)
    }
  }
}
