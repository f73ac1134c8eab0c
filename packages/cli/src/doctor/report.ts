import type { Step } from './ask/asker.ts';
import type { Diagnosis } from './doctor.ts';

/** A request that was sent, in a line. */
export const stepLine = ({ method, what, result, url }: Step): string =>
  `  ${result.padEnd(4)} ${method.padEnd(7)} ${what.padEnd(36)} ${url}`;

/** The diagnosis for people. */
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
