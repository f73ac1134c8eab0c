// attackers.mjs PORT COUNT: clients that keep a server waiting, each from an address of its own, until it is told to stop
import { connect } from 'node:net';

const [port = 0, count = 0] = process.argv.slice(2).map(Number);

const film = 'GET /free/film.mp4 HTTP/1.1\r\nHost: cdn.example.com\r\n\r\n';
const body = JSON.stringify({ urls: ['https://cdn.example.com/vod/index.m3u8'] });
const call = [
  'POST /token HTTP/1.1',
  'Host: app.example.com',
  'Content-Type: application/json',
  `Content-Length: ${body.length}`,
  '',
  '',
].join('\r\n');

/** Repeats something as long as the connection lasts. @type {(socket: import('node:net').Socket, act: () => void) => void} */
const eachSecond = (socket, act) => {
  const timer = setInterval(act, 1000);
  socket.once('close', () => clearInterval(timer));
};

/** Attacks, each on a connection of its own. @type {((socket: import('node:net').Socket) => void)[]} */
const attacks = [
  function pipelineAndLeave(socket) {
    socket.once('data', () => socket.destroy()).write(film.repeat(20));
  },
  function pipelineAndStall(socket) {
    socket.pause().write((film + call + body).repeat(10));
  },
  function stall(socket) {
    socket.pause().write(film);
  },
  function readOneByteASecond(socket) {
    socket.pause().write(film);
    eachSecond(socket, () => socket.read(1));
  },
  function sendNothing(socket) {
    socket.resume();
  },
  function sendHalfARequest(socket) {
    socket.resume().write(film.slice(0, -4));
    eachSecond(socket, () => socket.write('\r\nX-More: 1'));
  },
  function sendHalfABody(socket) {
    socket.resume().write(call + body.slice(0, 10));
  },
  function leaveWithHalfABody(socket) {
    socket.resume().write(call + body.slice(0, 10), () => socket.destroy());
  },
  function leaveInTheMiddleOfTheFilm(socket) {
    let taken = 0;
    socket.on('data', ({ byteLength }) => {
      taken += byteLength;
      if (taken > 100_000) socket.destroy();
    });
    socket.write(film);
  },
];

/** Seconds over which they come, and until somebody whose connection has ended comes again. */
const spread = () => 10 * Math.random();
const pause = () => 10 + 20 * Math.random();

/** @type {Set<import('node:net').Socket>} */
const open = new Set();
let made = 0;
let isOver = false;

/** @type {(attacker: number) => void} */
function attack(attacker) {
  if (isOver) return;
  made++;
  const localAddress = `127.1.${attacker >> 8}.${attacker & 255}`;
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  open.add(socket);
  socket.on('error', () => undefined);
  socket.once('connect', () => attacks[attacker % attacks.length]?.(socket));
  socket.once('close', () => {
    open.delete(socket);
    setTimeout(attack, pause() * 1000, attacker);
  });
}
for (let attacker = 0; attacker < count; attacker++) setTimeout(attack, spread() * 1000, attacker);

process.once('message', () => {
  isOver = true;
  for (const socket of open) socket.destroy();
  process.send?.({ made }, () => process.exit());
});
process.once('disconnect', () => process.exit());
