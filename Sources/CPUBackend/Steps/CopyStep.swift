import CKernels
import CLibrary
import TensorCore

/// Elements that go from a view to a strided place.
struct Copying {
  var extents: [Int]
  var from: [Int]
  var to: [Int]

  /// As few axes as it takes, at least one.
  var merged: Copying {
    var result = Copying(extents: [], from: [], to: [])
    for axis in extents.indices where extents[axis] != 1 {
      let (extent, source, target) = (extents[axis], from[axis], to[axis])
      if let last = result.extents.indices.last, result.from[last] == source * extent,
        result.to[last] == target * extent
      {
        result.extents[last] *= extent
        result.from[last] = source
        result.to[last] = target
      } else {
        result.extents.append(extent)
        result.from.append(source)
        result.to.append(target)
      }
    }
    return result.extents.isEmpty ? Copying(extents: [1], from: [1], to: [1]) : result
  }
}

extension Lowering {
  /// A movement carried out: the elements of the view in row-major order.
  func copy(_ node: Int, from view: View) throws(BackendError) -> Blueprint {
    let plan = Copying(
      extents: view.shape.extents, from: view.strides, to: view.shape.strides)
    return try copies(
      "copy \(view.shape)", into: node, [(view, plan, 0)], clear: false)
  }

  func pad(
    _ node: Int, from view: View, low: [Int], interior: [Int]
  ) throws(BackendError) -> Blueprint {
    let target = facts.graph.nodes[node].type.shape.strides
    let plan = Copying(
      extents: view.shape.extents, from: view.strides,
      to: zip(target, interior).map { $0 * ($1 + 1) })
    let start = zip(low, target).reduce(0) { $0 + $1.0 * $1.1 }
    return try copies("pad \(view.shape)", into: node, [(view, plan, start)], clear: true)
  }

  func concatenate(_ node: Int, _ views: [View], axis: Int) throws(BackendError) -> Blueprint {
    let target = facts.graph.nodes[node].type.shape.strides
    var start = 0
    var parts: [(View, Copying, Int)] = []
    for view in views {
      let plan = Copying(extents: view.shape.extents, from: view.strides, to: target)
      parts.append((view, plan, start))
      start += view.shape[axis] * target[axis]
    }
    return try copies("concatenate \(views.count)", into: node, parts, clear: false)
  }

  private func copies(
    _ label: String, into node: Int, _ parts: [(view: View, plan: Copying, start: Int)],
    clear: Bool
  ) throws(BackendError) -> Blueprint {
    let type = facts.graph.nodes[node].type
    let size = type.dtype.size
    let merged = parts.map { ($0.view, $0.plan.merged, $0.start) }
    for (_, plan, _) in merged where plan.extents.count > Int(GAN_MAX_RANK) {
      throw BackendError("\(label): more than \(GAN_MAX_RANK) axes that cannot be merged")
    }
    return unsafe Blueprint(label: label) { place throws(BackendError) in
      var works: [(gan_copy, UInt32)] = unsafe []
      for (view, plan, start) in merged {
        var copy = unsafe gan_copy()
        unsafe copy.source = UnsafeRawPointer(try place.address(view.root) + view.offset * size)
        unsafe copy.destination = try place.address(node) + start * size
        unsafe copy.elementSize = Int64(size)
        unsafe copy.rank = Int64(plan.extents.count)
        unsafe fill(&copy.extents, plan.extents)
        unsafe fill(&copy.sourceStrides, plan.from)
        unsafe fill(&copy.destinationStrides, plan.to)
        unsafe works.append((copy, place.threads(for: 2 * view.shape.count)))
      }
      let clearAddress = try unsafe place.address(node)
      return { () throws(BackendError) in
        if clear {
          unsafe memset(clearAddress, 0, type.byteCount)
        }
        for index in unsafe works.indices {
          unsafe gan_run_copy(&works[index].0, works[index].1)
        }
      }
    }
  }
}

/// Writes a list into the fixed array of a C structure.
func fill<Tuple>(_ tuple: inout Tuple, _ values: [Int]) {
  unsafe withUnsafeMutableBytes(of: &tuple) { bytes in
    let numbers = unsafe bytes.bindMemory(to: Int64.self)
    for (index, value) in values.enumerated() { unsafe numbers[index] = Int64(value) }
  }
}
