import TensorCore

/// Earlier fakes, of which a critic is shown one in place of a new one half of the time (Shrivastava et al.
/// 2017, section 2.3).
///
/// The first `size` fakes fill the pool and are shown. From then on each is shown as it is, or, with
/// probability ½, takes the place of a random one of the pool, which is shown instead; one after the other,
/// as in the published code of CycleGAN (Zhu et al. 2017).
struct ImagePool {
  let size: Int
  let states: StateTable
  let keeper: StateKeeper
  let draws: Draws

  /// What the critic is shown of new fakes `[batch, …]`.
  func shown(_ fakes: Value) -> Value {
    let (batch, builder) = (fakes.batch, fakes.builder)
    let sample = Shape([1] + fakes.shape.extents.dropFirst())
    let (poolState, countState) = (
      state("pool", Shape([size] + fakes.shape.extents.dropFirst())), state("pool_count", .scalar)
    )
    var (pool, count) = (states.read(poolState), states.read(countState))
    let swaps = draws.observedDraw(.uniform, "pool/swap", [batch])
    let places = draws.observedDraw(.uniform, "pool/place", [batch])
    var shown: Value?
    for index in 0..<batch {
      let fake = fakes.slice(axis: 0, index..<index + 1)
      let isFull = count.compared(.greater, to: Double(size) - 0.5)
      let swaps = swaps.slice(axis: 0, index..<index + 1).reshape(.scalar).compared(.less, to: 0.5)
      let random = places.slice(axis: 0, index..<index + 1).uniformClass(of: size).reshape(.scalar)
      let place = isFull.select(random, else: count)
      let isPlace = builder.add(.iota(axis: 0, shape: [size]))
        .compared(.equal, to: place.broadcast(to: [size]))
      let mask = isPlace.broadcast(to: pool.shape, axes: [0])
      let kept = mask.select(pool, else: builder.constant(0)).sum(axes: [0]).reshape(sample)
      let isSwapped = isFull * swaps
      let next = isSwapped.broadcast(to: sample).select(kept, else: fake)
      shown = shown.map { $0.concatenated(with: next, axis: 0) } ?? next
      // Nothing enters a full pool unless it takes a place.
      let enters = mask * (1 - isFull * (1 - swaps)).broadcast(to: pool.shape)
      pool = enters.select(
        fake.reshape(Shape(Array(sample.extents.dropFirst()))).broadcast(
          to: pool.shape, axes: Array(1..<pool.shape.rank)), else: pool)
      count = (count + 1).minimum(Double(size))
    }
    states.write(poolState, states.hold(pool))
    states.write(countState, count)
    return shown ?? fakes
  }

  private func state(_ name: String, _ shape: Shape) -> StateDeclaration {
    StateDeclaration(
      name: "loss.\(keeper.prefix)\(name)", network: keeper.network, role: .controller,
      type: TensorType(shape), layout: shape.rank == 4 ? .images : .plain, initial: .constant(0))
  }
}
