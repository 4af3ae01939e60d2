/// Why a request is not answered with what it asked for.
struct Refusal: Error, Sendable, Hashable {
  let status: Status
  /// A sentence for whoever sent it.
  let reason: String

  init(_ status: Status, _ reason: String) { (self.status, self.reason) = (status, reason) }
}

/// The status of a response, RFC 9110 and (for 431) RFC 6585.
enum Status: Int, Sendable {
  case ok = 200
  case badRequest = 400
  case forbidden = 403
  case notFound = 404
  case methodNotAllowed = 405
  case contentTooLarge = 413
  case headTooLarge = 431
  case unavailable = 503
  case versionNotSupported = 505

  var phrase: String {
    switch self {
    case .ok: "OK"
    case .badRequest: "Bad Request"
    case .forbidden: "Forbidden"
    case .notFound: "Not Found"
    case .methodNotAllowed: "Method Not Allowed"
    case .contentTooLarge: "Content Too Large"
    case .headTooLarge: "Request Header Fields Too Large"
    case .unavailable: "Service Unavailable"
    case .versionNotSupported: "HTTP Version Not Supported"
    }
  }
}
