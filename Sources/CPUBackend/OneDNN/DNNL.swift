import COneDNN
import TensorCore

/// Owners of oneDNN's handles; the one place where its status codes become errors.
struct DNNL {
  /// Throws if oneDNN refuses `what`.
  static func check(
    _ status: dnnl_status_t, _ what: @autoclosure () -> String
  ) throws(BackendError) {
    if status != dnnl_success {
      let reason =
        unsafe gan_dnnl().pointee.status2str(status).map { unsafe String(cString: $0) }
        ?? "\(status)"
      throw BackendError("oneDNN refused \(what()): \(reason)")
    }
  }

  /// An engine with the stream on which a session runs.
  @safe final class Engine {
    let engine: dnnl_engine_t
    let stream: dnnl_stream_t

    init() throws(BackendError) {
      try CPUBackend.open()
      var engine: dnnl_engine_t?
      try check(unsafe gan_dnnl().pointee.engine_create(&engine, dnnl_cpu, 0), "an engine")
      guard let engine = unsafe engine else { throw BackendError("oneDNN gave no engine") }
      var stream: dnnl_stream_t?
      let flags = UInt32(dnnl_stream_default_flags.rawValue)
      try check(unsafe gan_dnnl().pointee.stream_create(&stream, engine, flags), "a stream")
      guard let stream = unsafe stream else { throw BackendError("oneDNN gave no stream") }
      unsafe self.engine = engine
      unsafe self.stream = stream
    }
    deinit {
      _ = unsafe gan_dnnl().pointee.stream_destroy(stream)
      _ = unsafe gan_dnnl().pointee.engine_destroy(engine)
    }
  }

  /// How a float32 tensor lies in memory.
  @safe final class Layout {
    let desc: OpaquePointer

    fileprivate init(owning desc: OpaquePointer?) throws(BackendError) {
      guard let desc = unsafe desc else { throw BackendError("oneDNN gave no layout") }
      unsafe self.desc = desc
    }

    /// Without strides: any layout, which the primitive chooses.
    convenience init(_ extents: [Int], strides: [Int]?) throws(BackendError) {
      var desc: OpaquePointer?
      let extents64 = extents.map(Int64.init)
      let strides64 = strides?.map(Int64.init)
      let status = unsafe extents64.withUnsafeBufferPointer { extents in
        guard let strides64 else {
          return unsafe gan_dnnl_desc_create(&desc, Int32(extents.count), extents.baseAddress, nil)
        }
        return unsafe strides64.withUnsafeBufferPointer { strides in
          unsafe gan_dnnl_desc_create(
            &desc, Int32(extents.count), extents.baseAddress, strides.baseAddress)
        }
      }
      try check(status, "a layout of \(extents)")
      try unsafe self.init(owning: desc)
    }
    deinit { unsafe gan_dnnl_desc_destroy(desc) }

    var byteCount: Int { unsafe gan_dnnl_desc_size(desc) }
    func isSame(as other: Layout) -> Bool { unsafe gan_dnnl_desc_equal(desc, other.desc) != 0 }
  }

  /// A primitive that is ready to be given memory.
  @safe final class Primitive {
    let descriptor: dnnl_primitive_desc_t
    let primitive: dnnl_primitive_t
    let engine: Engine

    /// `create` makes the primitive's descriptor with attributes that leave scratch memory to us.
    init(
      _ what: String, _ engine: Engine,
      _ create: (UnsafeMutablePointer<dnnl_primitive_desc_t?>, OpaquePointer?) -> dnnl_status_t
    ) throws(BackendError) {
      var attributes: dnnl_primitive_attr_t?
      try check(unsafe gan_dnnl_attributes(&attributes), "attributes")
      defer { _ = unsafe gan_dnnl().pointee.primitive_attr_destroy(attributes) }
      var descriptor: dnnl_primitive_desc_t?
      try check(unsafe create(&descriptor, attributes), what)
      guard let descriptor = unsafe descriptor else { throw BackendError("no plan for \(what)") }
      var primitive: dnnl_primitive_t?
      let status = unsafe gan_dnnl().pointee.primitive_create(&primitive, descriptor)
      guard status == dnnl_success, let primitive = unsafe primitive else {
        _ = unsafe gan_dnnl().pointee.primitive_desc_destroy(descriptor)
        try check(status, what)
        throw BackendError("oneDNN gave no primitive for \(what)")
      }
      unsafe self.descriptor = descriptor
      unsafe self.primitive = primitive
      self.engine = engine
    }
    deinit {
      _ = unsafe gan_dnnl().pointee.primitive_destroy(primitive)
      _ = unsafe gan_dnnl().pointee.primitive_desc_destroy(descriptor)
    }

