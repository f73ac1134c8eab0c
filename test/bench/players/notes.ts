/** What the figures do not say by themselves, first of all where ours are the worse ones. */
export const notes: Readonly<Record<'start' | 'live' | 'recovery', readonly string[]>> = {
  start: [],
  live: [],
  recovery: [],
};
