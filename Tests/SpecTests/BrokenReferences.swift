// What goes wrong between places: params, loops, extends, --set, sweeps.

extension BrokenSpec {
  static let brokenReferences: [BrokenSpec] = [
    BrokenSpec(
      "a parameter that is not there", replace: "batch: 512", with: "batch: \"${b * 2}\"",
      append: "\nparams: {bb: 3, width: 4}",
      """
      spec.yaml:2:43: error: `b` is not in params
       2 | data: {source: mnist, size: 32, batch: "${b * 2}"}
         |                                           ^
      """),
    BrokenSpec(
      "a parameter misspelled", replace: "batch: 512", with: "batch: \"${widht * 2}\"",
      append: "\nparams: {width: 4}",
      """
      spec.yaml:2:43: error: `widht` is not in params, did you mean `width`?
       2 | data: {source: mnist, size: 32, batch: "${widht * 2}"}
         |                                           ^
      """),
    BrokenSpec(
      "arithmetic that gives no whole number", replace: "batch: 512", with: "batch: \"${z / 7}\"",
      append: "\nparams: {z: 12}",
      """
      spec.yaml:2:40: error: `batch` in data must be a whole number, found `1.7142857142857142`
       2 | data: {source: mnist, size: 32, batch: "${z / 7}"}
         |                                        ^~~~~~~~~~
         = `${z / 7}` gives 1.7142857142857142
      """),
    BrokenSpec(
      "arithmetic on text", replace: "batch: 512", with: "batch: \"${z / 7}\"",
      append: "\nparams: {z: abc}",
      """
      spec.yaml:2:45: error: `/` wants two numbers, found `abc`
       2 | data: {source: mnist, size: 32, batch: "${z / 7}"}
         |                                             ^
      """),
    BrokenSpec(
      "a division by zero", replace: "batch: 512", with: "batch: \"${z // 0}\"",
      append: "\nparams: {z: 1}",
      """
      spec.yaml:2:45: error: division by zero
       2 | data: {source: mnist, size: 32, batch: "${z // 0}"}
         |                                             ^
      """),
    BrokenSpec(
      "an overflow", replace: "batch: 512", with: "batch: \"${10 ** 19}\"",
      """
      spec.yaml:2:46: error: the result is too large for a whole number
       2 | data: {source: mnist, size: 32, batch: "${10 ** 19}"}
         |                                              ^
      """),
    BrokenSpec(
      "an expression cut short", replace: "batch: 512", with: "batch: \"${3 +}\"",
      """
      spec.yaml:2:46: error: the expression ends too early
       2 | data: {source: mnist, size: 32, batch: "${3 +}"}
         |                                              ^
      """),
    BrokenSpec(
      "an expression never closed", replace: "batch: 512", with: "batch: \"${3\"",
      """
      spec.yaml:2:41: error: this `${` is never closed
       2 | data: {source: mnist, size: 32, batch: "${3"}
         |                                         ^
      """),
    BrokenSpec(
      "parameters that need each other", replace: "batch: 512", with: "batch: \"${a}\"",
      append: "\nparams: {a: \"${b}\", b: \"${a + 1}\"}",
      """
      spec.yaml:17:13: error: params.a needs itself
       17 | params: {a: "${b}", b: "${a + 1}"}
          |             ^~~~~~
      spec.yaml:17:24: error: params.b needs itself
       17 | params: {a: "${b}", b: "${a + 1}"}
          |                        ^~~~~~~~~~
      """),
    BrokenSpec(
      "a parameter with a bad name", replace: "batch: 512", with: "batch: 4",
      append: "\nparams: {2z: 1}",
      """
      spec.yaml:17:10: error: `2z` cannot name a parameter
       17 | params: {2z: 1}
          |          ^~ letters, digits and `_`, not beginning with a digit
      """),
    BrokenSpec(
      "a loop without a body", replace: "- tanh", with: "- for: {w: [1]}",
      """
      spec.yaml:9:7: error: `for` needs `do`
       9 |     - for: {w: [1]}
         |       ^~~
         = do: the list to repeat
      """),
    BrokenSpec(
      "a loop over no list", replace: "- tanh", with: "- {for: {w: 3}, do: [relu]}",
      """
      spec.yaml:9:17: error: the values of `w` must be a list, found `3`
       9 |     - {for: {w: 3}, do: [relu]}
         |                 ^
      """),
    BrokenSpec(
      "loop variables of different lengths", replace: "- tanh",
      with: "- {for: {w: [1, 2], v: [1]}, do: [relu]}",
      """
      spec.yaml:9:28: error: `v` has 1 values, `w` has 2
       9 |     - {for: {w: [1, 2], v: [1]}, do: [relu]}
         |                            ^~~ variables of one `for` move together
      """),
    BrokenSpec(
      "an error in a loop stands where it was written, once", replace: "- tanh",
      with: "- {for: {w: [1, 2]}, do: [{linear: \"${w - 1}\"}]}",
      """
      spec.yaml:9:40: error: `units` in linear must be between 1 and 100000, found `0`
       9 |     - {for: {w: [1, 2]}, do: [{linear: "${w - 1}"}]}
         |                                        ^~~~~~~~~~
         = `${w - 1}` gives 0
      """),
    BrokenSpec(
      "a loop that unrolls without end", replace: "- tanh",
      with:
        "- {for: {a: [1,2,3,4,5,6,7,8,9]}, do: [{for: {b: [1,2,3,4,5,6,7,8,9]}, do: [{for: {c: [1,2,3,4,5,6,7,8,9]}, do: [{for: {d: [1,2,3,4,5,6,7,8,9]}, do: [{for: {e: [1,2,3,4,5,6,7,8,9]}, do: [relu]}]}]}]}]}",
      """
      spec.yaml:9:192: error: `for` unrolls to more than 20000 values
       9 | …r: {b: [1,2,3,4,5,6,7,8,9]}, do: [{for: {c: [1,2,3,4,5,6,7,8,9]}, do: [{for: {d: [1,2,3,4,5,6,7,8,9]}, do: [{for: {e: [1,2,3,4,5,6,7,8,9]}, do: [relu]}]}]}]}]}
         |                                                                                                                                                   ^~~~
      """),
    BrokenSpec(
      "a base that is not there", text: "extends: base.yaml\nname: x\n",
      """
      spec.yaml:1:10: error: cannot read base.yaml: No such file or directory
       1 | extends: base.yaml
         |          ^~~~~~~~~
      """),
    BrokenSpec(
      "a chain that bites its tail", text: "extends: base/a.yaml\nname: x\n",
      files: ["base/a.yaml": "extends: ../spec.yaml\n"],
      """
      base/a.yaml:1:10: error: ../spec.yaml extends itself
       1 | extends: ../spec.yaml
         |          ^~~~~~~~~~~~
         = the chain: spec.yaml → base/a.yaml → spec.yaml
         = base/a.yaml is extended at spec.yaml:1:10
      """),
    BrokenSpec(
      "an error in a base shows the chain", text: "extends: base/a.yaml\nname: x\n",
      files: [
        "base/a.yaml": "extends: b.yaml\n", "base/b.yaml": goodSpec + "\nlabels: {classes: 1}\n",
      ],
      """
      base/b.yaml:17:19: error: `classes` in labels must be between 2 and 1000000, found `1`
       17 | labels: {classes: 1}
          |                   ^
          = base/b.yaml is extended at base/a.yaml:1:10
          = base/a.yaml is extended at spec.yaml:1:10
      """),
    BrokenSpec(
      "an unset of nothing", text: "extends: base/a.yaml\ndescripton: !unset\n",
      files: ["base/a.yaml": goodSpec + "\ndescription: text\n"],
      """
      spec.yaml:2:1: error: there is no `descripton` to unset
       2 | descripton: !unset
         | ^~~~~~~~~~ did you mean `description`?
      """),
    BrokenSpec(
      "an unset without extends", replace: "loss: least_squares",
      with: "loss: hinge\ndescription: !unset",
      """
      spec.yaml:15:14: error: there is nothing to unset here
       15 | description: !unset
          |              ^~~~~~
      """),
    BrokenSpec(
      "--set of a misspelled key", set: ["optimizer.lerning_rate=1"],
      """
      --set: error: unknown key `lerning_rate` in optimizer (adam)
       --set | optimizer.lerning_rate=1
             |           ^~~~~~~~~~~~ did you mean `learning_rate`?
             = keys here: kind, learning_rate, betas, epsilon, generator, discriminator
      """),
    BrokenSpec(
      "--set of a wrong value", set: ["data.batch=many"],
      """
      --set: error: `batch` in data must be a whole number, found `many`
       --set | data.batch=many
             |            ^~~~
      """),
    BrokenSpec(
      "--set of an unknown parameter", append: "\nparams: {width: 3}", set: ["params.widht=3"],
      """
      --set: error: there is no parameter `widht`
       --set | params.widht=3
             |        ^~~~~ did you mean `width`?
             = params: width
      """),
    BrokenSpec(
      "--set of an entry that is not there", set: ["architecture.generator[9]=relu"],
      """
      --set: error: there are 6 entries, counted from 0
       --set | architecture.generator[9]=relu
             |                        ^
      """),
    BrokenSpec(
      "--set of a path that is not there", set: ["architecture.generater[0]=relu"],
      """
      --set: error: there is no `generater` here
       --set | architecture.generater[0]=relu
             |              ^~~~~~~~~ did you mean `generator`?
             = keys here: generator, discriminator
      """),
    BrokenSpec(
      "--set inside a layer", set: ["architecture.generator[2].leaky_relu=-3"],
      """
      --set: error: `slope` in leaky_relu must be at least 0, found `-3`
       --set | architecture.generator[2].leaky_relu=-3
             |                                      ^~
      """),
    BrokenSpec(
      "--set without a value", set: ["data.batch"],
      """
      --set: error: expected path=value
       --set | data.batch
             | ^~~~~~~~~~ such as optimizer.learning_rate=1e-4
      """),
    BrokenSpec(
      "--set of broken YAML", set: ["data.source={folder: ["],
      """
      --set: error: expected a value
       --set | data.source={folder: [
             |                       ^
      """),
    BrokenSpec(
      "--set of extends", set: ["extends=x.yaml"],
      """
      --set: error: `extends` cannot be set
       --set | extends=x.yaml
             | ^~~~~~~
      """),
    BrokenSpec(
      "--set of no path", set: ["data..batch=3"],
      """
      --set: error: this is not a path
       --set | data..batch=3
             |      ^ such as architecture.generator[0] or data.batch
      """),
    BrokenSpec(
      "a sweep over a misspelled path", append: "\nsweep: {axes: {optimizer.lerning_rate: [1]}}",
      """
      spec.yaml:17:16: error: there is no `optimizer.lerning_rate` to vary
       17 | sweep: {axes: {optimizer.lerning_rate: [1]}}
          |                ^~~~~~~~~~~~~~~~~~~~~~ did you mean `learning_rate`?
          = keys in place of `lerning_rate`: kind, learning_rate, betas, epsilon, momentum, discriminator, generator
      """),
    BrokenSpec(
      "a sweep with a value of the wrong type", append: "\nsweep: {axes: {latent.size: [16, big]}}",
      """
      spec.yaml:17:34: error: `latent.size` must be a whole number, found `big`
       17 | sweep: {axes: {latent.size: [16, big]}}
          |                                  ^~~
      """),
    BrokenSpec(
      "a sweep with a range on a grid",
      append: "\nsweep: {axes: {optimizer.learning_rate: {log: [1e-5, 1e-3]}}}",
      """
      spec.yaml:17:42: error: a range needs `method: random` or `method: tpe`
       17 | sweep: {axes: {optimizer.learning_rate: {log: [1e-5, 1e-3]}}}
          |                                          ^~~ a list of values goes with every method
      """),
    BrokenSpec(
      "a sweep with a range upside down",
      append: "\nsweep: {method: random, axes: {optimizer.learning_rate: {log: [1e-3, 1e-5]}}}",
      """
      spec.yaml:17:63: error: a range is [low, high] with low < high
       17 | sweep: {method: random, axes: {optimizer.learning_rate: {log: [1e-3, 1e-5]}}}
          |                                                               ^~~~~~~~~~~~
      """),
    BrokenSpec(
      "a sweep with a condition on nothing",
      append: "\nsweep: {axes: {seed: [1]}, exclude: ['latent.sise == 3', 'seed =! 3']}",
      """
      spec.yaml:17:38: error: there is no `latent.sise` to vary
       17 | sweep: {axes: {seed: [1]}, exclude: ['latent.sise == 3', 'seed =! 3']}
          |                                      ^~~~~~~~~~~~~~~~~~ did you mean `size`?
          = keys in place of `sise`: size, distribution, low, high, mean, standard_deviation, codes
      spec.yaml:17:64: error: did not expect `=`
       17 | sweep: {axes: {seed: [1]}, exclude: ['latent.sise == 3', 'seed =! 3']}
          |                                                                ^
      """),
    BrokenSpec(
      "a sweep with rows of different keys",
      append:
        "\nsweep:\n  linked:\n    recipe:\n      - {loss.kind: hinge, seed: 1}\n      - {loss.kind: hinge}",
      """
      spec.yaml:21:10: error: this row lacks `seed`
       21 |       - {loss.kind: hinge}
          |          ^~~~~~~~~
      """),
    BrokenSpec(
      "a sweep over nothing", append: "\nsweep: {}",
      """
      spec.yaml:17:1: error: sweep has no axes
       17 | sweep: {}
          | ^~~~~ give it `axes` or `linked`; with `replicates: 3` alone it plays three seeds
      """),
    BrokenSpec(
      "a sweep with an unknown key", append: "\nsweep: {axis: {}}",
      """
      spec.yaml:17:9: error: unknown key `axis` in sweep
       17 | sweep: {axis: {}}
          |         ^~~~ did you mean `axes`?
          = keys here: method, replicates, budget, on_failure, early_stopping, axes, linked, when, start_with, exclude
      """),
    BrokenSpec(
      "a sweep that varies a path twice",
      append: "\nsweep:\n  axes: {seed: [1, 2]}\n  linked: {s: [{seed: 1}]}",
      """
      spec.yaml:19:17: error: `seed` is varied twice
       19 |   linked: {s: [{seed: 1}]}
          |                 ^~~~ first at line 18
      """),
  ]
}
