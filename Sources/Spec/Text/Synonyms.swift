/// What PyTorch, Keras, TensorFlow, Weights & Biases and the programs of papers call the words and keys of a spec, the commands and
/// their options: the one table behind every "did you mean".
///
/// Only what means the same stands here; what is merely spelled alike is `nearest`'s business.
package enum Synonyms {
  /// The word of this program, in the form in which a spec has it: `leaky_relu`, or with what goes with
  /// it `wasserstein` and `penalties: [gradient_penalty]`.
  package struct Word: Sendable {
    package let word: String
    /// A key and its value that belong to it.
    package let with: String?
  }

  package static func word(_ word: String, _ category: Category) -> Word? {
    words[category]?[letters(word)]
  }

  /// The place of a key in a spec: `lr` is `optimizer.learning_rate`.
  package static func place(_ key: String) -> String? { places[letters(key)] }

  /// The key of the same meaning among those that may stand here.
  package static func key(_ key: String, among known: [String]) -> String? {
    keys[letters(key)]?.first { known.contains($0) }
  }

  /// The key that was meant by an unknown one, among those that may stand here.
  static func meant(by key: String, among known: [String]) -> String? {
    self.key(key, among: known)
      ?? (place(key) == nil && absence(key) == nil ? nearest(to: key, in: known) : nil)
  }

  /// What a hint says of an unknown key.
  static func hint(_ key: String, among known: [String]) -> String? {
    meant(by: key, among: known).map { "did you mean `\($0)`?" }
  }

  /// One of the words that may stand at a key, by its other name.
  static func value(_ word: String, among known: [String]) -> String? {
    values[letters(word)]?.first { known.contains($0) }
  }

  /// What takes the place of a key or a word that there is nothing like here.
  package static func absence(_ word: String) -> String? { absences[letters(word)] }

  /// A unit of lengths by its other name, and how many of it that is: `kimg` is 1000 images.
  static func unit(_ word: String) -> (unit: String, factor: Int)? {
    units[letters(word)].map { text in
      let parts = text.split(separator: " ")
      return (String(parts.last ?? ""), parts.count > 1 ? 1000 : 1)
    }
  }

  /// A key that another program counts lengths in, by its unit: `n_epochs`, `total_kimg`.
  static func unit(ofKey key: String) -> String {
    let key = letters(key)
    return key.contains("epoch") ? "epochs" : key.contains("img") ? "kimg" : "steps"
  }

  /// A value as this program writes it at a place: `30 epochs` at `schedule.length`, where another has `n_epochs`.
  package static func written(_ value: String, at place: String, byKey key: String) -> String {
    guard place == "schedule.length" else { return value }
    return Amounts.suggestion(for: value + " " + unit(ofKey: key), as: .length) ?? value
  }

  /// What does what another program's command does, the likeliest first: a command, with words behind it perhaps.
  package static func commands(_ word: String) -> [String] { commandRows[letters(word)] ?? [] }

  /// What says what another program's option of that name says, the likeliest first: `--plan`, `--device gpu`.
  package static func options(_ name: String) -> [String] { optionRows[letters(name)] ?? [] }

  /// Every word and key that a synonym stands for, for whoever checks that there are such.
  package static var targets:
    (
      words: [Category: Set<String>], places: Set<String>, commands: Set<String>,
      options: Set<String>
    )
  {
    (
      words.mapValues { Set($0.values.map(\.word)) }, Set(places.values),
      Set(commandRows.values.joined()), Set(optionRows.values.joined())
    )
  }

  private static func letters(_ text: String) -> String {
    guard text.utf8.count <= 64 else { return "" }
    return String(text.lowercased().filter { $0.isLetter || $0.isNumber })
  }

  // MARK: tables

  private static func table(_ rows: KeyValuePairs<String, String>) -> [String: Word] {
    var found: [String: Word] = [:]
    for (ours, theirs) in rows {
      let parts = ours.split(separator: "|", maxSplits: 1).map(String.init)
      for name in theirs.split(separator: " ") {
        found[letters(String(name))] = Word(
          word: parts[0], with: parts.count > 1 ? parts[1] : nil)
      }
    }
    return found
  }

  private static let words: [Category: [String: Word]] = [
    .layer: table([
      "linear": "dense fc fully_connected full inner_product nn.Linear",
      "conv": "conv2d convolution convolution2d conv_2d nn.Conv2d",
      "conv_transpose":
        "conv_transpose2d conv2d_transpose convtranspose nn.ConvTranspose2d deconv deconvolution "
        + "transposed_conv transposed_convolution upconv",
      "batch_norm":
        "bn batchnorm2d batchnorm1d batch_normalization nn.BatchNorm2d nn.BatchNorm1d "
        + "BatchNormalization",
      "adaptive_instance_norm":
        "adain adaptive_instance_norm2d adaptive_instance_normalization style_mod",
      "instance_norm": "instancenorm2d instance_normalization nn.InstanceNorm2d",
      "layer_norm": "layer_normalization nn.LayerNorm",
      "group_norm": "group_normalization nn.GroupNorm",
      "pixel_norm": "pixelwise_norm pixel_normalization",
      "leaky_relu": "lrelu leaky nn.LeakyReLU",
      "prelu": "nn.PReLU",
      "relu": "nn.ReLU",
      "elu": "nn.ELU",
      "silu": "swish nn.SiLU",
      "tanh": "nn.Tanh",
      "sigmoid": "logistic nn.Sigmoid",
      "softmax": "nn.Softmax",
      "softplus": "nn.Softplus",
      "dropout": "dropout2d spatial_dropout2d nn.Dropout nn.Dropout2d",
      "noise": "gaussian_noise",
      "flatten": "nn.Flatten",
      "image": "reshape unflatten view to_image nn.Unflatten",
      "upsample": "upsampling2d upsampling resize interpolate nn.Upsample",
      "pixel_shuffle": "depth_to_space nn.PixelShuffle",
      "max_pool": "maxpool2d max_pooling2d max_pooling nn.MaxPool2d",
      "average_pool":
        "avg_pool avgpool2d average_pooling2d average_pooling global_average_pooling2d "
        + "nn.AvgPool2d",
      "residual": "resblock res_block residual_block shortcut",
      "skip": "skip_connection unet_skip_connection unet_skip_connection_block unet_block",
      "pad":
        "reflection_pad reflectionpad2d replication_pad replicationpad2d zero_pad zeropad2d "
        + "zero_padding2d padding nn.ReflectionPad2d nn.ReplicationPad2d nn.ZeroPad2d",
      "self_attention": "attention non_local sagan_attention",
      "minibatch_stddev": "minibatch_std mbstd minibatch_stdev batch_stddev",
      "concat_input": "concat concatenate cat torch.cat",
      "reparametrize":
        "reparameterize reparametrization reparameterization reparam gaussian_sample",
      "grow": "progressive fade_in",
      "minibatch_discrimination": "mbd minibatch_disc",
      "mark": "tap",
      "concat_label": "embedding label_embedding nn.Embedding",
      "conditional_batch_norm": "cbn conditional_bn",
    ]),
    .loss: table([
      "cross_entropy":
        "bce bce_loss ns ns_gan nsgan_loss bce_with_logits bce_with_logits_loss binary_crossentropy vanilla gan "
        + "standard minimax non_saturating nsgan log_loss nn.BCELoss nn.BCEWithLogitsLoss",
      "least_squares": "mse mse_loss lsgan ls ls_gan l2 mean_squared_error squared nn.MSELoss",
      "wasserstein": "wgan w_loss wasserstein_loss earth_mover emd",
      "wasserstein|penalties: [gradient_penalty]": "wgan_gp wgangp",
      "hinge": "hinge_loss sngan_hinge geometric_hinge",
      "relativistic": "rgan rsgan ragan rasgan relativistic_average rpgan",
      "softmax": "softmax_gan",
      "cross_entropy|generator: boundary_seeking": "bgan boundary_seeking boundary_seeking_gan",
      "wasserstein|penalties: [wasserstein_divergence]": "wgan_div wgandiv",
    ]),
    .penalty: table([
      "gradient_penalty": "gp wgan_gp wgangp grad_penalty",
      "clip": "weight_clip weight_clipping clip_weights clamp",
      "r1": "r1_reg r1_penalty zero_centered",
      "r2": "r2_reg r2_penalty",
      "classification": "acgan aux auxiliary auxiliary_classifier",
      "information": "infogan mutual_information",
      "l1_to_real": "l1 mae l1_loss",
      "l2_to_real": "l2 mse l2_loss",
      "orthogonal": "ortho orthogonal_regularization",
      "pull_away": "pt pullaway_term",
      "total_variation": "tv tv_loss total_variation_loss",
      "wasserstein_divergence": "wgan_div wgandiv div_gp",
    ]),
    .term: table([
      "adversarial": "gan gan_loss adversarial_loss game",
      "gradient_penalty": "gp wgan_gp wgangp grad_penalty",
      "total_variation": "tv tv_loss total_variation_loss",
      "orthogonal": "ortho orthogonal_regularization",
    ]),
    .constraint: table(["clip": "weight_clip weight_clipping clip_weights clamp"]),
    .augmentation: table([
      "flip": "hflip horizontal_flip random_horizontal_flip mirror",
      "translation": "translate shift random_translation random_crop",
      "color": "colour color_jitter colorjitter",
      "cutout": "random_erasing erasing erase",
    ]),
    .optimizer: table([
      "sgd": "gradient_descent momentum nesterov torch.optim.SGD",
      "rmsprop": "rms rms_prop torch.optim.RMSprop",
      "adam": "torch.optim.Adam",
    ]),
    .initializer: table([
      "xavier": "glorot glorot_uniform glorot_normal xavier_uniform xavier_normal",
      "he": "kaiming kaiming_normal kaiming_uniform he_normal he_uniform",
      "normal": "gaussian random_normal randn",
      "uniform": "random_uniform",
      "constant": "zeros zero ones fill",
      "torch": "pytorch default",
    ]),
    .rate: table([
      "linear_to": "linear linear_decay polynomial linearlr",
      "cosine_to": "cosine cosine_annealing cosineannealinglr cosine_decay",
      "exponential": "exp exponential_decay exponentiallr",
      "steps": "step steplr multistep multisteplr step_decay piecewise_constant",
    ]),
    .source: table([
      "folder":
        "imagefolder image_folder images pictures photos directory dir path celeba lsun imagenet ffhq",
      "numpy": "npy npz array",
      "fashion_mnist": "fashion fmnist",
      "kmnist": "kuzushiji",
      "cifar10": "cifar cifar10_python",
      "idx": "ubyte",
      "synthetic": "mixture gaussians ring grid toy",
    ]),
    .metric: table([
      "sliced_wasserstein": "swd sliced_wasserstein_distance",
      "ms_ssim": "msssim multiscale_ssim",
      "modes": "mode_coverage mode_count",
      "accuracy": "acc top1 multiclassaccuracy",
      "difference": "distance l1 mae mse mean_absolute_error mean_squared_error",
    ]),
  ]

  /// Names of keys within whatever has a key of that name.
  private static let keys: [String: [String]] = {
    let rows: KeyValuePairs<String, String> = [
      "learning_rate": "lr base_lr initial_lr step_size alpha eta",
      "betas": "beta beta1 beta2 beta_1 beta_2 b1 b2",
      "epsilon": "eps",
      "units": "out_features features out_dim neurons hidden",
      "channels": "out_channels filters num_filters nf features ngf ndf",
      "kernel": "kernel_size ksize filter_size window",
      "stride": "strides",
      "padding": "pad",
      "slope": "negative_slope alpha leak",
      "bias": "use_bias",
      "factor": "scale_factor",
      "weight": "lambda lambda_gp gp_weight coefficient",
      "batch": "batch_size bs batchsize minibatch minibatch_size",
      "size": "z_dim nz latent_dim latent_size noise_dim dim image_size img_size imsize resolution",
      "classes": "num_classes n_classes nclass",
      "length":
        "epochs num_epochs n_epochs max_epochs iterations niter n_iter max_iter steps max_steps train_steps "
        + "total_steps kimg total_kimg",
      "discriminator_steps": "n_critic ncritic critic_iters d_steps n_dis",
      "generator_steps": "g_steps n_gen",
      "kind": "type name class optimizer loss",
      "discriminator": "critic d netd",
      "generator": "g netg",
      "distribution": "type dist noise_type kind",
      "standard_deviation": "std stddev sigma",
      "weight_decay": "wd l2",
      "clip_norm": "grad_clip max_grad_norm gradient_clip_val",
      "every": "interval frequency freq",
      "range": "normalize normalization",
      "reflect": "reflection mirror",
      "replicate": "replication edge",
      "zero": "zeros",
      "networks": "network nets net models model",
      "critic": "discriminator netd d dis",
      "real": "reals target",
      "fake": "fakes generated made",
      "of": "input prediction output",
      "from": "target to against",
      "times": "repeat steps n_steps",
      "terms": "losses loss",
      "like": "same_as copy_of shared_with",
      "log_variance": "logvar log_var logsigma2 logsigma_sq",
      "mean": "mu",
    ]
    return index(rows)
  }()

  /// Where a spec says what another program's option of that name says.
  private static let places: [String: String] = {
    var found: [String: String] = [:]
    let rows: KeyValuePairs<String, String> = [
      "optimizer.learning_rate": "lr learning_rate base_lr initial_lr",
      "optimizer.generator.learning_rate": "lr_g g_lr glr lr_generator generator_lr",
      "optimizer.discriminator.learning_rate":
        "lr_d d_lr dlr lr_discriminator discriminator_lr critic_lr",
      "optimizer.betas": "betas beta1 beta2 beta_1 beta_2 b1 b2",
      "optimizer.momentum": "momentum",
      "optimizer.weight_decay": "weight_decay wd",
      "optimizer.clip_norm": "grad_clip max_grad_norm gradient_clip_val",
      "optimizer": "optim optimizers",
      "data.batch": "batch batch_size bs minibatch_size",
      "data.size": "image_size img_size imsize resolution",
      "data.source": "dataset dataroot data_path source",
      "schedule.length":
        "epochs epoch num_epochs n_epochs max_epochs iterations niter n_iter max_iter steps max_steps "
        + "train_steps training_steps total_steps kimg total_kimg length duration",
      "schedule.discriminator_steps": "n_critic critic_iters d_steps n_dis",
      "schedule.generator_steps": "g_steps n_gen",
      "schedule.learning_rate": "scheduler lr_scheduler lr_schedule lr_decay",
      "schedule.ema": "ema ema_decay moving_average weight_averaging",
      "schedule.accumulate": "gradient_accumulation accumulation_steps",
      "latent.size": "z_dim nz latent_dim latent_size noise_dim noise_size z",
      "latent.distribution": "noise_type latent_distribution",
      "labels.classes": "num_classes n_classes nclass classes",
      "architecture": "model models network networks",
      "architecture.generator": "generator netg g",
      "architecture.discriminator": "discriminator critic netd d",
      "architecture.init": "init initialization initializer weight_init init_type",
      "penalties": "clip_value weight_clip lambda_gp gp gp_weight gradient_penalty regularization",
      "augment": "augmentation augmentations transforms",
      "loss": "criterion gan_mode loss_type gan_loss adversarial_loss",
      "record.samples.every": "sample_interval sample_every",
      "record.checkpoint.every": "save_interval save_every checkpoint_interval checkpoint_every",
      "record.log": "log_interval log_every print_every",
      "seed": "manual_seed random_seed",
      "metrics.of": "metric evaluation",
      "metrics.objective": "objective",
    ]
    for (ours, theirs) in rows {
      for name in theirs.split(separator: " ") { found[letters(String(name))] = ours }
    }
    return found
  }()

  /// `rows` by the other names, each with the first name first.
  private static func index(_ rows: KeyValuePairs<String, String>) -> [String: [String]] {
    var found: [String: [String]] = [:]
    for (ours, theirs) in rows {
      for name in theirs.split(separator: " ") {
        found[letters(String(name)), default: []].append(ours)
      }
    }
    return found
  }

  /// Words that stand at keys with a choice of a few.
  private static let values = index([
    "normal": "gaussian randn standard_normal gauss",
    "uniform": "rand random",
    "bilinear": "linear interpolate",
    "nearest": "repeat",
    "train": "training",
    "test": "validation val valid eval",
    "saturating": "minimax",
    "non_saturating": "ns nonsaturating heuristic",
    "float32": "fp32 single full",
    "spherical": "slerp",
    "linear": "lerp",
    "local": "process",
    "random": "randomsearch random_search",
    "grid": "gridsearch grid_search",
    "tpe": "bayes bayesian optuna hyperopt",
    "minimize": "min",
    "maximize": "max",
  ])

  private static let units = index([
    "epochs": "epoch epochs ep eps epoche epochen",
    "steps":
      "step steps it its iter iters iteration iterations update updates batch batches round rounds",
    "images": "image images img imgs sample samples example examples picture pictures",
    "1000 images": "kimg kimgs kimage kimages",
  ]).compactMapValues(\.first)

  private static let absences: [String: String] = {
    var found: [String: String] = [:]
    let rows: KeyValuePairs<String, String> = [
      "samples are shuffled, anew in each epoch; there is nothing to say": "shuffle random_order",
      "data are read beside the work; there is nothing to say":
        "num_workers n_workers n_cpu pin_memory prefetch dataloader persistent_workers",
      "what computes is said on the command line: --device":
        "device devices cuda gpu gpus accelerator",
      "how many threads is said on the command line: --threads": "threads num_threads",
      "where results go is said on the command line: --results":
        "output output_dir out_dir outdir results results_dir log_dir logdir save_dir sample_dir",
      "where data lie is said on the command line: --data-dir": "data_dir data_root datadir",
      "that needs a network trained on ImageNet, which this program has none of; sliced_wasserstein and ms_ssim need none":
        "fid kid inception_score inception is_score lpips precision_recall frechet_inception_distance",
      "it is a key of linear, conv and conv_transpose: {conv: {channels: 64, spectral_norm: true}}":
        "spectral_norm spectralnorm spectral_normalization sn nn.utils.spectral_norm",
      "it is a key of layers: {conv_transpose: {channels: 64, kernel: 4, stride: 2, padding: 1}}":
        "kernel_size filters strides out_channels in_channels in_features",
      "a linear layer, then image: {linear: 6272}, {image: {channels: 128, size: 7}}":
        "dense_reshape project_and_reshape",
      "numbers are 32 bits wide; precision.products says what products may be rounded to":
        "amp mixed_precision fp16 half bf16 autocast",
    ]
    for (words, theirs) in rows {
      for name in theirs.split(separator: " ") { found[letters(String(name))] = words }
    }
    return found
  }()

  private static let commandRows = index([
    "run": "train start fit launch go main execute",
    "resume": "continue restart",
    "cancel": "stop kill abort",
    "watch": "follow tail monitor live dashboard tensorboard",
    "ls": "list runs history experiments results",
    "show": "info view display status log logs inspect",
    "validate": "check lint verify",
    "describe": "summary explain model graph architecture print config",
    "sample": "generate samples predict infer inference fake make_images",
    "animate": "gif video movie",
    "report": "plot html dashboard tensorboard board visualize",
    "compare --curves curves.svg": "plot curves chart graph",
    "compare": "leaderboard table eval evaluate evaluation metrics score",
    "rm": "remove delete clean",
    "prune": "clean cleanup gc",
    "du": "disk usage size df",
    "tag": "star mark_run",
    "note": "comment annotate",
    "data": "datasets dataset",
    "data get mnist": "download fetch pull",
    "data check": "inspect_data count prepare preprocess",
    "layers": "words losses optimizers activations modules loss optimizer",
    "new": "init create template scaffold generate_config example",
    "run FILE --sweep 'latent.size=[8,32]'":
      "sweep search tune tuning agent grid hyperparameters optuna",
    "run FILE --plan": "dry_run dryrun plan estimate",
    "doctor": "env environment devices gpu diagnose sysinfo system",
    "reference": "docs manual keys help_spec",
    "profile": "bench perf timing",
  ])

  private static let optionRows = index([
    "--plan": "dry_run dryrun n estimate",
    "--to": "o output out outfile out_file output_file save save_path filename file dest",
    "--results":
      "o output out outdir out_dir output_dir output_path logdir log_dir save_dir savedir result_dir results_dir "
      + "result_path workdir work_dir checkpoint_dir run_dir project experiment_dir dir",
    "--data-dir":
      "data dataset dataroot data_path data_root data_folder dataset_path datasets root datadir",
    "--from": "input in i source template base",
    "--device gpu": "gpu gpus cuda use_cuda gpu_id gpu_ids accelerator",
    "--device cpu": "no_cuda cpu no_gpu",
    "--jobs": "workers parallel n_jobs num_jobs j processes max_workers nproc concurrency",
    "--threads": "num_threads n_threads cores num_workers n_cpu t",
    "--set": "param params override overrides s d define opt opts options key value set_value",
    "--sweep": "grid axis axes search",
    "--fresh": "force overwrite new restart from_scratch",
    "--failed": "retry retry_failed",
    "--only": "trial trials index indices",
    "--quiet": "silent no_progress",
    "--verbose": "debug",
    "--json": "format as_json",
    "--csv": "format",
    "--sort": "order order_by sort_by",
    "--where": "filter query",
    "--curves": "plot chart",
    "--grids": "images pictures samples",
    "--measures": "metric metrics columns",
    "--labels": "classes label class",
    "--count": "n num num_samples n_samples samples num_images",
    "--checkpoint": "ckpt step epoch weights load network pkl",
    "--yes": "f force no_confirm assume_yes",
    "--extend length='400 epochs'": "epochs num_epochs n_epochs max_steps more length",
    "--size": "image_size img_size imsize resolution",
  ])
}
