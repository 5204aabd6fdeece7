// A planner's own figures: a row each, with the figure to correct in place and its decisions.
function render({ model, el }) {
  const add = (tag, parent, props = {}, attributes = {}) => {
    const made = parent.appendChild(Object.assign(document.createElement(tag), props));
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    return made;
  };
  const build = () => {
    const focus = el.contains(document.activeElement) && document.activeElement.dataset.at;
    el.replaceChildren();
    const { heads, rows, buttons, label } = model.get('table');
    if (!rows || !rows.length) return;
    const wide = add('div', el, { className: 'desk-wide', tabIndex: 0 },
      { role: 'region', 'aria-label': label });
    const table = add('table', wide);
    const head = table.createTHead().insertRow();
    heads.forEach((text) => add('th', head, { textContent: text, scope: 'col' }));
    const body = table.createTBody();
    rows.forEach((row, i) => {
      const line = body.insertRow();
      line.className = row.open ? 'open' : '';
      row.cells.forEach((text, j) => {
        const cell = add(j ? 'td' : 'th', line);
        if (j !== 1) { cell.textContent = text; return; }
        const field = add('input', cell, { type: 'text', value: text, size: 10 },
          { 'aria-label': `${row.cells[0]}: ${heads[1]}`, 'data-at': `${i} field` });
        field.addEventListener('change', () => model.send({ fix: i, text: field.value }));
      });
      const last = add('td', line, { className: 'desk-decide' });
      for (const [what, text] of Object.entries(buttons)) {
        if (!row.offers.includes(what)) continue;
        const button = add('button', last, { type: 'button', textContent: text,
          className: `desk-${what}` },
          { 'aria-label': `${text}: ${row.cells[0]}`, 'data-at': `${i} ${what}` });
        button.addEventListener('click', () => model.send({ [what]: i }));
      }
    });
    if (focus) {
      const at = el.querySelector(`[data-at="${focus}"]`)
        || el.querySelector(`[data-at="${parseInt(focus, 10)} field"]`);
      at?.focus({ preventScroll: true });
    }
  };
  model.on('change:table', build);
  build();
}
export default { render };
