import { describe, expect, test } from 'vitest';
import { hasFilm, noteFilm } from '../../../packages/media-element/src/film.ts';

const FILM = 'https://edge.example/vod/film.mp4';

const playing = (currentSrc: string, src = currentSrc): HTMLMediaElement => ({ currentSrc, src }) as HTMLMediaElement;

describe('hasFilm', () => {
  test.for([
    ['the same URL', FILM, FILM, true],
    ['signed by a server', `${FILM}?st=abc&e=1`, FILM, true],
    ['signed by a server, with a parameter of the film', `${FILM}?id=1&st=abc`, `${FILM}?id=1`, true],
    ['another value of a parameter', `${FILM}?id=2&st=abc`, `${FILM}?id=1`, false],
    ['a parameter is missing', FILM, `${FILM}?id=1`, false],
    ['signed by a server, in the path', 'https://edge.example/TOKEN/vod/film.mp4', FILM, true],
    ['another path', 'https://edge.example/vod/other.mp4', FILM, false],
    ['another folder', 'https://edge.example/vod/2/film.mp4', FILM, false],
    ['another host', 'https://other.example/vod/film.mp4', FILM, false],
    ['a stream of a script', 'blob:https://edge.example/1', FILM, false],
    ['nothing', '', FILM, false],
  ] as const)('a source of the page: %s', ([, has, url, expected]) => {
    expect(hasFilm(playing(has), url)).toBe(expected);
  });

  test('a source that the page has just given, which the browser has not chosen yet, counts', () => {
    expect(hasFilm(playing('', FILM), FILM)).toBe(true);
    expect(hasFilm(playing(FILM, 'https://edge.example/vod/other.mp4'), FILM)).toBe(false);
  });

  test('a source of the page that is no URL', () => {
    expect(hasFilm(playing('', 'http://['), FILM)).toBe(false);
  });

  test('a source of ours is known by the URL that was signed: its token may stand in the path', () => {
    const media = playing('https://edge.example/TOKEN/vod/film.mp4');
    noteFilm(media, media.src, FILM);
    expect(hasFilm(media, FILM)).toBe(true);
    expect(hasFilm(media, `${FILM}?id=1`)).toBe(false);
  });

  test('a source of ours that says nothing of a film whose URL is a part of its own', () => {
    const media = playing(`${FILM}?id=1&st=abc`);
    noteFilm(media, media.src, `${FILM}?id=1`);
    expect(hasFilm(media, FILM)).toBe(false);
    expect(hasFilm(media, `${FILM}?id=1`)).toBe(true);
  });
});
