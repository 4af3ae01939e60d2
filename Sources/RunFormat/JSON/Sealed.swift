import Digests
import Spec

extension JSON {
  /// With a digest of everything else as its last member.
  package var sealed: JSON {
    guard case .object(let members) = self else { return self }
    let digest = sha256(Array(compact.utf8))
    return .object(members + [("digest", .text(digest))])
  }

  /// What was sealed, or nil if it has been changed since.
  package var unsealed: JSON? {
    guard case .object(let members) = self, let last = members.last, last.0 == "digest" else {
      return nil
    }
    let content = JSON.object(Array(members.dropLast()))
    return last.1.string == sha256(Array(content.compact.utf8)) ? content : nil
  }
}
