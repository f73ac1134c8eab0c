// Judges tokens by @eyevinn/cat: [[token, url], …] on standard input, [true, false, …] on standard output. It is a
// process of its own, with --unhandled-rejections=none: version 0.16.4 checks the types of claims in a promise that
// nobody waits for.
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

const { CAT } = createRequire(new URL('../extra/', import.meta.url))('@eyevinn/cat');
const { kid, key, issuer, audience, ip } = JSON.parse(process.argv[2] ?? '');
const cat = new CAT({ keys: { [kid]: Buffer.from(key, 'hex') }, expectCwtTag: true });

const verdicts = [];
for (const [token, url] of JSON.parse(await text(process.stdin))) {
  try {
    const { error } = await cat.validate(token, 'mac', { issuer, audience: [audience], ip, url: new URL(url) });
    verdicts.push(error === undefined);
  } catch {
    verdicts.push(false);
  }
}
process.stdout.write(JSON.stringify(verdicts));
