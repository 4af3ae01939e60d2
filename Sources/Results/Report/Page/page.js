'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const $ = id => document.getElementById(id);
const element = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};
const colour = row => `var(--c${row % 8})`;
const dashes = ['', '6 4', '2 3', '9 3 2 3'];
const dash = row => dashes[Math.floor(row / 8) % dashes.length];
const number = x => {
  if (x === null || !isFinite(x)) return '–';
  const size = Math.abs(x);
  if (x === Math.round(x) && size < 1e7) return x.toLocaleString('en');
  return size >= 1e-4 && size < 1e7 ? String(+x.toPrecision(4)) : x.toExponential(2);
};
const swatch = row => {
  const node = element('span', { class: 'swatch' });
  node.style.borderColor = colour(row);
  if (dash(row)) node.style.borderTopStyle = Math.floor(row / 8) % 2 ? 'dashed' : 'dotted';
  return node;
};

// The row that is best by the objective; null without one.
const bestRow = (() => {
  const at = data.measures.indexOf(data.objective);
  const scores = at < 0 ? [] : data.rows.map((row, index) => [row.values[at] && row.values[at][0], index])
    .filter(([score]) => typeof score === 'number' && isFinite(score))
    .sort((a, b) => data.maximize ? b[0] - a[0] : a[0] - b[0]);
  return scores.length > 1 ? scores[0][1] : null;
})();

const tip = $('tip');
const showTip = (event, lines) => {
  tip.replaceChildren(...lines);
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  const left = event.clientX + 16 + box.width > innerWidth
    ? Math.max(4, event.clientX - 16 - box.width) : event.clientX + 16;
  tip.style.left = left + 'px';
  tip.style.top = Math.max(4, Math.min(event.clientY + 14, innerHeight - box.height - 4)) + 'px';
};
const hideTip = () => { tip.hidden = true; };
const tipLine = (...cells) =>
  element('div', {}, ...cells.map(cell => cell instanceof Node ? cell : element('span', {}, cell)));
