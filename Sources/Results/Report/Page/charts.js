const svgElement = (tag, attributes = {}, text) => {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
};
const tickLabel = x => {
  const size = Math.abs(x);
  if (size < 1e-12) return '0';
  if (size >= 1e9 || size < 1e-4) return x.toExponential().replace('e+', 'e');
  if (size >= 1e6) return +(x / 1e6).toPrecision(6) + 'M';
  if (size >= 1e4) return +(x / 1e3).toPrecision(6) + 'k';
  return String(+x.toPrecision(6)).replace('-', '−');
};
const axis = (values, { log = false, ticks = 5, margin = 0.04 } = {}) => {
  let low = Infinity, high = -Infinity;
  for (const v of values) if (v !== null && isFinite(v) && (!log || v > 0)) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  if (low > high) [low, high] = log ? [1, 10] : [0, 1];
  const bend = log ? Math.log10 : x => x;
  let a = bend(low), b = bend(high);
  const span = Math.max(b - a, log ? 0.1 : Math.max(Math.abs(a), Math.abs(b)) * 1e-3, 1e-9);
  const middle = (a + b) / 2;
  a = Math.min(a, middle - span / 2) - margin * span;
  b = Math.max(b, middle + span / 2) + margin * span;
  const marks = [];
  if (log) {
    const first = Math.floor(a), last = Math.ceil(b);
    const every = Math.max(1, Math.ceil((last - first) / ticks));
    for (let e = first; e <= last; e += every)
      for (const f of last - first <= 3 ? [1, 2, 5] : [1]) marks.push(f * 10 ** e);
  } else {
    const power = 10 ** Math.floor(Math.log10((b - a) / ticks));
    const step = [1, 2, 2.5, 5, 10].map(f => f * power).find(s => s >= (b - a) / ticks * 0.999);
    for (let i = Math.ceil(a / step); i <= b / step; i++) marks.push(i * step);
  }
  return {
    log,
    at: x => log && x <= 0 ? -3 : (bend(x) - a) / (b - a),
    back: f => log ? 10 ** (a + f * (b - a)) : a + f * (b - a),
    ticks: marks.filter(m => bend(m) >= a - 1e-12 && bend(m) <= b + 1e-12),
  };
};
// The few first values that would flatten everything else do not set the scale.
const readable = values => {
  const sorted = values.filter(v => v !== null && isFinite(v)).sort((a, b) => a - b);
  if (sorted.length < 21) return sorted;
  const cut = Math.floor(sorted.length / 50);
  const low = sorted[cut], high = sorted[sorted.length - 1 - cut];
  const width = Math.max(high - low, Math.abs(high) * 0.02, 1e-9);
  return [Math.max(sorted[0], low - 0.35 * width),
    Math.min(sorted[sorted.length - 1], high + 0.35 * width)];
};
const smoothed = (values, weight) => {
  let mean = 0, total = 0;
  return values.map(v => {
    if (v === null || !isFinite(v)) return v;
    mean = weight * mean + (1 - weight) * v;
    total = weight * total + (1 - weight);
    return mean / total;
  });
};

// The rows whose curves are shown: the first eight, the best wherever it stands, and what the reader chooses.
const visible = new Set();
const charts = [];

