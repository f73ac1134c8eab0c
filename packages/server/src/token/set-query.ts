/**
 * Sets parameters and leaves every other byte of the URL as its author wrote it. A parameter of the same name is
 * replaced in place (repeated ones are dropped), others are appended. Works for relative references too.
 */
export function setQuery(url: string, query: Readonly<Record<string, string>>): string {
  if (Object.keys(query).length === 0) return url;
  const hash = url.indexOf('#');
  const fragment = hash < 0 ? '' : url.slice(hash);
  const target = hash < 0 ? url : url.slice(0, hash);
  const mark = target.indexOf('?');
  let pairs = mark < 0 || mark === target.length - 1 ? [] : target.slice(mark + 1).split('&');
  for (const [name, value] of Object.entries(query)) {
    const pair = `${escapeQuery(name)}=${escapeQuery(value)}`;
    const first = pairs.findIndex((each) => isNamed(each, name));
    if (first < 0) {
      pairs.push(pair);
    } else {
      pairs[first] = pair;
      pairs = pairs.filter((each, i) => i <= first || !isNamed(each, name));
    }
  }
  return `${mark < 0 ? target : target.slice(0, mark)}?${pairs.join('&')}${fragment}`;
}

function isNamed(pair: string, name: string): boolean {
  return pair === name || pair.startsWith(`${name}=`);
}

/**
 * Escapes only characters that would end the value or be read as something else: CDNs compare `=`, `~`, `*` and `/` as
 * they were signed.
 */
function escapeQuery(text: string): string {
  return encodeURI(text).replace(/[&+#]/g, encodeURIComponent);
}