    /// The layout in which the primitive reads or writes an argument.
    func layout(_ argument: dnnl_query_t) throws(BackendError) -> Layout {
      var desc: OpaquePointer?
      try check(unsafe gan_dnnl_query(&desc, descriptor, argument), "a query")
      return try unsafe Layout(owning: desc)
    }
    var scratchByteCount: Int {
      get throws(BackendError) { try layout(dnnl_query_scratchpad_md).byteCount }
    }

    /// Which of oneDNN's kernels it is.
    var implementation: String {
      var text: UnsafePointer<CChar>?
      let status = unsafe gan_dnnl().pointee.primitive_desc_query(
        descriptor, dnnl_query_impl_info_str, 0, &text)
      guard status == dnnl_success, let text = unsafe text else { return "" }
      return unsafe String(cString: text)
    }
  }

  /// A primitive with the memory of its arguments.
  @safe final class Call {
    private let primitive: Primitive
    private var memories: [dnnl_memory_t] = unsafe []
    private let arguments: UnsafeMutableBufferPointer<dnnl_exec_arg_t>

    init(
      _ primitive: Primitive,
      _ arguments: [(role: Int32, layout: Layout, address: UnsafeMutableRawPointer)]
    ) throws(BackendError) {
      self.primitive = primitive
      unsafe self.arguments = .allocate(capacity: arguments.count)
      for index in unsafe arguments.indices {
        let argument = unsafe arguments[index]
        var memory: dnnl_memory_t?
        try check(
          unsafe gan_dnnl_memory(
            &memory, argument.layout.desc, primitive.engine.engine, argument.address), "memory")
        guard let memory = unsafe memory else { throw BackendError("oneDNN gave no memory") }
        unsafe memories.append(memory)
        unsafe self.arguments.initializeElement(
          at: index, to: dnnl_exec_arg_t(arg: argument.role, memory: memory))
      }
    }
    deinit {
      for index in unsafe memories.indices {
        _ = unsafe gan_dnnl().pointee.memory_destroy(memories[index])
      }
      unsafe arguments.deallocate()
    }

    func run() throws(BackendError) {
      try check(
        unsafe gan_dnnl().pointee.primitive_execute(
          primitive.primitive, primitive.engine.stream, Int32(arguments.count),
          arguments.baseAddress), "to execute")
    }
  }

  /// `c = a · b` in row-major order, rows of `a` and `b` that many elements apart.
  static func multiply(
    _ a: UnsafePointer<Float>, _ rowOfA: Int, _ b: UnsafePointer<Float>, _ rowOfB: Int,
    into c: UnsafeMutablePointer<Float>, _ extents: (m: Int, n: Int, k: Int)
  ) throws(BackendError) {
    let (m, n, k) = (dnnl_dim_t(extents.m), dnnl_dim_t(extents.n), dnnl_dim_t(extents.k))
    try check(
      unsafe gan_dnnl().pointee.sgemm(
        none, none, m, n, k, 1, a, dnnl_dim_t(rowOfA), b, dnnl_dim_t(rowOfB), 0, c, n),
      "a product of [\(m), \(k)] and [\(k), \(n)]")
  }
  /// BLAS's letter for a side that isn't transposed.
  private static let none = CChar(UInt8(ascii: "N"))
}
