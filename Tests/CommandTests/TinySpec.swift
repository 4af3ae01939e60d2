/// A spec of which a run takes a second, most of it waiting for the disk.
struct TinySpec {
  var name = "tiny"
  var source = "{synthetic: {of: digits, count: 64}}"
  var batch = "16"
  var labels = "none"
  var width = "16"
  var learningRate = "1e-3"
  var length = "3 epochs"
  var record = """
    {log: 2 steps, samples: {every: 1 epochs, grid: 2x3}, checkpoint: {every: 1 epochs}}
    """
  var more = ""

  var yaml: String {
    let label = labels == "none" ? "" : "\n    - concat_label: {embedding: 2}"
    return """
      version: 1
      name: \(name)
      seed: 5
      data: {source: \(source), batch: \(batch), range: [-1, 1]}
      latent: {size: 4, distribution: normal}
      labels: \(labels)
      architecture:
        generator:\(label)
          - linear: \(width)
          - batch_norm
          - relu
          - linear: 784
          - tanh
          - image: {channels: 1, size: 28}
        discriminator:
          - flatten\(label)
          - linear: 16
          - leaky_relu: 0.2
          - dropout: 0.25
          - linear: 1
      loss: {kind: cross_entropy}
      optimizer: {kind: adam, learning_rate: \(learningRate), betas: [0.5, 0.999]}
      schedule: {length: \(length)}
      record: \(record)
      \(more)

      """
  }
}
