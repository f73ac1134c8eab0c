import type { Page } from 'playwright-core';
import { describe } from 'vitest';
import { exampleTest as it, playOn, plays, press } from '../support/examples-page.ts';

/** Collects the edge's answers to the browser's requests for one of the addresses of the film. */
function answersFor(page: Page, name: string) {
  const answers: { status: number; isFromWorker: boolean; range: string | undefined; url: string }[] = [];
  page.on('response', (response) => {
    if (!response.url().includes(`/mp4/${name}/film.mp4`) || response.url().includes('token-worker')) return;
    const { range } = response.request().headers();
    const isFromWorker = response.fromServiceWorker();
    answers.push({ status: response.status(), isFromWorker, range, url: response.url() });
  });
  return answers;
}
const fact = (page: Page, name: string) => page.locator(`[data-fact="${name}"]`);
const status = (page: Page, text: string) => page.locator('[role="status"]', { hasText: text }).waitFor();
/** Plays until the first tokens are dead, then jumps to where nothing is buffered. */
async function jump(page: Page): Promise<void> {
  await page.evaluate(() => {
    const video = document.querySelector('video')!;
    video.addEventListener('error', () => {
      document.body.dataset.failed = 'yes';
    });
  });
  await playOn(page, 11);
  await press(page, 'Jump two minutes ahead');
  await fact(page, 'seek').getByText(/ ms$/).waitFor();
  await page.waitForFunction(() => {
    const video = document.querySelector('video')!;
    return video.currentTime > 124 && !video.paused;
  });
  await playOn(page, 2);
  await plays(page);
}

describe.concurrent('the pages of an MP4', () => {
  it('with the worker the film plays past its token without a change of source, in a page that has no worker yet', async ({
    examples,
    expect,
    open,
  }) => {
    const { page, errors } = await open('');
    const answers = answersFor(page, 'with-worker');
    await page.goto(`${examples.url}worker.html`);
    await fact(page, 'way').getByText('signed by the worker').waitFor();
    await jump(page);
    expect(await fact(page, 'swaps').innerText()).toBe('0');
    expect(answers.length).toBeGreaterThan(1);
    expect(
      answers.filter(({ isFromWorker, status, url }) => !isFromWorker || status !== 206 || url.includes('?')),
    ).toEqual([]);
    expect(await page.evaluate(() => document.body.dataset.failed)).toBeUndefined();
    expect(errors).toEqual([]);
  });

  it('by change of source the film plays past its token; one with a signed source stops for good', async ({
    expect,
    open,
  }) => {
    const { page, errors } = await open('mp4.html');
    const answers = answersFor(page, 'film');
    await fact(page, 'way').getByText('change of source').waitFor();
    await jump(page);
    await fact(page, 'seek-by-hand').getByText('stopped for good').waitFor();
    expect(Number(await fact(page, 'swaps').innerText())).toBeGreaterThan(0);
    expect(answers.filter(({ isFromWorker }) => isFromWorker)).toEqual([]);
    expect(await page.locator('[data-tile="seen"]').innerText()).toBe('0');
    expect(Number(await page.locator('[data-by-hand="seen"]').innerText())).toBeGreaterThan(0);
    expect(await page.evaluate(() => document.body.dataset.failed)).toBeUndefined();
    expect(errors).toEqual([]);
  });

  it('downloads, and goes on after its token has expired', async ({ expect, open }) => {
    const { page, errors } = await open('mp4.html');
    const answers = answersFor(page, 'download');
    await page.getByRole('button', { name: 'Download' }).click();
    await fact(page, 'received')
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
    expect(first!.status).toBe(200);
    expect(second!.status).toBe(206);
    expect(answers).toHaveLength(2);
    expect(second!.range).toMatch(/^bytes=\d{7,8}-$/);
    expect(errors).toEqual([]);
  });
});
