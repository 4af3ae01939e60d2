import Testing

@testable import Spec

/// A quoted text is compared letter by letter; without quotes what reads as a number is one.
@Test(arguments: [
  ("name == \"007\"", true), ("name != \"007\"", false), ("\"007\" == name", true),
  ("name == \"7\"", false), ("name == 7", true), ("name in [\"007\", \"x\"]", true),
  ("name in [\"7\"]", false), ("name in [7, \"x\"]", true), ("not name == \"7\"", true),
  ("flag == \"true\"", true), ("flag", true), ("flag == \"yes\"", false),
  ("absent == \"007\"", false), ("absent != \"007\"", false), ("kind == \"hinge\"", true),
  ("rate == \"1e-3\"", false), ("rate == 1e-3", true), ("rate < 1", true),
])
func quotedTextsAreTexts(condition: String, holds: Bool) throws {
  let known = ["name": "007", "flag": "true", "kind": "hinge", "rate": "0.001"]
  #expect(try Condition(condition).holds { known[$0] } == holds)
}
