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

(function table() {
  const table = document.querySelector('#table table');
  if (!table) return;
  const body = table.tBodies[0];
  [...body.rows].forEach((line, row) => {
    line.dataset.row = row;
    if (data.rows[row] && Object.keys(data.rows[row].curves).length)
      line.cells[0].prepend(swatch(row));
    for (const cell of line.cells) cell.title = cell.textContent;
  });
  const value = (line, column) => {
    const cell = line.cells[column];
    if (cell.dataset.value !== undefined) return parseFloat(cell.dataset.value);
    return cell.textContent.trim() === '–' ? null : cell.textContent.trim();
  };
  const compare = (a, b) => {
    const missing = x => x === null || Number.isNaN(x);
    if (missing(a) || missing(b)) return missing(a) - missing(b);
    return typeof a === 'number' && typeof b === 'number'
      ? a - b : String(a).localeCompare(String(b), 'en', { numeric: true });
  };
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = element('button', { type: 'button' }, head.textContent);
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const descending = head.getAttribute('aria-sort') === 'ascending';
      for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      const lines = [...body.rows].map(line => [value(line, column), line]);
      const last = ([v]) => v === null || Number.isNaN(v);
      lines.sort((a, b) => last(a) || last(b) ? compare(a[0], b[0])
        : descending ? compare(b[0], a[0]) : compare(a[0], b[0]));
      body.append(...lines.map(([, line]) => line));
    });
  });
  if (bestRow !== null) body.rows[bestRow].classList.add('best');
})();

(function samples() {
  const place = $('pictures');
  if (!place) return;
  const rows = data.rows.map((row, index) => ({ row, index })).filter(({ row }) => row.pictures.length);
  const steps = [...new Set(rows.flatMap(({ row }) => row.pictures.map(p => p.step)))]
    .sort((a, b) => a - b);
  const slider = $('frame');
  slider.max = steps.length - 1;
  slider.value = steps.length - 1;
  if (rows.length === 1) place.classList.add('one');
  const figures = rows.map(({ row, index }) => {
    const image = element('img', { alt: `samples of ${row.title}` });
    const note = element('small');
    const caption = element('figcaption', {}, rows.length > 1 ? swatch(index) : '',
      rows.length > 1 ? row.title + ' ' : '', note);
    place.append(element('figure', {}, image, caption));
    return { row, image, note };
  });
  const show = () => {
    const step = steps[slider.value];
    $('frame-value').textContent = step.toLocaleString('en');
    for (const { row, image, note } of figures) {
      const past = row.pictures.filter(p => p.step <= step);
      const picture = past[past.length - 1];
      image.style.visibility = picture ? 'visible' : 'hidden';
      if (picture && image.src !== picture.src) image.src = picture.src;
      note.textContent = picture ? `step ${picture.step.toLocaleString('en')}` : 'not yet';
    }
  };
  slider.addEventListener('input', show);
  show();
  let timer = null;
  $('play').addEventListener('click', () => {
    if (timer !== null) {
      clearInterval(timer);
      timer = null;
    } else {
      if (+slider.value === steps.length - 1) slider.value = 0;
      timer = setInterval(() => {
        slider.value = +slider.value + 1;
        show();
        if (+slider.value === steps.length - 1) $('play').click();
      }, 400);
    }
    $('play').textContent = timer === null ? '▶' : '❚❚';
    show();
  });
  if (steps.length < 2) slider.closest('.controls').hidden = true;
})();

(function specs() {
  const which = $('which');
  const details = [...document.querySelectorAll('.detail')];
  for (const line of document.querySelectorAll('.spec tr')) {
    const origin = line.cells[2];
    if (origin && !/^(default|from)/.test(origin.textContent)) line.classList.add('own');
  }
  if (which) which.addEventListener('change', () =>
    details.forEach((detail, index) => { detail.hidden = index !== +which.value; }));
})();
