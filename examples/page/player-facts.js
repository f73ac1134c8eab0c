const markup = `
  <dl class="facts">
    <div><dt>Way</dt><dd data-fact="way">–</dd></div>
    <div><dt>Changes of source</dt><dd data-fact="swaps">0</dd></div>
    <div><dt>Last jump took</dt><dd data-fact="seek">–</dd></div>
  </dl>`;

const ways = { worker: 'signed by the worker', swap: 'change of source' };

/**
 * Shows how one player gets tokens that are valid, and what that costs.
 * @param {HTMLElement} root
 * @param {HTMLVideoElement} video
 */
export function createPlayerFacts(root, video) {
  root.innerHTML = markup;
  let swaps = 0;
  let jumps = 0;
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
    /** Jumps to `time`, and tells how long it is until the picture is there. @type {(time: number) => void} */
    seek(time) {
      const jump = ++jumps;
      const begin = performance.now();
      fact('seek', 'under way');
      video.currentTime = time;
      const timer = setInterval(() => {
        if (jump !== jumps) return clearInterval(timer);
        if (video.seeking || video.readyState < 3 || video.currentTime < time - 0.5) return undefined;
        fact('seek', `${Math.round(performance.now() - begin)} ms`);
        return clearInterval(timer);
      }, 10);
    },
  };
}
