import TensorCore
import Testing

@testable import ModelBuilder

@Suite struct TensorLayoutTests {
  static let layouts: [(TensorLayout, [Int])] = [
    (.plain, [2, 3]), (.linear, [2, 3]), (.convolution, [2, 3, 4, 5]), (.images, [2, 3, 4, 5]),
  ]

  @Test(arguments: layouts.indices)
  func tensorsGoToPyTorchsOrderAndBack(_ index: Int) {
    let (layout, extents) = Self.layouts[index]
    let shape = Shape(extents)
    let tensor = HostTensor(shape, (0..<shape.count).map(Float.init))
    let moved = layout.toTorch(tensor)
    let wanted = GoldenTensor(shape: extents, values: tensor.doubles).permuted(layout.axes)
    #expect(moved.shape.extents == wanted.shape)
    #expect(moved.shape == layout.torchShape(of: shape))
    #expect(moved.doubles == wanted.values)
    #expect(layout.fromTorch(moved) == tensor)
  }
}
