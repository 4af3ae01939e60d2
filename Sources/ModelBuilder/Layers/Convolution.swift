import Spec
import TensorCore

/// Two-dimensional convolution (cross-correlation, as everywhere in the field).
package struct Convolution: Layer {
  static let channels = Field.integer(
    "channels", in: .within(1...65_536), "Channels of the output")
  static let kernel = Field.sizes(
    "kernel", default: 3, in: .within(1...255), "Kernel height and width")
  static let stride = Field.sizes(
    "stride", default: 1, in: .within(1...255), "Step between output places")
  static let padding = Field.sizes(
    "padding", default: 0, in: .within(0...255), "Zeros around the image, on each side")
  static let dilation = Field.sizes(
    "dilation", default: 1, in: .within(1...255), "Step between kernel taps")
  static let groups = Field.integer(
    "groups", default: 1, in: .atLeast(1), "Channels are convolved in this many separate groups")
  static let bias = Field.flag("bias", default: true, "Add a learned offset to each channel")
  static let same = Field.flag(
    "same", default: false,
    "Pad so that ⌈in / stride⌉ places come out, the odd row at the end, as in TensorFlow and Keras")
  package static let declaration = Declaration(
    "conv", "Two-dimensional convolution",
    details: "Output size ⌊(in + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1. "
      + "PyTorch: `nn.Conv2d`.",
    fields: [
      channels.declaration, kernel.declaration, stride.declaration, padding.declaration,
      dilation.declaration, groups.declaration, bias.declaration, same.declaration,
    ] + WeightRule.fields, shorthand: "channels",
    example: "conv: {channels: 64, kernel: 4, stride: 2, padding: 1}",
    check: { record in
      let pads = record[same] && record[padding] != [0, 0]
      return WeightRule.objections(record)
        + (pads
          ? [Objection("same", "`same` chooses the padding itself", label: "drop `padding`")] : [])
    })

  let channels: Int
  let kernel: [Int]
  let geometry: ConvGeometry
  let hasBias: Bool
  let isSame: Bool
  let rule: WeightRule

  package init(_ record: Record) {
    channels = record[Self.channels]
    kernel = record[Self.kernel]
    let (stride, padding) = (record[Self.stride], record[Self.padding])
    let dilation = record[Self.dilation]
    geometry = ConvGeometry(
      strideHeight: stride[0], strideWidth: stride[1], padTop: padding[0], padBottom: padding[0],
      padLeft: padding[1], padRight: padding[1], dilationHeight: dilation[0],
      dilationWidth: dilation[1], groups: record[Self.groups])
    hasBias = record[Self.bias]
    isSame = record[Self.same]
    rule = WeightRule(record)
  }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let (height, width, inputChannels) = try input.image(for: "conv")
    let geometry = isSame ? self.geometry.same(height, width, kernel: kernel) : self.geometry
    guard inputChannels % geometry.groups == 0, channels % geometry.groups == 0 else {
      throw LayerMisfit(
        "\(inputChannels) input and \(channels) output channels do not divide into "
          + "\(geometry.groups) groups", advice: "groups must divide both")
    }
    guard
      geometry.outputHeight(height, kernel: kernel[0]) >= 1,
      geometry.outputWidth(width, kernel: kernel[1]) >= 1,
      height + geometry.padTop + geometry.padBottom > geometry.dilationHeight * (kernel[0] - 1),
      width + geometry.padLeft + geometry.padRight > geometry.dilationWidth * (kernel[1] - 1)
    else {
      throw LayerMisfit(
        "a \(kernel[0])×\(kernel[1]) kernel does not fit into \(described(input.shape)) images",
        advice: "a smaller kernel, more padding, or fewer stride-2 layers before it")
    }
    let taps = kernel[0] * kernel[1]
    // PyTorch reads the fans off [out, in / groups, kernel, kernel].
    let fans = Fans(input: inputChannels / geometry.groups * taps, output: channels * taps)
    let weight = scope.weight(
      [kernel[0], kernel[1], inputChannels / geometry.groups, channels], layout: .convolution,
      outputAxis: 3, kind: .convolution(.weight), fans: fans, rule: rule)
    let result = input.convolution(weight, geometry)
    guard hasBias else { return result }
    let bias = scope.parameter("bias", [channels], kind: .convolution(.bias), fans: fans)
    return result + bias.broadcastChannels(to: result.shape)
  }
}

extension ConvGeometry {
  /// With the padding that makes ⌈in / stride⌉ places.
  fileprivate func same(_ height: Int, _ width: Int, kernel: [Int]) -> ConvGeometry {
    func total(_ extent: Int, _ stride: Int, _ span: Int) -> Int {
      max(0, ((extent + stride - 1) / stride - 1) * stride + span - extent)
    }
    let rows = total(height, strideHeight, dilationHeight * (kernel[0] - 1) + 1)
    let columns = total(width, strideWidth, dilationWidth * (kernel[1] - 1) + 1)
    var geometry = self
    (geometry.padTop, geometry.padBottom) = (rows / 2, rows - rows / 2)
    (geometry.padLeft, geometry.padRight) = (columns / 2, columns - columns / 2)
    return geometry
  }
}