function curveChart(measure) {
  const figure = element('figure', {}, element('figcaption', {}, measure));
  const svg = svgElement('svg', { role: 'img', 'aria-label': `${measure} over the steps` });
  figure.append(svg);
  let current = null;
  const draw = () => {
    const width = Math.max(240, svg.clientWidth || 520), height = 270;
    const right = width - 18, top = 8, bottom = height - 38;
    svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    svg.style.height = height + 'px';
    const weight = +$('smooth').value, log = $('log').checked;
    const shown = data.rows
      .map((row, index) => ({ index, title: row.title, curve: row.curves[measure] }))
      .filter(row => row.curve && visible.has(row.index))
      .map(row => ({ ...row, smooth: smoothed(row.curve.y, row.curve.y.length > 30 ? weight : 0) }));
    const x = axis(shown.flatMap(row => row.curve.x), { margin: 0, ticks: width / 90 });
    const all = shown.flatMap(row => row.curve.y);
    const y = axis(log ? all : readable(all), { log });
    const left = Math.max(52, 14 + 7.2 * Math.max(0, ...y.ticks.map(tick => tickLabel(tick).length)));
    const placeX = v => left + x.at(v) * (right - left);
    const placeY = v => bottom - Math.min(Math.max(y.at(v), -2), 3) * (bottom - top);
    const parts = [];
    for (const tick of y.ticks) {
      const at = placeY(tick);
      parts.push(svgElement('path', { class: 'grid', d: `M${left} ${at}H${right}` }));
      parts.push(svgElement('text', { x: left - 7, y: at + 4, 'text-anchor': 'end' }, tickLabel(tick)));
    }
    for (const tick of x.ticks) {
      const at = placeX(tick);
      parts.push(svgElement('path', { class: 'axis', d: `M${at} ${bottom}v5` }));
      parts.push(svgElement('text', { x: at, y: bottom + 18, 'text-anchor': 'middle' }, tickLabel(tick)));
    }
    parts.push(svgElement('path', { class: 'axis', d: `M${left} ${bottom}H${right}` }));
    parts.push(svgElement('text', { x: right, y: bottom + 33, 'text-anchor': 'end' }, 'step'));
    const id = 'clip-' + charts.findIndex(chart => chart.svg === svg);
    const clip = svgElement('clipPath', { id });
    clip.append(svgElement('rect', { x: left, y: top, width: right - left, height: bottom - top }));
    const group = svgElement('g', { 'clip-path': `url(#${id})` });
    const path = (xs, ys) => {
      let d = '', pen = 'M';
      ys.forEach((v, i) => {
        if (v === null || !isFinite(v) || (log && v <= 0)) { pen = 'M'; return; }
        d += `${pen}${placeX(xs[i]).toFixed(1)} ${placeY(v).toFixed(1)}`;
        pen = 'L';
      });
      return d;
    };
    for (const row of shown) {
      const { x: xs, low, high } = row.curve;
      if (low) {
        const keep = xs.map((_, i) => i).filter(i => low[i] !== null && high[i] !== null
          && (!log || low[i] > 0));
        const ring = [...keep.map(i => [xs[i], high[i]]), ...keep.reverse().map(i => [xs[i], low[i]])];
        if (ring.length) group.append(svgElement('path', { class: 'band',
          d: 'M' + ring.map(([a, b]) => `${placeX(a).toFixed(1)} ${placeY(b).toFixed(1)}`).join('L') + 'Z',
          style: `fill: ${colour(row.index)}` }));
      }
      const style = `stroke: ${colour(row.index)}; stroke-dasharray: ${dash(row.index) || 'none'}`;
      if (weight > 0 && xs.length > 30)
        group.append(svgElement('path', { class: 'raw', d: path(xs, row.curve.y), style }));
      // One value alone is a dot.
      const d = path(xs, row.smooth), isDot = d && !d.includes('L');
      group.append(svgElement('path', isDot
        ? { class: 'line dot', d: d + 'h0', style: `stroke: ${colour(row.index)}` }
        : { class: 'line', d, style }));
    }
    const cross = svgElement('path', { class: 'cross' });
    svg.replaceChildren(clip, ...parts, group, cross);
    current = { shown, x, placeX, left, right, top, bottom, width, cross };
  };
  const point = event => {
    if (!current || !current.shown.length) return;
    const box = svg.getBoundingClientRect();
    const at = (event.clientX - box.left) * current.width / box.width;
    const step = current.x.back((at - current.left) / (current.right - current.left));
    let nearest = null;
    for (const row of current.shown) for (const v of row.curve.x)
      if (nearest === null || Math.abs(v - step) < Math.abs(nearest - step)) nearest = v;
    const place = current.placeX(nearest);
    current.cross.setAttribute('d', `M${place} ${current.top}V${current.bottom}`);
    const lines = [tipLine(element('b', {}, 'step ' + Math.round(nearest).toLocaleString('en')))];
    for (const row of current.shown.slice(0, 16)) {
      const i = row.curve.x.reduce((best, v, k) =>
        Math.abs(v - nearest) < Math.abs(row.curve.x[best] - nearest) ? k : best, 0);
      const name = element('span', {}, swatch(row.index), data.rows.length > 1 ? row.title : measure);
      const low = row.curve.low ? ` (${number(row.curve.low[i])} … ${number(row.curve.high[i])})` : '';
      lines.push(tipLine(name, number(row.curve.y[i]) + low));
    }
    showTip(event, lines);
  };
  const leave = () => { hideTip(); if (current) current.cross.removeAttribute('d'); };
  svg.addEventListener('pointermove', point);
  svg.addEventListener('pointerdown', point);
  svg.addEventListener('pointerleave', leave);
  charts.push({ measure, figure, svg, draw });
  return figure;
}

const drawCharts = () => charts.forEach(chart => chart.draw());

// A chart a measure and a chip a row. May be called again when rows or points have come to `data`.
const drawCurves = (() => {
  const place = $('charts');
  if (!place) return () => {};
  const chips = new Map();
  const chip = (row, index) => {
    if (visible.size < (bestRow === null || bestRow < 8 ? 8 : 7) || index === bestRow) visible.add(index);
    const button = element('button', { type: 'button', class: 'chip', 'aria-pressed': visible.has(index) },
      swatch(index), row.title);
    button.addEventListener('click', () => {
      visible.has(index) ? visible.delete(index) : visible.add(index);
      button.setAttribute('aria-pressed', visible.has(index));
      drawCharts();
    });
    $('legend').append(button);
    return button;
  };
  $('smooth').addEventListener('input', () => {
    $('smooth-value').textContent = (+$('smooth').value).toFixed(2);
    drawCharts();
  });
  $('log').addEventListener('change', drawCharts);
  addEventListener('resize', drawCharts);
  return () => {
    const rows = data.rows.map((row, index) => ({ row, index }))
      .filter(({ row }) => Object.keys(row.curves).length);
    for (const { row, index } of rows) if (!chips.has(row)) chips.set(row, chip(row, index));
    for (const [row, button] of chips) if (!rows.some(one => one.row === row)) {
      visible.delete(data.rows.indexOf(row));
      button.remove();
      chips.delete(row);
    }
    $('legend').hidden = chips.size < 2;
    const measures = new Set(rows.flatMap(({ row }) => Object.keys(row.curves)));
    for (const measure of measures)
      if (!charts.some(chart => chart.measure === measure)) place.append(curveChart(measure));
    for (const chart of charts) chart.figure.hidden = !measures.has(chart.measure);
    drawCharts();
  };
})();
