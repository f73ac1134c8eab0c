import type { Stage } from '../../support/stage.ts';
import type { BenchPage, BenchPageOptions } from './bench-page.ts';
import { firstFrame, openBenchPage } from './bench-page.ts';
import type { Contender } from './contender.ts';

/** A contender with a page of its own. */
export interface Runner {
  readonly contender: Contender;
  readonly opened: BenchPage;
}

/** Opens and starts all players, and waits until each has a picture, before anything is measured. */
export async function startTogether(
  stage: Stage,
  contenders: readonly Contender[],
  options: (contender: Contender) => BenchPageOptions,
): Promise<Runner[]> {
  const runners = new Map<Contender, Runner>();
  const waiting = [...contenders];
  const open = async (): Promise<void> => {
    for (let contender = waiting.shift(); contender; contender = waiting.shift()) {
      const opened = await openBenchPage(stage, contender, options(contender));
      await opened.start();
      await firstFrame(opened);
      runners.set(contender, { contender, opened });
    }
  };
  // more at a time would wait for the processor
  await Promise.all(Array.from({ length: 5 }, open));
  return contenders.map((contender) => runners.get(contender)!);
}
