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

drawCurves();
drawSamples();
drawSettings(data.rows);
