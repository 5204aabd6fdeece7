// The picture of one target: figures, forecast fan, baseline, scenarios beside, targets. Drawn as
// SVG in the width there is; the years answer to pointer, touch and arrow keys with their values.
const NS = 'http://www.w3.org/2000/svg';
const BANDS = [['q05', 'q95'], ['q10', 'q90'], ['q25', 'q75']];
const DASHES = ['', '7 3', '2 3', '9 3 2 3'];

function render({ model, el }) {
  const node = (tag, parent, attributes = {}, text = '') => {
    const made = parent.appendChild(document.createElementNS(NS, tag));
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    if (text) made.textContent = text;
    return made;
  };
  const figure = el.appendChild(document.createElement('figure'));
  const box = figure.appendChild(document.createElement('div'));
  box.className = 'desk-plot';
  const reading = figure.appendChild(document.createElement('p'));
  reading.className = 'desk-reading';
  const caption = figure.appendChild(document.createElement('figcaption'));
  const numbers = figure.appendChild(document.createElement('details'));
  let chosen = null;

  const wrap = (text, most) => {
    const lines = [''];
    for (const word of text.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/g) || []) {
      const longer = lines.at(-1) + word;
      const wide = [...longer].reduce((sum, c) => sum + (c > '\u2e80' ? 2 : 1), 0);
      if (wide > most && lines.at(-1)) lines.push(word.trimStart());
      else lines[lines.length - 1] = longer;
    }
    return lines;
  };

  const draw = () => {
    const spec = model.get('spec'), answer = model.get('answer');
    if (!spec.years || !answer.fan) return;
    const width = Math.max(box.clientWidth || 640, 280), small = width < 480;
    const right = small ? 92 : 124, left = 46, size = 12;
    const title = wrap(spec.title, (width - 20) / 7.4);
    const subtitle = wrap(`${spec.subtitle} · ${answer.chance}`, (width - 20) / 6.4);
    const top = 22 + 18 * title.length + 16 * subtitle.length;
    const height = top + (small ? 210 : 250) + 26;
    const [low, high] = answer.limits, [first, last] = spec.years;
    const x = (year) => left + (year - first) / (last - first || 1) * (width - left - right);
    const y = (v) => height - 26 - (v - low) / (high - low || 1) * (height - 26 - top);
    box.replaceChildren();
    const svg = node('svg', box, {
      viewBox: `0 0 ${width} ${height}`, role: 'img', tabindex: 0, 'aria-label': answer.alt,
      class: 'desk-svg',
    });
    svg.style.width = '100%';
    title.forEach((line, i) => node('text', svg, { x: 10, y: 20 + 18 * i, class: 'title' }, line));
    subtitle.forEach((line, i) => node('text', svg, {
      x: 10, y: 22 + 18 * title.length + 16 * i, class: 'quiet' }, line));
    for (const [value, text] of answer.ticks) {
      node('line', svg, { x1: left, x2: width - right, y1: y(value), y2: y(value), class: 'grid' });
      node('text', svg, { x: left - 5, y: y(value) + 4, 'text-anchor': 'end', class: 'quiet' }, text);
    }
    const every = Math.ceil((last - first + 1) / Math.max((width - left - right) / 42, 2));
    for (let year = Math.ceil(first); year <= last; year += every)
      node('text', svg, { x: x(year), y: height - 8, 'text-anchor': 'middle', class: 'quiet' }, year);
    if (spec.moment >= first && spec.moment <= last)
      node('line', svg, { x1: x(spec.moment), x2: x(spec.moment), y1: top, y2: height - 26,
        class: 'moment' });
    const path = (rows, column) => rows.year.map((t, i) => `${x(t)},${y(rows[column][i])}`);
    const area = (rows, [a, b], css) => node('polygon', svg, {
      points: [...path(rows, a), ...path(rows, b).reverse()].join(' '), class: css });
    const line = (rows, column, css, extra = {}) => node('polyline', svg, {
      points: path(rows, column).join(' '), class: css, ...extra });
    BANDS.forEach((band, i) => area(answer.fan, band, `band${i}`));
    line(spec.fan, 'q50', 'base');
    line(spec.fan, 'q10', 'base thin');
    line(spec.fan, 'q90', 'base thin');
    line(answer.fan, 'q50', 'median');
    const names = [];
    answer.beside.forEach((other, i) => {
      const css = `beside beside${i}`, end = other.fan.year.length - 1;
      line(other.fan, 'q50', css, { 'stroke-dasharray': DASHES[i + 1] });
      const at = x(other.fan.year[end]) + 3 + 4 * i;
      node('line', svg, { x1: at, x2: at, y1: y(other.fan.q10[end]), y2: y(other.fan.q90[end]),
        class: css });
      names.push([other.fan.q50[end], other.label, css]);
    });
    const known = spec.figures;
    node('polyline', svg, { points: known.map(([t, v]) => `${x(t)},${y(v)}`).join(' '),
      class: 'figures' });
    known.forEach(([t, v]) => node('circle', svg, { cx: x(t), cy: y(v), r: 3.5, class: 'figure' }));
    const room = (width - left - right) / Math.max(last - first, 1);
    known.forEach(([t, v, text], i) => {
      const near = i + 1 < known.length && x(known[i + 1][0]) - x(t) < 34;
      const under = spec.targets.some(([year, goal]) =>
        Math.abs(x(year) - x(t)) < 34 && y(goal) - y(v) < 30);  // else the target is well below
      const first = x(t) < left + 20;  // before it are the numbers of the axis
      if (!near) node('text', svg, { x: x(t) - 4 * first, y: y(v) + (under ? 19 : -9),
        'text-anchor': first ? 'start' : 'middle' }, text);
    });
    spec.targets.forEach(([t, v, text, mine]) => {
      const [a, b] = [x(t), y(v)];
      node('path', svg, { d: `M${a - 5},${b}L${a},${b - 5}L${a + 5},${b}L${a},${b + 5}Z`,
        class: mine ? 'target mine' : 'target' });
      const last = a > width - right - 20;  // behind it are the names of the curves
      if (mine || room > 50) node('text', svg, { x: a + 8 * last, y: b - 9,
        'text-anchor': last ? 'end' : 'middle', class: 'goal' }, text);
    });
    const end = answer.fan.year.length - 1;
    names.push([answer.fan.q50[end], answer.label, 'median'], [spec.fan.q50.at(-1), answer.base, 'base']);
    names.sort((a, b) => b[0] - a[0]);
    const labels = names.filter((one) => one[1]).map(([value, text, css]) =>
      [value, wrap(text, (right - 18) / 6.9), css]);
    let free = top, rest = labels.reduce((sum, [, lines]) => sum + 14 * lines.length + 1, 0);
    for (const [value, lines, css] of labels) {
      free = Math.max(Math.min(y(value) + 4, height - rest + 8), free);  // all have room below
      rest -= 14 * lines.length + 1;
      lines.forEach((part, i) => node('text', svg, { x: width - right + 16, y: free + 14 * i,
        class: `name ${css}` }, part));
      free += 14 * lines.length + 1;
    }
    const cross = node('line', svg, { y1: top, y2: height - 26, class: 'cross' });
    const point = (index) => {
      const rows = answer.rows;
      chosen = Math.min(Math.max(index, 0), rows.length - 1);
      cross.setAttribute('x1', x(rows[chosen].at));
      cross.setAttribute('x2', x(rows[chosen].at));
      cross.classList.add('shown');
      const said = rows[chosen].cells.map((cell, i) => cell && `${answer.heads[i]} ${cell}`);
      reading.textContent = said.filter(Boolean).join(' · ');
    };
    const nearest = (event) => {
      const shown = svg.getBoundingClientRect();
      const at = (event.clientX - shown.left) * width / shown.width;
      const far = answer.rows.map((row) => Math.abs(x(row.at) - at));
      point(far.indexOf(Math.min(...far)));
    };
    svg.addEventListener('pointermove', nearest);
    svg.addEventListener('pointerdown', nearest);
    svg.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1, Home: -1e9, End: 1e9 }[event.key];
      if (!step) return;
      event.preventDefault();
      const first = ['ArrowRight', 'Home'].includes(event.key);
      point(chosen === null ? (first ? 0 : 1e9) : chosen + step);
    });
    if (chosen !== null) point(chosen);
    caption.replaceChildren(...[...spec.notes, ...answer.notes].map((text) =>
      Object.assign(document.createElement('div'), { textContent: text })));
    table(answer);
    el.dataset.drawn = Number(el.dataset.drawn || 0) + 1;
  };

  const table = (answer) => {
    const open = numbers.open;
    const cell = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
    const summary = numbers.querySelector('summary') || numbers.appendChild(cell('summary', ''));
    summary.textContent = answer.table;
    numbers.open = open;
    numbers.querySelector('.desk-wide')?.remove();
    const wide = numbers.appendChild(Object.assign(document.createElement('div'),
      { className: 'desk-wide', tabIndex: 0 }));
    wide.setAttribute('role', 'region');
    wide.setAttribute('aria-label', answer.table);
    const made = wide.appendChild(document.createElement('table'));
    const head = made.createTHead().insertRow();
    answer.heads.forEach((text) => head.append(Object.assign(cell('th', text), { scope: 'col' })));
    const body = made.createTBody();
    for (const row of answer.rows) {
      const line = body.insertRow();
      row.cells.forEach((text, i) => line.append(cell(i ? 'td' : 'th', text)));
    }
  };

  const redraw = () => {
    const focused = el.contains(document.activeElement) && document.activeElement.tagName === 'svg';
    draw();
    if (focused) box.firstChild.focus({ preventScroll: true });
  };
  model.on('change:answer', redraw);
  let wide = 0;
  const watch = new ResizeObserver(() => {
    if (box.clientWidth !== wide) { wide = box.clientWidth; redraw(); }
  });
  watch.observe(box);
  redraw();
  return () => watch.disconnect();
}
export default { render };
