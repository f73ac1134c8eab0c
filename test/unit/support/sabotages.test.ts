import { existsSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { sabotages } from '../../sabotage/index.ts';

const textOf = (path: string): string => readFileSync(path, 'utf8');

/** Stands for what a placeholder becomes: in a test anything, in a `describe` one word, such as a version. */
const ANYTHING = Symbol('anything');
const A_WORD = Symbol('a word');

/** The characters of a name, and its placeholders. */
type Name = readonly (string | symbol)[];

const PLACEHOLDER = /%[sidfjoO]|\$[\w.]+/;

/** Returns the title that stands first in a call of `test`, `it` or `describe`. */
function titleOf(argument: ts.Expression | undefined, placeholder: symbol): Name {
  const parts = !argument
    ? []
    : ts.isStringLiteralLike(argument)
      ? argument.text.split(PLACEHOLDER)
      : ts.isTemplateExpression(argument)
        ? [argument.head.text, ...argument.templateSpans.map(({ literal }) => literal.text)]
        : ['', ''];
  return parts.flatMap((part, index) => [...(index ? [placeholder] : []), ...Array.from(part)]);
}

/** The function at the root of `test.concurrent.each(…)(…)`. */
function rootOf(callee: ts.Expression): string {
  if (ts.isIdentifier(callee)) return callee.text;
  return ts.isCallExpression(callee) || ts.isPropertyAccessExpression(callee) ? rootOf(callee.expression) : '';
}

/** The full names of the tests in a file. */
function fullNames(path: string): Name[] {
  const names: Name[] = [];
  const visit = (node: ts.Node, above: Name): void => {
    let here = above;
    if (ts.isCallExpression(node)) {
      const root = rootOf(node.expression);
      const isLast = !ts.isCallExpression(node.parent) || node.parent.expression !== node;
      if (isLast && /^(test|it|describe|describeMedia)$/.test(root)) {
        const isGroup = root.startsWith('describe');
        here = [...above, ...(above.length ? [' '] : []), ...titleOf(node.arguments[0], isGroup ? A_WORD : ANYTHING)];
        // behind its title stands the name of an engine
        if (root === 'describeMedia') here = [...here, ' ', A_WORD];
        if (!isGroup) names.push(here);
      }
    }
    ts.forEachChild(node, (child) => visit(child, here));
  };
  visit(ts.createSourceFile(path, textOf(path), ts.ScriptTarget.Latest, true), []);
  return names;
}

/** Whether a test of this name may have `part` in it. */
function mayHold(name: Name, part: string): boolean {
  // it begins with what stands there: a placeholder alone would hold everything
  let places = new Set([...name.keys()].filter((place) => name[place] !== ANYTHING));
  for (const character of part) {
    const next = new Set<number>();
    const step = (place: number): void => {
      const here = name[place];
      if (here === character) next.add(place + 1);
      if (typeof here !== 'symbol') return;
      if (here === ANYTHING || character !== ' ') next.add(place);
      step(place + 1);
    };
    for (const place of places) step(place);
    places = next;
  }
  return places.size > 0;
}

describe('sabotages', () => {
  it('have names of their own, which begin with the package', () => {
    const names = sabotages.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(sabotages.filter(({ name, file }) => !name.startsWith(`${file.split('/')[1]}-`))).toEqual([]);
  });

  it('one in ten at most needs the larger suite', () => {
    expect(sabotages.filter(({ needs }) => needs).length * 10).toBeLessThanOrEqual(sabotages.length);
  });

  it.each(sabotages)('$name: what it replaces stands once in its file', ({ file, find, replace }) => {
    expect(textOf(file).split(find)).toHaveLength(2);
    expect(replace).not.toBe(find);
  });

  it.each(sabotages)('$name: the test that has to notice it is there', ({ noticedBy: { test, name = '' } }) => {
    expect(existsSync(test), test).toBe(true);
    expect(
      fullNames(test).some((each) => mayHold(each, name)),
      name,
    ).toBe(true);
  });
});
