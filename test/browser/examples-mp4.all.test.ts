import type { Page } from 'playwright-core';
import { describe } from 'vitest';
import { exampleTest as it, playOn, plays, press } from '../support/examples-page.ts';

describe.concurrent('mp4.html', () => {
  /** Collects the edge's answers to the browser's requests for one of the three addresses of the film. */
  const answersFor = (page: Page, name: string) => {
    const answers: { status: number; isFromWorker: boolean; range: string | undefined; url: string }[] = [];
    page.on('response', (response) => {
      if (!response.url().includes(`/mp4/${name}/film.mp4`) || response.url().includes('token-worker')) return;
      const { range } = response.request().headers();
      answers.push({
        status: response.status(),
        isFromWorker: response.fromServiceWorker(),
        range,
        url: response.url(),
      });
    });
    return answers;
  };
  const fact = (page: Page, selector: string, name: string) => page.locator(`${selector} [data-fact="${name}"]`);
  const status = (page: Page, text: string) => page.locator('[role="status"]', { hasText: text }).waitFor();

  it('plays with the worker and by change of source, in a page that has no worker yet', async ({
    examples,
    expect,
    open,
  }) => {
    const { page, errors } = await open('');
    const withWorker = answersFor(page, 'with-worker');
    const without = answersFor(page, 'without-worker');
    await page.goto(`${examples.url}mp4.html`);
    await fact(page, '#worker', 'way').getByText('signed by the worker').waitFor();
    await fact(page, '#swap', 'way').getByText('change of source').waitFor();
    await page.waitForFunction(() =>
      [...document.querySelectorAll('video')].every(({ currentTime }) => currentTime > 0),
    );
    await page.evaluate(() => {
      for (const video of document.querySelectorAll('video'))
        video.addEventListener('error', () => (document.body.dataset.failed = 'yes'));
    });

    await playOn(page, 11); // the first tokens are dead
    await press(page, 'Jump both two minutes ahead');
    for (const player of ['#worker', '#swap']) await fact(page, player, 'seek').getByText(/ ms$/).waitFor();
    await page.waitForFunction(() =>
      [...document.querySelectorAll('video')].every((video) => video.currentTime > 124 && !video.paused),
    );
    await playOn(page, 2);

    expect(await fact(page, '#worker', 'swaps').innerText()).toBe('0');
    expect(Number(await fact(page, '#swap', 'swaps').innerText())).toBeGreaterThan(0);
    expect(withWorker.length).toBeGreaterThan(1);
    expect(
      withWorker.filter(({ isFromWorker, status, url }) => !isFromWorker || status !== 206 || url.includes('?')),
    ).toEqual([]);
    expect(without.filter(({ isFromWorker }) => isFromWorker)).toEqual([]);
    await plays(page);
    expect(await page.evaluate(() => document.body.dataset.failed)).toBeUndefined();
    expect(errors).toEqual([]);
  });

  it('downloads, and goes on after its token has expired', async ({ expect, open }) => {
    const { page, errors } = await open('mp4.html');
    const answers = answersFor(page, 'download');
    await page.getByRole('button', { name: 'Download' }).click();
    await fact(page, '#download', 'received')
      .getByText(/^(?:[4-9]|[1-3]\d)\.\d MB of 4/)
      .waitFor();
    await page.getByText('Cancel', { exact: true }).click();
    await status(page, 'Cancelled');
    const [first] = answers;
    await page.waitForFunction(
      (expires) => Date.now() > expires * 1000,
      Number(new URL(first!.url).searchParams.get('e')),
    );
    await page.getByText('Resume', { exact: true }).click();
    await status(page, 'Complete');
    const [, second] = answers;
    expect([first!.status, second!.status, answers.length]).toEqual([200, 206, 2]);
    expect(second!.range).toMatch(/^bytes=\d{7,8}-$/);
    expect(errors).toEqual([]);
  });
});
