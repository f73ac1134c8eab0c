/** @typedef {import('./request-log.js').RequestRecord} RequestRecord */

/** Width of the timeline, in ms. */
const width = 60_000;
export const sampleEvery = 500;
/** A buffer this long fills the lane. In seconds. */
const fullBuffer = 24;

/** @type {Readonly<Record<string, string>>} */
const usualLanes = { signing: 'Signing calls', playlist: 'Playlists', segment: 'Segments', other: 'Keys, subtitles' };

const buffers = ['buffer', 'by-hand'];

/** @type {(lane: [name: string, title: string]) => string} */
const laneMarkup = ([name, title]) => `
    <span>${title}</span><div class="lane ${buffers.includes(name) ? 'lane-buffer' : ''}">
      <div class="track" data-lane="${name}"></div></div>`;

/** @type {(lanes: Readonly<Record<string, string>>) => string} */
const markup = (lanes) => `
  <div class="lanes">
    ${Object.entries(lanes).map(laneMarkup).join('')}
    <div class="axis" aria-hidden="true">
      <span>60 s ago</span><span>45</span><span>30</span><span>15</span><span>now</span>
    </div>
  </div>
  <ul class="legend">
    <li><i class="mark is-ok"></i>answered</li>
    <li><i class="mark is-refused"></i>refused by the edge</li>
    <li><i class="mark is-replay"></i>replayed with a new token</li>
    <li><i class="mark is-failed"></i>failed or given up</li>
    <li><i class="mark is-stall"></i>playback waits</li>
  </ul>`;

/**
 * The last minute: one lane for the buffer of each player, one for each kind of request.
 * @param {HTMLElement} root
 * @param {object} options
 * @param {Readonly<Record<string, string>> | undefined} options.lanes titles for the kinds of requests
 * @param {boolean} options.byHand whether there is a second player
 */
export function createTimeline(root, { lanes = usualLanes, byHand }) {
  root.innerHTML = markup({
    buffer: byHand ? 'Buffer, plugin' : 'Buffer',
    ...(byHand && { 'by-hand': 'Buffer, by hand' }),
    ...lanes,
  });
  const epoch = performance.now();
  const tracks = /** @type {HTMLElement[]} */ ([...root.querySelectorAll('.track')]);
  const percent = (/** @type {number} */ ms) => `${((ms / width) * 100).toFixed(3)}%`;

  /** @type {(lane: string, start: number, end: number, className: string) => HTMLElement} */
  const place = (lane, start, end, className) => {
    const mark = document.createElement('i');
    mark.className = className;
    mark.style.left = percent(start - epoch);
    mark.style.width = percent(end - start);
    mark.dataset['end'] = String(end);
    tracks.find(({ dataset }) => dataset['lane'] === lane)?.append(mark);
    return mark;
  };

  const move = () => {
    // The tracks are as wide as their lanes: one minute is 100 %.
    const shift = `translateX(${percent(width - (performance.now() - epoch))})`;
    for (const track of tracks) track.style.transform = shift;
  };
  const forget = () => {
    const oldest = performance.now() - width;
    for (const track of tracks) {
      for (const mark of /** @type {NodeListOf<HTMLElement>} */ (track.querySelectorAll('i'))) {
        if (Number(mark.dataset['end']) < oldest) mark.remove();
      }
    }
  };
  setInterval(forget, 1000);
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) setInterval(move, 1000);
  else
    requestAnimationFrame(function frame() {
      move();
      requestAnimationFrame(frame);
    });

  return {
    /** @type {(record: RequestRecord) => void} */
    add({ kind, start, end, result, isReplay, label, status }) {
      const mark = place(kind, start, end, `mark is-${result === 'ok' && isReplay ? 'replay' : result}`);
      mark.title = `${label} · ${status || 'no answer'} · ${Math.round(end - start)} ms`;
    },
    /** @type {(lane: 'buffer' | 'by-hand', state: import('./player-state.js').PlayerState) => void} */
    sample(lane, { ahead, isWaiting }) {
      const now = performance.now();
      const bar = place(lane, now - sampleEvery, now, isWaiting ? 'level is-stall' : 'level');
      bar.style.height = isWaiting ? '100%' : `${Math.min(100, (ahead / fullBuffer) * 100).toFixed(1)}%`;
    },
  };
}
