import type { Start } from './contender.ts';

/** Runs in the page. */
export function startSpf({ src, endpoint, way, tokens }: Start): void {
  const { Spf, SecureTokenFetch, bench } = window;
  if (way === 'ours') {
    SecureTokenFetch.installSecureFetch({ endpoint, protect: `${new URL(src).origin}/`, ...tokens });
  }
  // what SPF calls
  const { fetch } = window;
  window.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (/\.(m4s|ts)$/.test(new URL(url).pathname)) bench.ask(url);
    const response = await fetch(input, init);
    bench.refuse(response.status);
    return response;
  };
  const spf = new Spf.HlsVideoAdapter();
  spf.attach(document.querySelector('video')!);
  spf.src = src;
}
