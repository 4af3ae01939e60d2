extension Experiment {
  /// A formula that somebody asks for outside of the file, over the names of its game.
  ///
  /// - Parameters:
  ///   - text: `to_horse(to_zebra(horses))`
  ///   - place: where it was written, such as `--of`.
  /// - Throws: for what is no formula, and for names that stand for nothing.
  package func formula(_ text: String, writtenAt place: String) throws(Diagnostics) -> Formula {
    let source = SourceText(name: place, text: text, kind: .set)
    func origin(_ offset: Int, _ length: Int) -> Origin {
      Origin(source: source, mark: Mark(line: 1, column: offset + 1, length: length))
    }
    let located: LocatedFormula
    do throws(FormulaError) {
      located = try FormulaParser.parse(text, place: origin)
    } catch {
      throw Diagnostics(
        [
          Diagnostic(
            error.message, at: origin(error.offset, error.length), label: error.label)
        ])
    }
    let networks = game.networks.map(\.name)
    if case .name(let name) = located.formula, let meant = nearest(to: name, in: networks),
      !game.names.contains(name)
    {
      throw Diagnostics([
        Diagnostic(
          "there is no network and no value `\(name.abbreviated)`", at: located.origin,
          label: "did you mean `\(meant)`?")
      ])
    }
    let findings = GameCheck.findings(of: located, in: general)
    if !findings.isEmpty { throw Diagnostics(findings) }
    return located.formula
  }
}
