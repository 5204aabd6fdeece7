// Sliders with number fields. What a person moves is sent one message after another: the next one
// when the last is answered, with the latest value of each setting, so that nothing moved is lost
// and nothing answered late overwrites what was moved meanwhile. What is left is sent as soon as the
// focus leaves, so that it is not sent after a button that is pressed next.
const PATIENCE = 20000;

function render({ model, el }) {
  const parts = new Map(), moved = new Map(), underway = new Set();
  let sent = Date.now(), waiting = 0;  // numbers are not used again by another view

  const post = () => {
    if (!moved.size) return;
    model.send({ n: ++sent, values: Object.fromEntries(moved) });
    for (const name of moved.keys()) underway.add(name);
    moved.clear();
    clearTimeout(waiting);
    waiting = setTimeout(answered, PATIENCE);
  };
  const send = () => { if (!waiting) post(); };
  const answered = () => {
    clearTimeout(waiting);
    waiting = 0;
    underway.clear();
    show();
    send();
  };
  const move = (name, value) => { moved.set(name, value); send(); };

  const show = () => {
    for (const [name, { item, slider, field, box }] of parts) {
      const known = model.get('values')[name];
      if (!known || moved.has(name) || underway.has(name)) continue;
      const [value, set] = known;
      slider.value = value;
      slider.setAttribute('aria-valuetext', item.unit ? `${value} ${item.unit}` : `${value}`);
      if (document.activeElement !== field || !field.dataset.typed) field.value = value;
      if (box) box.checked = set;
    }
  };

  const add = (tag, parent, props = {}, attributes = {}) => {
    const made = parent.appendChild(Object.assign(document.createElement(tag), props));
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    return made;
  };

  const build = () => {
    const at = el.contains(document.activeElement) && document.activeElement.dataset.at;
    el.replaceChildren();
    parts.clear();
    for (const group of model.get('groups')) {
      const section = add('section', el, { className: `desk-${group.key}` },
        { 'aria-label': group.title });
      add('p', section, { className: 'desk-group', textContent: group.title });
      for (const item of group.items) {
        const row = add('div', section, { className: `desk-set ${item.css}` });
        const head = add('div', row, { className: 'desk-set-head' });
        add('b', head, { textContent: item.label });
        add('small', head, { textContent: ` ${item.limits}` });
        const line = add('div', row, { className: 'desk-set-line' });
        const limits = { min: item.lower, max: item.upper };
        const slider = add('input', line, { type: 'range', ...limits, step: item.coarse },
          { 'aria-label': item.label, 'data-at': `${item.name} slider` });
        const field = add('input', line, { type: 'number', ...limits, step: 'any' },
          { 'aria-label': item.label, 'data-at': `${item.name} field` });
        slider.addEventListener('input', () => {
          // The last step of a slider reaches its end, which may be no multiple of the step.
          const at = slider.valueAsNumber;
          const value = at + item.coarse > item.upper ? item.upper : at;
          field.value = value;
          if (box) box.checked = true;
          move(item.name, value);
        });
        field.addEventListener('input', () => { field.dataset.typed = 'yes'; });
        field.addEventListener('change', () => {
          delete field.dataset.typed;
          if (Number.isFinite(field.valueAsNumber)) move(item.name, field.valueAsNumber);
          else show();
        });
        let box = null;
        if (item.optional) {
          const label = add('label', line);
          box = add('input', label, { type: 'checkbox' },
            { 'aria-label': `${item.label}: ${item.box}`, 'data-at': `${item.name} box` });
          label.append(item.box);
          box.addEventListener('change', () =>
            move(item.name, box.checked ? field.valueAsNumber : null));
        }
        if (item.basis) {
          const basis = add('details', row, { className: 'desk-basis' });
          add('summary', basis, { textContent: item.basis_head },
            { 'aria-label': `${item.basis_head}: ${item.label}`, 'data-at': `${item.name} basis` });
          add('p', basis, { textContent: item.basis });
        }
        parts.set(item.name, { item, slider, field, box });
      }
    }
    show();
    if (at) el.querySelector(`[data-at="${CSS.escape(at)}"]`)?.focus({ preventScroll: true });
  };

  el.addEventListener('focusout', post);
  model.on('change:groups', build);
  model.on('change:values', show);
  model.on('change:done', () => { if (model.get('done') === sent) answered(); });
  build();
}
export default { render };
