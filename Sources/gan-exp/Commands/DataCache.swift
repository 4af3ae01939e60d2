import ArgumentParser
import Images
import RunFormat
import Spec

extension Data {
  struct Cache: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the decoded pictures that are kept, and removes some when told to.",
      discussion: """
        Whenever pictures are decoded anew, files that were not used for $GAN_EXP_CACHE_AGE (90 days where \
        it says nothing) go, and the longest unused ones of more than $GAN_EXP_CACHE_SIZE (50GB). What is \
        removed is made anew when it is wanted.
        """)

    @Option(
      help: ArgumentHelp("Removes what was not used for so long: '30 days'.", valueName: "time"))
    var olderThan: String?
    @Option(
      help: ArgumentHelp(
        "Removes the longest unused until no more is left: 5GB; 0B: all.", valueName: "size"))
    var leave: String?
    @OptionGroup var data: DataOptions

    func validate() throws {
      if let olderThan, Amounts.seconds(olderThan) == nil {
        throw ValidationError("--older-than takes a time such as '30 days', not `\(olderThan)`")
      }
      if let leave, Amounts.bytes(leave) == nil {
        throw ValidationError("--leave takes a size such as 5GB, not `\(leave)`")
      }
    }

    func run() throws {
      guard let folder = data.cacheFolder else {
        return Terminal.error("nothing is kept: the cache folder is `none`")
      }
      let cache = DecodedCacheFolder(folder)
      guard olderThan == nil, leave == nil else {
        let limits = CacheLimits(
          bytes: leave.flatMap(Amounts.bytes) ?? .max,
          seconds: olderThan.flatMap(Amounts.seconds) ?? .infinity)
        let gone = cache.trim(to: limits)
        for file in gone.files { try Output.line(file.path) }
        return Terminal.error(
          "removed \(gone.files.count) of \(cache.files.count) files, \(ByteCount(gone.bytes)); "
            + "\(ByteCount(cache.bytes - gone.bytes)) left in \(folder)")
      }
      for file in cache.files {
        try Output.line(
          "\(ByteCount(file.bytes))  last used \(Moment(seconds: file.lastUsed).short)  \(file.path)"
        )
      }
      Terminal.error("\(cache.files.count) files, \(ByteCount(cache.bytes)) in \(folder)")
    }
  }
}
