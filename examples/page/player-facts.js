const markup = `
  <dl class="facts">
    <div><dt>Way</dt><dd data-fact="way">–</dd></div>
    <div><dt>Changes of source</dt><dd data-fact="swaps">0</dd></div>
    <div><dt>Last jump took</dt><dd data-fact="seek">–</dd></div>
    <div data-by-hand-fact hidden><dt>By hand</dt><dd data-fact="seek-by-hand">–</dd></div>
  </dl>`;

const ways = { worker: 'signed by the worker', swap: 'change of source' };

/**
 * Shows how the player of a file gets tokens that are valid, and what that costs.
 * @param {HTMLElement} root
 */
export function createPlayerFacts(root) {
  root.innerHTML = markup;
  let swaps = 0;
  /** @type {(name: string, text: string) => void} */
  const fact = (name, text) => {
    const node = root.querySelector(`[data-fact="${name}"]`);
    if (node) node.textContent = text;
  };
  return {
    /** @type {(player: import('secure-token-progressive').SecureVideo) => void} */
    follow(player) {
      fact('way', ways[player.via]);
      player.addEventListener('swap', () => {
        fact('way', ways[player.via]);
        fact('swaps', String(++swaps));
      });
    },
    showJump: (/** @type {string} */ text) => fact('seek', text),
    showJumpByHand(/** @type {string} */ text) {
      root.querySelector('[data-by-hand-fact]')?.removeAttribute('hidden');
      fact('seek-by-hand', text);
    },
  };
}

/** The last jump of each element: only that one is told. @type {WeakMap<HTMLVideoElement, number>} */
const jumps = new WeakMap();

/**
 * Jumps to `time`, and tells how long it is until the picture is there.
 * @param {HTMLVideoElement} video
 * @param {number} time
 * @param {(text: string) => void} tell
 */
export function timeJump(video, time, tell) {
  const jump = (jumps.get(video) ?? 0) + 1;
  jumps.set(video, jump);
  const begin = performance.now();
  tell('under way');
  video.currentTime = time;
  const timer = setInterval(() => {
    const isOver = jump !== jumps.get(video) || !video.isConnected;
    const isThere = !video.seeking && video.readyState >= 3 && video.currentTime >= time - 0.5;
    if (!isOver && isThere) tell(`${Math.round(performance.now() - begin)} ms`);
    if (!isOver && video.error) tell('stopped for good');
    if (isOver || isThere || video.error) clearInterval(timer);
  }, 10);
}
