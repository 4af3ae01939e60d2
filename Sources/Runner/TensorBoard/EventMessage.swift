/// One record of a TensorBoard event file: the messages of `tensorflow/core/util/event.proto` and
/// `tensorflow/core/framework/summary.proto` that a run has use for.
struct EventMessage {
  enum Content {
    /// The first record of every file.
    case fileVersion
    /// From this step on, what earlier files hold is not valid any more.
    case restart
    case graph(ModelGraph)
    case summaries([Summary])
  }

  struct Summary {
    enum Value {
      case scalar(Float)
      case histogram(WeightHistogram)
      /// A PNG file.
      case picture(width: Int, height: Int, channels: Int, png: [UInt8])
      /// In Markdown.
      case text(String)
      /// What the run was given, for the page of hyperparameters.
      case sessionStart(HyperParameters)
      case sessionEnd(HyperParameters.Ending, seconds: Double)
    }
    let tag: String
    let value: Value
  }

  let step: Int
  /// Seconds since 1970.
  let time: Double
  let content: Content

  /// As the content of a frame.
  var bytes: [UInt8] {
    var event = ProtobufWriter()
    event.double(1, time)
    event.integer(2, step)
    switch content {
    case .fileVersion: event.text(3, "brain.Event:2")
    case .graph(let graph): event.data(4, graph.bytes)
    case .summaries(let summaries):
      event.message(5) { list in
        for summary in summaries { list.message(1) { summary.write(&$0) } }
      }
    case .restart: event.message(7) { $0.integer(1, 1) }
    }
    return event.bytes
  }
}

extension ProtobufWriter {
  /// Whose a summary is, and what it alone understands; without a value of its own an empty tensor.
  fileprivate mutating func plugin(_ name: String, _ content: [UInt8]) {
    message(9) { metadata in
      metadata.message(1) { plugin in
        plugin.text(1, name)
        if !content.isEmpty { plugin.data(2, content) }
      }
    }
    guard !content.isEmpty else { return }
    message(8) { tensor in
      tensor.integer(1, 1)
      tensor.message(2) { _ in }
      tensor.data(5, [0, 0, 0, 0])
    }
  }
}

extension EventMessage.Summary {
  fileprivate func write(_ message: inout ProtobufWriter) {
    message.text(1, tag)
    switch value {
    case .scalar(let number): message.float(2, number)
    case .picture(let width, let height, let channels, let png):
      message.message(4) { image in
        image.integer(1, height)
        image.integer(2, width)
        image.integer(3, channels)
        image.data(4, png)
      }
    case .text(let text):
      message.message(8) { tensor in
        tensor.integer(1, 7)
        tensor.message(2) { $0.message(2) { $0.integer(1, 1) } }
        tensor.text(8, text)
      }
      message.plugin("text", [])
    case .sessionStart(let parameters): message.plugin("hparams", parameters.start)
    case .sessionEnd(let ending, let seconds):
      message.plugin("hparams", HyperParameters.end(ending, seconds: seconds))
    case .histogram(let histogram):
      message.message(5) { message in
        message.double(1, histogram.low)
        message.double(2, histogram.high)
        message.double(3, Double(histogram.count))
        message.double(4, histogram.sum)
        message.double(5, histogram.sumOfSquares)
        message.doubles(6, histogram.limits)
        message.doubles(7, histogram.counts.map(Double.init))
      }
    }
  }
}
