import { relative } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

interface Consumer {
  readonly file: string;
  readonly resolution: keyof typeof resolutions;
  readonly lib: readonly string[];
  readonly types: string[];
}
/** The least that an app has: an older library, without `Symbol.dispose`; on a server no DOM. */
const consumers: readonly Consumer[] = [
  { file: 'test/dist/consumers/page.ts', resolution: 'node16', lib: ['es2020', 'dom'], types: [] },
  { file: 'test/dist/consumers/page.ts', resolution: 'bundler', lib: ['es2022', 'dom'], types: ['node'] },
  { file: 'test/dist/consumers/server.ts', resolution: 'node16', lib: ['es2020'], types: ['node'] },
  { file: 'test/dist/consumers/server.ts', resolution: 'bundler', lib: ['esnext', 'dom'], types: [] },
];
const resolutions = {
  node16: { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
  bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
};

/** Returns what a strict compiler says of `file` and of all types that it reaches, those of the players included. */
function complaintsOf({ file, resolution, lib, types }: Consumer): string[] {
  const program = ts.createProgram([file], {
    ...resolutions[resolution],
    lib: lib.map((name) => `lib.${name}.d.ts`),
    types,
    target: ts.ScriptTarget.ES2020,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file: at, messageText }) =>
        `${relative('.', at?.fileName ?? '')}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
}

test.each(consumers)('$file compiles with $resolution, $lib and $types', { tags: ['shipped-build'] }, (consumer) => {
  expect(complaintsOf(consumer)).toEqual([]);
});
