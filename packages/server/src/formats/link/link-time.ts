/** Ways to write a point in time: unix seconds, hex in either case, or minutes of China Standard Time (UTC+8). */
export type LinkTime = 'decimal' | 'hex' | 'HEX' | 'minutes';

interface TimeForm {
  /** Matches exactly what `write` returns, so that no time has two spellings. */
  readonly pattern: string;
  /** @param seconds unix seconds */
  readonly write: (seconds: number) => string;
  /** Returns unix seconds; NaN for a date that does not exist. */
  readonly read: (text: string) => number;
}

const offset = 8 * 3600;

export const timeForms: Readonly<Record<LinkTime, TimeForm>> = {
  decimal: { pattern: '[1-9]\\d{9}', write: String, read: Number },
  hex: { pattern: '[1-9a-f][\\da-f]{7}', write: (seconds) => seconds.toString(16), read: (text) => parseInt(text, 16) },
  HEX: {
    pattern: '[1-9A-F][\\dA-F]{7}',
    write: (seconds) => seconds.toString(16).toUpperCase(),
    read: (text) => parseInt(text, 16),
  },
  minutes: {
    pattern: '[1-9]\\d{11}',
    write: (seconds) => new Date((seconds + offset) * 1000).toISOString().replace(/\D/g, '').slice(0, 12),
    read: (text) => {
      const [, year, month, day, hour, minute] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text) ?? [];
      const iso = `${year}-${month}-${day}T${hour}:${minute}:00.000Z`;
      const date = new Date(iso);
      return date.getTime() > 0 && date.toISOString() === iso ? date.getTime() / 1000 - offset : NaN;
    },
  },
};
