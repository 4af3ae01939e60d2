import RunFormat

/// What lies under which path.
struct Routes: Sendable {
  let feed: Feed
  let hosts: HostCheck

  func response(to request: RequestHead) async throws(Refusal) -> Response {
    try hosts.check(request.host)
    let parts = request.path.split(separator: "/").map(String.init)
    switch (parts.first, parts.count) {
    case (nil, _): return Response(WatchPage.html, type: "text/html")
    case ("page.css", 1): return Response(WatchPage.style, type: "text/css")
    case ("page.js", 1): return Response(WatchPage.script, type: "text/javascript")
    case ("events", 1): return Response(type: "text/event-stream", .events(view: view(request)))
    case ("data", 1):
      let message = await feed.message(of: view(request), after: Feed.Sent())
      return Response(message.text ?? "{}", type: "application/json")
    case ("picture", 3): return try await picture(parts[1], parts[2])
    case _: throw Refusal(.notFound, "nothing is here")
    }
  }

  private func view(_ request: RequestHead) -> String { request.query["view"] ?? Feed.everything }

  /// Larger grids are not shown.
  private static let pictureLimit = 64 << 20
  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  private func picture(_ key: String, _ name: String) async throws(Refusal) -> Response {
    guard let path = await feed.picture(key, name),
      let part = try? PlainFiles.part(path, from: 0, limit: Self.signature.count)
    else { throw Refusal(.notFound, "no picture of a run is here") }
    guard part.bytes == Self.signature, part.stamp.size <= Self.pictureLimit else {
      throw Refusal(.notFound, "what lies there is no picture that can be shown")
    }
    return Response(type: "image/png", .file(path: path, size: part.stamp.size))
  }
}
