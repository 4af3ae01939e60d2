const ramp = fraction => {
  // Blue to yellow through grey-green: even in lightness, safe for any colour vision.
  const stops = [[0, 34, 78], [66, 78, 108], [124, 123, 120], [188, 175, 111], [254, 232, 56]];
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const at = (dark ? 0.35 + 0.65 * fraction : 0.9 * fraction) * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(at));
  return `rgb(${stops[i].map((v, k) => Math.round(v + (stops[i + 1][k] - v) * (at - i))).join(' ')})`;
};
const isNumeric = values => values.some(v => v !== null)
  && values.every(v => v === null || typeof v === 'number');
// A setting as a place between 0 and 1: numbers by size, words in the order they appear.
const scale = (values, options = {}) => {
  if (isNumeric(values)) {
    const present = values.filter(v => v !== null);
    const low = Math.min(...present), high = Math.max(...present);
    const a = axis(present, { log: low > 0 && high / low >= 8, ...options });
    const distinct = [...new Set(present)].sort((x, y) => x - y);
    const marks = distinct.length <= 5 && !options.isResult ? distinct : a.ticks;
    return { at: v => v === null ? null : a.at(v), marks: marks.map(m => [a.at(m), tickLabel(m)]) };
  }
  const words = [...new Set(values.map(v => v === null ? '–' : String(v)))];
  const at = v => (words.indexOf(v === null ? '–' : String(v)) + 0.5) / words.length;
  // Whole networks are words too: of those the beginning, and all of it where somebody points.
  return { at, marks: words.map(w => [at(w), w.length > 40 ? w.slice(0, 39) + '…' : w, w]) };
};
const label = (attributes, [, text, whole]) => {
  const node = svgElement('text', attributes, text);
  if (whole && whole !== text) node.append(svgElement('title', {}, whole));
  return node;
};
// A text in lines of so many letters, broken behind spaces and underscores.
const broken = (text, count) => text.split(/(?<=[ _])/).reduce((lines, word) => {
  const last = lines[lines.length - 1];
  if (last !== undefined && (last + word).trimEnd().length <= count) lines[lines.length - 1] += word;
  else lines.push(word);
  return lines;
}, []);
// A letter is at most so wide.
const letter = 7.2;
const longest = labels => Math.max(0, ...labels.map(label => label.length)) * letter;
const lastPart = key => key.split('.').slice(-2).join('.');
const rowTip = (row, measure) => [tipLine(element('b', {}, row.title)),
  ...data.keys.map((key, k) => tipLine(key, String(row.settings[k] ?? '–'))),
  tipLine(data.measures[measure], row.values[measure] ? number(row.values[measure][0])
    + (row.values[measure][1] === null ? '' : ` ± ${number(row.values[measure][1])}`) : '–')];

