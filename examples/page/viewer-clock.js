// The viewer's clock, which a button may set wrong. A script of its own in front of all others: what reads `Date.now`
// once, as it starts, reads this one. It outlives a reload.
(() => {
  const key = 'viewer-clock';
  const machineNow = Date.now;
  /** Seconds that the viewer's clock is wrong, and that have been slept; both may be set in the middle of playback. */
  const { wrong = 0, slept = 0 } = JSON.parse(sessionStorage.getItem(key) ?? '{}');
  const clock = { wrong, slept };
  const save = () => sessionStorage.setItem(key, JSON.stringify(clock));
  Date.now = () => machineNow() + (clock.wrong + clock.slept) * 1000;

  window.viewerClock = {
    get wrong() {
      return clock.wrong;
    },
    set(seconds) {
      clock.wrong = seconds;
      save();
    },
    skip(seconds) {
      clock.slept += seconds;
      save();
    },
  };
})();
