// Rows to fill in or to decide on: a table whose cells are texts, or fields where they may be changed.
function render({ model, el }) {
  const add = (tag, parent, props = {}, attributes = {}) => {
    const made = parent.appendChild(Object.assign(document.createElement(tag), props));
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    return made;
  };
  const choices = (i, words) => {
    const id = `${model.get('table').id}-${i}`;
    const list = add('datalist', el, { id });
    words.forEach((word) => add('option', list, { value: word }));
    return id;
  };
  const build = () => {
    const active = el.contains(document.activeElement) && document.activeElement;
    const focus = active && active.dataset.at;
    const typed = active && active.value !== active.defaultValue ? active.value : null;
    el.replaceChildren();
    const { heads, rows, buttons, label, lists } = model.get('table');
    if (!rows || !rows.length) return;
    const wide = add('div', el, { className: 'desk-wide', tabIndex: 0 },
      { role: 'region', 'aria-label': label });
    const table = add('table', wide);
    const head = table.createTHead().insertRow();
    heads.forEach((text) => add('th', head, { textContent: text, scope: 'col' }));
    const ids = Object.fromEntries(Object.entries(lists || {}).map(([i, w]) => [i, choices(i, w)]));
    const body = table.createTBody();
    rows.forEach((row, i) => {
      const line = body.insertRow();
      line.className = row.open ? 'open' : '';
      row.cells.forEach((given, j) => {
        const cell = add(j ? 'td' : 'th', line);
        if (typeof given === 'string') { cell.textContent = given; return; }
        const field = add('input', cell, { type: 'text', value: given.text, size: given.size || 10 },
          { 'aria-label': `${row.name}: ${heads[j]}`, 'data-at': `${i} ${given.key}` });
        field.defaultValue = given.text;
        if (ids[j]) field.setAttribute('list', ids[j]);
        field.addEventListener('change',
          () => model.send({ fix: i, key: given.key, text: field.value }));
      });
      const last = add('td', line, { className: 'desk-decide' });
      for (const [what, text] of Object.entries(buttons)) {
        if (!row.offers.includes(what)) continue;
        const button = add('button', last, { type: 'button', textContent: text,
          className: `desk-${what}` },
          { 'aria-label': `${text}: ${row.name}`, 'data-at': `${i} ${what}` });
        button.addEventListener('click', () => model.send({ [what]: i }));
      }
    });
    if (focus) {
      const at = el.querySelector(`[data-at="${focus}"]`)
        || el.querySelector(`[data-at^="${parseInt(focus, 10)} "]`);
      if (at && typed !== null && at.dataset.at === focus) at.value = typed;
      at?.focus({ preventScroll: true });
    }
  };
  model.on('change:table', build);
  build();
}
export default { render };
