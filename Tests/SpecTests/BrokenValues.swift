// What the schema says no to: types, ranges, words, missing and unknown keys.

extension BrokenSpec {
  static let brokenValues: [BrokenSpec] = [
    BrokenSpec(
      "a misspelled key is named with the nearest one", replace: "betas",
      with: "lerning_rate: 1, betas",
      """
      spec.yaml:15:46: error: unknown key `lerning_rate` in optimizer (adam)
       15 | optimizer: {kind: adam, learning_rate: 2e-4, lerning_rate: 1, betas: [0.5, 0.999]}
          |                                              ^~~~~~~~~~~~ did you mean `learning_rate`?
          = keys here: kind, learning_rate, betas, epsilon, generator, discriminator
      """),
    BrokenSpec(
      "a misspelled layer is named with the nearest one", replace: "- batch_norm",
      with: "- batch_nrom",
      """
      spec.yaml:6:7: error: unknown layer `batch_nrom`
       6 |     - batch_nrom
         |       ^~~~~~~~~~ did you mean `batch_norm`?
         = layers: linear, conv, batch_norm, leaky_relu, relu, tanh, sigmoid, flatten, dropout, image, residual
      """),
    BrokenSpec(
      "a layer with its value behind a space is set right", replace: "- batch_norm",
      with: "- linear 128",
      """
      spec.yaml:6:7: error: unknown layer `linear 128`
       6 |     - linear 128
         |       ^~~~~~~~~~ did you mean `linear: 128`?
         = layers: linear, conv, batch_norm, leaky_relu, relu, tanh, sigmoid, flatten, dropout, image, residual
      """),
    BrokenSpec(
      "a number below its range", replace: "leaky_relu: 0.2", with: "leaky_relu: -1",
      """
      spec.yaml:7:19: error: `slope` in leaky_relu must be at least 0, found `-1`
       7 |     - leaky_relu: -1
         |                   ^~
      """),
    BrokenSpec(
      "a number at an open end", replace: "2e-4", with: "0",
      """
      spec.yaml:15:40: error: `learning_rate` in optimizer (adam) must be above 0, found `0`
       15 | optimizer: {kind: adam, learning_rate: 0, betas: [0.5, 0.999]}
          |                                        ^
      """),
    BrokenSpec(
      "a number that no Double holds", replace: "2e-4", with: "1e999",
      """
      spec.yaml:15:40: error: `learning_rate` in optimizer (adam) must be a number, found `1e999`
       15 | optimizer: {kind: adam, learning_rate: 1e999, betas: [0.5, 0.999]}
          |                                        ^~~~~ this is too large or too small
      """),
    BrokenSpec(
      "not a number is no number", replace: "2e-4", with: ".nan",
      """
      spec.yaml:15:40: error: `learning_rate` in optimizer (adam) must be a number, found `.nan`
       15 | optimizer: {kind: adam, learning_rate: .nan, betas: [0.5, 0.999]}
          |                                        ^~~~
      """),
    BrokenSpec(
      "a word where a number is wanted", replace: "2e-4", with: "fast",
      """
      spec.yaml:15:40: error: `learning_rate` in optimizer (adam) must be a number, found `fast`
       15 | optimizer: {kind: adam, learning_rate: fast, betas: [0.5, 0.999]}
          |                                        ^~~~
      """),
    BrokenSpec(
      "a fraction where a whole number is wanted", replace: "batch: 512", with: "batch: 51.5",
      """
      spec.yaml:2:40: error: `batch` in data must be a whole number, found `51.5`
       2 | data: {source: mnist, size: 32, batch: 51.5}
         |                                        ^~~~
      """),
    BrokenSpec(
      "an octal look-alike", replace: "batch: 512", with: "batch: 0512",
      """
      spec.yaml:2:40: error: `batch` in data must be a whole number, found `0512`
       2 | data: {source: mnist, size: 32, batch: 0512}
         |                                        ^~~~ write 512; YAML 1.1 would read octal
      """),
    BrokenSpec(
      "a whole number too large", replace: "batch: 512", with: "batch: 99999999999999999999",
      """
      spec.yaml:2:40: error: `batch` in data must be a whole number, found `99999999999999999999`
       2 | data: {source: mnist, size: 32, batch: 99999999999999999999}
         |                                        ^~~~~~~~~~~~~~~~~~~~ this is too large
      """),
    BrokenSpec(
      "a list where a number is wanted", replace: "batch: 512", with: "batch: [512]",
      """
      spec.yaml:2:40: error: `batch` in data must be a whole number, found a list
       2 | data: {source: mnist, size: 32, batch: [512]}
         |                                        ^~~~~
      """),
    BrokenSpec(
      "a map where a number is wanted", replace: "batch: 512", with: "batch: {n: 512}",
      """
      spec.yaml:2:40: error: `batch` in data must be a whole number, found a map
       2 | data: {source: mnist, size: 32, batch: {n: 512}}
         |                                        ^~~~~~~~
      """),
    BrokenSpec(
      "a key without a value", replace: "batch: 512", with: "batch: ",
      """
      spec.yaml:2:40: error: `batch` in data has no value
       2 | data: {source: mnist, size: 32, batch: }
         |                                        ^ expected a whole number
      """),
    BrokenSpec(
      "a word of another framework", replace: "learning_rate: 2e-4", with: "lr: 2e-4",
      """
      spec.yaml:15:25: error: unknown key `lr` in optimizer (adam)
       15 | optimizer: {kind: adam, lr: 2e-4, betas: [0.5, 0.999]}
          |                         ^~ did you mean `learning_rate`?
          = keys here: kind, learning_rate, betas, epsilon, generator, discriminator
      """),
    BrokenSpec(
      "a key named by its beginning", replace: "batch: 512", with: "batch_size: 512",
      """
      spec.yaml:2:33: error: unknown key `batch_size` in data
       2 | data: {source: mnist, size: 32, batch_size: 512}
         |                                 ^~~~~~~~~~ did you mean `batch`?
         = keys here: source, size, range, batch, drop_last
      """),
    BrokenSpec(
      "a key in the wrong section", replace: "loss: least_squares",
      with: "loss: least_squares\nbatch: 3\ngrid: 4x5",
      """
      spec.yaml:15:1: error: unknown key `batch` in the spec
       15 | batch: 3
          | ^~~~~ `batch` belongs in data
          = keys here: version, name, description, extends, params, seed, data, latent, labels, architecture, loss, penalties, augment, optimizer, schedule, record, metrics, precision, guards, notify, engine, sweep
      spec.yaml:16:1: error: unknown key `grid` in the spec
       16 | grid: 4x5
          | ^~~~ `grid` belongs in record.samples
      """),
    BrokenSpec(
      "a layer in camel case", replace: "- tanh", with: "- leakyReLU: 0.2",
      """
      spec.yaml:9:7: error: unknown layer `leakyReLU`
       9 |     - leakyReLU: 0.2
         |       ^~~~~~~~~ did you mean `leaky_relu`?
         = layers: linear, conv, batch_norm, leaky_relu, relu, tanh, sigmoid, flatten, dropout, image, residual
      """),
    BrokenSpec(
      "a flag that is neither", replace: "batch: 512", with: "drop_last: maybe",
      """
      spec.yaml:2:44: error: `drop_last` in data must be true or false, found `maybe`
       2 | data: {source: mnist, size: 32, drop_last: maybe}
         |                                            ^~~~~
      """),
    BrokenSpec(
      "a range upside down", replace: "batch: 512", with: "range: [1, -1]",
      """
      spec.yaml:2:40: error: `range` in data must be [low, high] with low < high
       2 | data: {source: mnist, size: 32, range: [1, -1]}
         |                                        ^~~~~~~
      """),
    BrokenSpec(
      "a list of the wrong length", replace: "betas: [0.5, 0.999]", with: "betas: [0.5]",
      """
      spec.yaml:15:53: error: `betas` in optimizer (adam) must be a list of 2 numbers, found a list of 1
       15 | optimizer: {kind: adam, learning_rate: 2e-4, betas: [0.5]}
          |                                                     ^~~~~
      """),
    BrokenSpec(
      "an element out of range", replace: "betas: [0.5, 0.999]", with: "betas: [0.5, 1]",
      """
      spec.yaml:15:59: error: `betas` in optimizer (adam) must be at least 0 and below 1, found `1`
       15 | optimizer: {kind: adam, learning_rate: 2e-4, betas: [0.5, 1]}
          |                                                           ^
      """),
    BrokenSpec(
      "a length without a unit", replace: "200 epochs", with: "200",
      """
      spec.yaml:16:20: error: `length` in schedule must be a length such as 200 epochs, 10k steps or 5M images, found `200`
       16 | schedule: {length: 200}
          |                    ^~~ write `200 epochs` or `200 steps`
      """),
    BrokenSpec(
      "a length with a wrong unit", replace: "200 epochs", with: "200 eons",
      """
      spec.yaml:16:20: error: `length` in schedule must be a length such as 200 epochs, 10k steps or 5M images, found `200 eons`
       16 | schedule: {length: 200 eons}
          |                    ^~~~~~~~
      """),
    BrokenSpec(
      "an order that names one player twice", replace: "200 epochs",
      with: "200 epochs, order: [generator, generator]",
      """
      spec.yaml:16:39: error: `order` in schedule must name each once: discriminator, generator
       16 | schedule: {length: 200 epochs, order: [generator, generator]}
          |                                       ^~~~~~~~~~~~~~~~~~~~~~
      """),
    BrokenSpec(
      "a word of a closed list misspelled", replace: "200 epochs",
      with: "200 epochs, latents: shraed",
      """
      spec.yaml:16:41: error: `latents` in schedule cannot be `shraed`
       16 | schedule: {length: 200 epochs, latents: shraed}
          |                                         ^~~~~~ did you mean `shared`?
          = one of: shared, fresh
      """),
    BrokenSpec(
      "a period without a unit", replace: "\nschedule", with: "\nrecord: {log: 50}\nschedule",
      """
      spec.yaml:16:15: error: `log` in record must be a period such as 50 steps or 10 epochs, found `50`
       16 | record: {log: 50}
          |               ^~ write `50 epochs` or `50 steps`
      """),
    BrokenSpec(
      "a grid of one number", replace: "\nschedule",
      with: "\nrecord: {samples: {grid: 20}}\nschedule",
      """
      spec.yaml:16:26: error: `grid` in record.samples must be rows and columns such as 4x5, found `20`
       16 | record: {samples: {grid: 20}}
          |                          ^~
      """),
    BrokenSpec(
      "a time without a unit", replace: "\nschedule", with: "\nguards: {max_time: 2}\nschedule",
      """
      spec.yaml:16:20: error: `max_time` in guards must be a time such as 90 min or 2h, found `2`
       16 | guards: {max_time: 2}
          |                    ^ write `2h`, `2 min` or `2 s`
      """),
    BrokenSpec(
      "an amount of disk in a wrong unit", replace: "\nschedule",
      with: "\nguards: {min_free_disk: 2XB}\nschedule",
      """
      spec.yaml:16:25: error: `min_free_disk` in guards must be an amount such as 500MB or 2GB, found `2XB`
       16 | guards: {min_free_disk: 2XB}
          |                         ^~~
      """),
    BrokenSpec(
      "a key of another distribution", replace: "\nschedule",
      with: "\nlatent: {distribution: normal, low: 0}\nschedule",
      """
      spec.yaml:16:32: error: `low` belongs to `distribution: uniform`
       16 | latent: {distribution: normal, low: 0}
          |                                ^~~
      """),
    BrokenSpec(
      "an empty interval", replace: "\nschedule",
      with: "\nlatent: {distribution: uniform, low: 1, high: 1}\nschedule",
      """
      spec.yaml:16:38: error: `low` in latent must be below `high`
       16 | latent: {distribution: uniform, low: 1, high: 1}
          |                                      ^
      """),
    BrokenSpec(
      "a misspelled loss", replace: "loss: least_squares", with: "loss: least_square",
      """
      spec.yaml:14:7: error: unknown loss `least_square`
       14 | loss: least_square
          |       ^~~~~~~~~~~~ did you mean `least_squares`?
          = losses: least_squares, cross_entropy, hinge
      """),
    BrokenSpec(
      "a key of another loss", replace: "loss: least_squares",
      with: "loss: {kind: least_squares, form: saturating}",
      """
      spec.yaml:14:29: error: unknown key `form` in loss (least_squares)
       14 | loss: {kind: least_squares, form: saturating}
          |                             ^~~~
          = keys here: kind, real, fake, generator, scale
      """),
    BrokenSpec(
      "a loss without its kind", replace: "loss: least_squares", with: "loss: {real: 1}",
      """
      spec.yaml:14:7: error: loss needs `kind`
       14 | loss: {real: 1}
          |       ^~~~~~~~~
          = losses: least_squares, cross_entropy, hinge
      """),
    BrokenSpec(
      "an optimizer without what it needs", replace: "learning_rate: 2e-4, ", with: "",
      """
      spec.yaml:15:19: error: optimizer (adam) needs `learning_rate`
       15 | optimizer: {kind: adam, betas: [0.5, 0.999]}
          |                   ^~~~
          = learning_rate: Step size, a number above 0
      """),
    BrokenSpec(
      "a wrong key for one network", replace: "betas: [0.5",
      with: "generator: {momentum: 0.9}, betas: [0.5",
      """
      spec.yaml:15:58: error: unknown key `momentum` in optimizer (adam)
       15 | optimizer: {kind: adam, learning_rate: 2e-4, generator: {momentum: 0.9}, betas: [0.5, 0.999]}
          |                                                          ^~~~~~~~
          = keys here: kind, learning_rate, betas, epsilon, generator, discriminator
      """),
    BrokenSpec(
      "a network inside a network", replace: "betas: [0.5",
      with: "generator: {generator: {}}, betas: [0.5",
      """
      spec.yaml:15:58: error: unknown key `generator` in optimizer.generator
       15 | optimizer: {kind: adam, learning_rate: 2e-4, generator: {generator: {}}, betas: [0.5, 0.999]}
          |                                                          ^~~~~~~~~
      """),
    BrokenSpec(
      "keys of a layer beside it", replace: "- linear: 1024",
      with: "- linear: 1024\n      bias: false",
      """
      spec.yaml:9:7: error: `bias` stands beside `linear`, not inside it
       9 |       bias: false
         |       ^~~~ write {linear: {units: 1024, bias: …}}
      """),
    BrokenSpec(
      "two layers in one entry", replace: "- linear: 1024", with: "- {linear: 1024, tanh: }",
      """
      spec.yaml:8:22: error: a layer is one key, found `linear` and `tanh`
       8 |     - {linear: 1024, tanh: }
         |                      ^~~~
      """),
    BrokenSpec(
      "a value for a layer that takes none", replace: "- tanh", with: "- tanh: 3",
      """
      spec.yaml:9:13: error: tanh takes no value, found `3`
       9 |     - tanh: 3
         |             ^
      """),
    BrokenSpec(
      "a value for a layer without a short form", replace: "- batch_norm",
      with: "- batch_norm: 0.8",
      """
      spec.yaml:6:19: error: batch_norm takes a map of keys, found `0.8`
       6 |     - batch_norm: 0.8
         |                   ^~~
         = keys here: epsilon, momentum
      """),
    BrokenSpec(
      "a list too long for a list form", replace: "- linear: 1024",
      with: "- conv: {channels: 3, init: {normal: [1, 2, 3]}}",
      """
      spec.yaml:8:42: error: normal takes [mean, standard_deviation], found a list of 3
       8 |     - conv: {channels: 3, init: {normal: [1, 2, 3]}}
         |                                          ^~~~~~~~~
      """),
    BrokenSpec(
      "a wrong layer deep inside a residual", replace: "- tanh",
      with: "- residual: [relu, {residual: [tahn]}]",
      """
      spec.yaml:9:36: error: unknown layer `tahn`
       9 |     - residual: [relu, {residual: [tahn]}]
         |                                    ^~~~ did you mean `tanh`?
         = layers: linear, conv, batch_norm, leaky_relu, relu, tanh, sigmoid, flatten, dropout, image, residual
      """),
    BrokenSpec(
      "a network without layers", replace: "- flatten\n    - linear: 1", with: "[]",
      """
      spec.yaml:11:3: error: discriminator has no layers
       11 |   discriminator:
          |   ^~~~~~~~~~~~~
      """),
    BrokenSpec(
      "a category this version has nothing of", replace: "loss: least_squares",
      with: "loss: hinge\npenalties: [gradient_penalty]",
      """
      spec.yaml:15:13: error: unknown penalty `gradient_penalty`
       15 | penalties: [gradient_penalty]
          |             ^~~~~~~~~~~~~~~~
          = this version knows no penalties
      """),
    BrokenSpec(
      "a layer that is nothing", replace: "- tanh", with: "-",
      """
      spec.yaml:9:6: error: architecture.generator[4] has no value
       9 |     -
         |      ^ expected a layer
      """),
    BrokenSpec(
      "two sources at once", replace: "source: mnist",
      with: "source: {synthetic: digits, folder: faces}",
      """
      spec.yaml:2:36: error: a data source is one key, found `synthetic` and `folder`
       2 | data: {source: {synthetic: digits, folder: faces}, size: 32, batch: 512}
         |                                    ^~~~~~
      """),
    BrokenSpec(
      "several things missing at once", text: "name: x\ndata: {}\n",
      """
      spec.yaml:1:1: error: the spec needs `architecture`, `loss`, `optimizer`, `schedule`
       1 | name: x
         | ^
         = architecture: The two networks
         = loss: What each network minimises, a loss
         = optimizer: How the parameters move; `generator` and `discriminator` override what both share, an optimizer
         = schedule: Who moves when, and for how long
      spec.yaml:2:1: error: data needs `source`
       2 | data: {}
         | ^~~~
         = source: Where the samples come from, a data source
      """),
    BrokenSpec(
      "all errors at once, in the order of the text",
      text:
        "name: x\ndata: {sorce: mnist, batch: 0}\narchitecture: {generator: [lineer: 3], discriminator: [linear: 0]}\nloss: hinge\noptimizer: {kind: adam, learning_rate: -1}\nschedule: {length: 0 steps}\n",
      """
      spec.yaml:2:8: error: unknown key `sorce` in data
       2 | data: {sorce: mnist, batch: 0}
         |        ^~~~~ did you mean `source`?
         = keys here: source, size, range, batch, drop_last
      spec.yaml:2:29: error: `batch` in data must be between 1 and 1000000, found `0`
       2 | data: {sorce: mnist, batch: 0}
         |                             ^
      spec.yaml:3:28: error: unknown layer `lineer`
       3 | architecture: {generator: [lineer: 3], discriminator: [linear: 0]}
         |                            ^~~~~~ did you mean `linear`?
         = layers: linear, conv, batch_norm, leaky_relu, relu, tanh, sigmoid, flatten, dropout, image, residual
      spec.yaml:3:64: error: `units` in linear must be between 1 and 100000, found `0`
       3 | architecture: {generator: [lineer: 3], discriminator: [linear: 0]}
         |                                                                ^
      spec.yaml:5:40: error: `learning_rate` in optimizer (adam) must be above 0, found `-1`
       5 | optimizer: {kind: adam, learning_rate: -1}
         |                                        ^~
      spec.yaml:6:20: error: `length` in schedule must be a length such as 200 epochs, 10k steps or 5M images, found `0 steps`
       6 | schedule: {length: 0 steps}
         |                    ^~~~~~~
      """),
  ]
}