// What each setting does to a measure, by a plot a setting and by one of all. `drawSettings(rows)` may be called
// again with other rows, settings and measures of `data`; a measure that the reader has chosen stays.
const drawSettings = (() => {
  const select = $('measure');
  if (!select) return () => {};
  let all = [];
  let names = [];
  const offerMeasures = () => {
    if (names.join('\n') === data.measures.join('\n')) return;
    const chosen = names[select.value];
    names = [...data.measures];
    select.replaceChildren(...names.map((name, index) => element('option', { value: index }, name)));
    const usual = names.includes(data.objective) ? data.objective : names.findLast(name => name.endsWith('_loss'));
    select.value = Math.max(0, names.indexOf(names.includes(chosen) ? chosen : usual));
  };
  const score = (row, m) => row.values[m] && isFinite(row.values[m][0] ?? NaN) ? row.values[m][0] : null;

  const sensitivity = () => {
    const m = +select.value, log = $('measure-log').checked;
    // With what they are spread over, so that no line leaves the frame.
    const ends = row => {
      const value = score(row, m), sd = value === null ? null : row.values[m][1];
      return sd === null ? [value] : [value - sd, value, value + sd].filter(v => !log || v > 0);
    };
    const y = axis(all.flatMap(ends), { log, margin: 0.08 });
    $('sensitivity').replaceChildren(...data.keys.map((key, k) => {
      const figure = element('figure', {}, element('figcaption', {}, key));
      const svg = svgElement('svg', { role: 'img', 'aria-label': `${data.measures[m]} against ${key}` });
      figure.append(svg);
      const x = scale(all.map(row => row.settings[k]), { margin: 0.1, ticks: 4 });
      const words = !isNumeric(all.map(row => row.settings[k]));
      const marks = [...x.marks].sort((a, b) => a[0] - b[0]);
      const width = 320, right = width - 12, top = 8;
      let left = Math.max(50, 14 + longest(y.ticks.map(tickLabel)));
      // Words stand in lines below their places; where these are too narrow, they lean at 60 degrees.
      const slot = (right - left) / Math.max(1, marks.length);
      const lines = marks.map(mark => words ? broken(mark[1], slot / letter) : [mark[1]]);
      const leans = words && longest(lines.flat()) > slot;
      if (leans) left = Math.max(left, longest(marks.map(mark => mark[1])) * 0.5 - slot / 2 + 8);
      const room = leans ? 24 + longest(marks.map(mark => mark[1])) * 0.87
        : 14 + 16 * Math.max(1, ...lines.map(line => line.length));
      const height = 180 + room, bottom = height - room;
      const place = at => left + at * (right - left);
      svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
      for (const tick of y.ticks) {
        const at = bottom - y.at(tick) * (bottom - top);
        svg.append(svgElement('path', { class: 'grid', d: `M${left} ${at}H${right}` }),
          svgElement('text', { x: left - 6, y: at + 4, 'text-anchor': 'end' }, tickLabel(tick)));
      }
      let free = 0;
      marks.forEach((mark, i) => {
        const px = place(mark[0]), half = longest(lines[i]) / 2;
        if (!words && px - half < free) return;
        free = px + half;
        if (leans) {
          svg.append(label({ x: px + 4, y: bottom + 16, 'text-anchor': 'end',
            transform: `rotate(-60 ${px + 4} ${bottom + 16})` }, mark));
        } else lines[i].forEach((line, n) => svg.append(
          label({ x: px, y: bottom + 18 + 16 * n, 'text-anchor': 'middle' }, [0, line, mark[2]])));
      });
      svg.append(svgElement('path', { class: 'axis', d: `M${left} ${bottom}H${right}` }));
      const groups = new Map();
      all.forEach(row => {
        const value = score(row, m);
        const part = x.at(row.settings[k]);
        if (value === null || part === null) return;
        const px = place(part);
        const py = bottom - y.at(value) * (bottom - top);
        groups.set(px, [...(groups.get(px) || []), value]);
        const sd = row.values[m][1];
        if (sd !== null) {
          const end = v => bottom - Math.max(y.at(v), 0) * (bottom - top);
          const high = end(value + sd), low = end(value - sd);
          svg.append(svgElement('path', { d: `M${px} ${high}V${low}`, style: `stroke: ${colour(0)}; opacity: .4` }));
        }
        const dot = svgElement('circle', { cx: px, cy: py, r: 4.5, style: `fill: ${colour(0)}; opacity: .8` });
        dot.addEventListener('pointermove', event => showTip(event, rowTip(row, m)));
        dot.addEventListener('pointerleave', hideTip);
        svg.append(dot);
      });
      const means = [...groups].sort((a, b) => a[0] - b[0]).map(([px, values]) =>
        [px, bottom - y.at(values.reduce((a, b) => a + b, 0) / values.length) * (bottom - top)]);
      if (means.length > 1) svg.append(svgElement('path', { class: 'line',
        d: 'M' + means.map(p => p.join(' ')).join('L'),
        style: `stroke: ${colour(1)}; stroke-dasharray: 5 4; pointer-events: none` }));
      return figure;
    }));
  };

  const parallel = () => {
    const m = +select.value, place = $('parallel');
    const columns = [...data.keys.map((key, k) => ({ name: key, of: row => row.settings[k] })),
      { name: data.measures[m], of: row => score(row, m) }];
    const rows = all.filter(row => score(row, m) !== null);
    const scores = rows.map(row => score(row, m));
    const low = Math.min(...scores), high = Math.max(...scores);
    columns.forEach((column, i) => {
      const isResult = i === columns.length - 1;
      column.scale = scale(rows.map(column.of),
        isResult ? { log: $('measure-log').checked, margin: 0.05, isResult } : { margin: 0.05 });
      column.wide = 16 + longest(column.scale.marks.map(mark => mark[1]));
      column.named = 16 + longest([lastPart(column.name)]);
    });
    // Each axis has room for what stands beside it: on its left, of the last on its right.
    const last = columns.length - 1;
    const left = Math.max(70, columns[0].wide), edge = Math.max(70, columns[last].wide);
    // Of a name in the middle half stands to either side; the first and the last begin and end at the edges.
    const gaps = columns.slice(1, last).map(column => Math.max(130, column.wide + 14, column.named)).concat(130);
    const least = left + edge + gaps.reduce((a, b) => a + b, 0);
    const width = Math.max(place.clientWidth - 24, least), height = 300;
    const top = 34, bottom = height - 16, spare = (width - least) / gaps.length;
    columns.forEach((column, i) => {
      column.x = left + gaps.slice(0, i).reduce((sum, gap) => sum + gap + spare, 0);
    });
    const svg = svgElement('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img',
      'aria-label': 'settings and result of every row', style: `width: ${width}px; height: ${height}px` });
    const threads = rows.map(row => {
      // A setting that a row does not have is passed by below its axis.
      const d = 'M' + columns.map(column =>
        `${column.x} ${bottom - (column.scale.at(column.of(row)) ?? -0.04) * (bottom - top)}`).join('L');
      const stroke = ramp(high > low ? (score(row, m) - low) / (high - low) : 0.5);
      const thread = svgElement('path', { class: 'thread', d, style: `stroke: ${stroke}` });
      const target = svgElement('path', { d, style: 'fill: none; stroke: transparent; stroke-width: 12' });
      target.addEventListener('pointermove', event => {
        threads.forEach(other => other.thread.classList.toggle('faded', other.thread !== thread));
        thread.classList.add('followed');
        showTip(event, rowTip(row, m));
      });
      target.addEventListener('pointerleave', () => {
        threads.forEach(other => other.thread.classList.remove('faded', 'followed'));
        hideTip();
      });
      return { thread, target };
    });
    svg.append(...threads.map(t => t.thread));
    columns.forEach((column, i) => {
      const anchor = i === 0 ? 'start' : i === columns.length - 1 ? 'end' : 'middle';
      svg.append(svgElement('path', { class: 'axis', d: `M${column.x} ${top}V${bottom}` }),
        svgElement('text', { class: 'name', x: i === 0 ? 4 : i === columns.length - 1 ? width - 4 : column.x,
          y: 16, 'text-anchor': anchor }, lastPart(column.name)));
      for (const mark of column.scale.marks) svg.append(label({
        x: column.x + (i === columns.length - 1 ? 8 : -8), y: bottom - mark[0] * (bottom - top) + 4,
        'text-anchor': i === columns.length - 1 ? 'start' : 'end' }, mark));
    });
    svg.append(...threads.map(t => t.target));
    place.replaceChildren(svg);
  };

  const draw = () => { sensitivity(); parallel(); };
  select.addEventListener('change', draw);
  $('measure-log').addEventListener('change', draw);
  const fit = () => { if (all.length) parallel(); };
  addEventListener('resize', fit);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', fit);
  return rows => {
    all = rows;
    offerMeasures();
    draw();
  };
})();
