import { expect, test } from 'vitest';
import { hasViewer } from '../../../examples/open-browser.mjs';

type Machine = Parameters<typeof hasViewer>[0];
const linux: Machine = { isTerminal: true, platform: 'linux', env: { DISPLAY: ':0' } };
const mac: Machine = { isTerminal: true, platform: 'darwin', env: {} };

test.each<[boolean, string, Machine]>([
  [true, 'a terminal and an X display', linux],
  [true, 'a terminal and a Wayland display', { ...linux, env: { WAYLAND_DISPLAY: 'wayland-0' } }],
  [true, 'a Mac', mac],
  [true, 'Windows', { ...mac, platform: 'win32' }],
  [false, 'a terminal without a display', { ...linux, env: {} }],
  [false, 'a display, where the output goes to a file', { ...linux, isTerminal: false }],
  [false, 'a build service', { ...linux, env: { DISPLAY: ':0', CI: 'true' } }],
  [false, 'a log-in at a Mac from elsewhere', { ...mac, env: { SSH_CONNECTION: '10.0.0.1 22' } }],
])('whether `npm start` opens a browser is %s with %s', (opens, _, machine) => {
  expect(hasViewer(machine)).toBe(opens);
});
