/** Milliseconds for which the pictures stand still, so that a viewer sees that something happens. */
const NAP_MS = 1500;

/**
 * Lets the machine sleep: the players pause, and when they wake up, the viewer's clock and the servers' have gone on.
 * Nothing ran meanwhile.
 * @param {number} seconds
 * @param {() => Promise<unknown>} letServersGoOn by as many seconds
 */
export async function sleep(seconds, letServersGoOn) {
  const players = [...document.querySelectorAll('video')].filter(({ paused }) => !paused);
  for (const player of players) player.pause();
  document.body.dataset['asleep'] = 'true';
  try {
    await new Promise((resolve) => setTimeout(resolve, NAP_MS));
    await letServersGoOn();
    window.viewerClock.skip(seconds);
  } finally {
    delete document.body.dataset['asleep'];
    for (const player of players) player.play().catch(() => undefined);
  }
}
