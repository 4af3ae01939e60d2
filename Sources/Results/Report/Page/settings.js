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
  return { at, marks: words.map(w => [at(w), w.length > 18 ? w.slice(0, 17) + '…' : w]) };
};
const lastPart = key => key.split('.').slice(-2).join('.');
const rowTip = (row, measure) => [tipLine(element('b', {}, row.title)),
  ...data.keys.map((key, k) => tipLine(key, String(row.settings[k] ?? '–'))),
  tipLine(data.measures[measure], row.values[measure] ? number(row.values[measure][0])
    + (row.values[measure][1] === null ? '' : ` ± ${number(row.values[measure][1])}`) : '–')];

(function settings() {
  const select = $('measure');
  if (!select) return;
  data.measures.forEach((name, index) => select.append(element('option', { value: index }, name)));
  const objective = data.measures.indexOf(data.objective);
  select.value = objective >= 0 ? objective : Math.max(0, data.measures.findLastIndex((name) => name.endsWith('_loss')));
  const score = (row, m) => row.values[m] && isFinite(row.values[m][0] ?? NaN) ? row.values[m][0] : null;

  const sensitivity = () => {
    const m = +select.value, log = $('measure-log').checked;
    // With what they are spread over, so that no line leaves the frame.
    const ends = row => {
      const value = score(row, m), sd = value === null ? null : row.values[m][1];
      return sd === null ? [value] : [value - sd, value, value + sd].filter(v => !log || v > 0);
    };
    const y = axis(data.rows.flatMap(ends), { log, margin: 0.08 });
    $('sensitivity').replaceChildren(...data.keys.map((key, k) => {
      const figure = element('figure', {}, element('figcaption', {}, key));
      const svg = svgElement('svg', { role: 'img', 'aria-label': `${data.measures[m]} against ${key}` });
      figure.append(svg);
      const width = 320, height = 210, left = 50, right = width - 12, top = 8, bottom = height - 30;
      svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
      const x = scale(data.rows.map(row => row.settings[k]), { margin: 0.1, ticks: 4 });
      for (const tick of y.ticks) {
        const at = bottom - y.at(tick) * (bottom - top);
        svg.append(svgElement('path', { class: 'grid', d: `M${left} ${at}H${right}` }),
          svgElement('text', { x: left - 6, y: at + 4, 'text-anchor': 'end' }, tickLabel(tick)));
      }
      let free = 0;
      for (const [at, label] of [...x.marks].sort((a, b) => a[0] - b[0])) {
        const place = left + at * (right - left), half = label.length * 3.6;
        if (place - half < free) continue;
        free = place + half;
        svg.append(svgElement('text', { x: place, y: bottom + 18, 'text-anchor': 'middle' }, label));
      }
      svg.append(svgElement('path', { class: 'axis', d: `M${left} ${bottom}H${right}` }));
      const groups = new Map();
      data.rows.forEach((row, index) => {
        const value = score(row, m);
        const place = x.at(row.settings[k]);
        if (value === null || place === null) return;
        const px = left + place * (right - left);
        const py = bottom - y.at(value) * (bottom - top);
        groups.set(px, [...(groups.get(px) || []), value]);
        const sd = row.values[m][1];
        if (sd !== null) {
          const end = v => bottom - Math.max(y.at(v), 0) * (bottom - top);
          const high = end(value + sd), low = end(value - sd);
          svg.append(svgElement('path', { d: `M${px} ${high}V${low}`, style: `stroke: ${colour(0)}; opacity: .4` }));
        }
        const dot = svgElement('circle', { cx: px, cy: py, r: 4.5, style: `fill: ${colour(0)}; opacity: .8` });
        dot.addEventListener('pointermove', event => showTip(event, rowTip(data.rows[index], m)));
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
    const width = Math.max(place.clientWidth - 24, columns.length * 130), height = 300;
    const top = 34, bottom = height - 16, left = 70, right = width - 70;
    const svg = svgElement('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img',
      'aria-label': 'settings and result of every row', style: `width: ${width}px; height: ${height}px` });
    const rows = data.rows.filter(row => score(row, m) !== null);
    const scores = rows.map(row => score(row, m));
    const low = Math.min(...scores), high = Math.max(...scores);
    columns.forEach((column, i) => {
      column.x = left + i * (right - left) / (columns.length - 1);
      const isResult = i === columns.length - 1;
      column.scale = scale(rows.map(column.of),
        isResult ? { log: $('measure-log').checked, margin: 0.05, isResult } : { margin: 0.05 });
    });
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
      for (const [at, label] of column.scale.marks) svg.append(svgElement('text', {
        x: column.x + (i === columns.length - 1 ? 8 : -8), y: bottom - at * (bottom - top) + 4,
        'text-anchor': i === columns.length - 1 ? 'start' : 'end' }, label));
    });
    svg.append(...threads.map(t => t.target));
    place.replaceChildren(svg);
  };

  const draw = () => { sensitivity(); parallel(); };
  select.addEventListener('change', draw);
  $('measure-log').addEventListener('change', draw);
  draw();
  addEventListener('resize', parallel);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', parallel);
})();

addEventListener('resize', drawCharts);
