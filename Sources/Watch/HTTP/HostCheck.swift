import CLibrary

/// Which names of this machine a request may come to.
///
/// A page of another site can make a browser believe that the site's own name leads to 127.0.0.1 (DNS
/// rebinding), and would then read what is served here. Its requests still carry the site's name: only numbers
/// and names that are ours are answered.
struct HostCheck: Sendable {
  let port: UInt16
  /// Names besides `localhost`, in small letters.
  let names: Set<String>
  /// Whether other numbers than those of the loopback are ours too.
  let takesAnyNumber: Bool

  /// - Parameter host: what the server was told to listen on.
  init(listeningOn host: String, port: UInt16, machine: String) {
    let isLocal = Self.isLoopback(host)
    self.port = port
    takesAnyNumber = !isLocal
    names = Set((isLocal ? [] : [host.lowercased(), machine.lowercased()]) + ["localhost"])
  }

  func check(_ text: String) throws(Refusal) {
    guard allows(text) else {
      throw Refusal(.forbidden, "this page is not served under the name in Host")
    }
  }

  private func allows(_ text: String) -> Bool {
    var name = text.lowercased()[...]
    var port: Substring?
    if name.hasPrefix("[") {
      guard let close = name.firstIndex(of: "]") else { return false }
      let rest = name[name.index(after: close)...]
      guard rest.isEmpty || rest.hasPrefix(":") else { return false }
      port = rest.isEmpty ? nil : rest.dropFirst()
      name = name[name.index(after: name.startIndex)..<close]
      guard Self.isNumber6(String(name)) else { return false }
    } else if let colon = name.firstIndex(of: ":") {
      port = name[name.index(after: colon)...]
      name = name[..<colon]
    }
    // A browser leaves out the usual port.
    guard port.map({ UInt16($0) == self.port }) ?? (self.port == 80) else { return false }
    let host = String(name)
    return names.contains(host) || Self.isLoopback(host)
      || takesAnyNumber && (Self.isNumber4(host) || Self.isNumber6(host))
  }

  static func isLoopback(_ host: String) -> Bool {
    host == "localhost" || host == "::1" || isNumber4(host) && host.hasPrefix("127.")
  }

  static func isNumber4(_ text: String) -> Bool {
    var address = in_addr()
    return inet_pton(AF_INET, text, &address) == 1
  }

  static func isNumber6(_ text: String) -> Bool {
    var address = in6_addr()
    return inet_pton(AF_INET6, text, &address) == 1
  }
}
