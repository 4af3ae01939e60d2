/// What PyTorch, Keras, TensorFlow and the programs of papers call the words and keys of a spec.
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

  /// What a hint says of an unknown key.
  static func hint(_ key: String, among known: [String]) -> String? {
    let near =
      self.key(key, among: known) ?? (place(key) == nil ? nearest(to: key, in: known) : nil)
    return near.map { "did you mean `\($0)`?" }
  }

  /// Every word and key that a synonym stands for, for whoever checks that there are such.
  package static var targets: (words: [Category: Set<String>], places: Set<String>) {
    (words.mapValues { Set($0.values.map(\.word)) }, Set(places.values))
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
      "mark": "tap",
      "concat_label": "embedding label_embedding nn.Embedding",
      "conditional_batch_norm": "cbn conditional_bn",
    ]),
    .loss: table([
      "cross_entropy":
        "bce bce_loss bce_with_logits bce_with_logits_loss binary_crossentropy vanilla gan "
        + "standard minimax non_saturating nsgan log_loss nn.BCELoss nn.BCEWithLogitsLoss",
      "least_squares": "mse mse_loss lsgan l2 mean_squared_error squared nn.MSELoss",
      "wasserstein": "wgan w_loss earth_mover emd",
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
      "translation": "translate shift random_translation",
      "color": "colour color_jitter colorjitter",
      "cutout": "random_erasing erasing erase",
    ]),
    .optimizer: table([
      "sgd": "gradient_descent momentum torch.optim.SGD",
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
      "folder": "imagefolder image_folder images directory dir path",
      "numpy": "npy npz array",
      "fashion_mnist": "fashion fmnist",
      "cifar10": "cifar",
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
    var found: [String: [String]] = [:]
    let rows: KeyValuePairs<String, String> = [
      "learning_rate": "lr step_size alpha eta",
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
      "length": "epochs num_epochs n_epochs iterations niter max_iter max_steps train_steps",
      "discriminator_steps": "n_critic ncritic critic_iters d_steps n_dis",
      "generator_steps": "g_steps n_gen",
      "kind": "type name",
      "discriminator": "critic d netd",
      "generator": "g netg",
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
    for (ours, theirs) in rows {
      for name in theirs.split(separator: " ") {
        found[letters(String(name)), default: []].append(ours)
      }
    }
    return found
  }()

  /// Where a spec says what another program's option of that name says.
  private static let places: [String: String] = {
    var found: [String: String] = [:]
    let rows: KeyValuePairs<String, String> = [
      "optimizer.learning_rate": "lr learning_rate",
      "optimizer.generator.learning_rate": "lr_g g_lr glr lr_generator generator_lr",
      "optimizer.discriminator.learning_rate":
        "lr_d d_lr dlr lr_discriminator discriminator_lr critic_lr",
      "optimizer.betas": "betas beta1 beta2 beta_1 beta_2 b1 b2",
      "optimizer.momentum": "momentum",
      "optimizer": "optim optimizers",
      "data.batch": "batch batch_size bs minibatch_size",
      "data.size": "image_size img_size imsize resolution",
      "data.source": "dataset dataroot data_path source",
      "schedule.length":
        "epochs epoch num_epochs n_epochs iterations niter n_iter max_iter steps max_steps "
        + "train_steps training_steps length",
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
}
