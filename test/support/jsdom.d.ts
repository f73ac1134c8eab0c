/** The part of jsdom that the tests use. */
declare module 'jsdom' {
  export class JSDOM {
    constructor(html: string, options?: { readonly url: string; readonly runScripts: 'outside-only' });
    readonly window: { readonly document: Document; eval(code: string): void; close(): void };
  }
}
