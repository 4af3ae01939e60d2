extension Report {
  static var style: String {
    func variables(_ colours: [String]) -> String {
      colours.enumerated().map { "--c\($0): \($1);" }.joined(separator: " ")
    }
    return """

      :root {
        color-scheme: light dark;
        --paper: #fff; --raised: #f6f8fa; --ink: #1f2328; --soft: #59636e; --rule: #d8dee4;
        --strong-rule: #818b98; --accent: #0969da;
        \(variables(Palette.light))
      }
      @media (prefers-color-scheme: dark) {
        :root {
          --paper: #0d1117; --raised: #161b22; --ink: #e6edf3; --soft: #9198a1; --rule: #262c36;
          --strong-rule: #656c76; --accent: #4493f8;
          \(variables(Palette.dark))
        }
      }
      * { box-sizing: border-box; }
      html { scroll-behavior: smooth; scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
      body {
        margin: 0; background: var(--paper); color: var(--ink);
        font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
      }
      header, main { max-width: 1180px; margin: 0 auto; padding: 0 1.25rem; }
      header { padding-top: 2.25rem; }
      h1 { font-size: 1.9rem; line-height: 1.2; margin: 0; letter-spacing: -.015em; overflow-wrap: anywhere; }
      h2 { font-size: 1.25rem; margin: 0 0 .75rem; }
      h3 { font-size: 1rem; margin: 1.75rem 0 .5rem; }
      .lead { color: var(--soft); font-size: 1.05rem; margin: .4rem 0 1rem; }
      .hint { color: var(--soft); margin: -.4rem 0 .75rem; }
      nav { display: flex; flex-wrap: wrap; gap: .35rem 1.25rem; padding: .5rem 0; border-bottom: 1px solid var(--rule); }
      a { color: var(--accent); text-decoration: none; }
      a:hover { text-decoration: underline; }
      section { margin: 2.25rem 0; }
      #facts { margin: 1.25rem 0; }
      .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(270px, 1fr)); gap: .6rem; margin: 0; }
      .facts > div { background: var(--raised); border: 1px solid var(--rule); border-radius: 8px; padding: .6rem .85rem; }
      dt { color: var(--soft); font-size: .8rem; }
      dd { margin: 0; overflow-wrap: anywhere; }
      .scroll { overflow: auto; max-height: 36rem; border: 1px solid var(--rule); border-radius: 8px; }
      table { border-collapse: collapse; width: 100%; font-size: .9rem; }
      th, td { padding: .45rem .8rem; text-align: left; white-space: nowrap; }
      td { border-top: 1px solid var(--rule); max-width: 26rem; overflow: hidden; text-overflow: ellipsis; }
      .number { text-align: right; font-variant-numeric: tabular-nums; }
      th { position: sticky; top: 0; z-index: 1; background: var(--raised); font-weight: 600; box-shadow: inset 0 -1px var(--rule); }
      th button { all: unset; cursor: pointer; }
      th button:focus-visible, .chip:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
      th[aria-sort="ascending"] button::after { content: " ▲"; font-size: .7em; }
      th[aria-sort="descending"] button::after { content: " ▼"; font-size: .7em; }
      tbody tr:hover { background: var(--raised); }
      tr.best td { font-weight: 600; }
      .spec table { font: .82rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
      .spec td { white-space: normal; overflow-wrap: anywhere; padding: .22rem .8rem; }
      .spec td:first-child { color: var(--soft); }
      .spec td:nth-child(3) { color: var(--soft); white-space: nowrap; }
      .spec td:nth-child(2) { min-width: 8rem; }
      .spec tr.own td:nth-child(2) { font-weight: 650; }
      .swatch { display: inline-block; width: 1.1rem; height: 0; border-top: 3px solid; margin-right: .5rem; vertical-align: .25em; }
      .controls { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; margin-bottom: .75rem; color: var(--soft); }
      .controls label { display: flex; align-items: center; gap: .5rem; }
      .controls output { color: var(--ink); font-variant-numeric: tabular-nums; min-width: 3.2rem; }
      .sticky { position: sticky; top: 0; background: var(--paper); padding: .5rem 0; z-index: 2; }
      .grow { flex: 1; min-width: 12rem; }
      .grow input { flex: 1; min-width: 4rem; }
      input, select, button { accent-color: var(--accent); font: inherit; color: inherit; }
      select, #play { background: var(--raised); color: var(--ink); border: 1px solid var(--rule); border-radius: 6px; padding: .25rem .6rem; max-width: 100%; }
      select { min-width: 0; }
      #play { width: 2.4rem; cursor: pointer; }
      .legend { display: flex; flex-wrap: wrap; gap: .35rem; margin-bottom: .75rem; max-height: 8.6rem; overflow-y: auto; }
      .chip { display: inline-flex; align-items: center; border: 1px solid var(--rule); background: none; border-radius: 999px; padding: .15rem .7rem .15rem .6rem; font-size: .84rem; cursor: pointer; max-width: 100%; text-align: left; }
      .chip[aria-pressed="false"] { opacity: .4; }
      .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 1rem; }
      .charts.small { grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); }
      figure { margin: 0; min-width: 0; border: 1px solid var(--rule); border-radius: 8px; padding: .6rem .6rem .3rem; }
      figcaption { font-weight: 600; font-size: .9rem; padding: 0 .3rem .2rem; overflow-wrap: anywhere; }
      svg { display: block; width: 100%; touch-action: pan-y; }
      svg text { fill: var(--soft); font-size: 12px; }
      svg .grid { stroke: var(--rule); }
      svg .axis { stroke: var(--strong-rule); }
      svg .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
      svg .raw { fill: none; stroke-width: 1; opacity: .3; }
      svg .band { stroke: none; opacity: .15; }
      svg .cross { stroke: var(--strong-rule); stroke-dasharray: 3 3; }
      #parallel text { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
      svg .name { fill: var(--ink); font-weight: 600; }
      svg .thread { fill: none; stroke-width: 1.8; opacity: .75; }
      svg .faded { opacity: .1; }
      svg .thread.followed { stroke-width: 3.5; opacity: 1; }
      #parallel { overflow-x: auto; border: 1px solid var(--rule); border-radius: 8px; padding: .6rem; }
      .pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 230px), 1fr)); gap: 1rem; }
      .pictures.one { grid-template-columns: minmax(0, 620px); }
      .pictures img { display: block; width: 100%; image-rendering: pixelated; border-radius: 4px; background: #282828; }
      .pictures figcaption { font-weight: 500; padding: .35rem .2rem 0; }
      .pictures small { color: var(--soft); font-weight: 400; }
      #tip {
        position: fixed; z-index: 9; pointer-events: none; max-width: min(22rem, 80vw);
        background: var(--raised); border: 1px solid var(--strong-rule); border-radius: 8px;
        padding: .45rem .7rem; font-size: .82rem; box-shadow: 0 4px 18px #0003;
        font-variant-numeric: tabular-nums;
      }
      #tip div { display: flex; gap: .8rem; justify-content: space-between; }
      #tip div span:first-child { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      #notes { color: var(--soft); }
      #notes li { overflow-wrap: anywhere; }
      @media (max-width: 600px) {
        header { padding-top: 1.25rem; }
        h1 { font-size: 1.45rem; }
        .pictures { grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); }
        th, td { padding: .4rem .55rem; }
      }
      @media print { nav, .controls { display: none; } .scroll { max-height: none; } }

      """
  }
}
