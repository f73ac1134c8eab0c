import { spawn } from 'node:child_process';

const commands: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Opens `url` in the browser of whoever sits here; says so where there is none. */
export function openBrowser(url: string): void {
  const [command, ...args] = commands[process.platform] ?? ['xdg-open'];
  const hasFailed = (): void => console.error('No browser could be opened: open the address yourself.');
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  // A command that is not there has no exit.
  child.on('error', hasFailed);
  child.on('exit', (code) => {
    if (code !== 0) hasFailed();
  });
  child.unref();
}
