// The grids of all rows at one step, which a slider chooses. `drawSamples` may be called again when rows or
// pictures have come to `data`; a slider that stands at its end stays there.
const drawSamples = (() => {
  const place = $('pictures');
  if (!place) return () => {};
  const slider = $('frame');
  const figures = new Map();
  let steps = [];
  let timer = null;
  const figure = (row, index) => {
    const image = element('img', { alt: `samples of ${row.title}` });
    const name = element('span');
    const note = element('small');
    const frame = element('figure', {}, image, element('figcaption', {}, name, note));
    place.append(frame);
    return { row, index, image, name, note, frame };
  };
  const show = () => {
    if (!steps.length) return;
    const step = steps[slider.value];
    $('frame-value').textContent = step.toLocaleString('en');
    for (const { row, image, note } of figures.values()) {
      const past = row.pictures.filter(p => p.step <= step);
      const picture = past[past.length - 1];
      image.style.visibility = picture ? 'visible' : 'hidden';
      if (picture && image.getAttribute('src') !== picture.src) image.src = picture.src;
      note.textContent = picture ? `step ${picture.step.toLocaleString('en')}` : 'not yet';
    }
  };
  const draw = () => {
    const rows = data.rows.map((row, index) => ({ row, index })).filter(({ row }) => row.pictures.length);
    for (const [row, shown] of figures) if (!rows.some(one => one.row === row)) {
      shown.frame.remove();
      figures.delete(row);
    }
    for (const { row, index } of rows) if (!figures.has(row)) figures.set(row, figure(row, index));
    for (const { row, index, name } of figures.values())
      name.replaceChildren(...(rows.length > 1 ? [swatch(index), row.title + ' '] : []));
    const wasAtEnd = +slider.value >= steps.length - 1;
    const step = steps[slider.value];
    steps = [...new Set(rows.flatMap(({ row }) => row.pictures.map(p => p.step)))].sort((a, b) => a - b);
    slider.max = Math.max(0, steps.length - 1);
    slider.value = wasAtEnd ? steps.length - 1 : Math.max(0, steps.findIndex(s => s >= step));
    place.classList.toggle('one', rows.length === 1);
    slider.closest('.controls').hidden = steps.length < 2;
    show();
  };
  slider.addEventListener('input', show);
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
  return draw;
})();
