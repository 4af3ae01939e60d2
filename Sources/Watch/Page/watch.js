// The page of `gan-exp watch`: what the server's messages say, drawn by the scripts of the report.
const view = new URLSearchParams(location.search).get('view') || 'all';
const rows = new Map();
const slots = new Map();
let about = {};
let limit = 100;
let best = null;

const duration = seconds => {
  const two = n => String(n).padStart(2, '0');
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)}h ${two(Math.floor(seconds / 60) % 60)}m`;
  return `${Math.floor(seconds / 86400)}d ${Math.floor(seconds / 3600) % 24}h`;
};
const percent = done => `${done >= 1 ? 100 : Math.floor(done * 100)} %`;
const link = (key, ...children) => element('a', { href: `/?view=${key}` }, ...children);

// MARK: What is said

const slot = key => {
  if (!slots.has(key)) {
    slots.set(key, data.rows.length);
    data.rows.push({ key, title: key, curves: {}, pictures: [], settings: [], values: [] });
  }
  return data.rows[slots.get(key)];
};
const empty = row => Object.assign(row, { curves: {}, pictures: [] });

function take(message) {
  if (message.full) {
    rows.clear();
    data.rows.forEach(empty);
  }
  if (message.layout) Object.assign(data, message.layout);
  if (message.view) about = message.view;
  for (const row of message.rows ?? []) rows.set(row.key, row);
  for (const key of message.removed ?? []) {
    rows.delete(key);
    lines.get(key)?.remove();
    lines.delete(key);
  }
  for (const key of message.dropped ?? []) empty(slot(key));
  for (const detail of message.details ?? []) {
    const row = slot(detail.key);
    if (detail.title) row.title = detail.title;
    if (detail.pictures) row.pictures = detail.pictures;
    for (const [measure, { from, x, y }] of Object.entries(detail.curves ?? {})) {
      const curve = row.curves[measure] ?? { x: [], y: [] };
      curve.x.splice(from, Infinity, ...x);
      curve.y.splice(from, Infinity, ...y);
      if (curve.x.length) row.curves[measure] = curve; else delete row.curves[measure];
    }
  }
  drawHead(message);
  const changed = new Set((message.layout || message.full ? [...rows.values()] : message.rows ?? []).map(row => row.key));
  // The one that was the best looks like the others again.
  if (best !== (about.best?.[0] ?? null)) {
    if (best) changed.add(best);
    best = about.best?.[0] ?? null;
    if (best) changed.add(best);
  }
  if (changed.size || message.removed || message.layout || message.full) drawList(changed);
  if (message.details || message.dropped || message.full) {
    // A section has a width only while it is seen.
    $('curves').hidden = !data.rows.some(row => Object.keys(row.curves).length);
    $('samples').hidden = !data.rows.some(row => row.pictures.length);
    const shown = data.rows.filter(row => Object.keys(row.curves).length).length;
    const all = [...rows.values()].filter(row => row.kind === 'run').length;
    $('chosen').hidden = about.kind === 'run' || shown >= all;
    $('chosen').textContent = `Curves and samples are those of ${shown} of ${all.toLocaleString('en')}: what runs, `
      + 'what is best so far, what ended last. A run’s own page has its curves.';
    drawCurves();
    drawSamples();
  }
  if (message.rows || message.removed || message.layout || message.full) settingsSoon();
}

// MARK: The head

function drawHead(message) {
  if (message.gone) {
    $('title').textContent = 'gone';
    $('lead').textContent = 'No run and no sweep of this name is here any more. ';
    $('crumbs').replaceChildren(link('all', '← all runs'));
    $('crumbs').hidden = false;
    for (const section of document.querySelectorAll('main > section')) section.hidden = true;
    return;
  }
  if (message.view) {
    $('title').textContent = about.title;
    $('lead').textContent = [about.lead, about.kind === 'sweep' ? about.id : ''].filter(Boolean).join(' · ');
    const crumbs = about.kind === 'all' ? [] : [link('all', '← all runs')];
    if (about.parent) crumbs.push(' · ', link(about.parent[0], about.parent[1]));
    $('crumbs').replaceChildren(...crumbs);
    $('crumbs').hidden = !crumbs.length;
    $('runs-heading').textContent = about.kind === 'sweep' ? 'Trials' : about.kind === 'all' ? 'Runs' : 'Now';
  }
  const own = about.kind === 'run' ? [...rows.values()][0] : null;
  if (own) $('lead').textContent = [own.told, own.reason, own.id].filter(Boolean).join(' · ');
  const whole = about.kind === 'sweep' ? about : own;
  $('whole').hidden = !whole;
  if (whole) {
    $('whole').querySelector('i').style.width = `${whole.done * 100}%`;
    const parts = [percent(whole.done)];
    if (typeof whole.left === 'number') parts.push(`about ${duration(whole.left)} left`);
    $('whole-text').replaceChildren(parts.join(' · '));
    if (about.best) $('whole-text').append(` · best ${data.objective} so far `,
      element('b', {}, number(about.best[1])), ': ', link(about.best[0], about.best[2]));
    $('whole').className = own ? own.state : '';
  }
  document.title = (whole ? `${percent(whole.done)} ` : '') + `${about.title} – gan-exp`;
  if (message.facts) {
    $('facts').hidden = false;
    $('fact-list').replaceChildren(...message.facts.map(([name, text]) =>
      element('div', text.length > 44 ? { class: 'long' } : {}, element('dt', {}, name), element('dd', {}, text))));
  }
  if (message.notes) {
    $('notes').hidden = !message.notes.length;
    $('note-list').replaceChildren(...message.notes.map(text => element('li', {}, text)));
  }
}

// MARK: The list

const lines = new Map();
const isBetter = (a, b) => data.maximize ? a > b : a < b;
const orders = {
  'running first': row => [row.state === 'running' ? 0 : row.state === 'pending' ? 2 : 1,
    typeof row.score === 'number' ? (data.maximize ? -row.score : row.score) : Infinity,
    row.index ?? -(row.started ?? 0)],
  'newest first': row => [-(row.started ?? 0), row.index ?? 0],
  'number': row => [row.index ?? 0],
  'name': row => [row.name],
  'furthest first': row => [-row.done],
};
const compare = (a, b) => {
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    return typeof a[i] === 'string' ? a[i].localeCompare(b[i], 'en', { numeric: true }) : a[i] < b[i] ? -1 : 1;
  }
  return 0;
};

function values(row) {
  const cell = (name, value, isTop) => element('span', isTop ? { class: 'top' } : {}, `${name} `, element('b', {}, number(value)));
  if (row.kind === 'sweep') return row.best ? [cell(`best ${row.objective}`, row.best[1], true)] : [];
  const told = data.measures.map((name, index) => [name, row.values[index]])
    .filter(([name, value]) => typeof value === 'number' && name !== data.objective).slice(0, 4);
  const cells = told.map(([name, value]) => cell(name, value, false));
  if (typeof row.score === 'number')
    cells.unshift(cell(data.objective, row.score, about.best && about.best[0] === row.key));
  return cells;
}

function how(row) {
  if (row.kind === 'sweep') return [row.words, typeof row.left === 'number' ? `${duration(row.left)} left` : ''];
  if (row.kind === 'planned') return [row.told, row.reason];
  const at = typeof row.step === 'number' ? `step ${row.step.toLocaleString('en')}`
    + (row.steps ? ` of ${row.steps.toLocaleString('en')}` : '') : '';
  if (row.state === 'running')
    return [typeof row.left === 'number' ? `${duration(row.left)} left` : row.told, at];
  return [row.told, row.state === 'finished' && typeof row.seconds === 'number' ? `in ${duration(row.seconds)}` : at, row.reason];
}

function line(row) {
  const tag = row.kind === 'planned' ? 'div' : 'a';
  const parts = how(row).filter(Boolean);
  const said = element('span', { class: 'how' }, element('em', {}, parts[0] ?? ''), parts.length > 1 ? ' · ' + parts.slice(1).join(' · ') : '');
  const name = element('span', { class: 'state' });
  if (slots.has(row.key) && rows.size > 1) name.append(swatch(slots.get(row.key)));
  name.append(element('b', {}, row.name));
  if (row.kind === 'sweep') name.append(element('span', { class: 'kind' }, `sweep of ${row.trials.toLocaleString('en')}`));
  if (row.id !== row.name) name.append(element('small', {}, row.id));
  const bar = element('span', { class: 'bar', role: 'img', 'aria-label': percent(row.done), title: percent(row.done) },
    element('i'));
  bar.firstChild.style.width = `${row.done * 100}%`;
  const place = element(tag, { class: `run ${row.state.replace(/\W/g, '-')}` }, name, bar, said,
    element('span', { class: 'values' }, ...values(row)));
  if (tag === 'a') place.href = `/?view=${row.key}`;
  return place;
}

function offerOrders() {
  const names = Object.keys(orders).filter(name => name !== (about.kind === 'sweep' ? 'newest first' : 'number'));
  if ($('order').options.length === names.length && [...$('order').options].every((o, i) => o.value === names[i])) return;
  $('order').replaceChildren(...names.map(name => element('option', { value: name }, name)));
}

function drawList(changed) {
  $('runs').hidden = about.kind === 'run' || !about.kind;
  if ($('runs').hidden) return;
  offerOrders();
  const word = $('find').value.trim().toLowerCase();
  const fits = row => !word || `${row.name} ${row.id} ${row.told} ${row.reason ?? ''}`.toLowerCase().includes(word);
  const order = orders[$('order').value] ?? orders['running first'];
  const found = [...rows.values()].filter(fits).map(row => [order(row), row]).sort((a, b) => compare(a[0], b[0]));
  const shown = found.slice(0, limit).map(([, row]) => row);
  const kept = new Set(shown.map(row => row.key));
  for (const key of [...lines.keys()]) if (!kept.has(key)) lines.delete(key);
  const list = shown.map(row => {
    if (!lines.has(row.key) || changed.has(row.key)) {
      const old = lines.get(row.key);
      const hasFocus = old && old === document.activeElement;
      const place = line(row);
      // The bar moves on from where it was.
      const width = old?.querySelector('.bar i').style.width;
      if (width) {
        const bar = place.querySelector('.bar i');
        const now = bar.style.width;
        bar.style.width = width;
        requestAnimationFrame(() => { bar.style.width = now; });
        old.replaceWith(place);
        if (hasFocus) place.focus();
      }
      lines.set(row.key, place);
    }
    return lines.get(row.key);
  });
  const isSame = $('list').children.length === list.length && list.every((one, i) => $('list').children[i] === one);
  if (!isSame) $('list').replaceChildren(...list);
  if (!list.length) $('list').replaceChildren(element('div', { class: 'empty' },
    rows.size ? 'Nothing here has this word.' : 'No run here yet: it will appear by itself.'));
  $('more').hidden = found.length <= limit;
  $('more').textContent = `${(found.length - limit).toLocaleString('en')} more`;
}

// MARK: What the settings do

const plotLimit = 1000;
let drawsSettings = null;
function settingsSoon() {
  if (drawsSettings !== null) return;
  drawsSettings = setTimeout(() => {
    drawsSettings = null;
    // Not under the reader's pointer.
    if ($('settings').matches(':hover')) return settingsSoon();
    const all = [...rows.values()].filter(row => row.settings && row.values.some(v => typeof v === 'number'));
    $('settings').hidden = about.kind !== 'sweep' || !data.keys.length || all.length < 2;
    if ($('settings').hidden) return;
    // With an objective each trial counts as good as it has been.
    const at = data.measures.indexOf(data.objective);
    const plotted = all.slice(-plotLimit).map(row => ({
      title: row.name, settings: row.settings,
      values: row.values.map((v, m) => {
        const value = m === at && typeof row.score === 'number' ? row.score : v;
        return typeof value === 'number' ? [value, null, 1] : null;
      }),
    }));
    $('plotted').hidden = all.length <= plotLimit;
    $('plotted').textContent = `The last ${plotLimit.toLocaleString('en')} trials of ${all.length.toLocaleString('en')}.`;
    drawSettings(plotted);
  }, rows.size > 200 ? 4000 : 300);
}

// MARK: The connection

$('order').addEventListener('change', () => drawList(new Set()));
$('find').addEventListener('input', () => drawList(new Set()));
$('more').addEventListener('click', () => { limit += 400; drawList(new Set()); });
const say = (text, name) => { $('live').textContent = text; $('live').className = `live ${name}`; };
const source = new EventSource(`/events?view=${encodeURIComponent(view)}`);
source.addEventListener('message', event => {
  say('live', 'on');
  take(JSON.parse(event.data));
});
source.addEventListener('full', event => {
  source.close();
  say(`${event.data} pages of this kind are open: close one and load this one again`, 'lost');
});
source.addEventListener('error', () => say('no answer from gan-exp watch, trying again', 'lost'));
source.addEventListener('open', () => say('live', 'on'));
addEventListener('pagehide', () => source.close());
