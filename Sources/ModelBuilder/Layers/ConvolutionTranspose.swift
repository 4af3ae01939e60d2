import Spec
import TensorCore

/// Transposed convolution: the input gradient of a convolution, used as a layer (Dumoulin and Visin
/// 2016).
package struct ConvolutionTranspose: Layer {
  static let channels = Field.integer(
    "channels", in: .within(1...65_536), "Channels of the output")
  static let kernel = Field.sizes(
    "kernel", default: 4, in: .within(1...255), "Kernel height and width")
  static let stride = Field.sizes(
    "stride", default: 1, in: .within(1...255), "How many times larger the image gets")
  static let padding = Field.sizes(
    "padding", default: 0, in: .within(0...255), "Cut off the result, on each side")
  static let outputPadding = Field.sizes(
    "output_padding", default: 0, in: .within(0...255),
    "Rows and columns added at the end; less than the stride")
  static let dilation = Field.sizes(
    "dilation", default: 1, in: .within(1...255), "Step between kernel taps")
  static let groups = Field.integer(
    "groups", default: 1, in: .atLeast(1), "Channels are convolved in this many separate groups")
  static let bias = Field.flag("bias", default: true, "Add a learned offset to each channel")
  package static let declaration = Declaration(
    "conv_transpose", "Transposed convolution",
    details:
      "Output size (in − 1)·stride − 2·padding + dilation·(kernel − 1) + output_padding + 1. "
      + "PyTorch: `nn.ConvTranspose2d`.",
    fields: [
      channels.declaration, kernel.declaration, stride.declaration, padding.declaration,
      outputPadding.declaration, dilation.declaration, groups.declaration, bias.declaration,
    ] + WeightRule.fields, shorthand: "channels",
    example: "conv_transpose: {channels: 128, kernel: 4, stride: 2, padding: 1}",
    check: WeightRule.objections)

  let channels: Int
  let kernel: [Int]
  let outputPadding: [Int]
  let geometry: ConvGeometry
  let hasBias: Bool
  let rule: WeightRule

  package init(_ record: Record) {
    channels = record[Self.channels]
    kernel = record[Self.kernel]
    outputPadding = record[Self.outputPadding]
    let (stride, padding) = (record[Self.stride], record[Self.padding])
    let dilation = record[Self.dilation]
    geometry = ConvGeometry(
      strideHeight: stride[0], strideWidth: stride[1], padTop: padding[0], padBottom: padding[0],
      padLeft: padding[1], padRight: padding[1], dilationHeight: dilation[0],
      dilationWidth: dilation[1], groups: record[Self.groups])
    hasBias = record[Self.bias]
    rule = WeightRule(record)
  }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let (inputHeight, inputWidth, inputChannels) = try input.image(for: "conv_transpose")
    guard
      outputPadding[0] < max(geometry.strideHeight, geometry.dilationHeight),
      outputPadding[1] < max(geometry.strideWidth, geometry.dilationWidth)
    else {
      throw LayerMisfit(
        "output_padding must be less than the stride or the dilation",
        advice: "it chooses among the sizes that one convolution makes into the same")
    }
    let height =
      (inputHeight - 1) * geometry.strideHeight - 2 * geometry.padTop
      + geometry.dilationHeight * (kernel[0] - 1) + outputPadding[0] + 1
    let width =
      (inputWidth - 1) * geometry.strideWidth - 2 * geometry.padLeft
      + geometry.dilationWidth * (kernel[1] - 1) + outputPadding[1] + 1
    guard height >= 1, width >= 1 else {
      throw LayerMisfit(
        "padding \(geometry.padTop) cuts everything off \(described(input.shape)) images",
        advice: "less padding, or a larger kernel")
    }
    let groups = geometry.groups
    guard inputChannels % groups == 0, channels % groups == 0 else {
      throw LayerMisfit(
        "\(inputChannels) input and \(channels) output channels do not divide into "
          + "\(groups) groups", advice: "groups must divide both")
    }
    let taps = kernel[0] * kernel[1]
    // PyTorch reads the fans off [in, out / groups, kernel, kernel], so "in" is the output's channels.
    let fans = Fans(input: channels / groups * taps, output: inputChannels * taps)
    let weight = scope.weight(
      [kernel[0], kernel[1], channels / groups, inputChannels], layout: .convolution, outputAxis: 2,
      kind: .convolution(.weight), fans: fans, inputs: inputChannels / groups * taps, rule: rule)
    // Rows of output padding that no place of the kernel reaches are uncut padding, then zeros.
    var geometry = geometry
    let (spareRows, spareColumns) = (
      max(0, outputPadding[0] - geometry.strideHeight + 1),
      max(0, outputPadding[1] - geometry.strideWidth + 1)
    )
    geometry.padBottom -= min(spareRows, geometry.padBottom)
    geometry.padRight -= min(spareColumns, geometry.padRight)
    let blankRows = max(0, spareRows - geometry.padTop)
    let blankColumns = max(0, spareColumns - geometry.padLeft)
    var result = scope.builder.add(
      .convolutionInputGradient(
        geometry, height: height - blankRows, width: width - blankColumns), [input, weight])
    if blankRows + blankColumns > 0 {
      result = scope.builder.add(
        .pad(
          low: [0, 0, 0, 0], high: [0, blankRows, blankColumns, 0], interior: [0, 0, 0, 0]),
        [result])
    }
    guard hasBias else { return result }
    let bias = scope.parameter("bias", [channels], kind: .convolution(.bias), fans: fans)
    return result + bias.broadcastChannels(to: result.shape)
  }
}
