// What is wrong before the schema is asked: bytes, YAML, aliases.

extension BrokenSpec {
  static let brokenText: [BrokenSpec] = [
    BrokenSpec(
      "an empty file", text: "",
      """
      spec.yaml:1:1: error: the file is empty
       1 | 
         | ^ a spec begins here
      """),
    BrokenSpec(
      "a file of comments", text: "# nothing\n",
      """
      spec.yaml:1:1: error: the file is empty
       1 | # nothing
         | ^ a spec begins here
      """),
    BrokenSpec(
      "a list at the top", text: "- a\n",
      """
      spec.yaml:1:1: error: a spec is a map of keys and values, found a list
       1 | - a
         | ^
      """),
    BrokenSpec(
      "a key written twice", replace: "batch: 512", with: "batch: 512, batch: 256",
      """
      spec.yaml:2:45: error: `batch` is written twice
       2 | data: {source: mnist, size: 32, batch: 512, batch: 256}
         |                                             ^~~~~ first at line 2
      """),
    BrokenSpec(
      "a second document", replace: "\nschedule", with: "\n---\nschedule",
      """
      spec.yaml:16:1: error: a second document begins here
       16 | ---
          | ^~~ one file is one experiment
      """),
    BrokenSpec(
      "a tab in the indentation", replace: "    - flatten", with: "\t- flatten",
      """
      spec.yaml:12:1: error: a tab in the indentation
       12 |  - flatten
          | ^ indent with spaces
      """),
    BrokenSpec(
      "a merge conflict", replace: "loss: least_squares",
      with: "<<<<<<< HEAD\nloss: least_squares\n=======\nloss: hinge\n>>>>>>> other",
      """
      spec.yaml:14:1: error: a merge conflict is left here
       14 | <<<<<<< HEAD
          | ^~~~~~~ decide for one side
      spec.yaml:16:1: error: a merge conflict is left here
       16 | =======
          | ^~~~~~~ decide for one side
      spec.yaml:18:1: error: a merge conflict is left here
       18 | >>>>>>> other
          | ^~~~~~~ decide for one side
      """),
    BrokenSpec(
      "a control character", replace: "loss: least_squares", with: "loss: least\u{7}squares",
      """
      spec.yaml:14:12: error: the control character U+0007
       14 | loss: least�squares
          |            ^ remove it
      """),
    BrokenSpec(
      "a bracket never closed", replace: "betas: [0.5, 0.999]}", with: "betas: [0.5, 0.999",
      """
      spec.yaml:16:9: error: expected `,` or `]`
       16 | schedule: {length: 200 epochs}
          |         ^
          = while parsing a flow sequence that began at line 15
      """),
    BrokenSpec(
      "a quote never closed", replace: "loss: least_squares", with: "loss: \"least_squares",
      """
      spec.yaml:16:31: error: the text ends too early
       16 | schedule: {length: 200 epochs}
          |                               ^
          = while scanning a quoted scalar that began at line 14
      """),
    BrokenSpec(
      "a colon too many", replace: "loss: least_squares", with: "loss: least: squares",
      """
      spec.yaml:14:12: error: a `:` cannot stand here
       14 | loss: least: squares
          |            ^ is the line above indented differently, or is a quote missing?
      """),
    BrokenSpec(
      "a wrong indentation", replace: "    - batch_norm", with: "   - batch_norm",
      """
      spec.yaml:6:4: error: expected a key
       6 |    - batch_norm
         |    ^ check the indentation
         = while parsing a block mapping that began at line 4
      """),
    BrokenSpec(
      "a colon without a space", replace: "batch: 512", with: "batch:",
      """
      spec.yaml:2:38: error: a `:` cannot stand here
       2 | data: {source: mnist, size: 32, batch:}
         |                                      ^ put a space behind it, or quote the text
      """),
    BrokenSpec(
      "a character that begins nothing", replace: "loss: least_squares", with: "loss: @least",
      """
      spec.yaml:14:7: error: no value can begin with this character
       14 | loss: @least
          |       ^ quote the text
      """),
    BrokenSpec(
      "an unknown tag", replace: "loss: least_squares", with: "loss: !!str least_squares",
      """
      spec.yaml:14:7: error: unknown tag `!!str`
       14 | loss: !!str least_squares
          |       ^~~~~~~~~~~~~~~~~~~
          = types come from the key, not from tags; the only tag is `!unset`
      """),
    BrokenSpec(
      "an alias of nothing", replace: "loss: least_squares", with: "loss: *nothing",
      """
      spec.yaml:14:7: error: nothing above is marked `&nothing`
       14 | loss: *nothing
          |       ^~~~~~~~
      """),
    BrokenSpec(
      "an alias inside what it names", replace: "loss: least_squares", with: "loss: &a [*a]",
      """
      spec.yaml:14:11: error: `*a` stands inside what it names
       14 | loss: &a [*a]
          |           ^~
      """),
    BrokenSpec(
      "an error in an aliased value shows the definition and the use",
      replace: "loss: least_squares",
      with:
        "sweep:\nloss: least_squares\nrecord: {samples: {seed: &s -1}, checkpoint: {keep: {last: *s}}}",
      """
      spec.yaml:16:29: error: `seed` in record.samples must be at least 0, found `-1`
       16 | record: {samples: {seed: &s -1}, checkpoint: {keep: {last: *s}}}
          |                             ^~
      spec.yaml:16:29: error: `last` in record.checkpoint.keep must be between 1 and 1000000, found `-1`
       16 | record: {samples: {seed: &s -1}, checkpoint: {keep: {last: *s}}}
          |                             ^~
          = used through an alias at line 16
      """),
    BrokenSpec(
      "a merge of no map", replace: "loss: least_squares", with: "loss: {<<: 3, kind: hinge}",
      """
      spec.yaml:14:12: error: `<<` merges a map, or a list of maps, found `3`
       14 | loss: {<<: 3, kind: hinge}
          |            ^
      """),
    BrokenSpec(
      "a list as a key", replace: "loss: least_squares", with: "loss: {[a]: 3}",
      """
      spec.yaml:14:7: error: loss needs `kind`
       14 | loss: {[a]: 3}
          |       ^~~~~~~~
          = losses: least_squares, cross_entropy, hinge
      spec.yaml:14:8: error: a key must be a word, found a list
       14 | loss: {[a]: 3}
          |        ^~~
      """),
    BrokenSpec(
      "too deep a nest", replace: "loss: least_squares",
      with: "loss: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
      """
      spec.yaml:14:70: error: nested more than 64 deep
       14 | loss: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[
          |                                                                      ^
      """),
    BrokenSpec(
      "an alias bomb",
      text:
        "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n",
      """
      spec.yaml:5:11: error: more than 20000 values
       5 | e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]
         |           ^~
         = an alias counts as everything it stands for
      """),
    BrokenSpec(
      "the caret counts characters, not bytes", replace: "loss: least_squares",
      with: "loss: {kind: hinge, größe: 3, 大小: 4, y: 5}",
      """
      spec.yaml:14:21: error: unknown key `größe` in loss (hinge)
       14 | loss: {kind: hinge, größe: 3, 大小: 4, y: 5}
          |                     ^~~~~
          = keys here: kind
      spec.yaml:14:31: error: unknown key `大小` in loss (hinge)
       14 | loss: {kind: hinge, größe: 3, 大小: 4, y: 5}
          |                               ^~~~
          = keys here: kind
      spec.yaml:14:38: error: unknown key `y` in loss (hinge)
       14 | loss: {kind: hinge, größe: 3, 大小: 4, y: 5}
          |                                        ^
          = keys here: kind
      """),
  ]
}
