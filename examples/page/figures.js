/**
 * The figures of one player, below its picture.
 * @param {HTMLElement} card
 * @param {{ attribute: 'tile' | 'by-hand', refused: string }} options `attribute`: of the figures; `refused`: what the
 *   number of refusals is called
 */
export function createFigures(card, { attribute, refused }) {
  const titles = { player: 'Picture', calls: 'Calls', requests: 'Requests', refused, seen: 'Seen by viewer' };
  const list = document.createElement('dl');
  list.className = 'figures';
  list.innerHTML = Object.entries(titles)
    .map(([name, title]) => `<div><dt>${title}</dt><dd data-${attribute}="${name}">0</dd></div>`)
    .join('');
  card.append(list);
  /** @type {number | undefined} */
  let standsSince;

  /** @type {(name: keyof typeof titles, text: string, tone?: import('./event-log.js').Tone) => void} */
  const show = (name, text, tone = '') => {
    const node = /** @type {HTMLElement} */ (list.querySelector(`[data-${attribute}="${name}"]`));
    if (node.textContent !== text) node.textContent = text;
    node.dataset['tone'] = tone;
  };
  return {
    show,
    /** Shows how the player is, and how long it has been standing still. @type {(state: import('./player-state.js').PlayerState) => void} */
    showPlayer({ name }) {
      const isStanding = name === 'waiting';
      standsSince = isStanding ? (standsSince ?? performance.now()) : undefined;
      const seconds = standsSince === undefined ? 0 : Math.round((performance.now() - standsSince) / 1000);
      card.dataset['standing'] = String(isStanding);
      if (isStanding) show('player', `waits, ${seconds} s`, 'bad');
      else show('player', name, name === 'playing' ? 'good' : 'busy');
    },
  };
}
