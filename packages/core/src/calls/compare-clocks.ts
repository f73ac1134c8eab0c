import { writeMistake } from '../console-lines.ts';

/** A device that is set by the network is not that wrong. */
const CLOCKS_DIFFER_SECONDS = 300;

/**
 * Tells the console, in development builds, of a signing endpoint whose clock is not that of this device. One that is
 * ahead makes tokens that live longer than meant, and nobody notices.
 * @param about a part of the token source: it is told once
 * @param endpointNow unix seconds, as the endpoint tells them; `NaN` if it does not
 * @param deviceNow unix seconds
 */
export function compareClocks(about: object, endpointNow: number, deviceNow: number): void {
  const ahead = endpointNow - deviceNow;
  if (!(Math.abs(ahead) > CLOCKS_DIFFER_SECONDS)) return;
  writeMistake(
    about,
    `secure-token: the clock of the signing endpoint is ${Math.round(Math.abs(ahead) / 60)} minutes ` +
      `${ahead > 0 ? 'ahead of' : 'behind'} that of this device. If it is the endpoint that is wrong, its tokens ` +
      `${ahead > 0 ? 'live that much longer than meant' : 'end that much too early'}: run NTP on it.`,
    'troubleshooting.md#the-clock',
  );
}
