import { expect, test } from 'vitest';
import { childrenOf, parseXml } from '../../../packages/core/src/playlists/xml-elements.ts';

test('attributes in either quotes, with entities; one that nobody knows stays', () => {
  const element = parseXml(`<a b="it's &lt;&amp;&gt;" c = '"&quot;&apos;&nbsp;' x:d=""/>`)!;
  expect([...element.attributes]).toEqual([
    ['b', `it's <&>`],
    ['c', `""'&nbsp;`],
    ['x:d', ''],
  ]);
});

test('the text of an element, with entities, and its name without a namespace', () => {
  const element = parseXml('<x:a>1&amp;2<x:b/>3</x:a>')!;
  expect([element.name, element.text]).toEqual(['a', '1&2']);
  expect(childrenOf(element, 'b')).toHaveLength(1);
});

test.each(['<!-- <b/> <b/> -->', '<![CDATA[ <b/> <b/> ]]>', '<? <b/> <b/> ?>', '<!-- <b/> <b/>', '<!-- > <b/>'])(
  'what is no element is left out: %s',
  (hidden) => {
    expect(parseXml(`<a><c/>${hidden}</a>`)!.children.map(({ name }) => name)).toEqual(['c']);
  },
);

test.each(['<!DOCTYPE a>', '</b>', 'text', '<!-- 1 --><!-- 2 -->'])('what stands before the outermost: %s', (text) => {
  expect(parseXml(`${text}<a><b></b></a>`)?.name).toBe('a');
});

test('an attribute with a name longer than any is skipped', () => {
  const element = parseXml(`<a ${'n'.repeat(1001)}="1" ${'m'.repeat(1000)}="2"/>`)!;
  expect([...element.attributes.values()]).toEqual(['2']);
});
