/** One realistic mistake in the source of the product, and the browser test that has to notice it. */
export interface Sabotage {
  /** Begins with the package; `npm run test:sabotage -- NAME` runs it alone. */
  readonly name: string;
  /** The sentence that breaks. */
  readonly promise: string;
  readonly file: `packages/${string}/src/${string}.ts`;
  /** Text that occurs exactly once in `file`: the shortest piece that does, best the name of an export. */
  readonly find: string;
  readonly replace: string;
  readonly noticedBy: {
    readonly test: `test/browser/${string}.test.ts`;
    /** A part of the full name, titles of `describe` included. Absent: any test of the file. */
    readonly name?: string;
  };
  /**
   * `all` where only the larger suite notices the sabotage: other versions of players, Firefox, WebKitGTK, hours of
   * play.
   */
  readonly needs?: 'all';
}

/** Leaves out a call of `name`, whatever its arguments: they are read, and nothing comes of it. */
export const withoutCall = (name: string): Pick<Sabotage, 'find' | 'replace'> => ({
  find: `${name}(`,
  replace: 'Boolean(',
});
