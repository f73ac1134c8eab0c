import { relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

interface Consumer {
  readonly file: string;
  readonly lib: readonly string[];
  readonly types: string[];
}
/** The least that an app has: an older library, without `Symbol.dispose`; on a server no DOM. */
const consumers: readonly Consumer[] = [
  { file: 'test/dist/consumers/page.ts', lib: ['es2020', 'dom'], types: [] },
  { file: 'test/dist/consumers/page.ts', lib: ['es2022', 'dom', 'dom.iterable'], types: ['node'] },
  { file: 'test/dist/consumers/server.ts', lib: ['es2020'], types: ['node'] },
  { file: 'test/dist/consumers/server.ts', lib: ['esnext', 'dom'], types: [] },
];
const resolutions = {
  node16: { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
  bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
};

/** Returns what a strict compiler says of `file` and of all types that it reaches, those of the players included. */
function complaintsOf({ file, lib, types }: Consumer, resolution: keyof typeof resolutions): string[] {
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

describe.each(['node16', 'bundler'] as const)('the types of the built packages, %s resolution', (resolution) => {
  test.each(consumers)('$file compiles with $lib and the types of $types', (consumer) => {
    expect(complaintsOf(consumer, resolution)).toEqual([]);
  });
});
