import type { Step } from './ask/asker.ts';
import type { Diagnosis } from './doctor.ts';

/** Returns the line about a request that was sent. */
export const stepLine = ({ method, what, result, url }: Step): string =>
  `  ${result.padEnd(4)} ${method.padEnd(7)} ${what.padEnd(36)} ${url}`;

/** Returns the diagnosis as text for people. */
export function report({ findings, asked, notTried }: Diagnosis, steps: readonly Step[]): string {
  const found = findings.map(
    ({ code, severity, message, remedy, url }) => `${severity} ${code}\n  ${url}\n  ${message}\n  ${remedy}`,
  );
  return [
    `Sent ${asked} requests:`,
    ...steps.map(stepLine),
    '',
    ...(found.length > 0 ? found : ['The doctor found nothing wrong.']),
    ...(notTried.length > 0 ? ['', 'Not tried:', ...notTried.map((sentence) => `  ${sentence}`)] : []),
  ].join('\n');
}
