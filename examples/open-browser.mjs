import open from 'open';

/**
 * Whether somebody would see a browser that opens here: somebody who has typed the command, before a screen.
 * @param {{ isTerminal: boolean, platform: NodeJS.Platform, env: NodeJS.ProcessEnv }} machine
 */
export function hasViewer({ isTerminal, platform, env }) {
  if (!isTerminal || env.CI) return false;
  // these two have a screen, unless somebody has logged in from another machine
  if (platform === 'darwin' || platform === 'win32') return !env.SSH_CONNECTION;
  return Boolean(env.DISPLAY ?? env.WAYLAND_DISPLAY);
}

/** Opens a page in the browser of whoever sees it. @type {(url: string) => Promise<void>} */
export async function openForViewer(url) {
  if (!hasViewer({ isTerminal: process.stdout.isTTY, platform: process.platform, env: process.env })) return;
  // the address is printed: a machine without a browser is no failure
  await open(url).catch(() => undefined);
}
