// What belongs to the page: its address, title and language, its visitor, what was open last,
// messages that a screen reader speaks, and whether the desk still answers. One that does not is
// pale, and the page goes on by itself where it can: it asks the server, and opens a desk that has
// ended again, with the settings in its address. In a notebook the page is not ours.
// Keys on what takes keys itself are shortcuts of JupyterLab too, unless that very element is marked.
const TAKES_KEYS = '.desk :is(input, select, textarea, svg)';
const EVERY = 2000, MISSED = 2, SPEAK_AFTER = 700, AGAIN = 15000, READ = 1500;
const VISITOR = 'forecast-desk visitor', OPENED = 'forecast-desk opened';

function render({ model, el }) {
  const alone = document.body.dataset.voila !== undefined;
  const key = `forecast-desk ${location.pathname}`;
  const live = el.appendChild(document.createElement('div'));
  live.className = 'desk-spoken';
  live.setAttribute('aria-live', 'polite');
  const lost = el.appendChild(document.createElement('div'));
  lost.className = 'desk-lost';
  lost.setAttribute('role', 'alert');
  lost.hidden = true;
  let ours = '', timer = 0, asked = 0, misses = 0;

  // Another tab may have been open last; this one's own steps outlast its reload.
  const kept = () => {
    try { return JSON.parse(sessionStorage.getItem(key) || localStorage.getItem(key)); }
    catch { return null; }
  };
  const before = kept();
  const visitor = () => {
    const made = [...crypto.getRandomValues(new Uint8Array(16))].join('.');
    try {
      const known = localStorage.getItem(VISITOR) || made;
      localStorage.setItem(VISITOR, known);
      return known;
    } catch { return made; }
  };
  const keep = () => {
    if (!model.get('kept').length) return;
    for (const place of ['sessionStorage', 'localStorage']) {
      try { window[place].setItem(key, JSON.stringify(model.get('kept'))); } catch { /* no room */ }
    }
  };
  const follow = () => {
    const address = `#${model.get('address')}`;
    const again = ours && model.get('turns') !== turns;
    turns = model.get('turns');
    if (!model.get('address') || address === ours) return;
    ours = address;
    if (alone) history[again ? 'pushState' : 'replaceState'](null, '', address);
    keep();
  };
  let turns = model.get('turns');
  const name = () => {
    el.closest('.desk')?.setAttribute('lang', model.get('language'));
    if (!alone) return;
    document.documentElement.classList.add('desk-page');
    el.closest('.desk')?.setAttribute('role', 'main');
    document.documentElement.lang = model.get('language');
    document.title = model.get('title');
  };
  const speak = () => {
    clearTimeout(timer);
    timer = setTimeout(() => { live.textContent = model.get('spoken'); }, SPEAK_AFTER);
  };
  const moved = () => {
    if (!alone || location.hash === ours || location.hash.length < 2) return;
    ours = location.hash;
    model.send({ go: location.hash });
  };
  const config = JSON.parse(document.getElementById('jupyter-config-data')?.textContent || '{}');
  const tell = (why) => {
    lost.hidden = !why;
    if (lost.dataset.why !== why) lost.textContent = why ? model.get('lost')[why] : '';
    lost.dataset.why = why;
    el.closest('.desk')?.classList.toggle('desk-is-lost', Boolean(why));
  };
  const probe = async () => {
    if (!alone) return 'notebook';
    try {
      const answer = await fetch(`${config.baseUrl}healthz/${config.kernelId}`,
        { cache: 'no-store', signal: AbortSignal.timeout(3 * EVERY) });
      return { 200: 'late', 404: 'ended' }[answer.status] || 'server';
    } catch { return 'server'; }
  };
  const openAgain = () => {
    let last = 0;
    try { last = Number(sessionStorage.getItem(OPENED)); } catch { /* no storage */ }
    if (Date.now() - last < AGAIN) return;
    try { sessionStorage.setItem(OPENED, Date.now()); } catch { return; }
    setTimeout(() => location.reload(), READ);
  };
  const ask = async () => {
    const missed = asked && model.get('heard') !== asked;
    misses = missed ? misses + 1 : 0;
    if (!missed) { asked += 1; tell(''); }
    try { model.send({ ask: asked }); } catch { /* the connection is lost */ }
    if (misses < MISSED) return;
    const why = await probe();
    if (model.get('heard') === asked) return;
    tell(why);
    if (why === 'ended') openAgain();
  };

  const keepKeys = ({ target }) => {
    if (target.matches?.(TAKES_KEYS)) target.dataset.lmSuppressShortcuts = 'true';
  };

  document.addEventListener('focusin', keepKeys);
  window.addEventListener('hashchange', moved);
  window.addEventListener('popstate', moved);
  model.on('change:address', follow);
  model.on('change:kept', keep);
  model.on('change:title change:language', name);
  model.on('change:spoken', speak);
  const wanted = alone && location.hash.length > 1 ? location.hash : '';
  model.send({ start: wanted, before, visitor: visitor() });
  if (wanted) ours = wanted; else follow();
  requestAnimationFrame(name);
  const beat = setInterval(ask, EVERY);
  return () => {
    clearInterval(beat);
    document.removeEventListener('focusin', keepKeys);
    window.removeEventListener('hashchange', moved);
    window.removeEventListener('popstate', moved);
  };
}
export default { render };
