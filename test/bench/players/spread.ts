import { median } from '../compare.mjs';

export type Values = readonly (number | null)[];

export const measuredOf = (values: Values): number[] => values.filter((value) => value !== null);

/** Writes a value with as many digits as mean something. */
const short = (value: number): string =>
  String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(2)));

/**
 * `1.2 (1.1–1.4)`: the median and the least and the most of it. What has not come to an end is counted.
 *
 * @param never what that means, as in `no picture`
 */
export function describeSpread(values: Values | undefined, never = 'never'): string {
  if (values === undefined || values.length === 0) return '–';
  const measured = measuredOf(values);
  const missing = values.length - measured.length;
  if (measured.length === 0) return `**${never}**`;
  const [least, most] = [short(Math.min(...measured)), short(Math.max(...measured))];
  const middle = short(median(measured));
  const range = least === most ? middle : `${middle} (${least}–${most})`;
  return missing > 0 ? `${range}, **${missing} of ${values.length} ${never}**` : range;
}

/** Returns by how many per cent the median differs from that of `base`; 0 without measurements. */
export function differenceOf(values: Values | undefined, base: Values | undefined): number {
  const [measured, plain] = [measuredOf(values ?? []), measuredOf(base ?? [])];
  if (measured.length === 0 || plain.length === 0) return 0;
  return Math.round(Math.abs(median(measured) / median(plain) - 1) * 100);
}
