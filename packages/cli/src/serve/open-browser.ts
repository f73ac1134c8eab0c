import { spawn } from 'node:child_process';

const commands: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Opens `url` in the browser of the user; prints a message if there is none. */
export function openBrowser(url: string): void {
  const [command, ...args] = commands[process.platform] ?? ['xdg-open'];
  const hasFailed = (): void => console.error('No browser could be opened: open the address yourself.');
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  // A command that does not exist has no exit event.
  child.on('error', hasFailed);
  child.on('exit', (code) => {
    if (code !== 0) hasFailed();
  });
  child.unref();
}
